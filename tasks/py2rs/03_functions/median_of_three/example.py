"""The middle one of three numbers."""


def median_of_three(a: int, b: int, c: int) -> int:
    """Return the number that is neither the least nor the greatest."""
    least = min(a, min(b, c))
    greatest = max(a, max(b, c))
    return a + b + c - least - greatest
