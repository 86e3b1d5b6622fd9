"""Add up the multiples of a number."""


def sum_of_multiples(factor: int, first: int, last: int) -> int:
    """Return the sum of the multiples of a factor from first to last, both included."""
    total = 0
    for number in range(first, last + 1):
        if number % factor == 0:
            total += number
    return total
