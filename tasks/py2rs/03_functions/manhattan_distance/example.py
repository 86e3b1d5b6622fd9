"""How far a taxi drives in a city of square blocks."""


def manhattan_distance(x1: int, y1: int, x2: int, y2: int) -> int:
    """Return the distance along the two axes."""
    across = abs(x2 - x1)
    down = abs(y2 - y1)
    return across + down
