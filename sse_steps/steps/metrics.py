"""Step: completions and verdicts in, a database of metrics out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from sse_steps.corpus.levels import LEVELS
from sse_steps.corpus.summary import read_counts
from sse_steps.models.line import StageRecord, read_stage
from sse_steps.settings import MetricsSlice, TaskMetrics
from sse_steps.sql.database import build_database
from sse_steps.sql.sources import ConversionRow, CorpusRow, GateRow, ModelRow, Sources, TaskRow
from sse_steps.steps.plan import Rows


def run(
    settings: MetricsSlice,
    rows: Rows,
    corpora: dict[str, Path],
    records: dict[str, Path],
    target: Path,
) -> None:
    """Build the results database and check that it does not contradict itself.

    Args:
        settings: the models and the prices.
        rows: what the transpile and the check step wrote.
        corpora: what the corpus step wrote about each task's corpus.
        records: what the validate step wrote about each model with weights.
        target: the database.

    Raises:
        ControlError: a control missed the score that it must have.
        DataCheckError: another check of the data failed.
    """
    prices = settings.prices
    note = f"{prices.usd_per_hour} $/h, {prices.machine}, {prices.date}, {prices.source}"
    stages = {model: read_stage(path) for model, path in records.items()}
    models = tuple(
        ModelRow(name, model.role, model.description, _size(stages.get(name)), model.engine, note)
        for name, model in settings.models.items()
    )
    sources = Sources(
        completions=rows.completions,
        verdicts=rows.verdicts,
        models=models,
        levels=LEVELS,
        corpora=tuple(
            CorpusRow(task, **asdict(read_counts(path))) for task, path in corpora.items()
        ),
        skipped=rows.skipped,
        conversions=tuple(
            ConversionRow(model, **stage.details["conversion"])
            for model, stage in stages.items()
            if stage.skip is None
        ),
        gates=tuple(_gates(stages)),
        tasks=tuple(_task(name, task) for name, task in settings.tasks.items()),
    )
    build_database(target, sources)


def _task(name: str, task: TaskMetrics) -> TaskRow:
    rules = task.ground_truth.answer_rules
    return TaskRow(
        task=name,
        ground_truth=task.ground_truth.type,
        answer_metric=None if rules is None else rules.metric,
        labels=json.dumps([] if rules is None else rules.labels),
        metrics=json.dumps(task.metrics),
    )


def _size(stage: StageRecord | None) -> int | None:
    """Return the bytes of a model's weights as they run; None where it has none or was skipped."""
    return stage.details["bytes"] if stage is not None and stage.skip is None else None


def _gates(stages: Mapping[str, StageRecord]) -> Iterator[GateRow]:
    for model, stage in stages.items():
        for finding in stage.findings:
            seen = asdict(finding)
            del seen["remedy"]
            yield GateRow(model=model, **seen)
