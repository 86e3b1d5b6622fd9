"""The product of two matrices of integers, kept as lists of rows."""


def _dot(row: list[int], column: list[int]) -> int:
    return sum(x * y for x, y in zip(row, column))


def matrix_product(left: list[list[int]], right: list[list[int]]) -> list[list[int]]:
    """Multiply; the width of the left matrix is the height of the right one."""
    columns = [list(column) for column in zip(*right)]
    return [[_dot(row, column) for column in columns] for row in left]
