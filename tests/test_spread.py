"""Where uncertainty comes from: runs, examples and attempts are told apart."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy import stats

from sse_steps.stats.cost import cost_adjusted_pass_rate
from sse_steps.stats.spread import spread

FloatArray = NDArray[np.float64]

SCORES = hnp.arrays(
    float,
    st.tuples(st.integers(1, 12), st.integers(1, 6)),
    elements=st.sampled_from([0.0, 1.0, math.nan]),
)


def test_worked_by_hand() -> None:
    """Rates 2/3 and 1/3 of two runs; means 1, 1/2 and 0 of three examples; one varies by 1/2."""
    found = spread(np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]]))
    assert (found.mean, found.runs, found.examples) == (0.5, 2, 3)
    assert found.between_runs == pytest.approx(math.sqrt(2 * (1 / 6) ** 2))
    assert found.between_examples == pytest.approx(0.5 / math.sqrt(3))
    assert found.within_examples == pytest.approx(math.sqrt(0.5 / 3))
    assert found.consistent == pytest.approx(2 / 3)


def test_the_components_make_up_the_f_statistic_of_scipy() -> None:
    """In a one-way analysis of variance, F is the spread of the means over that within examples."""
    chance = np.random.default_rng(1)
    scores = (chance.random((40, 5)) < chance.beta(1, 1, 40)[:, None]).astype(float)
    found = spread(scores)
    assert found.between_examples
    assert found.within_examples
    expected = stats.f_oneway(*scores).statistic
    between = 5 * 40 * found.between_examples**2
    assert between / found.within_examples**2 == pytest.approx(expected)


@given(SCORES)
def test_no_figure_is_nan(scores: FloatArray) -> None:
    """Whatever is missing, each figure is a number or None, and a share is between 0 and 1."""
    if not np.isfinite(scores).any():
        with pytest.raises(ValueError, match="no example was attempted"):
            spread(scores)
        return
    found = spread(scores)
    figures = (found.between_runs, found.between_examples, found.within_examples, found.consistent)
    for figure in (found.mean, *figures):
        assert figure is None or 0 <= figure <= 1


@given(SCORES.filter(lambda scores: bool(np.isfinite(scores).all())), st.integers(0, 99))
def test_the_order_of_examples_and_runs_does_not_matter(scores: FloatArray, seed: int) -> None:
    """Shuffled rows and columns have the same spread."""
    chance = np.random.default_rng(seed)
    shuffled = chance.permutation(chance.permutation(scores, axis=0), axis=1)
    before, after = spread(scores), spread(shuffled)
    assert after.consistent == before.consistent
    for name in ("between_runs", "between_examples", "within_examples"):
        assert getattr(after, name) == pytest.approx(getattr(before, name))


def test_one_run_knows_nothing_of_runs() -> None:
    """With one run only the spread between examples is defined."""
    found = spread(np.array([[1.0], [0.0]]))
    assert (found.between_runs, found.within_examples, found.consistent) == (None, None, None)
    assert found.between_examples == pytest.approx(0.5)


def test_copied_runs_have_a_spread_of_exactly_zero() -> None:
    """Equal runs differ by nothing, not by a rounding error."""
    found = spread(np.tile(np.array([[1.0], [0.0], [1.0]]), 7))
    assert (found.between_runs, found.within_examples, found.consistent) == (0.0, 0.0, 1.0)


def test_passes_per_dollar() -> None:
    """Half of the attempts pass at a cent each: 50 passes per dollar; of two attempts each, 25."""
    assert cost_adjusted_pass_rate(0.5, 0.01) == pytest.approx(50)
    assert cost_adjusted_pass_rate(0.5, 0.01, attempts=2) == pytest.approx(25)
    assert cost_adjusted_pass_rate(0.5, 0.0) is None
