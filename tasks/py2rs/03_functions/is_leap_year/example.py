"""Leap years."""


def is_leap_year(year: int) -> bool:
    """Tell whether February has 29 days."""
    by_four = year % 4 == 0
    by_century = year % 100 == 0
    return by_four and (not by_century or year % 400 == 0)
