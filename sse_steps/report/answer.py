"""The rows of a query on the terminal: a table; elsewhere plain columns with every figure whole."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sse_steps.printable import printable
from sse_steps.sql.query import Answer

_MOST_ROWS, _LONGEST_CELL = 200, 300  # on a terminal, which nobody wants flooded


def print_answer(answer: Answer) -> None:
    """Print the rows. Texts in them are strangers': a terminal obeys nothing of what they hold."""
    console = Console(file=sys.stdout)
    if not answer.rows:
        sys.stderr.write("No row answers that.\n")
    if not console.is_terminal:
        sys.stdout.write(plain_text(answer))
        return
    console.print(_table(answer))
    left = len(answer.rows) - _MOST_ROWS
    if left > 0:
        console.print(f"{left:,} more rows: --csv - prints them all", highlight=False)


def plain_text(answer: Answer) -> str:
    """Return the rows as columns of text, numbers flush right, a line each, nothing left out."""
    cells = [answer.columns, *([_whole(value) for value in row] for row in answer.rows)]
    lines = [[printable(cell) for cell in row] for row in cells]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    right = [_is_numeric(answer, index) for index in range(len(answer.columns))]
    return "".join(
        "  ".join(
            cell.rjust(width) if flush_right else cell.ljust(width)
            for cell, width, flush_right in zip(line, widths, right, strict=True)
        ).rstrip()
        + "\n"
        for line in lines
    )


def _table(answer: Answer) -> Table:
    table = Table()
    for index, name in enumerate(answer.columns):
        numeric = _is_numeric(answer, index)
        table.add_column(
            Text(printable(name)), justify="right" if numeric else "left", overflow="fold"
        )
    for row in answer.rows[:_MOST_ROWS]:
        table.add_row(*(_cell(value) for value in row))
    return table


def _cell(value: object) -> Text:
    if value is None:
        return Text("null", style="dim")
    text = f"{value:.6g}" if isinstance(value, float) else _whole(value)
    shown = text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"
    return Text(printable(shown, keep="\n"))


def _whole(value: object) -> str:
    """Return a value as SQL writes it: null, true, [a, b]."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return f"[{', '.join(map(_whole, value))}]"
    return str(value)


def _is_numeric(answer: Answer, index: int) -> bool:
    values = [row[index] for row in answer.rows if row[index] is not None]
    return bool(values) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )
