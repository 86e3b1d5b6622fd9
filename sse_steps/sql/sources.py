"""What the results database is built from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
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
class ConversionRow:
    """How a model's weights as they run differ from their source; see `steps/validate.py`."""

    model: str
    source: str
    quantization: str
    parameters: int
    worst_kl: float  # over the tensors
    worst_cosine: float
    prompts: int  # golden prompts whose logits were compared
    golden_prompts: str  # their SHA-256
    top_10_overlap: float  # mean share of the ten likeliest tokens that both have
    largest_logit_difference: float
    compared_with: str  # the engine that ran the source


@dataclass(frozen=True, slots=True)
class GateRow:
    """What one gate found about one model."""

    model: str
    gate: str
    question: str
    severity: str
    passed: bool
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class CorpusRow:
    """How much of one task's corpus could be used; see `CorpusCounts`."""

    task: str
    entries: int
    usable: int
    untested: int
    unusable: int
    not_drawn: int
    cases: int
    cases_left_out: int


class Criterion(StrEnum):
    """What is asked of a model before it takes a better one's place; see `AcceptanceSettings`."""

    ACCURACY_GAP = "accuracy_gap"
    COST_RATIO = "cost_ratio"
    LATENCY_P99_MS = "latency_p99_ms"
    DETERMINISTIC = "deterministic"
    FRONTIER_DISTANCE = "frontier_distance"


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One criterion with its threshold, in the unit that its name says; rates are shares of 1."""

    criterion: Criterion
    threshold: float


@dataclass(frozen=True, slots=True)
class PriceRow:
    """What the machine was declared to cost; see `PriceSettings`."""

    date: str
    machine: str
    usd_per_hour: float
    source: str
    watts: float
    usd_per_kwh: float
    energy_source: str
    usd_per_second: float
    sha256: str  # of all declared prices


@dataclass(frozen=True, slots=True)
class ProgramRow:
    """What one example asks: its Python, the prompts as models get them, its cases as JSON."""

    task: str
    example: str
    python: str | None  # None: a task of labels
    signature: str | None  # the Rust function that the cases call; None: a program
    system_prompt: str
    prompt: str
    cases: str  # for a task of labels: the right answers
    reference: str | None


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact about what built the results, such as the compiler's version."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """What one task declares about its answers; see `sse_steps.tasks`."""

    task: str
    ground_truth: str
    answer_metric: str | None  # None: the compiler judges
    labels: str  # JSON, a list of texts; empty: an answer is any text
    metrics: str  # JSON, a list of what the report is to show
    turns: int = 1  # that were allowed


@dataclass(frozen=True, slots=True)
class Sources:
    """Parquet files with the columns of their records, and declared relations."""

    completions: tuple[Path, ...]
    verdicts: tuple[Path, ...]
    judgements: tuple[Path, ...]
    models: tuple[ModelRow, ...]
    levels: tuple[Level, ...]
    corpora: tuple[CorpusRow, ...] = ()
    skipped: tuple[Path, ...] = ()
    conversions: tuple[ConversionRow, ...] = ()
    gates: tuple[GateRow, ...] = ()
    prices: tuple[PriceRow, ...] = ()  # one
    programs: tuple[Path, ...] = ()
    facts: tuple[FactRow, ...] = ()
    criteria: tuple[CriterionRow, ...] = ()
    tasks: tuple[TaskRow, ...] = ()
