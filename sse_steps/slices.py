"""What each step depends on: a slice of the settings, so that nothing else makes it stale."""

from __future__ import annotations

from dataclasses import dataclass, field

from sse_steps.infer.engine import Sampling
from sse_steps.labels.rules import AnswerRules
from sse_steps.models.quantization import Quantization
from sse_steps.prices import Price, PriceSettings
from sse_steps.report.provenance_data import Asked
from sse_steps.settings import (
    AcceptanceSettings,
    EquivalenceSettings,
    LimitSettings,
    ModelSettings,
    ReportSettings,
    ValidationSettings,
)
from sse_steps.tasks import Judging, Metric, Prompts


@dataclass(frozen=True, slots=True)
class CorpusSlice:
    """What examples depend on."""

    samples: int
    limits: LimitSettings
    allow_weak_isolation: bool
    answers: AnswerRules | None = None  # None: a corpus of programs
    keys: tuple[str, ...] = ()  # what the prompt asks for of a record with a label


@dataclass(frozen=True, slots=True)
class Origin:
    """Which rows of the results a step writes."""

    task: str
    model: str
    run: int
    turn: int = 1

    @property
    def name(self) -> str:
        """What doit calls it, and a store of finished work: a first turn has no number."""
        run = f"{self.task}:{self.model}:{self.run}"
        return run if self.turn == 1 else f"{run}:{self.turn}"

    @classmethod
    def named(cls, name: str) -> Origin | None:
        """Return what doit calls so, None where it is no name of a run."""
        match name.split(":"):
            case [task, model, run]:
                return cls(task, model, int(run))
            case [task, model, run, turn]:
                return cls(task, model, int(run), int(turn))
        return None

    @property
    def title(self) -> str:
        """What people call it."""
        run = f"{self.task} {self.model} run {self.run}"
        return run if self.turn == 1 else f"{run} turn {self.turn}"


@dataclass(frozen=True, slots=True)
class DownloadSlice:
    """What a model's weights depend on."""

    source: str
    sha256: str | None
    allow_pickle: bool = False


@dataclass(frozen=True, slots=True)
class ConvertSlice:
    """What converted weights depend on, beside their source."""

    quantization: Quantization


@dataclass(frozen=True, slots=True)
class ValidateSlice:
    """What letting a model in depends on, beside its weights."""

    name: str
    model: ModelSettings
    validation: ValidationSettings


@dataclass(frozen=True, slots=True)
class CratesSlice:
    """What the crates that a task allows depend on."""

    names: tuple[str, ...]
    allow_weak_isolation: bool


@dataclass(frozen=True, slots=True)
class TranspileSlice:
    """What one run of one model on one task depends on."""

    origin: Origin
    prompts: Prompts
    model: ModelSettings
    sampling: Sampling
    price: Price
    allow_weak_isolation: bool


@dataclass(frozen=True, slots=True)
class RecordSlice:
    """What the recording of one model depends on: its runs."""

    runs: tuple[TranspileSlice, ...]


@dataclass(frozen=True, slots=True)
class CheckSlice:
    """What verdicts depend on."""

    limits: LimitSettings
    allow_weak_isolation: bool
    crates: tuple[str, ...] = ()  # that the task allows
    equivalence: EquivalenceSettings = field(default_factory=EquivalenceSettings)
    answers: AnswerRules | None = None  # None: the compiler decides


@dataclass(frozen=True, slots=True)
class TaskMetrics:
    """What a task says about its metrics, and what it asks."""

    ground_truth: Judging
    metrics: tuple[Metric, ...]  # that the report shows
    prompts: Prompts
    turns: int  # that were allowed


@dataclass(frozen=True, slots=True)
class MetricsSlice:
    """What metrics depend on."""

    models: dict[str, ModelSettings]
    prices: PriceSettings
    acceptance: AcceptanceSettings
    tasks: dict[str, TaskMetrics]
    prices_of: dict[str, PriceSettings]  # of joined models, which other builds have priced


@dataclass(frozen=True, slots=True)
class ReportSlice:
    """What the report depends on."""

    report: ReportSettings
    acceptance: AcceptanceSettings
    prices: PriceSettings
    configuration: str  # all of it, as YAML
    command: str  # the command line that repeats it
    asked: tuple[Asked, ...]
