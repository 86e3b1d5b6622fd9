"""The Collatz sequence."""


def collatz_steps(start: int) -> int:
    """Return how many steps lead from a positive number down to 1."""
    value = start
    steps = 0
    while value != 1:
        if value % 2 == 0:
            value = value // 2
        else:
            value = 3 * value + 1
        steps += 1
    return steps
