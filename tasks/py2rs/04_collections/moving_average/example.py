"""Smooth a series of measurements."""


def moving_average(values: list[float], window: int) -> list[float]:
    """Return the mean of every run of `window` neighbours; none if there are too few values."""
    starts = range(len(values) - window + 1)
    runs = [values[start : start + window] for start in starts]
    return [sum(run) / window for run in runs]
