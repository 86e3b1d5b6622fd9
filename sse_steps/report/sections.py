"""The order in which a task is told, the same in Markdown and HTML."""

from __future__ import annotations

from dataclasses import dataclass

from sse_steps.report import tables
from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.tables import Table


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its tables, and whether the Pareto chart stands below them."""

    title: str
    tables: tuple[Table, ...]
    has_chart: bool = False


def sections(report: Report, task: TaskReport) -> tuple[Section, ...]:
    """Return the sections of one task."""
    return (
        Section("Ranking", (tables.ranking_table(task),), has_chart=True),
        Section("Levels", (tables.level_table(report, task),)),
        Section(
            "What it costs, and how long it takes",
            (tables.trade_off_table(task), tables.cost_table(task), tables.latency_table(task)),
        ),
        Section("Why things failed", (tables.outcome_table(task), tables.error_code_table(task))),
        Section(
            "How it was measured",
            (
                tables.accuracy_table(task),
                tables.control_table(task),
                tables.model_table(task),
                tables.measurement_table(report, task),
            ),
        ),
    )
