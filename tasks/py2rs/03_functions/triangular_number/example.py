"""Triangular numbers."""


def triangular_number(rows: int) -> int:
    """Return how many balls lie in a triangle; every row has one more than the last."""
    product = rows * (rows + 1)
    half = product // 2
    return half
