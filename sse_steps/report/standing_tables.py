"""Tables with a row per candidate, best first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sse_steps.report.report_data import TaskReport
from sse_steps.report.rows import FrontierRow, ModelMetrics
from sse_steps.report.standing import Standing
from sse_steps.report.table import Column, Table
from sse_steps.report.wording import (
    ABSENT,
    TIMES,
    dollars,
    listed,
    milliseconds,
    number,
    percent,
    percent_range,
    points,
    ratio,
    size,
)

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
            (Column("Value"), _value),
            (Column("Frontier", numeric=False), lambda row: frontier_words(row.frontier)),
        ],
        note=f"Value = (1 - accuracy gap) {TIMES} cost ratio {TIMES} latency ratio, against the "
        "most accurate model on the frontier; above 100 is the target.",
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
            (Column("$ in"), lambda row: _mean_dollars(row.metrics.prompt_usd, row.metrics)),
            (Column("$ out"), lambda row: _mean_dollars(row.metrics.completion_usd, row.metrics)),
            (Column("$ to verify"), _to_verify),
            (Column("Size"), lambda row: size(row.metrics.size_bytes)),
        ],
        note="Tokens are means per example, and so is what they cost in and out where they have a "
        "price; a model on this machine costs its seconds. To verify: what compiling and testing a "
        "reply takes of this machine, paid by whoever evaluates and in no other figure.",
    )


def latency_table(task: TaskReport) -> Table:
    """Return the quantiles of the live measurements."""
    return _by_standing(
        "Latency",
        task.standings,
        [
            (Column("Model", numeric=False, row_header=True), lambda row: row.metrics.model),
            (Column("Timed"), lambda row: f"{row.metrics.latency_measurements:,}"),
            (Column("p50"), lambda row: milliseconds(row.metrics.latency_p50_ms)),
            (Column("p95"), lambda row: milliseconds(row.metrics.latency_p95_ms)),
            (Column("p99"), lambda row: milliseconds(row.metrics.latency_p99_ms)),
            (Column("First batch"), lambda row: milliseconds(row.metrics.latency_cold_ms)),
        ],
        note="From the moment a batch is submitted until the reply is whole. The first batch after "
        "loading is kept apart. A replayed reply has the latency of its recording.",
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
            (Column("Value"), _value),
            (Column("Dominated by", numeric=False), _dominating),
        ],
        note=f"A ratio above 1 favours the model. {ABSENT} stands where it has no finite value.",
    )


def frontier_words(row: FrontierRow) -> str:
    """Say where a model stands on the frontier."""
    if not row.on_frontier and not row.dominated_by:
        return "passes nothing"
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


def _value(row: Standing) -> str:
    # However cheap it is: who passes nothing is worth nothing.
    return number(row.frontier.value_score) if row.accuracy > 0 else ABSENT


def _dominating(row: Standing) -> str:
    return listed(row.frontier.dominated_by) or ABSENT


def _over_examples(row: Standing) -> str:
    return percent_range(row.metrics.wilson_low, row.metrics.wilson_high)


def _mean_dollars(total: float | None, metrics: ModelMetrics) -> str:
    return ABSENT if total is None else dollars(total / metrics.completions)


def _to_verify(row: Standing) -> str:
    return dollars(row.metrics.verification_usd_per_example)


def _tokens(total: int | None, metrics: ModelMetrics) -> str:
    counted = metrics.completions - metrics.without_tokens
    return ABSENT if total is None or not counted else f"{total / counted:,.0f}"
