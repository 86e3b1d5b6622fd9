"""The report as GitHub-flavoured Markdown."""

from __future__ import annotations

import html
import re

from sse_steps.printable import on_one_line
from sse_steps.report.chart_files import ChartFile, alternative_text, caption
from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.sections import Section, sections
from sse_steps.report.table import Table


def render_markdown(report: Report) -> str:
    """Return the report as Markdown that shows the charts of `ChartFile`, which lie beside it."""
    parts = [f"# {escape(report.title)}"]
    if not report.tasks:
        parts.append("Nothing was evaluated.")
    shown: set[ChartFile] = set()  # a chart has a panel for each task, and stands at the first
    for task in report.tasks:
        parts += _task(report, task, shown)
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Return `text` so that Markdown shows it as it is, on one line, in a table cell or outside.

    Underscores inside words mark nothing and stay readable.
    """
    plain = html.escape(on_one_line(text), quote=False)
    marked = re.sub(r"([\\`*\[\]|$~#])", r"\\\1", plain)
    return re.sub(r"(?<!\w)_|_(?!\w)", r"\\_", marked)


def _task(report: Report, task: TaskReport, shown: set[ChartFile]) -> list[str]:
    parts = [
        f"## Task {escape(task.task)}",
        f"**{escape(task.headline.answer)}.** {escape(task.headline.sentence)}",
        escape(task.headline.yardstick),
    ]
    for section in sections(report, task):
        parts += _section(section)
        for file in (each for each in section.charts if each not in shown):
            parts += [f"![{escape(alternative_text(file, task))}]({file})", _small(caption(file))]
            shown.add(file)
    return parts


def _small(text: str) -> str:
    return f"<sub>{escape(text)}</sub>"


def _section(section: Section) -> list[str]:
    parts = [f"### {escape(section.title)}"]
    for table in section.tables:
        if len(section.tables) > 1:
            parts.append(f"**{escape(table.caption)}**")
        parts.append(markdown_table(table))
        if table.note:
            parts.append(_small(table.note))
    if section.caveats:
        parts.append("\n".join(f"- {escape(caveat)}" for caveat in section.caveats))
    return parts


def markdown_table(table: Table) -> str:
    """Return a table in Markdown, every cell escaped."""
    header = [escape(column.name) for column in table.columns]
    rule = ["---:" if column.numeric else "---" for column in table.columns]
    body = [
        [
            _code(cell) if column.code else escape(cell)
            for column, cell in zip(table.columns, row, strict=True)
        ]
        for row in table.rows
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [header, rule, *body])


def _code(text: str) -> str:
    """Return a text to be copied as code, but not one that could end the code or the cell."""
    plain = on_one_line(text)
    return escape(text) if not plain or re.search(r"[`|<\\]", plain) else f"`{plain}`"
