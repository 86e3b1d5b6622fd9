"""Sizes of models by the number of their parameters."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Tier(StrEnum):
    """A class of sizes; each begins where the one before ends."""

    BELOW = "below Nano (under 10M parameters)"
    NANO = "Nano (10M to 50M parameters)"
    MICRO = "Micro (50M to 150M parameters)"
    SMALL = "Small (150M to 500M parameters)"
    MEDIUM = "Medium (500M to 3B parameters)"
    LARGE = "Large (3B to 7B parameters)"
    ABOVE = "above Large (7B parameters or more)"


_MILLION: Final = 1_000_000
_ENDS: Final = (
    (10 * _MILLION, Tier.BELOW),
    (50 * _MILLION, Tier.NANO),
    (150 * _MILLION, Tier.MICRO),
    (500 * _MILLION, Tier.SMALL),
    (3_000 * _MILLION, Tier.MEDIUM),
    (7_000 * _MILLION, Tier.LARGE),
)


def tier_of(parameters: int) -> Tier:
    """Return the tier of a model with so many parameters."""
    return next((tier for end, tier in _ENDS if parameters < end), Tier.ABOVE)
