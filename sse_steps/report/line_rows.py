"""Rows about how models came here: what the line that they go along left in the database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SkippedModel:
    """A row of `skipped_models`."""

    task: str
    model: str
    gate: str | None
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class QuantizationRow:
    """A row of `quantizations`: what converting a model's weights loses and saves."""

    task: str
    model: str
    source: str
    quantization: str
    parameters: int
    size_bytes: int
    bits_per_weight: float
    worst_kl: float
    worst_cosine: float
    prompts: int
    golden_prompts: str
    top_10_overlap: float
    largest_logit_difference: float
    compared_with: str
    tokens_per_s: float | None
    peak_memory_bytes: int | None
    pass_at_1: float | None


@dataclass(frozen=True, slots=True)
class GateFinding:
    """A row of `gates`."""

    model: str
    gate: str
    question: str
    severity: str
    passed: bool
    found: str
    expected: str
