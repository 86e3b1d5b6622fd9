"""What a row of each table is, kept in the database: `duckdb_tables()` has a column for it."""

from __future__ import annotations

import re

import duckdb

from sse_steps.sql import statistic_rows
from sse_steps.sql.checks import sql_text
from sse_steps.sql.scripts import Script, scripts_in


def comment_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Give every table of the marts and of the statistics its comment."""
    there = {name for (name,) in connection.execute("show tables").fetchall()}
    comments = {**{each.name: leading_comment(each) for each in scripts_in("marts")}, **_of_rows()}
    for name in sorted(there & set(comments)):
        connection.execute(f"comment on table {name} is {sql_text(comments[name])}")


def leading_comment(script: Script) -> str:
    """Return the first paragraph of the comment that a script begins with, on one line."""
    found = re.match(r"(?:-- .*\n)*", script.text)
    return " ".join(re.findall(r"^-- (.*)$", found[0] if found else "", re.MULTILINE))


def _of_rows() -> dict[str, str]:
    """Return what the docstrings of the statistics' rows say: 'A row of `TABLE`: what it is'."""
    docs = [each.__doc__ or "" for each in vars(statistic_rows).values() if isinstance(each, type)]
    found = (re.match(r"A row of `(\w+)`: (.*?)(?:\n\n|\Z)", doc, re.DOTALL) for doc in docs)
    return {each[1]: " ".join(each[2].split()) for each in found if each}
