"""What `ReportBuilder` reports, as a document of tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sse_steps.pareto_analysis import EvalResult, TradeOff
from sse_steps.report.document import Document, Part
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
)
from sse_steps.report_builder import AccuracyOverRuns, BuiltReport, ModelDifference, TaskSummary
from sse_steps.stats.intervals import Interval

_NAME = Column("Model", numeric=False, row_header=True)


def document(report: BuiltReport) -> Document:
    """Return the report as headings, sentences and tables."""
    parts = tuple(_part(task) for task in report.tasks)
    return Document(report.name, parts or (Part("Results", ("No result was added.",), (), ()),))


def _part(task: TaskSummary) -> Part:
    tables = [_ranking(task), _accuracy(task.accuracy)]
    if task.differences:
        tables.append(_differences(task.differences))
    return Part(f"Task {task.task_id}", _sentences(task), tuple(tables), task.caveats)


def _sentences(task: TaskSummary) -> tuple[str, ...]:
    analysis = task.analysis
    frontier = listed(analysis.frontier_models) or "nobody"
    sentences = [f"On the frontier of accuracy, cost and latency: {frontier}."]
    if analysis.value_leader is not None and len(task.results) > 1:
        sentences.append(f"The best value is {analysis.value_leader}'s.")
    return tuple(sentences)


def _ranking(task: TaskSummary) -> Table:
    trade_offs = {each.model_id: each for each in task.analysis.trade_offs}
    behind: dict[str, list[str]] = {}
    for each in task.analysis.dominations:
        behind.setdefault(each.model_id, []).append(each.dominated_by)
    columns = (
        _NAME,
        *(Column(name) for name in ("Accuracy", "$ per 1M tokens", "Latency", "Gap", "Value")),
        Column("Frontier", numeric=False),
    )
    rows = tuple(_ranked(each, trade_offs[each.model_id], task, behind) for each in task.results)
    return Table(
        "Ranking",
        columns,
        rows,
        note=f"Value = (1 - gap) {TIMES} cost ratio {TIMES} latency ratio, against the most "
        "accurate model; above 100 is the target.",
    )


def _ranked(
    result: EvalResult,
    trade_off: TradeOff,
    task: TaskSummary,
    behind: Mapping[str, Sequence[str]],
) -> tuple[str, ...]:
    model, latency = result.model_id, result.latency_s
    if model in task.analysis.frontier_models:
        mixed = model not in task.analysis.convex_frontier_models
        standing = "on it; a mixture is better" if mixed else "on it"
    else:
        standing = f"behind {listed(list(behind.get(model, ())))}" if model in behind else ABSENT
    return (
        model,
        percent(result.accuracy),
        dollars(result.cost),
        milliseconds(None if latency is None else 1000 * latency),
        points(trade_off.accuracy_gap),
        number(trade_off.value_score),
        standing,
    )


def _accuracy(rows: Sequence[AccuracyOverRuns]) -> Table:
    names = ("Runs", "Mean", "Student's t", "Bootstrap, percentile", "Bootstrap, BCa")
    return Table(
        "Accuracy over runs, with 95 % intervals",
        (_NAME, *(Column(name) for name in names)),
        tuple(
            (
                row.model_id,
                f"{row.runs}",
                percent(row.mean),
                *(_interval(each) for each in (row.student_t, row.percentile, row.bca)),
            )
            for row in rows
        ),
        note="Bootstrap: 10,000 resamples, seeded. Over few runs it is narrower than it should be; "
        "Student's t is the one to look at.",
    )


def _differences(rows: Sequence[ModelDifference]) -> Table:
    names = ("Difference", "p, paired t", "p, Welch", "p, Bonferroni", "p, Holm", "Cohen's d")
    return Table(
        "Differences",
        (
            Column("Models", numeric=False, row_header=True),
            *(Column(name) for name in names),
            Column("Significant", numeric=False),
        ),
        tuple(_compared(row) for row in rows),
        note="The first minus the second. Corrected over all pairs: the paired t-test where runs "
        "are paired, else Welch's. Significant: Holm's p is at most 0.05.",
    )


def _compared(row: ModelDifference) -> tuple[str, ...]:
    verdict = {True: "yes", False: "no", None: "not known"}[row.is_significant]
    chances = (row.p_paired_t, row.p_welch, row.p_bonferroni, row.p_holm)
    return (
        f"{row.model_id} and {row.other_id}",
        points(row.difference),
        *(_chance(p) for p in chances),
        ABSENT if row.effect_size is None else f"{row.effect_size:.2f}",
        verdict,
    )


def _chance(p: float | None) -> str:
    if p is None:
        return ABSENT
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}"


def _interval(interval: Interval | None) -> str:
    return ABSENT if interval is None else percent_range(interval.low, interval.high)
