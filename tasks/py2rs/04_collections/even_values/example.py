"""Pick the even numbers."""


def even_values(values: list[int]) -> list[int]:
    """Return the even values in their order.

    Zero is even.
    """
    return [value for value in values if value % 2 == 0]
