"""The order in which a task is told, the same in Markdown and HTML."""

from __future__ import annotations

from dataclasses import dataclass

from sse_steps.report import (
    equivalence_tables,
    frontier_tables,
    model_tables,
    standing_tables,
    task_tables,
)
from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.table import Table


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its tables, and whether the Pareto chart stands below them."""

    title: str
    tables: tuple[Table, ...]
    has_chart: bool = False


def sections(report: Report, task: TaskReport) -> tuple[Section, ...]:
    """Return the sections of one task."""
    return (
        Section("Ranking", (standing_tables.ranking_table(task),), has_chart=True),
        Section("Levels", (task_tables.level_table(report, task),)),
        *_shown(
            "Who is worth having",
            frontier_tables.membership_table(task),
            frontier_tables.domination_table(task),
            frontier_tables.mixture_table(task),
            frontier_tables.value_table(task),
        ),
        Section(
            "What it costs, and how long it takes",
            (
                standing_tables.trade_off_table(task),
                standing_tables.cost_table(task),
                standing_tables.latency_table(task),
            ),
        ),
        Section(
            "Why things failed",
            (task_tables.outcome_table(task), task_tables.error_code_table(task)),
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
        ),
        Section(
            "How it was measured",
            (
                standing_tables.accuracy_table(task),
                task_tables.control_table(task),
                task_tables.model_table(task),
                task_tables.measurement_table(report, task),
            ),
        ),
    )


def _shown(title: str, *tables: Table) -> tuple[Section, ...]:
    """Return a section of the tables that have rows; none where there are none."""
    filled = tuple(table for table in tables if table.rows)
    return (Section(title, filled),) if filled else ()
