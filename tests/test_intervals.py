"""The intervals agree with SciPy and with worked examples."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sse_steps.stats.intervals import (
    Interval,
    student_t_interval,
    student_t_quantiles,
    wilson_interval,
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
