"""The real roots of a quadratic equation."""

import math


def _ordered(first: float, second: float) -> tuple[float, float]:
    """The smaller one first."""
    return (min(first, second), max(first, second))


def _roots(a: float, b: float, root: float) -> tuple[float, float]:
    return _ordered((-b - root) / (2 * a), (-b + root) / (2 * a))


def real_roots(a: float, b: float, c: float) -> tuple[float, float] | None:
    """Solve a x^2 + b x + c = 0; None if it is not quadratic or has no real root."""
    discriminant = b * b - 4 * a * c
    return None if a == 0 or discriminant < 0 else _roots(a, b, math.sqrt(discriminant))
