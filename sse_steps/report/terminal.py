"""The report's ranking for a terminal."""

from __future__ import annotations

from rich import box
from rich.table import Table as RichTable
from rich.text import Text

from sse_steps.report.report_data import Report
from sse_steps.report.tables import Table, ranking_table
from sse_steps.report.wording import printable


def render_table(report: Report) -> RichTable:
    """Return the ranking of every task below its headline; names are text, never markup."""
    grid = RichTable.grid(padding=(0, 0, 1, 0))
    for task in report.tasks:
        answer = Text(f"{task.headline.answer}. ", style="bold")
        answer.append(printable(task.headline.sentence), style="not bold")
        grid.add_row(answer)
        grid.add_row(_ranking(ranking_table(task), printable(task.task)))
    if not report.tasks:
        grid.add_row(Text("Nothing was evaluated."))
    return grid


def _ranking(table: Table, task: str) -> RichTable:
    rich_table = RichTable(
        title=Text(task), title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    for index, column in enumerate(table.columns):
        rich_table.add_column(
            Text(printable(column.name)),
            justify="right" if column.numeric else "left",
            min_width=_least_width(table, index),
            overflow="fold",
        )
    for row in table.rows:
        rich_table.add_row(*(Text(printable(cell)) for cell in row))
    return rich_table


def _least_width(table: Table, index: int) -> int:
    """Headings may wrap; figures may not, nor may names up to a length that fits."""
    widest = max((len(row[index]) for row in table.rows), default=0)
    column = table.columns[index]
    return widest if column.numeric else min(widest, 16 if column.row_header else 8)
