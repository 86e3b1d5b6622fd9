"""Tables about a task as a whole: levels, failures, controls, and how it was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.rows import LevelMetrics, OutcomeCount
from sse_steps.report.table import Column, Table
from sse_steps.report.wording import (
    ABSENT,
    listed,
    percent,
    words,
)


def level_table(report: Report, task: TaskReport) -> Table:
    """Return a row per Py2Rs level with a mark and k/n per candidate."""
    models = [standing.metrics.model for standing in task.standings]
    found = {(row.level, row.model): row for row in task.levels}
    rows = [
        (
            f"{level.level} {level.name}",
            f"{level.weight:g}",
            *(_level_cell(found.get((level.level, model))) for model in models),
        )
        for level in report.levels
    ]
    return Table(
        "Levels",
        (
            Column("Level", numeric=False, row_header=True),
            Column("Weight"),
            *(Column(model) for model in models),
        ),
        tuple(rows),
        note="Examples passed are those of first turns, means over runs.",
    )


def outcome_table(task: TaskReport) -> Table:
    """Return how often each outcome occurred, for candidates only."""
    models = [standing.metrics.model for standing in task.standings]
    counts = {(row.outcome, row.model): row for row in task.outcomes if row.model in models}
    totals: dict[str, int] = {}
    for (outcome, _), row in counts.items():
        totals[outcome] = totals.get(outcome, 0) + row.verdicts
    outcomes = sorted(totals, key=lambda name: (name != "passed", -totals[name], name))
    rows = tuple(
        (words(outcome), *(_count_cell(counts, outcome, model) for model in models))
        for outcome in outcomes
    )
    columns = (
        Column("Outcome", numeric=False, row_header=True),
        *(Column(model) for model in models),
    )
    compiling = [percent(standing.metrics.compile_rate) for standing in task.standings]
    compiles = (("of all, compile", *compiling),) if task.definition.is_code and rows else ()
    note = "Verdicts over all runs, with their share."
    return Table("Outcomes", columns, (*rows, *compiles), note=note)


def error_code_table(task: TaskReport, *, most: int = 5) -> Table:
    """Return the `most` frequent rustc error codes of each candidate."""
    rows = []
    for standing in task.standings:
        codes = [row for row in task.error_codes if row.model == standing.metrics.model]
        frequent = ", ".join(f"{row.error_code} ({row.verdicts:,})" for row in codes[:most])
        rows.append((standing.metrics.model, frequent or ABSENT))
    columns = (
        Column("Model", numeric=False, row_header=True),
        Column("Code (verdicts)", numeric=False),
    )
    return Table("Most frequent compiler errors", columns, tuple(rows))


def control_table(task: TaskReport) -> Table:
    """Return what the controls must score and do."""
    return Table(
        "Controls",
        (
            Column("Control", numeric=False, row_header=True),
            Column("Must score"),
            Column("Scores"),
        ),
        tuple((row.model, percent(row.expected), percent(row.score)) for row in task.controls),
        note="A control that missed its score would have stopped this report.",
    )


def model_table(task: TaskReport) -> Table:
    """Return what each candidate is, what executed it and where its price comes from."""
    rows = []
    for standing in task.standings:
        uses = [use for use in task.engines if use.model == standing.metrics.model]
        rows.append(
            (
                standing.metrics.model,
                standing.metrics.description or ABSENT,
                listed([use.engine for use in uses]),
                _batch_sizes(
                    [size for use in uses for size in (use.batch_size_min, use.batch_size_max)]
                ),
                standing.metrics.price_note or ABSENT,
            )
        )
    names = ("What it is", "Engine", "Batch size", "Price")
    columns = (
        Column("Model", numeric=False, row_header=True),
        *(Column(name, numeric=name == "Batch size") for name in names),
    )
    return Table("Models", columns, tuple(rows))


def _level_cell(row: LevelMetrics | None) -> str:
    if row is None:
        return ABSENT
    passed = f"{row.examples_passed:.1f}".removesuffix(".0")
    return f"{row.mark} {passed}/{row.examples}"


def _count_cell(counts: Mapping[tuple[str, str], OutcomeCount], outcome: str, model: str) -> str:
    row = counts.get((outcome, model))
    return ABSENT if row is None else f"{row.verdicts:,} ({percent(row.share, digits=0)})"


def _batch_sizes(sizes: Sequence[int]) -> str:
    if not sizes:
        return ABSENT
    low, high = min(sizes), max(sizes)
    return f"{low}" if low == high else f"{low} to {high}"
