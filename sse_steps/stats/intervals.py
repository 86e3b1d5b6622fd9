"""Confidence intervals of a mean score, over runs and over examples, in closed form.

Over runs: where these examples' score would come out, were they asked again without end. Over
examples: where the score would come out on all the programs that these are a sample of.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

FloatArray = NDArray[np.float64]

_UNKNOWN_VARIANCE = 1 / 8


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


def wilson_interval(
    successes: float, trials: float, *, confidence: float = 0.95
) -> Interval | None:
    """Return Wilson's score interval for a proportion, between 0 and 1; None without trials.

    `successes` may be a fraction: a mean over runs of the examples that passed. So may `trials`: as
    many independent ones as would be equally uncertain.

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


def clustered_wilson_interval(scores: FloatArray, *, confidence: float = 0.95) -> Interval | None:
    """Return Wilson's interval over examples for `scores` 0 to 1, [examples, runs], NaN for none.

    Its number of trials is that of the independent attempts that would leave the mean over examples
    as uncertain as it is: at least one for each example, at most every attempt. With one run it is
    `wilson_interval`. None without attempts.

    Source: Korn and Graubard, "Confidence intervals for proportions with small expected number of
    positive counts estimated from survey data", Survey Methodology 24 (1998), with Wilson's
    interval in place of Clopper and Pearson's.
    """
    means = example_means(scores)
    if len(means) == 0:
        return None
    rate = float(means.mean())
    trials = _effective_trials(means, int(np.isfinite(scores).sum()), confidence)
    return wilson_interval(rate * trials, trials, confidence=confidence)


def pooled_interval(scores: FloatArray, *, confidence: float = 0.95) -> Interval | None:
    """Return the interval over runs for the mean of `scores` 0 to 1, [examples, runs], NaN: none.

    Where Student's t has only the few runs' rates to go by, this has how much each example varies
    from run to run, added up: attempts at different examples must be independent of each other.
    The variance of one example of which nothing is known is added, since examples that have never
    varied yet may: 1/8, the mean of p (1 - p) under Jeffreys' prior. None where no example was
    attempted twice.
    """
    attempts = np.isfinite(scores).sum(axis=1)
    repeated = scores[attempts > 1]
    if len(repeated) == 0:
        return None
    within = float(np.nanvar(repeated, axis=1, ddof=1).mean())
    examples, runs = int((attempts > 0).sum()), float(attempts[attempts > 0].mean())
    freedom = int((attempts[attempts > 1] - 1).sum())
    (quantile,) = student_t_quantiles([freedom], confidence=confidence)
    half_width = quantile * math.sqrt(
        (examples * within + _UNKNOWN_VARIANCE) / (examples**2 * runs)
    )
    rate = float(example_means(scores).mean())
    return Interval(max(0.0, rate - half_width), min(1.0, rate + half_width))


def example_means(scores: FloatArray) -> FloatArray:
    """Return the mean over runs of every example that was attempted, from [examples, runs]."""
    attempted = scores[np.isfinite(scores).any(axis=1)]
    means: FloatArray = np.nanmean(attempted, axis=1)
    return means


def _effective_trials(means: FloatArray, attempts: int, confidence: float) -> float:
    """Return how many independent attempts would leave the mean over examples as uncertain."""
    examples, rate = len(means), float(means.mean())
    if examples < 2 or rate in (0, 1):
        return examples
    variance = float(means.var(ddof=1)) / examples
    if variance == 0:
        return attempts
    normal, quantile = student_t_quantiles([math.inf, examples - 1], confidence=confidence)
    trials = rate * (1 - rate) / variance * (normal / quantile) ** 2
    return min(max(trials, examples), attempts)
