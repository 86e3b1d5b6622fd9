"""The report's ranking for a terminal."""

from __future__ import annotations

import textwrap

from rich import box
from rich.table import Table as RichTable
from rich.text import Text

from sse_steps.printable import on_one_line
from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.standing_tables import ranking_table
from sse_steps.report.table import Table
from sse_steps.report.turn_tables import mark_lines
from sse_steps.report.wording import listed


def render_table(report: Report) -> RichTable:
    """Return the ranking of every task below its headline; names are text, never markup."""
    grid = RichTable.grid(padding=(0, 0, 1, 0))
    for task in report.tasks:
        answer = Text(f"{task.headline.answer}. ", style="bold")
        answer.append(on_one_line(task.headline.sentence), style="not bold")
        grid.add_row(answer)
        grid.add_row(_ranking(ranking_table(task), on_one_line(task.task)))
        grid.add_row(Text("\n".join(on_one_line(line) for line in mark_lines(report, task))))
        if diverging := _diverging(task):
            grid.add_row(Text(on_one_line(diverging)))
        for skipped in task.skipped:
            grid.add_row(Text(on_one_line(f"{skipped.model} took no part: {skipped.reason}")))
    if not report.tasks:
        grid.add_row(Text("Nothing was evaluated."))
    return grid


def _diverging(task: TaskReport) -> str:
    """Say in a line whose passing programs differ from their Python, if any does."""
    candidates = {standing.metrics.model for standing in task.standings}
    found = [row for row in task.equivalence if row.diverged and row.model in candidates]
    counts = [f"{row.model} {row.diverged:,} of {row.checked:,}" for row in found]
    return (
        f"Passing programs that differ from their Python on other inputs: {listed(counts)}."
        if found
        else ""
    )


def _ranking(table: Table, task: str) -> RichTable:
    rich_table = RichTable(
        title=Text(task), title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    for index, column in enumerate(table.columns):
        rich_table.add_column(
            _heading(table, index),
            justify="right" if column.numeric else "left",
            overflow="fold",
            no_wrap=column.numeric,  # names give way, figures stay whole
        )
    for row in table.rows:
        rich_table.add_row(*(Text(on_one_line(cell)) for cell in row))
    return rich_table


def _heading(table: Table, index: int) -> Text:
    """Break the heading over lines no wider than the column's cells."""
    name = on_one_line(table.columns[index].name)
    width = max((len(row[index]) for row in table.rows), default=0) or len(name)
    return Text("\n".join(textwrap.wrap(name, width, break_long_words=False)))
