"""Pareto dominance: who is no worse in everything and better in something, and by how much."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from moocore import is_nondominated
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IndexArray = NDArray[np.intp]

# Fewer points than this are compared sooner than they are sifted.
_SIFTED_FROM = 1_000
# Points from which the unit of each objective is taken.
_SAMPLE = 256


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What n candidates achieve, each array [n].

    `accuracy` is a share of 1, up is better. `cost` and `latency` are in any one unit, down is
    better; infinity is "not known", which is no better than anything.
    """

    accuracy: FloatArray
    cost: FloatArray
    latency: FloatArray

    def __len__(self) -> int:
        return len(self.accuracy)

    @property
    def objectives(self) -> FloatArray:
        """Return [n, 3], down is better in each column."""
        return np.column_stack((-self.accuracy, self.cost, self.latency))

    def ranking(self) -> list[int]:
        """Return the indices, most accurate first; ties to the cheaper, the faster, the first."""
        return [int(index) for index in np.lexsort((self.latency, self.cost, -self.accuracy))]


@dataclass(frozen=True, slots=True)
class Domination:
    """One candidate beside one that dominates it, both by index.

    Ratios are the dominated one's over the other's, so above 1 the other saves; None where one of
    them is not known, or the other spends nothing.
    """

    dominated: int
    by: int
    accuracy_gain: float
    cost_ratio: float | None
    latency_ratio: float | None


def non_dominated(objectives: FloatArray) -> BoolArray:
    """Return which rows of `objectives`, [n, d], no other row dominates; down is better.

    Equal rows do not dominate one another. Infinity is allowed, NaN is not.

    Source: Kung, Luccio and Preparata, "On finding the maxima of a set of vectors", Journal of the
    ACM 22 (1975), as moocore has it: O(n log n) for d up to 3, O(n log^(d-2) n) above.
    """
    if len(objectives) < _SIFTED_FROM:
        return _compared(objectives)
    mask = np.zeros(len(objectives), dtype=bool)
    rest = _sifted(objectives)
    mask[rest] = _compared(objectives[rest])
    return mask


def on_frontier(candidates: Candidates) -> BoolArray:
    """Return which candidates are on the frontier, [n].

    One that passes nothing is not on it: not to answer passes as much, at once and for nothing.
    """
    frontier: BoolArray = non_dominated(candidates.objectives) & (candidates.accuracy > 0)
    return frontier


def dominations(candidates: Candidates) -> tuple[Domination, ...]:
    """Return each candidate with every member of the frontier that dominates it, in ranking order.

    Whoever is dominated by anyone with an accuracy above 0 is dominated by a member.
    """
    objectives = candidates.objectives
    ranking = candidates.ranking()
    frontier = on_frontier(candidates)
    members = np.array([index for index in ranking if frontier[index]], dtype=np.intp)
    found = []
    for index in ranking:
        no_worse = np.all(objectives[members] <= objectives[index], axis=1)
        better = np.any(objectives[members] < objectives[index], axis=1)
        found += [_domination(candidates, index, int(by)) for by in members[no_worse & better]]
    return tuple(found)


def ratio(above: float, below: float) -> float | None:
    """Return `above / below`; 1 for equals, even of zero; None where it is not finite or known."""
    if not (np.isfinite(above) and np.isfinite(below)):
        return None
    if above == below:
        return 1.0
    quotient = float(above) / float(below) if below else np.inf
    return quotient if np.isfinite(quotient) else None


def _domination(candidates: Candidates, dominated: int, by: int) -> Domination:
    return Domination(
        dominated,
        by,
        float(candidates.accuracy[by] - candidates.accuracy[dominated]),
        ratio(candidates.cost[dominated], candidates.cost[by]),
        ratio(candidates.latency[dominated], candidates.latency[by]),
    )


def _compared(objectives: FloatArray) -> BoolArray:
    """Return the frontier by moocore, which has marks at infinity of its own: none goes in."""
    finite = np.minimum(objectives, sys.float_info.max)
    return np.asarray(is_nondominated(finite, keep_weakly=True), dtype=bool)


def _sifted(objectives: FloatArray) -> IndexArray:
    """Return the rows that one strong row does not beat in every objective.

    Of random rows that leaves few to compare; it can cost a pass, and never leaves out a member.
    The strong row has the smallest sum of objectives, in the unit of their spread.
    """
    sample = objectives[:: max(1, len(objectives) // _SAMPLE)]
    with np.errstate(invalid="ignore"):  # infinity less infinity
        spread = sample.mean(axis=0) - sample.min(axis=0)
        weights = np.divide(1.0, spread, out=np.zeros(len(spread)), where=spread > 0)
        strong = objectives[np.argmin(objectives @ weights)]
    kept = objectives[:, 0] <= strong[0]
    for column, limit in zip(objectives.T[1:], strong[1:], strict=True):
        kept |= column <= limit
    return np.flatnonzero(kept)
