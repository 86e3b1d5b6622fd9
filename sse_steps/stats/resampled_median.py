"""The median of values that belong to examples, where examples are drawn several times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sse_steps.stats.pareto import FloatArray

# Standard deviations of the median's rank, either side, within which it is looked for first.
_DEVIATIONS = 6


class ResampledMedian:
    """The exact median of each resample, without sorting or walking through all values each time.

    The values are sorted once. In nearly all resamples the median lies among the few around the
    middle; only those are counted one by one. A resample whose median does not is counted whole.
    """

    def __init__(self, values: FloatArray) -> None:
        """Take `values`, [examples, runs]; NaN is no value."""
        owners, _ = np.nonzero(np.isfinite(values))
        found = values[np.isfinite(values)]
        order = np.argsort(found, kind="stable")
        self._values: FloatArray = found[order]
        self._owners: NDArray[np.intp] = owners[order]
        self._per_example = np.bincount(owners, minlength=len(values)).astype(float)
        self._examples = len(values)
        self._start, self._stop = self._window()

    def of(self, weights: FloatArray) -> FloatArray:
        """Return the median of each row of `weights`, [resamples, examples]; infinity of no value.

        A weight is how often the example was drawn. Of an even number it is the mean of the middle
        two, as in SQL's quantile_cont.
        """
        totals = weights @ self._per_example
        lower = self._places(weights, (totals - 1) // 2)
        upper = self._places(weights, totals // 2)
        medians = np.full(len(weights), np.inf)
        some = totals > 0
        medians[some] = (self._values[lower[some]] + self._values[upper[some]]) / 2
        return medians

    def _window(self) -> tuple[int, int]:
        """Return where among the sorted values the median of a resample lies but for few."""
        middle = len(self._values) // 2
        below = np.bincount(self._owners[:middle], minlength=self._examples)
        deviation = np.sqrt(np.sum((below - self._per_example / 2) ** 2))
        half = int(_DEVIATIONS * deviation) + 1
        return max(0, middle - half), min(len(self._values), middle + half)

    def _places(self, weights: FloatArray, ranks: FloatArray) -> NDArray[np.intp]:
        """Return the place among the sorted values of the value with each rank, from 0."""
        places, is_inside = self._places_in(weights, ranks, self._start, self._stop)
        outside = np.flatnonzero(~is_inside)
        if len(outside):
            every = (0, len(self._values))
            places[outside], _ = self._places_in(weights[outside], ranks[outside], *every)
        return places

    def _places_in(
        self, weights: FloatArray, ranks: FloatArray, start: int, stop: int
    ) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Return the places if they are from `start` to `stop`, and whether they are."""
        before = weights @ np.bincount(self._owners[:start], minlength=self._examples)
        counted = np.cumsum(weights[:, self._owners[start:stop]], axis=1)
        steps = np.count_nonzero(counted <= (ranks - before)[:, np.newaxis], axis=1)
        return start + steps, (ranks >= before) & (steps < stop - start)
