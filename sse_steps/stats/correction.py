"""Corrections of p values for the number of tests made: the probability of any false alarm."""

from __future__ import annotations

from collections.abc import Sequence


def bonferroni(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return each p value times their number, at most 1, in the order given.

    Source: Dunn, "Multiple comparisons among means", Journal of the American Statistical
    Association 56 (1961).
    """
    return tuple(min(1.0, len(p_values) * p) for p in p_values)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return the adjusted p values of Holm's step-down method, in the order given.

    The smallest is multiplied by their number, the next by one less, and so on; none is smaller
    than the one before it. As safe as Bonferroni's, and never larger.

    Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal
    of Statistics 6 (1979).
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = largest
    return tuple(adjusted)
