"""Frontiers of points in a plane where x is to be small, and places on a log axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Place = tuple[float, float]


def staircase(points: Sequence[Place], *, upward: bool) -> tuple[Place, ...]:
    """Return the points that no other one beats, by rising x.

    A point beats another one whose x is no smaller and whose y is no better; better is larger where
    `upward`, else smaller. Of equal points one is returned.
    """
    best: list[Place] = []
    sign = 1 if upward else -1
    for point in sorted(points, key=lambda each: (each[0], -sign * each[1])):
        if not best or sign * point[1] > sign * best[-1][1]:
            best.append(point)
    return tuple(best)


def mixing_corners(points: Sequence[Place], *, upward: bool) -> tuple[Place, ...]:
    """Return the points of the staircase that no mixture of two others beats, by rising x.

    Using one model with probability p and else another one gives every point of the straight line
    between the two (Kapoor et al., arXiv 2407.01502), so these are the corners of a convex hull.
    """
    sign = 1 if upward else -1
    corners: list[Place] = []
    for point in staircase(points, upward=upward):
        while len(corners) > 1 and _turns_back(corners[-2], corners[-1], point, sign):
            corners.pop()
        corners.append(point)
    return tuple(corners)


def mixing_line(corners: Sequence[Place], *, steps: int = 48) -> tuple[Place, ...]:
    """Return places along the straight lines between `corners`, dense enough for log axes.

    Places are spread evenly over the logarithm of x, where a straight line is a curve, and over x
    where that begins at zero.
    """
    found: list[Place] = [*corners[:1]]
    for (x0, y0), (x1, y1) in pairwise(corners):
        for step in range(1, steps + 1):
            share = _share(x0, x1, step / steps)
            found.append((x0 + share * (x1 - x0), y0 + share * (y1 - y0)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class LogScale:
    """Where values stand on a log axis; a zero stands a decade before the smallest other one."""

    values: tuple[float, ...]

    @property
    def edge(self) -> float:
        """The place of a zero."""
        return min((value for value in self.values if value > 0), default=1.0) / 10

    @property
    def has_zero(self) -> bool:
        """Whether any value is zero."""
        return 0 in self.values

    def place(self, value: float) -> float:
        """Return where a value stands."""
        return max(value, self.edge)

    def limits(self) -> Place:
        """Return the ends of the axis: room for a label on either side, and for a decade."""
        places = [self.place(value) for value in self.values]
        low, high = min(places), max(places)
        margin = max(0.18 * math.log10(high / low), 0.5)
        return low / 10**margin, high * 10**margin

    def powers(self, most: int) -> list[int]:
        """Return the exponents of ten to label, thinned to `most`."""
        low, high = (math.log10(limit) for limit in self.limits())
        spacing = (high - low) / most
        # Before the zero mark there is nothing to read off, and beside it no room for a label.
        nearest = math.log10(self.edge) + spacing if self.has_zero else low
        return [*range(math.ceil(nearest), math.floor(high) + 1)][:: max(1, math.ceil(spacing))]


def _turns_back(first: Place, middle: Place, last: Place, sign: int) -> bool:
    """Whether the line from `first` to `last` is at least as good at the x of `middle`."""
    (x0, y0), (x1, y1), (x2, y2) = first, middle, last
    return sign * (y2 - y0) * (x1 - x0) >= sign * (y1 - y0) * (x2 - x0)


def _share(start: float, end: float, part: float) -> float:
    """Return how far along x a place lies that is `part` of the way on the axis."""
    if start <= 0 or start == end:
        return float(part**4)  # nearer to zero, places lie closer
    return float((start * (end / start) ** part - start) / (end - start))
