"""Classify a triangle by its three sides."""


def triangle_kind(a: int, b: int, c: int) -> str:
    """Return "impossible", "equilateral", "isosceles" or "scalene"."""
    longest = max(a, b, c)
    return (
        "impossible"
        if 2 * longest >= a + b + c
        else "equilateral"
        if a == b and b == c
        else "isosceles"
        if a == b or b == c or a == c
        else "scalene"
    )
