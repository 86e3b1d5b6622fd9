"""The report's tables as plain text cells, for every format to draw in its own way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.rows import FrontierRow, LevelMetrics, ModelMetrics, OutcomeCount
from sse_steps.report.standing import Standing
from sse_steps.report.wording import (
    ABSENT,
    TIMES,
    dollars,
    listed,
    milliseconds,
    number,
    percent,
    percent_range,
    plural,
    points,
    ratio,
    size,
    words,
)

PASSED_MARK, MISSED_MARK = "●", "○"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: figures are set right, text left; a row header names its row."""

    name: str
    numeric: bool = True
    row_header: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: one cell of plain text per column in every row, and a note on how to read it."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


_Cell = Callable[[Standing], str]


def ranking_table(task: TaskReport) -> Table:
    """Return the candidates, best first, with what the frontier is drawn from."""
    return _by_standing(
        "Ranking",
        task.standings,
        [
            (Column("Model", numeric=False, row_header=True), lambda row: row.metrics.model),
            (Column("Pass@1"), lambda row: percent(row.metrics.pass_at_1)),
            (Column("95 % over examples"), _over_examples),
            (Column("$ per example"), lambda row: dollars(row.metrics.usd_per_example)),
            (Column("Latency p50"), lambda row: milliseconds(row.metrics.latency_p50_ms)),
            (Column("Value"), lambda row: number(row.frontier.value_score)),
            (Column("Frontier", numeric=False), lambda row: frontier_words(row.frontier)),
        ],
        note=f"Value = (1 - accuracy gap) {TIMES} cost ratio {TIMES} latency ratio, against the "
        "most accurate model on the frontier; above 100 is the target.",
    )


def accuracy_table(task: TaskReport) -> Table:
    """Return how far each accuracy can be trusted."""
    return _by_standing(
        "Accuracy in detail",
        task.standings,
        [
            (Column("Model", numeric=False, row_header=True), lambda row: row.metrics.model),
            (Column("Runs"), lambda row: f"{row.metrics.runs}"),
            (Column("Examples"), lambda row: f"{row.metrics.examples}"),
            (Column("Compiles"), lambda row: percent(row.metrics.compile_rate)),
            (Column("95 % over runs"), _over_runs),
            (Column("95 % over examples"), _over_examples),
            (Column("Same in every run"), lambda row: percent(row.metrics.consistency)),
            (Column("Composite score"), lambda row: number(row.metrics.composite_score)),
        ],
        note="Over runs: Student's t. Over examples: Wilson. Composite score: of 100, by the "
        "weights of the levels passed.",
    )


def cost_table(task: TaskReport) -> Table:
    """Return dollars, tokens and sizes."""
    return _by_standing(
        "Cost",
        task.standings,
        [
            (Column("Model", numeric=False, row_header=True), lambda row: row.metrics.model),
            (Column("$ per example"), lambda row: dollars(row.metrics.usd_per_example)),
            (Column("$ per pass"), lambda row: dollars(row.metrics.usd_per_pass)),
            (Column("$ per 1M tokens"), lambda row: dollars(row.metrics.usd_per_1m_tokens)),
            (Column("Tokens in"), lambda row: _tokens(row.metrics.prompt_tokens, row.metrics)),
            (Column("Tokens out"), lambda row: _tokens(row.metrics.completion_tokens, row.metrics)),
            (Column("Size"), lambda row: size(row.metrics.size_bytes)),
        ],
        note="Tokens are means per example.",
    )


def latency_table(task: TaskReport) -> Table:
    """Return the quantiles of the live measurements."""
    return _by_standing(
        "Latency",
        task.standings,
        [
            (Column("Model", numeric=False, row_header=True), lambda row: row.metrics.model),
            (Column("Timed live"), lambda row: f"{row.metrics.latency_measurements:,}"),
            (Column("p50"), lambda row: milliseconds(row.metrics.latency_p50_ms)),
            (Column("p95"), lambda row: milliseconds(row.metrics.latency_p95_ms)),
            (Column("p99"), lambda row: milliseconds(row.metrics.latency_p99_ms)),
            (Column("First batch"), lambda row: milliseconds(row.metrics.latency_cold_ms)),
        ],
        note="From the moment a batch is submitted until the reply is whole. The first batch after "
        "loading is kept apart.",
    )


def trade_off_table(task: TaskReport) -> Table:
    """Return what each candidate gives up and gains against the most accurate one."""
    best = task.standings[0].metrics.model if task.standings else ABSENT
    return _by_standing(
        f"Trade-offs against {best}",
        task.standings,
        [
            (Column("Model", numeric=False, row_header=True), lambda row: row.metrics.model),
            (Column("Accuracy gap"), lambda row: points(row.frontier.accuracy_gap)),
            (Column("Cost ratio"), lambda row: ratio(row.frontier.cost_ratio)),
            (Column("Latency ratio"), lambda row: ratio(row.frontier.latency_ratio)),
            (Column("Value"), lambda row: number(row.frontier.value_score)),
            (Column("Dominated by", numeric=False), _dominating),
        ],
        note=f"A ratio above 1 favours the model. {ABSENT} stands where it has no finite value.",
    )


def level_table(report: Report, task: TaskReport) -> Table:
    """Return a row per Py2Rs level with a mark and k/n per candidate, and the composite score."""
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
    total = f"{sum(level.weight for level in report.levels):g}"
    scores = [number(standing.metrics.composite_score) for standing in task.standings]
    return Table(
        "Levels",
        (
            Column("Level", numeric=False, row_header=True),
            Column("Weight"),
            *(Column(model) for model in models),
        ),
        (*rows, ("Composite score of 100", total, *scores)),
        note=f"{PASSED_MARK} passed at the first turn: at least half of the level's examples pass. "
        f"{MISSED_MARK} not passed. Examples passed are means over runs.",
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
    return Table("Outcomes", columns, rows, note="Verdicts over all runs, with their share.")


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


def measurement_table(report: Report, task: TaskReport) -> Table:
    """Return the conditions that hold for every figure of the task."""
    isolation = listed([row.isolation for row in task.isolation]) or ABSENT
    facts = (
        ("Tested examples", plural(task.examples, "example")),
        ("Isolation of the code under test", isolation),
        *report.provenance.facts,
        ("Configuration", report.provenance.config_hash),
    )
    columns = (
        Column("Condition", numeric=False, row_header=True),
        Column("Value", numeric=False),
    )
    return Table("Conditions", columns, facts)


def frontier_words(row: FrontierRow) -> str:
    """Say where a model stands on the frontier."""
    if not row.on_frontier:
        more = f" and {len(row.dominated_by) - 1} more" if len(row.dominated_by) > 1 else ""
        return f"behind {row.dominated_by[0]}{more}"
    return "on it" if row.on_convex_frontier else "on it; a mixture is better"


def _by_standing(
    caption: str,
    standings: Sequence[Standing],
    columns: Sequence[tuple[Column, _Cell]],
    *,
    note: str = "",
) -> Table:
    rows = tuple(tuple(cell(standing) for _, cell in columns) for standing in standings)
    return Table(caption, tuple(column for column, _ in columns), rows, note)


def _dominating(row: Standing) -> str:
    return listed(row.frontier.dominated_by) or ABSENT


def _over_examples(row: Standing) -> str:
    return percent_range(row.metrics.wilson_low, row.metrics.wilson_high)


def _over_runs(row: Standing) -> str:
    if row.metrics.zero_spread:
        return f"{percent(row.metrics.pass_at_1)}, no spread"
    return percent_range(row.metrics.ci_low, row.metrics.ci_high)


def _tokens(total: int | None, metrics: ModelMetrics) -> str:
    return ABSENT if total is None else f"{total / metrics.completions:,.0f}"


def _level_cell(row: LevelMetrics | None) -> str:
    if row is None:
        return ABSENT
    mark = PASSED_MARK if row.is_passed else MISSED_MARK
    passed = f"{row.examples_passed:.1f}".removesuffix(".0")
    return f"{mark} {passed}/{row.examples}"


def _count_cell(counts: dict[tuple[str, str], OutcomeCount], outcome: str, model: str) -> str:
    row = counts.get((outcome, model))
    return ABSENT if row is None else f"{row.verdicts:,} ({percent(row.share, digits=0)})"


def _batch_sizes(sizes: Sequence[int]) -> str:
    if not sizes:
        return ABSENT
    low, high = min(sizes), max(sizes)
    return f"{low}" if low == high else f"{low} to {high}"
