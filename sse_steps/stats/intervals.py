"""Confidence intervals: over runs (Student's t) and over examples (Wilson)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval, in the unit of what it was computed from."""

    low: float
    high: float


def student_t_quantiles(
    degrees_of_freedom: Sequence[float], *, confidence: float = 0.95
) -> tuple[float, ...]:
    """Return the two-sided quantile of Student's t for each entry of `degrees_of_freedom`.

    `confidence` 0.95 gives t_{0.975}, so 2.776 at 4 degrees of freedom. At infinity it is the
    quantile of the normal distribution, 1.960.
    """
    upper = (1 + confidence) / 2
    return tuple(float(t) for t in stats.t.ppf(upper, np.asarray(degrees_of_freedom, dtype=float)))


def student_t_interval(values: Sequence[float], *, confidence: float = 0.95) -> Interval | None:
    """Return the interval for the mean of `values`, one per run: mean ± t · s / √n.

    One value has no spread and so no interval: None. Equal values give the point.

    Source: Student, "The probable error of a mean", Biometrika 6 (1908).
    """
    if len(values) < 2:
        return None
    if min(values) == max(values):
        return Interval(values[0], values[0])
    mean = math.fsum(values) / len(values)
    (quantile,) = student_t_quantiles([len(values) - 1], confidence=confidence)
    half_width = quantile * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return Interval(mean - half_width, mean + half_width)


def wilson_interval(successes: float, trials: int, *, confidence: float = 0.95) -> Interval | None:
    """Return Wilson's score interval for a proportion, between 0 and 1; None without trials.

    `successes` may be a fraction: a mean over runs of the examples that passed.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927).
    """
    if trials == 0:
        return None
    (z,) = student_t_quantiles([math.inf], confidence=confidence)
    rate, shrink = successes / trials, 1 + z**2 / trials
    centre = (rate + z**2 / (2 * trials)) / shrink
    half_width = z / shrink * math.sqrt(rate * (1 - rate) / trials + z**2 / (4 * trials**2))
    # The ends are exact where nothing or everything succeeded; rounding would miss them.
    low = 0.0 if successes == 0 else max(0.0, centre - half_width)
    high = 1.0 if successes == trials else min(1.0, centre + half_width)
    return Interval(low, high)
