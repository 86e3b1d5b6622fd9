"""How far a score varies, and with what: the run, the choice of examples, the attempt."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sse_steps.stats.intervals import example_means

FloatArray = NDArray[np.float64]

RECOMMENDED_RUNS = 5


@dataclass(frozen=True, slots=True)
class Spread:
    """Where the uncertainty of a mean score comes from; shares of 1, None is not defined.

    `between_runs` is the standard deviation of the runs' means; `between_examples` the standard
    error of the mean over examples; `within_examples` the square root of the mean variance within
    an example, from attempt to attempt. `consistent` is the share of examples with the same score
    in every run.
    """

    mean: float
    runs: int
    examples: int
    between_runs: float | None
    between_examples: float | None
    within_examples: float | None
    consistent: float | None


def spread(scores: FloatArray) -> Spread:
    """Return the spread of `scores` 0 to 1, [examples, runs], NaN for no attempt.

    Raises:
        ValueError: there is no attempt at all.
    """
    means, rates = example_means(scores), run_means(scores)
    if len(means) == 0:
        raise ValueError("no example was attempted")
    repeated = scores[np.isfinite(scores).sum(axis=1) > 1]
    ranges = np.nanmax(repeated, axis=1) - np.nanmin(repeated, axis=1)
    return Spread(
        mean=float(means.mean()),
        runs=len(rates),
        examples=len(means),
        between_runs=_deviation(rates),
        between_examples=_standard_error(means),
        within_examples=_within(repeated),
        consistent=float((ranges == 0).mean()) if len(repeated) else None,
    )


def run_means(scores: FloatArray) -> FloatArray:
    """Return the mean over examples of every run with attempts, from [examples, runs]."""
    attempted = scores[:, np.isfinite(scores).any(axis=0)]
    rates: FloatArray = np.nanmean(attempted, axis=0)
    return rates


def _within(repeated: FloatArray) -> float | None:
    if len(repeated) == 0:
        return None
    return math.sqrt(float(np.nanvar(repeated, axis=1, ddof=1).mean()))


def _standard_error(values: FloatArray) -> float | None:
    deviation = _deviation(values)
    return None if deviation is None else deviation / math.sqrt(len(values))


def _deviation(values: FloatArray) -> float | None:
    if len(values) < 2:
        return None
    # Equal shares have no spread; a computed deviation would be zero only up to rounding.
    return 0.0 if np.ptp(values) == 0 else float(values.std(ddof=1))
