"""The dot product of two vectors."""


def dot_product(left: list[float], right: list[float]) -> float:
    """Return the sum of the products of the entries at the same place."""
    products = [x * y for x, y in zip(left, right)]
    total = sum(products)
    return total
