"""The quantisations that a model can be converted to."""

from __future__ import annotations

from enum import StrEnum


class Quantization(StrEnum):
    """How weights are stored after conversion."""

    NONE = "none"  # every bit as in the source
    Q8_0 = "q8_0"
    Q4_0 = "q4_0"
    Q4_K_M = "q4_k_m"
