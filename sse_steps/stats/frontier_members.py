"""Who is on the frontier in each of many resamples at once: few candidates, no sorting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sse_steps.stats.pareto import BoolArray, FloatArray

# Slopes that differ by less are equal but for rounding: the candidate lies on the line.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Achieved:
    """What each candidate achieves in each resample, each [resamples, candidates].

    As in `sse_steps.stats.pareto.Candidates`: infinity is not known.
    """

    accuracy: FloatArray
    cost: FloatArray
    latency: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Who is on the frontiers in each resample, each [resamples, candidates]."""

    on_frontier: BoolArray
    on_convex_frontier: BoolArray


def members(achieved: Achieved) -> Members:
    """Return what `on_frontier` and `on_convex_frontier` do, for every resample."""
    every = range(achieved.accuracy.shape[1])
    return Members(
        np.column_stack([_on_frontier(achieved, own) for own in every]),
        np.column_stack([_on_convex_frontier(achieved, own) for own in every]),
    )


def _on_frontier(achieved: Achieved, own: int) -> BoolArray:
    """Return in which resamples nobody dominates the candidate `own`, [resamples]."""
    figures = (-achieved.accuracy, achieved.cost, achieved.latency)
    no_worse = np.ones(achieved.accuracy.shape, dtype=bool)
    better = np.zeros(achieved.accuracy.shape, dtype=bool)
    for figure in figures:
        no_worse &= figure <= figure[:, [own]]
        better |= figure < figure[:, [own]]
    free: BoolArray = ~(no_worse & better).any(axis=1) & (achieved.accuracy[:, own] > 0)
    return free


def _on_convex_frontier(achieved: Achieved, own: int) -> BoolArray:
    """Return in which resamples no other and no mixture beats the candidate `own`, [resamples].

    It is not beaten if some price of accuracy, above 0, makes it the best buy: that is at least
    what each dearer one asks for more accuracy, and at most what it saves beside each cheaper one.
    """
    gain = achieved.accuracy - achieved.accuracy[:, [own]]
    with np.errstate(invalid="ignore"):  # infinity less infinity is told apart below
        extra = achieved.cost - achieved.cost[:, [own]]
    extra[np.isinf(achieved.cost) & np.isinf(achieved.cost[:, [own]])] = 0
    slope = np.zeros_like(gain)
    np.divide(gain, extra, out=slope, where=(extra != 0) & np.isfinite(extra))
    # Beside an unknown cost any known one is cheaper, by who knows how much.
    slope[np.isneginf(extra) & (gain < 0)] = np.inf
    least = np.max(slope, axis=1, where=extra > 0, initial=0)
    most = np.min(slope, axis=1, where=extra < 0, initial=np.inf)
    is_matched = ((extra == 0) & (gain > 0)).any(axis=1)
    on_it: BoolArray = (least <= most * (1 + _ROUNDING)) & (most > 0) & ~is_matched
    return on_it & (achieved.accuracy[:, own] > 0)
