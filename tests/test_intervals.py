"""The intervals agree with SciPy and with worked examples."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from sse_steps.stats.intervals import (
    Interval,
    clustered_wilson_interval,
    pooled_interval,
    student_t_interval,
    student_t_quantiles,
    wilson_interval,
)

FloatArray = NDArray[np.float64]

SCORES = hnp.arrays(
    float,
    st.tuples(st.integers(1, 30), st.integers(1, 6)),
    elements=st.sampled_from([0.0, 1.0, math.nan]),
)


def test_quantile_of_the_published_table() -> None:
    """Five runs leave four degrees of freedom, whose quantile is 2.776 in every printed table."""
    assert student_t_quantiles([4])[0] == pytest.approx(2.776, abs=5e-4)


def test_quantile_at_infinity_is_the_normal_one() -> None:
    """At infinite degrees of freedom Student's t is the normal distribution."""
    assert student_t_quantiles([math.inf])[0] == pytest.approx(stats.norm.ppf(0.975))


def test_student_t_worked_example() -> None:
    """Rates 0.2 to 0.6 have mean 0.4 and s 0.1581, so ± 2.776 · 0.1581 / √5 = 0.1963."""
    interval = student_t_interval([0.2, 0.3, 0.4, 0.5, 0.6])
    assert interval is not None
    assert interval.low == pytest.approx(0.4 - 0.1963, abs=1e-4)
    assert interval.high == pytest.approx(0.4 + 0.1963, abs=1e-4)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20), st.sampled_from([0.9, 0.95, 0.99]))
def test_student_t_equals_scipy(values: list[float], confidence: float) -> None:
    """For runs that differ, the interval is SciPy's for the mean of a sample."""
    deviation = statistics.stdev(values)
    if deviation < 1e-9:
        return
    expected = stats.t.interval(
        confidence,
        len(values) - 1,
        loc=math.fsum(values) / len(values),
        scale=deviation / math.sqrt(len(values)),
    )
    interval = student_t_interval(values, confidence=confidence)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx(expected)


@pytest.mark.parametrize("values", [[], [0.5]])
def test_student_t_needs_two_values(values: list[float]) -> None:
    """Fewer than two runs have no spread, and so no interval rather than a false one."""
    assert student_t_interval(values) is None


def test_student_t_of_equal_values_is_the_point() -> None:
    """Runs that agree exactly give their value itself, untouched by rounding."""
    assert student_t_interval([0.1] * 7) == Interval(0.1, 0.1)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_equals_scipy(counts: tuple[int, int]) -> None:
    """For whole counts the interval is SciPy's."""
    successes, trials = counts
    expected = stats.binomtest(successes, trials).proportion_ci(method="wilson")
    interval = wilson_interval(successes, trials)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(st.floats(0, 60))
def test_wilson_holds_its_rate_for_fractional_successes(successes: float) -> None:
    """A mean over runs, such as 4.6 of 60, lies inside its interval, and that inside 0 to 1."""
    interval = wilson_interval(successes, 60)
    assert interval is not None
    assert 0 <= interval.low <= successes / 60 <= interval.high <= 1


def test_wilson_without_trials() -> None:
    """No examples give no interval."""
    assert wilson_interval(0, 0) is None


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_of_the_published_table(
    successes: int, trials: int, low: float, high: float
) -> None:
    """The four examples of Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    interval = wilson_interval(successes, trials)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


@given(st.floats(0.1, 59.9), st.floats(60, 300))
def test_wilson_of_fractional_trials_equals_statsmodels(successes: float, trials: float) -> None:
    """Effective numbers need not be whole; the formula is the same as statsmodels has."""
    interval = wilson_interval(successes, trials)
    assert interval is not None
    expected = proportion_confint(successes, trials, method="wilson")
    assert (interval.low, interval.high) == pytest.approx(expected)


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_clustered_wilson_of_one_run_is_wilson(passed: list[bool]) -> None:
    """With one attempt an example there are no clusters, and the two methods agree."""
    interval = clustered_wilson_interval(np.array(passed, dtype=float)[:, None])
    expected = wilson_interval(sum(passed), len(passed))
    assert interval is not None
    assert expected is not None
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))


def test_clustered_wilson_of_copies_is_wilson() -> None:
    """Five copies of one run say no more than the run."""
    passed = np.array([[1.0], [0.0], [1.0], [1.0]])
    assert clustered_wilson_interval(np.tile(passed, 5)) == wilson_interval(3, 4)


@given(SCORES)
def test_clustered_wilson_lies_between_examples_and_attempts(scores: FloatArray) -> None:
    """Repeated attempts are worth something, but at most as much as other examples would be."""
    interval = clustered_wilson_interval(scores)
    attempted = scores[np.isfinite(scores).any(axis=1)]
    if len(attempted) == 0:
        assert interval is None
        return
    rate, attempts = float(np.nanmean(attempted, axis=1).mean()), int(np.isfinite(scores).sum())
    widest = wilson_interval(rate * len(attempted), len(attempted))
    narrowest = wilson_interval(rate * attempts, attempts)
    assert interval is not None
    assert widest is not None
    assert narrowest is not None
    slack = 1e-12
    assert widest.low - slack <= interval.low <= narrowest.low + slack
    assert narrowest.high - slack <= interval.high <= widest.high + slack


def test_pooled_worked_by_hand() -> None:
    """One of four examples varies, by 1/2: variance (1/2 + 1/8) / (4² · 2), with 4 degrees."""
    scores = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    half_width = stats.t.ppf(0.975, 4) * math.sqrt(0.625 / 32)
    interval = pooled_interval(scores)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((0.0, 0.375 + half_width))


@given(SCORES)
def test_pooled_holds_its_rate_and_is_never_a_point(scores: FloatArray) -> None:
    """Runs that happened to agree may still differ next time; one attempt each says nothing."""
    interval = pooled_interval(scores)
    if not (np.isfinite(scores).sum(axis=1) > 1).any():
        assert interval is None
        return
    rate = float(np.nanmean(scores[np.isfinite(scores).any(axis=1)], axis=1).mean())
    assert interval is not None
    assert 0 <= interval.low <= rate <= interval.high <= 1
    assert interval.low < interval.high
