"""The order in which a task is told, the same in Markdown and HTML."""

from __future__ import annotations

from dataclasses import dataclass

from sse_steps.report import (
    acceptance_tables,
    equivalence_tables,
    label_tables,
    model_tables,
    reproduce_tables,
    standing_tables,
    statistics_tables,
    task_tables,
)
from sse_steps.report.chart_files import ChartFile, has_curves
from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.table import Table
from sse_steps.tasks import Metric


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its tables.

    `has_chart`: a page draws the Pareto chart below them. `charts` are the files of charts that
    Markdown shows there.
    """

    title: str
    tables: tuple[Table, ...]
    has_chart: bool = False
    charts: tuple[ChartFile, ...] = ()


def sections(report: Report, task: TaskReport) -> tuple[Section, ...]:
    """Return the sections of one task: what its metrics and its kind of answer ask for."""
    metrics, is_code = task.definition.metrics, task.definition.is_code
    priced, timed = Metric.COST in metrics, Metric.LATENCY in metrics
    return (
        Section(
            "Ranking",
            (standing_tables.ranking_table(task),),
            has_chart=True,
            charts=(ChartFile.COST_ACCURACY,),
        ),
        *_shown(
            "Good enough for production?",
            acceptance_tables.acceptance_table(task),
            acceptance_tables.verdict_table(task),
        ),
        *_shown(
            "Can the differences be trusted?",
            statistics_tables.pair_table(task),
            statistics_tables.interval_table(task),
            statistics_tables.spread_table(task),
            statistics_tables.pass_at_k_table(task),
        ),
        *_where(is_code, "Levels", task_tables.level_table(report, task)),
        *_shown("Answers", label_tables.answer_table(task), label_tables.label_table(task)),
        *_where(
            priced or timed,
            "What it costs, and how long it takes",
            standing_tables.trade_off_table(task),
            *((standing_tables.cost_table(task),) if priced else ()),
            *((standing_tables.latency_table(task),) if timed else ()),
            charts=(ChartFile.LATENCY_ACCURACY, ChartFile.COST_LATENCY),
        ),
        Section(
            "Why things failed",
            (
                task_tables.outcome_table(task),
                *((task_tables.error_code_table(task),) if is_code else ()),
            ),
        ),
        *_shown(
            "What the cases do not show",
            equivalence_tables.equivalence_table(task),
            equivalence_tables.divergence_table(task),
        ),
        *_shown(
            "How the models came here",
            model_tables.skipped_table(task),
            model_tables.quantization_table(task),
            model_tables.flag_table(task),
            charts=(ChartFile.QUANTIZATION,) if has_curves(task) else (),
        ),
        Section(
            "How it was measured",
            (
                *((standing_tables.accuracy_table(task),) if Metric.ACCURACY in metrics else ()),
                *(table for table in (task_tables.control_table(task),) if table.rows),
                task_tables.model_table(task),
            ),
            charts=(ChartFile.RUN_SPREAD,) if task.standings else (),
        ),
        *_shown(
            "Everything needed to do it again",
            reproduce_tables.command_table(report),
            reproduce_tables.condition_table(report, task),
            reproduce_tables.asked_table(report, task),
            reproduce_tables.digest_table(report),
            reproduce_tables.price_table(report),
        ),
    )


def _where(
    condition: bool,  # noqa: FBT001 - it reads as a sentence
    title: str,
    *tables: Table,
    charts: tuple[ChartFile, ...] = (),
) -> tuple[Section, ...]:
    """Return a section of tables where a condition holds."""
    return (Section(title, tables, charts=charts),) if condition else ()


def _shown(title: str, *tables: Table, charts: tuple[ChartFile, ...] = ()) -> tuple[Section, ...]:
    """Return a section of the tables that have rows; none where there are none."""
    filled = tuple(table for table in tables if table.rows)
    return (Section(title, filled, charts=charts),) if filled else ()
