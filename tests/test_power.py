"""The power of McNemar's exact test is what adding up every possible table comes to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sse_steps.stats.comparison import mcnemar_exact
from sse_steps.stats.power import least_wins, mcnemar_power, smallest_difference


def slow_power(difference: float, examples: int, discordant: float, alpha: float) -> float:
    """Add up the probability of every table of wins, losses and ties that is significant."""
    better, worse = (discordant + difference) / 2, (discordant - difference) / 2
    table = stats.multinomial(examples, [better, worse, 1 - discordant])
    return float(
        sum(
            table.pmf([wins, losses, examples - wins - losses])
            for wins in range(examples + 1)
            for losses in range(examples + 1 - wins)
            if mcnemar_exact(wins, losses) <= alpha
        )
    )


@pytest.mark.parametrize("alpha", [0.05, 0.005])
@pytest.mark.parametrize(("difference", "discordant"), [(0.2, 0.4), (0.3, 0.3), (0.0, 0.5)])
def test_power_equals_the_sum_over_all_tables(
    difference: float, discordant: float, alpha: float
) -> None:
    """The two nested binomials are the multinomial distribution of the tables."""
    found = mcnemar_power(difference, examples=25, discordant=discordant, alpha=alpha)
    assert found == pytest.approx(slow_power(difference, 25, discordant, alpha), abs=1e-9)


def test_power_equals_how_often_drawn_tables_are_significant() -> None:
    """Of 4,000 drawn corpora of 96 examples, that share is significant, up to chance."""
    draws = np.random.default_rng(0).multinomial(96, [0.25, 0.08, 0.67], size=4000)
    share = np.mean([mcnemar_exact(int(won), int(lost)) <= 0.05 for won, lost, _ in draws])
    power = mcnemar_power(0.17, examples=96, discordant=0.33)
    assert float(share) == pytest.approx(power, abs=0.025)


@settings(max_examples=40, deadline=None)
@given(st.integers(5, 400), st.floats(0.05, 1), st.sampled_from([0.05, 0.05 / 3, 0.005]))
def test_the_smallest_difference_has_the_power_and_less_has_not(
    examples: int, discordant: float, alpha: float
) -> None:
    """At the answer the power is 80 %, a little below it less; None: it is never reached."""
    found = smallest_difference(examples=examples, discordant=discordant, alpha=alpha)
    if found is None:
        top = mcnemar_power(discordant, examples=examples, discordant=discordant, alpha=alpha)
        assert top < 0.8
        return
    power = mcnemar_power(found, examples=examples, discordant=discordant, alpha=alpha)
    less = mcnemar_power(0.98 * found, examples=examples, discordant=discordant, alpha=alpha)
    assert power == pytest.approx(0.8, abs=1e-3)
    assert less < power


def test_more_examples_show_smaller_differences() -> None:
    """Each step up in the number of examples makes the smallest difference smaller."""
    found = [
        smallest_difference(examples=examples, discordant=0.3, alpha=0.005)
        for examples in (96, 200, 1000, 10_000)
    ]
    sizes = [size for size in found if size is not None]
    assert len(sizes) == 4
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("alpha", [0.05, 0.01, 0.005, 0.001])
def test_least_wins_are_just_enough(alpha: float) -> None:
    """That many wins without a loss are significant, and one fewer are not."""
    wins = least_wins(alpha)
    assert mcnemar_exact(wins, 0) <= alpha < mcnemar_exact(wins - 1, 0)


def test_models_that_never_differ_have_no_power() -> None:
    """Without discordant examples nothing can be shown."""
    assert mcnemar_power(0.0, examples=96, discordant=0.0) == 0
    assert smallest_difference(examples=96, discordant=0.0) is None


def test_a_difference_cannot_exceed_the_discordant_share() -> None:
    """Rates that differ by 20 points disagree on at least a fifth of the examples."""
    with pytest.raises(ValueError, match="needs more than"):
        mcnemar_power(0.2, examples=96, discordant=0.1)
