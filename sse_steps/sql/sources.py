"""What the results database is built from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sse_steps.corpus.levels import Level
from sse_steps.records import Role


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One declared model."""

    model: str
    role: Role
    description: str
    size_bytes: int | None  # None: it has no weights
    engine: str
    price_note: str  # where its prices come from, with their date


@dataclass(frozen=True, slots=True)
class Sources:
    """Parquet files with the columns of `Completion` and `VerdictRow`, and declared relations."""

    completions: tuple[Path, ...]
    verdicts: tuple[Path, ...]
    models: tuple[ModelRow, ...]
    levels: tuple[Level, ...]
