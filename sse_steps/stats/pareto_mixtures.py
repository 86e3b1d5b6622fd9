"""The convex frontier: what mixing two agents achieves, and whom it beats.

With probability p one agent answers, with 1 - p another; cost and accuracy are then between theirs.
Source: Kapoor et al., "AI Agents That Matter", arXiv 2407.01502, section 2.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sse_steps.stats.pareto import BoolArray, Candidates

# A mixture that is better by no more than this is equal but for rounding.
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Mixture:
    """A candidate and the mixture that beats it, by index, at no more than its cost.

    `cheaper` answers with `probability`, otherwise `dearer`; None where `cheaper` alone does it.
    """

    beaten: int
    cheaper: int
    dearer: int | None
    probability: float
    accuracy: float
    cost: float


def mixtures(candidates: Candidates) -> tuple[Mixture, ...]:
    """Return each candidate with the most accurate mixture that beats it, in ranking order.

    Whoever has no known cost is beaten by one that has, and is as accurate. Latency has no say.
    """
    hull = convex_hull(candidates)
    found = (_mixture(candidates, index, hull) for index in candidates.ranking() if hull)
    return tuple(mixture for mixture in found if mixture is not None)


def on_convex_frontier(candidates: Candidates) -> BoolArray:
    """Return which candidates no other and no mixture of two beats in accuracy and cost, [n].

    One that passes nothing is not on it.
    """
    on_it: BoolArray = candidates.accuracy > 0
    on_it[[mixture.beaten for mixture in mixtures(candidates)]] = False
    unpriced = np.isinf(candidates.cost)
    on_it &= ~unpriced | (candidates.accuracy == candidates.accuracy.max(initial=0))
    return on_it


def convex_hull(candidates: Candidates) -> list[int]:
    """Return the corners of the upper left hull over cost, cheapest first, of known costs.

    Of equal points it is the fastest, then the first.

    Source: Andrew, "Another efficient algorithm for convex hulls in two dimensions", Information
    Processing Letters 9 (1979).
    """
    accuracy, cost = candidates.accuracy, candidates.cost
    by_cost = np.lexsort((candidates.latency, -accuracy, cost))
    by_cost = by_cost[np.isfinite(cost[by_cost])]
    highest = np.maximum.accumulate(accuracy[by_cost])
    rises = np.append(True, highest[1:] > highest[:-1])[: len(by_cost)]
    hull: list[int] = []
    for index in by_cost[rises]:
        while len(hull) > 1 and _height(candidates, hull[-1], hull[-2], int(index)) <= 0:
            hull.pop()
        hull.append(int(index))
    return hull


def _height(candidates: Candidates, middle: int, left: int, right: int) -> float:
    """Return how far `middle` lies above the line from `left` to `right`, times its width."""
    accuracy, cost = candidates.accuracy, candidates.cost
    return float(
        (accuracy[middle] - accuracy[left]) * (cost[right] - cost[left])
        - (accuracy[right] - accuracy[left]) * (cost[middle] - cost[left])
    )


def _mixture(candidates: Candidates, index: int, hull: Sequence[int]) -> Mixture | None:
    """Return what the hull achieves at the candidate's cost, if that is better."""
    accuracy, cost = float(candidates.accuracy[index]), float(candidates.cost[index])
    place = bisect_right(hull, cost, key=lambda corner: float(candidates.cost[corner])) - 1
    cheaper, dearer = hull[place], [*hull, None][place + 1]
    share = 1.0 if dearer is None else _share(candidates, cheaper, dearer, cost)
    if dearer is None or share == 1:
        spent = float(candidates.cost[cheaper] if dearer is None else cost)
        achieved = float(candidates.accuracy[cheaper])
        beats = achieved > accuracy or (achieved == accuracy and spent < cost)
        return Mixture(index, cheaper, None, 1.0, achieved, spent) if beats else None
    achieved = float(
        share * candidates.accuracy[cheaper] + (1 - share) * candidates.accuracy[dearer]
    )
    beats = achieved > accuracy + ROUNDING
    return Mixture(index, cheaper, dearer, share, achieved, cost) if beats else None


def _share(candidates: Candidates, cheaper: int, dearer: int, cost: float) -> float:
    """Return with which probability the cheaper answers where the mixture costs `cost`."""
    low, high = candidates.cost[cheaper], candidates.cost[dearer]
    return float((high - cost) / (high - low))
