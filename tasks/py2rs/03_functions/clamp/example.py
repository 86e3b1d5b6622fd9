"""Keep a number within bounds."""


def clamp(value: int, low: int, high: int) -> int:
    """Return the number, or the bound that it passes."""
    raised = max(value, low)
    result = min(raised, high)
    return result
