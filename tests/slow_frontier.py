"""The frontier by its definitions: every pair, and every mixture of a pair, is looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from sse_steps.stats.pareto import Candidates


@dataclass(frozen=True, slots=True)
class Point:
    """One candidate: accuracy, dollars per example, milliseconds, bytes. None is not known."""

    model: str
    accuracy: float
    cost: float | None
    latency: float | None
    size: int | None = None

    @property
    def objectives(self) -> tuple[float, float, float]:
        """Down is better; what is not known is infinite."""
        return -self.accuracy, or_infinity(self.cost), or_infinity(self.latency)


def or_infinity(figure: float | None) -> float:
    """Return infinity for what is not known."""
    return math.inf if figure is None else figure


def dominates(left: Point, right: Point, *, with_size: bool = False) -> bool:
    """No worse in accuracy, cost, latency (and size), strictly better in one."""
    ours, theirs = [*left.objectives], [*right.objectives]
    if with_size:
        ours.append(or_infinity(left.size))
        theirs.append(or_infinity(right.size))
    return ours != theirs and all(a <= b for a, b in zip(ours, theirs, strict=True))


def on_frontier(point: Point, points: Sequence[Point], *, with_size: bool = False) -> bool:
    """Nobody dominates it, and it passes something."""
    beaten = any(dominates(other, point, with_size=with_size) for other in points)
    return point.accuracy > 0 and not beaten


def on_convex_frontier(point: Point, points: Sequence[Point]) -> bool:
    """No other and no mixture of two others beats it in accuracy and cost."""
    beaten = any(single_beats(other, point) for other in points) or any(
        mixture_beats(left, right, point) for left in points for right in points
    )
    return point.accuracy > 0 and not beaten


def single_beats(other: Point, point: Point) -> bool:
    """No worse in accuracy and cost, strictly better in one."""
    ours, theirs = other.objectives[:2], point.objectives[:2]
    return ours != theirs and all(a <= b for a, b in zip(ours, theirs, strict=True))


def mixture_beats(cheaper: Point, dearer: Point, point: Point) -> bool:
    """Whether the two, mixed to the point's own cost, are more accurate.

    Exact for eighths, whose products are 64ths.
    """
    low, own, high = (or_infinity(each.cost) for each in (cheaper, point, dearer))
    if not low < own < high < math.inf:
        return False
    mixed = cheaper.accuracy * (high - own) + dearer.accuracy * (own - low)
    return mixed > point.accuracy * (high - low)


def best_mixture(point: Point, points: Sequence[Point]) -> float:
    """Return the most accuracy that one or a mixture of two of known cost has for its cost."""
    own = or_infinity(point.cost)
    found = [each.accuracy for each in points if each.cost is not None and each.cost <= own]
    for left in points:
        for right in points:
            low, high = or_infinity(left.cost), or_infinity(right.cost)
            if low <= own < high < math.inf:
                share = (high - own) / (high - low)
                found.append(share * left.accuracy + (1 - share) * right.accuracy)
    return max(found)


def ranking(points: Sequence[Point]) -> list[Point]:
    """Return the points, most accurate first, ties to the cheaper, the faster, by name."""
    return sorted(points, key=lambda point: (*point.objectives, point.model))


def candidates(points: Sequence[Point]) -> Candidates:
    """Return the points as arrays."""
    columns = np.array([point.objectives for point in points]).reshape(-1, 3).T
    return Candidates(-columns[0], columns[1], columns[2])


# Eighths, so that ties and collinear points are frequent and every product is exact.
eighths = st.integers(0, 8).map(lambda count: count / 8)
known_or_not = st.one_of(eighths, eighths, eighths, st.none())
point_lists = st.lists(
    st.tuples(eighths, known_or_not, known_or_not, st.one_of(st.none(), st.integers(1, 4))),
    min_size=1,
    max_size=9,
).map(lambda rows: [Point(f"m{index}", *row) for index, row in enumerate(rows)])


def random_sets(count: int, *, seed: int) -> list[list[Point]]:
    """Return sets of 1 to 10 points of few values: ties, duplicates, collinear and unknown ones."""
    random = np.random.default_rng(seed)
    return [_random_set(random) for _ in range(count)]


def _random_set(random: np.random.Generator) -> list[Point]:
    steps, count = int(random.choice([2, 4, 8])), random.integers(1, 11)
    return [_random_point(f"m{index}", random, steps=steps) for index in range(count)]


def _random_point(model: str, random: np.random.Generator, *, steps: int) -> Point:
    accuracy, cost, latency = (random.integers(0, steps + 1, 3) / steps).tolist()
    unknown = random.random(3) < 0.1
    size = None if unknown[2] else int(random.integers(1, 4))
    return Point(
        model,
        accuracy,
        None if unknown[0] else cost,
        None if unknown[1] else latency,
        size,
    )
