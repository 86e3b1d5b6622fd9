"""Signed area and circumference of a polygon that does not cross itself."""

import math


def polygon_size(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the area, negative if clockwise, and the length of the closed outline."""
    sides = list(zip(points, points[1:] + points[:1]))
    doubled = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in sides)
    outline = sum(math.dist(start, end) for start, end in sides)
    return (doubled / 2, float(outline))
