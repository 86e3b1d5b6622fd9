"""Sorting in place, one value after the other."""


def insertion_sort(values: list[float]) -> None:
    """Sort values in place, smallest first."""
    for end in range(1, len(values)):
        value = values[end]
        place = end
        while place > 0 and values[place - 1] > value:
            values[place] = values[place - 1]
            place -= 1
        values[place] = value
