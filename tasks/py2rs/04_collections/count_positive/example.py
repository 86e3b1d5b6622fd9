"""Count the gains among gains and losses."""


def count_positive(changes: list[int]) -> int:
    """Return how many changes are greater than zero."""
    gains = [change for change in changes if change > 0]
    count = len(gains)
    return count
