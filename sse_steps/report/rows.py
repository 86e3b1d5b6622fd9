"""Rows of the results database that the report reads; fields are columns of a view."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelMetrics:
    """A row of `model_metrics`. Rates are 0 to 1, latencies milliseconds, None not measured."""

    task: str
    model: str
    role: str
    runs: int
    examples: int
    pass_at_1: float | None
    ci_low: float | None
    ci_high: float | None
    wilson_low: float | None
    wilson_high: float | None
    zero_spread: bool | None
    compile_rate: float | None
    composite_score: float | None
    without_tokens: int
    prompt_tokens: int | None
    completion_tokens: int | None
    prompt_usd: float | None
    completion_usd: float | None
    usd_per_1m_tokens: float | None
    usd_per_example: float | None
    usd_per_pass: float | None
    verification_usd_per_example: float | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    latency_p99_ms: float | None
    latency_cold_ms: float | None
    latency_basis: str | None
    latency_measurements: int
    latency_batch_size: int | None
    consistency: float | None
    size_bytes: int | None
    description: str | None
    price_note: str | None
    completions: int
    cached: int
    replayed: int
    cut_off: int
    timed_out: int
    failed: int
    first_error: str | None
    infrastructure_errors: int


@dataclass(frozen=True, slots=True)
class FrontierRow:
    """A row of `frontier`: a candidate beside the most accurate model on the frontier."""

    task: str
    model: str
    on_frontier: bool
    on_convex_frontier: bool
    on_frontier_with_size: bool | None
    dominated_by: list[str]
    accuracy_gap: float
    cost_ratio: float | None
    latency_ratio: float | None
    value_score: float | None


@dataclass(frozen=True, slots=True)
class LevelMetrics:
    """A row of `level_metrics`."""

    task: str
    model: str
    level: int
    name: str
    weight: float
    examples: int
    examples_passed: float
    is_passed: bool
    is_passed_later: bool
    mark: str


@dataclass(frozen=True, slots=True)
class Py2rsScore:
    """A row of `composite_scores`; `marks` has one for each level."""

    task: str
    model: str
    composite_score: float
    levels_tested: int
    levels_passed: int
    passed_levels: list[int]
    levels_passed_later: list[int]
    marks: str


@dataclass(frozen=True, slots=True)
class TurnMetrics:
    """A row of `turns`; what ends in `so_far` adds up the turns before it."""

    task: str
    model: str
    turn: int
    attempts: int
    asked: int
    unanswered: int
    passed_here: int
    passed_so_far: int
    pass_rate_so_far: float
    wilson_low_so_far: float
    wilson_high_so_far: float
    prompt_tokens_so_far: int | None
    completion_tokens_so_far: int | None
    cost_usd_so_far: float | None
    usd_per_pass_so_far: float | None
    latency_p50_ms: float | None
    latency_so_far_p50_ms: float | None


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """A row of `outcome_counts`."""

    task: str
    model: str
    outcome: str
    verdicts: int
    share: float


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A row of `error_codes`: how often rustc gave this code, most frequent at rank 1."""

    task: str
    model: str
    rank: int
    error_code: str
    verdicts: int


@dataclass(frozen=True, slots=True)
class Control:
    """A row of `controls`."""

    task: str
    model: str
    role: str
    score: float | None
    expected: float


@dataclass(frozen=True, slots=True)
class EquivalenceCount:
    """A row of `equivalence`: verdicts, and the inputs that they were compared on."""

    task: str
    model: str
    checked: int
    equal: int
    diverged: int
    not_checked: int
    inputs: int


@dataclass(frozen=True, slots=True)
class Divergence:
    """A row of `divergences`; `detail` is the smallest input with both answers."""

    task: str
    model: str
    example: str
    detail: str
    verdicts: int


@dataclass(frozen=True, slots=True)
class EngineUse:
    """A row of `engines`."""

    task: str
    model: str
    engine: str
    completions: int
    batch_size_min: int
    batch_size_max: int


@dataclass(frozen=True, slots=True)
class Isolation:
    """A row of `isolation_levels`."""

    task: str
    isolation: str
    not_enforced: str
    verdicts: int


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """A row of `examples`."""

    task: str
    example: str
    level: int | None  # None: the task is not about programs
    is_tested: bool


@dataclass(frozen=True, slots=True)
class CorpusUse:
    """A row of `corpora`: how much of the task's corpus could be used."""

    task: str
    entries: int
    usable: int
    untested: int
    unusable: int
    not_drawn: int
    cases: int
    cases_left_out: int


@dataclass(frozen=True, slots=True)
class AcceptanceRow:
    """A row of `acceptance`: one criterion. `is_met` is None where that is not known."""

    task: str
    model: str
    criterion: str
    found: float | None
    threshold: float
    is_met: bool | None
    note: str


@dataclass(frozen=True, slots=True)
class ModelRun:
    """A row of `model_runs`: the share of the tested examples that passed in one run."""

    task: str
    model: str
    run: int
    examples: int
    passed: int
    pass_rate: float
