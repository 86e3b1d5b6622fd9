"""The size classes of models."""

from __future__ import annotations

from typing import Final

# Upper bounds in parameters, the smallest class first: FACTS of the design.
_TIERS: Final = (
    (10_000_000, "below Nano"),
    (50_000_000, "Nano"),
    (150_000_000, "Micro"),
    (500_000_000, "Small"),
    (3_000_000_000, "Medium"),
    (7_000_000_000, "Large"),
)


def tier_of(parameters: int) -> str:
    """Return the class of a model by its number of parameters; a bound belongs to the next one."""
    return next((tier for bound, tier in _TIERS if parameters < bound), "above Large")
