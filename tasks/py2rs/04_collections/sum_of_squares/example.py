"""Sums of squares."""


def sum_of_squares(values: list[int]) -> int:
    """Return the sum of the squares of all values."""
    squares = [value * value for value in values]
    total = sum(squares)
    return total
