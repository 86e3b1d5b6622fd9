"""What a build needs to know, as frozen dataclasses. `config.py` fills them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from sse_steps.infer.tool import Tool
from sse_steps.models.quantization import Quantization
from sse_steps.prices import PriceSettings
from sse_steps.records import Role
from sse_steps.tasks import Task
from sse_steps.validation import STRICT_KEYS

ENGINES = (  # that a model's file may name
    *("reference", "stub", "transpiler", "command_line", "replay", "numpy", "llama_cpp"),
)
Positive = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, config=STRICT_KEYS)
class LimitSettings:
    """What one process of generated code may use."""

    cpu_s: Positive = 10
    wall_s: Annotated[float, Field(gt=0)] = 30.0
    memory_mb: Positive = 1024
    output_kb: Positive = 1024


class EquivalenceCounts(StrEnum):
    """Where a divergence on a generated input counts."""

    REPORT = "report"  # it is shown, and the verdict stays what the cases made it
    VERDICT = "verdict"  # it is a wrong answer like any other


@dataclass(frozen=True, config=STRICT_KEYS)
class EquivalenceSettings:
    """Whether passing functions are compared with their Python on generated inputs."""

    inputs: Annotated[int, Field(ge=0)] = 50  # 0: no comparison
    counts: EquivalenceCounts = EquivalenceCounts.REPORT


@dataclass(frozen=True, config=STRICT_KEYS)
class RunSettings:
    """How often and how far. None: the model's file decides, then the task's."""

    runs: Positive | None = None
    turns: Positive = 1  # later ones show the model what the compiler said of the one before
    temperature: Annotated[float, Field(ge=0)] | None = None
    max_tokens: Positive | None = None
    timeout_ms: Positive | None = None
    samples: Positive | None = None
    top_k: Annotated[int, Field(ge=0)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    repeat_greedy: bool = False
    stop_repetition: bool = True
    limits: LimitSettings = Field(default_factory=LimitSettings)
    allow_weak_isolation: bool = False
    equivalence: EquivalenceSettings = Field(default_factory=EquivalenceSettings)


@dataclass(frozen=True, config=STRICT_KEYS)
class PathSettings:
    """Where things are kept, relative to the project's folder."""

    results: str
    cache: str


Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, config=STRICT_KEYS)
class ValidationSettings:
    """What a model must show before it is let in."""

    golden_prompts: str
    max_tokens: Positive
    logit_tolerance: Annotated[float, Field(ge=0)]
    least_agreement: Share
    least_sane: Share
    least_equivalent: Share
    latency_s: Annotated[float, Field(gt=0)]
    memory_gb: Annotated[float, Field(gt=0)]


@dataclass(frozen=True, config=STRICT_KEYS)
class CacheSettings:
    """How much the cache of models may hold. A gigabyte is 10**9 bytes."""

    limit_gb: Annotated[float, Field(ge=0)] = 10.0
    warn_above_gb: Annotated[float, Field(ge=0)] = 10.0  # flag a model whose files are larger
    pins: tuple[str, ...] = ()  # models, sources or identities that are never evicted


@dataclass(frozen=True, config=STRICT_KEYS)
class ReportSettings:
    """How the report looks."""

    title: str
    page_mb: Annotated[float, Field(ge=0)] = 15.0  # the most that prompts, code and diagnostics add


@dataclass(frozen=True, config=STRICT_KEYS)
class AcceptanceSettings:
    """When a small model may take a large one's place. Rates are shares of 1."""

    tolerated_gap: Share  # of accuracy, to the most accurate model
    least_cost_ratio: Annotated[float, Field(ge=0)]  # how many times cheaper than that one
    latency_p99_ms: Annotated[float, Field(gt=0)]
    least_deterministic: Share  # of the examples, that have the same Rust in every run
    tolerated_distance: Share  # of accuracy, to the frontier at the same cost and latency


class HeldAgainst(StrEnum):
    """Which figure of a pass rate a threshold is held against."""

    MEAN = "mean"
    LOWER_END = "lower_end"  # of the 95 % interval over examples


NotNegative = Annotated[float, Field(ge=0)]


@dataclass(frozen=True, config=STRICT_KEYS)
class GateSettings:
    """What candidates are held to. None: nobody is held to it."""

    models: tuple[str, ...] = ()  # empty: every candidate
    pass_at_1_by: HeldAgainst = HeldAgainst.MEAN
    least_pass_at_1: Share | None = None
    least_compile_rate: Share | None = None
    least_composite_score: Annotated[float, Field(ge=0, le=100)] | None = None
    largest_usd_per_example: NotNegative | None = None
    largest_latency_p95_ms: NotNegative | None = None
    tolerated_cost_increase: NotNegative | None = 1.0  # shares of what it was
    tolerated_latency_increase: NotNegative | None = 1.0


@dataclass(frozen=True, config=STRICT_KEYS)
class ModelSettings:
    """One file of conf/model/."""

    description: str
    engine: str
    role: Role = Role.CANDIDATE
    source: str | None = None  # where the weights come from
    sha256: str | None = None
    temperature: Annotated[float, Field(ge=0)] | None = None
    max_tokens: Positive | None = None
    timeout_ms: Positive | None = None
    top_k: Annotated[int, Field(ge=0)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    stop: tuple[Annotated[str, Field(min_length=1)], ...] = ()  # a reply ends before the first
    batch_size: Positive = 32
    quantization: Quantization = Quantization.NONE
    allow_pickle: bool = False  # let a pickle be downloaded; nothing here ever unpickles it
    package: str | None = None  # for a transpiler: the Python package whose version counts
    command: tuple[str, ...] = ()  # for a transpiler: run beside example.py; for a tool: a template
    output: str | None = None  # for a transpiler: the file that it writes
    failure_text: str | None = None  # for a transpiler: what it writes where it gives up
    tool: Tool | None = None  # for an installed tool on the command line
    recording: str | None = None  # for a replay: the file of replies

    @property
    def converses(self) -> bool:
        """Whether it is a language model, so that it can be told what came of its reply."""
        return any(each is not None for each in (self.source, self.tool, self.recording))


@dataclass(frozen=True)
class Settings:
    """Everything that a build needs to know."""

    tasks: dict[str, Task]
    models: dict[str, ModelSettings]  # controls first, then candidates in the order asked for
    corpus: str | None
    run: RunSettings
    prices: PriceSettings
    paths: PathSettings
    report: ReportSettings
    acceptance: AcceptanceSettings
    validation: ValidationSettings
    cache: CacheSettings
    overrides: tuple[str, ...] = ()  # of the command line, which the others follow from
    gate: GateSettings = GateSettings()
