"""The sum of the digits of a number."""


def digit_sum(number: int) -> int:
    """Return the sum of the decimal digits of a number that is not negative."""
    rest = number
    total = 0
    while rest > 0:
        total += rest % 10
        rest = rest // 10
    return total
