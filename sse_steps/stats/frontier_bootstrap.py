"""How sure it is that a candidate is on the frontier: a paired bootstrap over examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sse_steps.stats.frontier_members import Achieved, members
from sse_steps.stats.pareto import FloatArray
from sse_steps.stats.pass_matrix import PassMatrix
from sse_steps.stats.resampled_median import ResampledMedian

# Resamples times examples that are held at once: some tens of megabytes.
_HELD = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class FrontierProbability:
    """The share of resamples in which each candidate is on the frontier, each [models]."""

    on_frontier: FloatArray
    on_convex_frontier: FloatArray
    resamples: int


def frontier_probability(
    matrix: PassMatrix, *, resamples: int = 10_000, seed: int = 0
) -> FrontierProbability:
    """Return how often each model of `matrix` is on the frontier.

    Each resample draws as many examples as there are, with replacement, the same for every model,
    with all their runs. Of those it takes accuracy, mean cost of an attempt and median latency. A
    model with an attempt of unknown cost has no known cost. `seed` makes it repeatable.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
    """
    on_frontier = np.zeros(len(matrix.models))
    on_convex = np.zeros(len(matrix.models))
    figures = _Resampled(matrix)
    for weights in _weights(len(matrix.examples), resamples, seed):
        found = members(figures.of(weights))
        on_frontier += found.on_frontier.sum(axis=0)
        on_convex += found.on_convex_frontier.sum(axis=0)
    return FrontierProbability(on_frontier / resamples, on_convex / resamples, resamples)


class _Resampled:
    """What the models achieve on examples that are counted several times, or not at all."""

    def __init__(self, matrix: PassMatrix) -> None:
        attempted = np.isfinite(matrix.passed)
        sums = (np.nansum(matrix.passed, axis=2), attempted.sum(axis=2))
        self._sums = np.concatenate((*sums, np.nansum(matrix.cost_usd, axis=2))).T
        self._is_priced = ~(attempted & np.isnan(matrix.cost_usd)).any(axis=(1, 2))
        self._medians = tuple(ResampledMedian(latencies) for latencies in matrix.latency_ms)

    def of(self, weights: FloatArray) -> Achieved:
        """Return the figures of each resample; `weights` is [resamples, examples]."""
        passes, attempts, costs = np.split(weights @ self._sums, 3, axis=1)
        accuracy = np.zeros_like(attempts)
        np.divide(passes, attempts, out=accuracy, where=attempts > 0)
        cost = np.full_like(attempts, np.inf)
        np.divide(costs, attempts, out=cost, where=(attempts > 0) & self._is_priced)
        latency = np.column_stack([median.of(weights) for median in self._medians])
        return Achieved(accuracy, _rounded(cost), latency)


def _weights(examples: int, resamples: int, seed: int) -> Iterator[FloatArray]:
    """Yield how often each example is drawn, [some resamples, examples], all resamples in turn."""
    random = np.random.default_rng(seed)
    at_once = max(1, _HELD // examples)
    for start in range(0, resamples, at_once):
        draws = random.integers(0, examples, (min(at_once, resamples - start), examples))
        yield np.array([np.bincount(row, minlength=examples) for row in draws], dtype=float)


def _rounded(cost: FloatArray) -> FloatArray:
    """Return costs to twelve digits: equal costs must tie, in whatever order they were added."""
    mantissa, exponent = np.frexp(cost)
    rounded: FloatArray = np.ldexp(np.round(mantissa, 12), exponent)
    return rounded
