"""The report as GitHub-flavoured Markdown."""

from __future__ import annotations

import html
import re

from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.sections import Section, sections
from sse_steps.report.table import Table
from sse_steps.report.wording import printable


def render_markdown(report: Report, *, chart: str = "pareto.svg") -> str:
    """Return the report as Markdown that shows the image at `chart`, a path relative to it."""
    parts = [f"# {escape(report.title)}"]
    if not report.tasks:
        parts.append("Nothing was evaluated.")
    for number, task in enumerate(report.tasks):
        parts += _task(report, task, chart if number == 0 else None)
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Return `text` so that Markdown shows it as it is, on one line, in a table cell or outside.

    Underscores inside words mark nothing and stay readable.
    """
    plain = html.escape(printable(text), quote=False)
    marked = re.sub(r"([\\`*\[\]|$~#])", r"\\\1", plain)
    return re.sub(r"(?<!\w)_|_(?!\w)", r"\\_", marked)


def _task(report: Report, task: TaskReport, chart: str | None) -> list[str]:
    parts = [
        f"## Task {escape(task.task)}",
        f"**{escape(task.headline.answer)}.** {escape(task.headline.sentence)}",
        escape(task.headline.yardstick),
    ]
    for section in sections(report, task):
        parts += _section(section)
        if section.has_chart and chart:
            parts.append(f"![Pareto chart: cost per example against examples passed]({chart})")
    parts += ["### Caveats", "\n".join(f"- {escape(caveat)}" for caveat in task.caveats)]
    return parts


def _section(section: Section) -> list[str]:
    parts = [f"### {escape(section.title)}"]
    for table in section.tables:
        if len(section.tables) > 1:
            parts.append(f"**{escape(table.caption)}**")
        parts.append(_table(table))
        if table.note:
            parts.append(f"<sub>{escape(table.note)}</sub>")
    return parts


def _table(table: Table) -> str:
    header = [escape(column.name) for column in table.columns]
    rule = ["---:" if column.numeric else "---" for column in table.columns]
    body = [[escape(cell) for cell in row] for row in table.rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [header, rule, *body])
