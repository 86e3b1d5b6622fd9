"""The bootstrap is SciPy's on equal resamples, and drawing whole examples in fewer draws."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from sse_steps.stats.bootstrap import BootstrapIntervals, bootstrap_intervals, resampled_means
from sse_steps.stats.intervals import Interval

FloatArray = NDArray[np.float64]

# Quarters are exact in binary, so that equal means are equal to the bit for SciPy as well.
QUARTERS = st.lists(st.integers(-4, 4), min_size=2, max_size=64).map(lambda n: np.array(n) / 4)


def intervals_of(values: FloatArray, *, seed: int = 0) -> BootstrapIntervals:
    """Return the intervals of at least two values."""
    found = bootstrap_intervals(values, resamples=500, seed=seed)
    assert found is not None
    return found


def slow_resampled_means(scores: FloatArray, resamples: int, seed: int) -> FloatArray:
    """Draw examples with replacement, each with all its runs: [examples, runs] to [resamples]."""
    generator = np.random.default_rng(seed)
    means = [
        scores[generator.integers(0, len(scores), size=len(scores))].mean()
        for _ in range(resamples)
    ]
    return np.array(means)


@settings(max_examples=60, deadline=None)
@given(QUARTERS, st.integers(0, 2**32 - 1), st.sampled_from(["percentile", "BCa"]))
def test_intervals_equal_scipy_on_the_same_resamples(
    values: FloatArray, seed: int, method: str
) -> None:
    """Handed our resamples, scipy.stats.bootstrap computes the same intervals."""
    if np.ptp(values) == 0:
        return
    means = resampled_means(values, resamples=500, seed=seed)
    if not 0 < ((means < values.mean()).sum() + (means <= values.mean()).sum()) < 2 * len(means):
        return  # SciPy has no BCa interval where all resamples lie on one side
    blank = stats.bootstrap((values,), np.mean, n_resamples=2, method="percentile")
    expected = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=0,
        bootstrap_result=replace(blank, bootstrap_distribution=means),
        method=method,
        vectorized=True,
    ).confidence_interval
    found = intervals_of(values, seed=seed)
    interval = found.percentile if method == "percentile" else found.bca
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_resampled_means_have_the_exact_distribution() -> None:
    """All 27 resamples of three values, counted, are what 100,000 draws come to."""
    values = np.array([0.0, 0.25, 1.0])
    exact = Counter(sum(draw) / 3 for draw in product(values, repeat=3))
    means = np.round(resampled_means(values, resamples=100_000, seed=1), 9)
    found = [int((means == round(mean, 9)).sum()) for mean in exact]
    expected = [100_000 * count / 27 for count in exact.values()]
    assert sum(found) == 100_000
    assert stats.chisquare(found, expected).pvalue > 0.001


def test_drawing_counts_is_drawing_whole_examples() -> None:
    """Resampling the examples' means one by one, with all their runs, has the same distribution."""
    chance = np.random.default_rng(5)
    scores = (chance.random((96, 5)) < chance.beta(0.5, 0.8, 96)[:, None]).astype(float)
    slow = slow_resampled_means(scores, 4000, seed=6)
    fast = resampled_means(scores.mean(axis=1), resamples=4000, seed=7)
    assert stats.ks_2samp(np.round(slow, 9), np.round(fast, 9)).pvalue > 0.001


def test_standard_error_of_a_published_example() -> None:
    """The treated mice of Efron and Tibshirani (1993), table 2.1: the standard error is 23.36."""
    mice = np.array([94.0, 197, 16, 38, 99, 141, 23])
    means = resampled_means(mice, resamples=100_000, seed=0)
    assert means.std() == pytest.approx(23.36, rel=0.01)
    assert means.mean() == pytest.approx(86.86, rel=0.01)


@given(QUARTERS, st.integers(0, 2**32 - 1))
def test_intervals_are_in_order_and_within_the_values(values: FloatArray, seed: int) -> None:
    """No end is NaN or outside the values, and the lower one is not above the upper one."""
    found = intervals_of(values, seed=seed)
    for interval in (found.percentile, found.bca):
        assert values.min() <= interval.low <= interval.high <= values.max()


@given(QUARTERS, st.integers(-8, 8))
def test_a_shift_of_the_values_shifts_the_intervals(values: FloatArray, shift: int) -> None:
    """Points added to every example are added to both ends."""
    before, after = intervals_of(values), intervals_of(values + shift)
    for old, new in ((before.percentile, after.percentile), (before.bca, after.bca)):
        assert (new.low, new.high) == pytest.approx((old.low + shift, old.high + shift))


@given(st.floats(0, 1), st.integers(2, 50))
def test_equal_values_give_the_point(value: float, examples: int) -> None:
    """Without any variance the interval is the value itself, not NaN."""
    point = Interval(value, value)
    assert intervals_of(np.full(examples, value)) == BootstrapIntervals(point, point)


@pytest.mark.parametrize("values", [[], [0.5]])
def test_fewer_than_two_values_have_no_interval(values: list[float]) -> None:
    """One example has no spread to resample: None rather than a false point."""
    assert bootstrap_intervals(np.array(values)) is None


def test_a_seed_gives_the_same_interval_and_another_seed_another() -> None:
    """The interval is a function of its seed."""
    values = np.arange(50) / 50
    assert intervals_of(values, seed=1) == intervals_of(values, seed=1)
    assert intervals_of(values, seed=1) != intervals_of(values, seed=2)


def test_blocks_of_resamples_do_not_change_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many resamples are drawn at a time, they are the same."""
    values = np.arange(20) / 20
    whole = resampled_means(values, resamples=100, seed=3)
    monkeypatch.setattr("sse_steps.stats.bootstrap._CELLS_AT_A_TIME", 70)
    assert resampled_means(values, resamples=100, seed=3) == pytest.approx(whole)
