"""The order in which a task is told, the same in Markdown and HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sse_steps.report import (
    acceptance_tables,
    equivalence_tables,
    frontier_tables,
    label_tables,
    model_tables,
    reproduce_tables,
    standing_tables,
    statistics_tables,
    task_tables,
    turn_tables,
)
from sse_steps.report.chart_files import ChartFile, has_curves
from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.table import Table
from sse_steps.tasks import Metric


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its tables, the charts below them, and sentences to bear in mind."""

    title: str
    tables: tuple[Table, ...]
    charts: tuple[ChartFile, ...] = ()
    caveats: tuple[str, ...] = ()


def sections(report: Report, task: TaskReport) -> tuple[Section, ...]:
    """Return the sections of one task that have something to show, in their order."""
    found = (
        *_answer(task),
        *_what_passes(report, task),
        _what_it_costs(task),
        *_why(task),
        *_how(report, task),
    )
    return tuple(section for section in found if section.tables or section.caveats)


def _answer(task: TaskReport) -> Iterator[Section]:
    """Yield who is good enough, who is worth having, and how sure that is."""
    is_accuracy_asked = Metric.ACCURACY in task.definition.metrics
    ranking = (standing_tables.ranking_table(task),)
    yield Section("Ranking", ranking, charts=(ChartFile.COST_ACCURACY,))
    yield _section(
        "Good enough for production?",
        acceptance_tables.acceptance_table(task),
        acceptance_tables.verdict_table(task),
    )
    yield _section(
        "Who is worth having",
        frontier_tables.membership_table(task),
        frontier_tables.domination_table(task),
        frontier_tables.mixture_table(task),
        frontier_tables.value_table(task),
    )
    yield _section(
        "Can the differences be trusted?",
        statistics_tables.pair_table(task),
        *((statistics_tables.interval_table(task),) if is_accuracy_asked else ()),
        statistics_tables.spread_table(task),
        statistics_tables.pass_at_k_table(task),
        charts=(ChartFile.RUN_SPREAD,) if task.standings else (),
    )
    yield Section("Caveats", (), caveats=task.caveats)


def _what_passes(report: Report, task: TaskReport) -> Iterator[Section]:
    if task.definition.is_code:
        yield _section(
            "Levels", turn_tables.score_table(report, task), task_tables.level_table(report, task)
        )
    yield _section("What another try brings", turn_tables.turn_table(task))
    yield _section("Answers", label_tables.answer_table(task), label_tables.label_table(task))


def _what_it_costs(task: TaskReport) -> Section:
    """Return what the task's file asks for of cost and latency."""
    priced, timed = (metric in task.definition.metrics for metric in (Metric.COST, Metric.LATENCY))
    compared = len(task.standings) > 1
    return _section(
        "What it costs, and how long it takes",
        *((standing_tables.trade_off_table(task),) if compared and (priced or timed) else ()),
        *((standing_tables.cost_table(task),) if priced else ()),
        *((standing_tables.latency_table(task),) if timed else ()),
        charts=(ChartFile.LATENCY_ACCURACY, ChartFile.COST_LATENCY),
    )


def _why(task: TaskReport) -> Iterator[Section]:
    codes = (task_tables.error_code_table(task),) if task.definition.is_code else ()
    yield _section("Why things failed", task_tables.outcome_table(task), *codes)
    yield _section(
        "What the cases do not show",
        equivalence_tables.equivalence_table(task),
        equivalence_tables.divergence_table(task),
    )


def _how(report: Report, task: TaskReport) -> Iterator[Section]:
    """Yield where the models are from, how it was measured, and how to measure it again."""
    yield _section(
        "How the models came here",
        model_tables.skipped_table(task),
        model_tables.quantization_table(task),
        model_tables.flag_table(task),
        charts=(ChartFile.QUANTIZATION,) if has_curves(task) else (),
    )
    yield _section(
        "How it was measured",
        task_tables.control_table(task),
        task_tables.model_table(task),
    )
    yield _section(
        "Everything needed to do it again",
        reproduce_tables.command_table(report),
        reproduce_tables.condition_table(report, task),
        reproduce_tables.asked_table(report, task),
        reproduce_tables.digest_table(report),
        reproduce_tables.price_table(report),
    )


def _section(title: str, *tables: Table, charts: tuple[ChartFile, ...] = ()) -> Section:
    """Return a section of the tables that have rows."""
    return Section(title, tuple(table for table in tables if table.rows), charts=charts)
