"""Bootstrap intervals of a mean over examples: percentile and BCa.

An example is drawn with all its runs, so what is resampled is one value per example, its mean over
runs. Such means take few distinct values. How often each value is drawn is multinomial, so a
resample costs a draw per distinct value instead of one per example, in the same distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sse_steps.stats.intervals import Interval

FloatArray = NDArray[np.float64]

_CELLS_AT_A_TIME = 1_000_000
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class BootstrapIntervals:
    """Two intervals of one mean, from the same resamples, in the unit of the values."""

    percentile: Interval
    bca: Interval


def bootstrap_intervals(
    values: FloatArray, *, resamples: int = 10_000, seed: int = 0, confidence: float = 0.95
) -> BootstrapIntervals | None:
    """Return the intervals for the mean of `values`, [examples]; None for fewer than two.

    Equal values give the point: resampling cannot show a spread that the sample does not have.

    Source: Efron, "Better bootstrap confidence intervals", Journal of the American Statistical
    Association 82 (1987); Efron and Tibshirani, An Introduction to the Bootstrap (1993), 14.3.
    """
    if len(values) < 2:
        return None
    if values.min() == values.max():
        point = Interval(float(values[0]), float(values[0]))
        return BootstrapIntervals(percentile=point, bca=point)
    means = resampled_means(values, resamples=resamples, seed=seed)
    tails = np.array([(1 - confidence) / 2, (1 + confidence) / 2])
    return BootstrapIntervals(
        percentile=_between(means, tails), bca=_between(means, _bca_tails(values, means, tails))
    )


def resampled_means(values: FloatArray, *, resamples: int, seed: int) -> FloatArray:
    """Return the mean of each resample of `values`, [examples], with replacement: [resamples]."""
    distinct, counts = np.unique(values, return_counts=True)
    shares = counts / len(values)
    generator = np.random.default_rng(seed)
    rows = max(1, _CELLS_AT_A_TIME // len(distinct))
    return np.concatenate(
        [
            generator.multinomial(len(values), shares, size=min(rows, resamples - done)) @ distinct
            for done in range(0, resamples, rows)
        ]
    ) / len(values)


def _bca_tails(values: FloatArray, means: FloatArray, tails: FloatArray) -> FloatArray:
    """Return the quantiles of `means` that correct `tails` for bias and acceleration."""
    bias = _bias(values, means)
    shifted = special.ndtri(tails) + bias
    corrected: FloatArray = special.ndtr(bias + shifted / (1 - _acceleration(values) * shifted))
    return corrected


def _bias(values: FloatArray, means: FloatArray) -> float:
    """Return z0: the normal quantile of the resamples below the mean, half of those equal to it."""
    mean = float(values.mean())
    slack = _ROUNDING * float(np.abs(values).max())  # equal means may differ by rounding
    below = int((means < mean - slack).sum())
    equal = int((np.abs(means - mean) <= slack).sum())
    share = (below + equal / 2) / len(means)
    least = 0.5 / len(means)  # all on one side would be an infinite bias
    return float(special.ndtri(min(max(share, least), 1 - least)))


def _acceleration(values: FloatArray) -> float:
    """Return a: the jackknife's skewness over six, which for a mean is that of the values."""
    deviations = values - values.mean()
    return float((deviations**3).sum() / (6 * (deviations**2).sum() ** 1.5))


def _between(means: FloatArray, tails: FloatArray) -> Interval:
    low, high = np.quantile(means, tails)
    return Interval(float(low), float(high))
