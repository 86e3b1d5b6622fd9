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
        self._examples = len(values)
        self._start, self._stop = self._window()

    def of(self, weights: FloatArray) -> FloatArray:
        """Return the median of each row of `weights`, [resamples, examples]; infinity of no value.

        A weight is how often the example was drawn. Of an even number it is the mean of the middle
        two, as in SQL's quantile_cont.
        """
        totals, before = (weights @ self._counts(len(self._values), self._start)).T
        ranks = np.column_stack(((totals - 1) // 2, totals // 2))
        places = self._places(weights, ranks, before)
        medians = np.full(len(weights), np.inf)
        some = totals > 0
        medians[some] = self._values[places[some]].mean(axis=1)
        return medians

    def _counts(self, *places: int) -> FloatArray:
        """Return how many of each example's values come before each place, [examples, places]."""
        owners = (self._owners[:place] for place in places)
        counts = [np.bincount(each, minlength=self._examples) for each in owners]
        return np.array(counts, dtype=float).T

    def _window(self) -> tuple[int, int]:
        """Return where among the sorted values the median of a resample lies but for few."""
        middle = len(self._values) // 2
        below, every = self._counts(middle, len(self._values)).T
        half = int(_DEVIATIONS * np.sqrt(np.sum((below - every / 2) ** 2))) + 1
        return max(0, middle - half), min(len(self._values), middle + half)

    def _places(
        self, weights: FloatArray, ranks: FloatArray, before: FloatArray
    ) -> NDArray[np.intp]:
        """Return the places among the sorted values of those with `ranks`, from 0, [resamples, 2].

        `before` is how many values come before the window, each as often as it was drawn.
        """
        window = self._owners[self._start : self._stop]
        found = self._start + _found(weights, ranks - before[:, np.newaxis], window)
        is_inside = (ranks >= before[:, np.newaxis]) & (found < self._stop)
        outside = np.flatnonzero(~is_inside.all(axis=1))
        if len(outside):
            found[outside] = _found(weights[outside], ranks[outside], self._owners)
        return found


def _found(weights: FloatArray, ranks: FloatArray, owners: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return where among values of `owners`, in order, each row's `ranks` are, [resamples, 2]."""
    drawn = weights.astype(np.int32).take(owners, axis=1)
    counted = np.cumsum(drawn, axis=1, dtype=np.int32)
    found = [np.count_nonzero(counted <= rank[:, np.newaxis], axis=1) for rank in ranks.T]
    return np.column_stack(found)
