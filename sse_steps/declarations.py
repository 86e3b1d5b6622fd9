"""What the results database is told beside what was measured: settings and records as rows."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

from sse_steps.corpus.examples_file import cases_to_json, read_any_examples
from sse_steps.corpus.summary import read_counts
from sse_steps.infer.prompt import build_request
from sse_steps.models.line import StageRecord
from sse_steps.prices import PriceSettings, price_of
from sse_steps.records import Example
from sse_steps.settings import AcceptanceSettings
from sse_steps.slices import MetricsSlice, TaskMetrics
from sse_steps.sql.sources import (
    ConversionRow,
    CorpusRow,
    Criterion,
    CriterionRow,
    FactRow,
    GateRow,
    ModelRow,
    PriceRow,
    ProgramRow,
    TaskRow,
)

Stages = Mapping[str, StageRecord]


def model_rows(settings: MetricsSlice, stages: Stages) -> tuple[ModelRow, ...]:
    """Return the models that were asked for, with the size of their weights as they run."""
    return tuple(
        ModelRow(
            name,
            model.role,
            model.description,
            _size(stages.get(name)),
            model.engine,
            price_of(model.tool, settings.prices_of.get(name, settings.prices)).note,
        )
        for name, model in settings.models.items()
    )


def corpus_rows(corpora: Mapping[str, Path]) -> tuple[CorpusRow, ...]:
    """Return how much of each task's corpus could be used."""
    return tuple(CorpusRow(task, **asdict(read_counts(path))) for task, path in corpora.items())


def conversion_rows(stages: Stages) -> tuple[ConversionRow, ...]:
    """Return how each model's weights differ from their source."""
    return tuple(
        ConversionRow(model, **stage.details["conversion"])
        for model, stage in stages.items()
        if stage.skip is None
    )


def gate_rows(stages: Stages) -> Iterator[GateRow]:
    """Yield what every gate found about every model."""
    for model, stage in stages.items():
        for finding in stage.findings:
            seen = asdict(finding)
            del seen["remedy"]
            yield GateRow(model=model, **seen)


def price_row(prices: PriceSettings) -> PriceRow:
    """Return what the machine was declared to cost."""
    return PriceRow(
        date=prices.date,
        machine=prices.machine,
        usd_per_hour=prices.usd_per_hour,
        source=prices.source,
        watts=prices.watts,
        usd_per_kwh=prices.usd_per_kwh,
        energy_source=prices.energy_source,
        usd_per_second=prices.usd_per_second,
        sha256=prices.sha256,
    )


def criterion_rows(settings: AcceptanceSettings) -> tuple[CriterionRow, ...]:
    """Return when a small model may take a large one's place."""
    return (
        CriterionRow(Criterion.ACCURACY_GAP, settings.tolerated_gap),
        CriterionRow(Criterion.COST_RATIO, settings.least_cost_ratio),
        CriterionRow(Criterion.LATENCY_P99_MS, settings.latency_p99_ms),
        CriterionRow(Criterion.DETERMINISTIC, settings.least_deterministic),
        CriterionRow(Criterion.FRONTIER_DISTANCE, settings.tolerated_distance),
    )


def task_row(name: str, task: TaskMetrics) -> TaskRow:
    """Return what a task declares about its answers."""
    rules = task.ground_truth.answer_rules
    return TaskRow(
        task=name,
        ground_truth=task.ground_truth.type,
        answer_metric=None if rules is None else rules.metric,
        labels=json.dumps([] if rules is None else rules.labels),
        metrics=json.dumps(task.metrics),
        turns=task.turns,
    )


def fact_rows(compiler: str) -> tuple[FactRow, ...]:
    """Return the versions that decide what is expected and what compiles."""
    return (
        FactRow("Python", platform.python_version()),
        FactRow("rustc", compiler.partition("\n")[0]),
        FactRow("single-shot-eval", metadata.version("single-shot-eval")),
    )


def program_rows(
    tasks: Mapping[str, TaskMetrics], examples: Mapping[str, Path]
) -> Iterator[ProgramRow]:
    """Yield what was asked about every example, as models get it in the first turn."""
    for task, path in examples.items():
        for example in read_any_examples(path):
            request = build_request(example, tasks[task].prompts)
            cases = (
                cases_to_json(example.cases)
                if isinstance(example, Example)
                else list(example.answers)
            )
            yield ProgramRow(
                task,
                example.id,
                example.python if isinstance(example, Example) else None,
                example.signature if isinstance(example, Example) else None,
                request.system,
                request.user,
                json.dumps(cases, ensure_ascii=False),
                example.reference,
            )


def _size(stage: StageRecord | None) -> int | None:
    """Return the bytes of a model's weights as they run; None where it has none or was skipped."""
    return stage.details["bytes"] if stage is not None and stage.skip is None else None
