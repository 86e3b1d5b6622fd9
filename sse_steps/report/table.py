"""A table as plain text cells, for every format to draw in its own way."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column: figures are set right, text left; a row header names its row.

    `code`: to be copied as it stands, such as a command.
    """

    name: str
    numeric: bool = True
    row_header: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: one cell of plain text per column in every row, and a note on how to read it."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
