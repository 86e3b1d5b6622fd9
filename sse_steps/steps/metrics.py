"""Step: completions and verdicts in, a database of metrics out."""

from __future__ import annotations

import json
import platform
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path

from sse_steps.corpus.examples_file import cases_to_json, read_examples
from sse_steps.corpus.levels import LEVELS
from sse_steps.corpus.summary import read_counts
from sse_steps.infer.prompt import build_request
from sse_steps.models.line import StageRecord, read_stage
from sse_steps.prices import PriceSettings, price_of
from sse_steps.settings import AcceptanceSettings, MetricsSlice
from sse_steps.sql.database import build_database
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
    Sources,
)
from sse_steps.steps import machine
from sse_steps.steps.plan import Rows
from sse_steps.store import write_parquet
from sse_steps.tasks import Prompts


def run(
    settings: MetricsSlice,
    rows: Rows,
    corpora: dict[str, Path],
    examples: dict[str, Path],
    records: dict[str, Path],
    target: Path,
) -> None:
    """Build the results database and check that it does not contradict itself.

    Args:
        settings: the models, the prices and the prompts.
        rows: what the transpile and the check step wrote.
        corpora: what the corpus step wrote about each task's corpus.
        examples: the examples themselves, by task.
        records: what the validate step wrote about each model with weights.
        target: the database.

    Raises:
        ControlError: a control missed the score that it must have.
        DataCheckError: another check of the data failed.
    """
    stages = {model: read_stage(path) for model, path in records.items()}
    models = tuple(
        ModelRow(
            name,
            model.role,
            model.description,
            _size(stages.get(name)),
            model.engine,
            price_of(model.tool, settings.prices).note,
        )
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
        prices=(_price_row(settings.prices),),
        facts=_facts(),
        criteria=_criteria(settings.acceptance),
    )
    with tempfile.TemporaryDirectory(prefix="programs-") as folder:
        programs = Path(folder) / "programs.parquet"
        write_parquet(tuple(_programs(settings.prompts, examples)), ProgramRow, programs)
        build_database(target, replace(sources, programs=(programs,)))


def _price_row(prices: PriceSettings) -> PriceRow:
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


def _facts() -> tuple[FactRow, ...]:
    """Return the versions that decide what is expected and what compiles."""
    return (
        FactRow("Python", platform.python_version()),
        FactRow("rustc", machine.compiler_version().partition("\n")[0]),
        FactRow("single-shot-eval", metadata.version("single-shot-eval")),
    )


def _size(stage: StageRecord | None) -> int | None:
    """Return the bytes of a model's weights as they run; None where it has none or was skipped."""
    return stage.details["bytes"] if stage is not None and stage.skip is None else None


def _programs(prompts: Mapping[str, Prompts], examples: Mapping[str, Path]) -> Iterator[ProgramRow]:
    for task, path in examples.items():
        for example in read_examples(path):
            request = build_request(example, prompts[task])
            yield ProgramRow(
                task,
                example.id,
                example.python,
                example.signature,
                request.system,
                request.user,
                json.dumps(cases_to_json(example.cases), ensure_ascii=False),
                example.reference,
            )


def _criteria(settings: AcceptanceSettings) -> tuple[CriterionRow, ...]:
    return (
        CriterionRow(Criterion.ACCURACY_GAP, settings.tolerated_gap),
        CriterionRow(Criterion.COST_RATIO, settings.least_cost_ratio),
        CriterionRow(Criterion.LATENCY_P99_MS, settings.latency_p99_ms),
        CriterionRow(Criterion.DETERMINISTIC, settings.least_deterministic),
        CriterionRow(Criterion.FRONTIER_DISTANCE, settings.tolerated_distance),
    )


def _gates(stages: Mapping[str, StageRecord]) -> Iterator[GateRow]:
    for model, stage in stages.items():
        for finding in stage.findings:
            seen = asdict(finding)
            del seen["remedy"]
            yield GateRow(model=model, **seen)
