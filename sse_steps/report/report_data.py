"""What the report says, as plain records: read from the results database, nothing rendered yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sse_steps.corpus.levels import Level
from sse_steps.report.acceptance import Acceptance, acceptances
from sse_steps.report.answer_rows import AnswerMetrics, LabelRates, TaskDefinition
from sse_steps.report.caveats import caveats, corpus_caveats, turn_caveats
from sse_steps.report.frontier_details import FrontierDetails, frontier_details
from sse_steps.report.headline import Headline, headline
from sse_steps.report.line_rows import GateFinding, QuantizationRow, SkippedModel
from sse_steps.report.options import ReportOptions
from sse_steps.report.provenance_data import Provenance as Provenance  # noqa: PLC0414 - for readers
from sse_steps.report.rows import (
    AcceptanceRow,
    Control,
    CorpusUse,
    Divergence,
    EngineUse,
    EquivalenceCount,
    ErrorCode,
    ExampleRow,
    FrontierRow,
    Isolation,
    LevelMetrics,
    ModelMetrics,
    ModelRun,
    OutcomeCount,
    Py2rsScore,
    TurnMetrics,
)
from sse_steps.report.standing import Standing, standings
from sse_steps.report.task_statistics import TaskStatistics, task_statistics
from sse_steps.sql.database import check_database, read_records
from sse_steps.tasks import Evaluation, GroundTruth


@dataclass(frozen=True, slots=True)
class TaskReport:
    """All that is said about one task. `standings` are the candidates, best first."""

    task: str
    headline: Headline
    standings: tuple[Standing, ...]
    frontier: FrontierDetails
    examples: int
    levels: tuple[LevelMetrics, ...]
    scores: tuple[Py2rsScore, ...]
    turns: tuple[TurnMetrics, ...]
    outcomes: tuple[OutcomeCount, ...]
    error_codes: tuple[ErrorCode, ...]
    equivalence: tuple[EquivalenceCount, ...]
    divergences: tuple[Divergence, ...]
    controls: tuple[Control, ...]
    engines: tuple[EngineUse, ...]
    isolation: tuple[Isolation, ...]
    skipped: tuple[SkippedModel, ...]
    quantizations: tuple[QuantizationRow, ...]
    flags: tuple[GateFinding, ...]
    statistics: TaskStatistics
    definition: TaskDefinition
    answers: tuple[AnswerMetrics, ...]
    label_rates: tuple[LabelRates, ...]
    caveats: tuple[str, ...]
    acceptances: tuple[Acceptance, ...] = ()
    runs: tuple[ModelRun, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report; no tasks where nothing was evaluated."""

    title: str
    tasks: tuple[TaskReport, ...]
    levels: tuple[Level, ...]
    provenance: Provenance


def load_report(database: Path, options: ReportOptions, provenance: Provenance) -> Report:
    """Read the report from the results database.

    Raises:
        ControlError: a control missed the score that it must have.
        DataCheckError: another check under sql/checks returned rows.
    """
    check_database(database)
    metrics = read_records(database, "model_metrics", ModelMetrics)
    skipped = read_records(database, "skipped_models", SkippedModel)
    tasks = sorted({row.task for row in metrics} | {row.task for row in skipped})
    return Report(
        title=options.title,
        tasks=tuple(_task_report(database, task, options) for task in tasks),
        levels=read_records(database, "levels", Level),
        provenance=provenance,
    )


def _task_report(database: Path, task: str, options: ReportOptions) -> TaskReport:
    metrics = read_records(database, "model_metrics", ModelMetrics, task=task)
    frontier = read_records(database, "frontier", FrontierRow, task=task)
    examples = read_records(database, "examples", ExampleRow, task=task)
    ranked = standings(metrics, frontier)
    controls = read_records(database, "controls", Control, task=task)
    untested = sum(not example.is_tested for example in examples)
    definition = _definition(database, task)
    turns = read_records(database, "turns", TurnMetrics, task=task)
    return TaskReport(
        task=task,
        headline=headline(ranked, options),
        standings=ranked,
        frontier=frontier_details(database, task),
        examples=len(examples) - untested,
        levels=read_records(database, "level_metrics", LevelMetrics, task=task),
        scores=read_records(database, "composite_scores", Py2rsScore, task=task),
        turns=turns,
        outcomes=read_records(database, "outcome_counts", OutcomeCount, task=task),
        error_codes=read_records(database, "error_codes", ErrorCode, task=task),
        equivalence=read_records(database, "equivalence", EquivalenceCount, task=task),
        divergences=read_records(database, "divergences", Divergence, task=task),
        controls=controls,
        engines=read_records(database, "engines", EngineUse, task=task),
        isolation=read_records(database, "isolation_levels", Isolation, task=task),
        skipped=read_records(database, "skipped_models", SkippedModel, task=task),
        quantizations=read_records(database, "quantizations", QuantizationRow, task=task),
        flags=_flags(database, ranked),
        statistics=task_statistics(database, task),
        definition=definition,
        answers=read_records(database, "answer_metrics", AnswerMetrics, task=task),
        label_rates=read_records(database, "label_metrics", LabelRates, task=task),
        caveats=(
            *caveats(ranked, controls, untested=untested, options=options),
            *(turn_caveats(definition.turns, turns) if definition.is_code else ()),
            *corpus_caveats(read_records(database, "corpora", CorpusUse, task=task)),
        ),
        acceptances=acceptances(
            ranked, read_records(database, "acceptance", AcceptanceRow, task=task)
        ),
        runs=read_records(database, "model_runs", ModelRun, task=task),
    )


def _definition(database: Path, task: str) -> TaskDefinition:
    """Return what a task declares; one that is not declared is what a task file says by default."""
    found = read_records(database, "tasks", TaskDefinition, task=task)
    default = TaskDefinition(task, GroundTruth.COMPILER, None, [], list(Evaluation().metrics))
    return found[0] if found else default


def _flags(database: Path, ranked: Sequence[Standing]) -> tuple[GateFinding, ...]:
    """Return the gates that flagged a model which took part all the same."""
    names = {standing.metrics.model for standing in ranked}
    found = read_records(database, "gates", GateFinding)
    return tuple(row for row in found if row.model in names and not row.passed)
