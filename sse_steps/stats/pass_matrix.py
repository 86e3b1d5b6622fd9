"""Who passed what in which run: the array that statistics over runs and examples start from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PassMatrix:
    """Every attempt of one task's candidates at its tested examples.

    `passed` is [models, examples, runs]: 1 passed, 0 not, NaN where there was no such attempt.
    `cost_usd` and `latency_ms` have the same shape; NaN is not known, or not measured.
    """

    task: str
    models: tuple[str, ...]
    examples: tuple[str, ...]
    passed: FloatArray
    cost_usd: FloatArray
    latency_ms: FloatArray

    @property
    def pass_rates(self) -> FloatArray:
        """Return each model's mean share of passed examples, [models]; NaN without an attempt."""
        attempts = np.isfinite(self.passed).sum(axis=(1, 2))
        rates: FloatArray = np.full(len(attempts), np.nan)
        np.divide(np.nansum(self.passed, axis=(1, 2)), attempts, out=rates, where=attempts > 0)
        return rates
