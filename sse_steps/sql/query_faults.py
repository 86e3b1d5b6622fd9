"""What DuckDB says against a query, as what is wrong and where, and what may have been meant."""

from __future__ import annotations

import json
import re
from typing import Any

import duckdb

from sse_steps.errors import QueryError

_CANDIDATES = re.compile(r"^(?:Candidate bindings|Did you mean)\b.*$", re.MULTILINE)
_EXCERPT = 60


def query_error(fault: duckdb.Error, query: str) -> QueryError:
    """Return the fault as two lines: DuckDB's message with the place, then a remedy.

    DuckDB says it as JSON where the setting `errors_as_json` is on.
    """
    said = _said(fault)
    message = str(said.get("exception_message", ""))
    plain = " ".join(_CANDIDATES.sub("", message).split()).rstrip(".!")
    place = _place(query, said.get("position"))
    return QueryError(f"The query fails{place}: {plain}.", _remedy(message, said))


def first_line(fault: duckdb.Error) -> str:
    """Return what DuckDB says, without what follows its first line."""
    return str(fault).splitlines()[0]


def _said(fault: duckdb.Error) -> dict[str, Any]:
    text = str(fault)
    try:
        said = json.loads(text[text.index("{") :])
    except ValueError:  # also where there is no brace
        said = None
    return said if isinstance(said, dict) else {"exception_message": text}


def _place(query: str, position: object) -> str:
    """Return ' at line L, column C ("...")'; `position` counts bytes."""
    if position is None:
        return ""
    before = query.encode()[: int(str(position))].decode(errors="ignore")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    here = query[len(before) :].partition("\n")[0].rstrip()
    shown = here if len(here) <= _EXCERPT else f"{here[:_EXCERPT]}…"
    return f" at line {line}, column {column} ('{shown}')" if shown else f" at its end, line {line}"


def _remedy(message: str, said: dict[str, Any]) -> str:
    """Return the nearest names where DuckDB knows some, and else where to look."""
    found = _CANDIDATES.search(message)
    names = re.findall(r'"([^"]+)"', found[0]) if found else []
    if names:
        return f"Did you mean {' or '.join(repr(name) for name in names[:3])}?"
    kind = said.get("exception_type")
    if kind == "Permission":
        return (
            "A query sees the results alone; --csv, --json and --parquet write its rows to a file."
        )
    if kind == "Invalid Input":
        return "A query reads the results and changes nothing: write a select."
    return (
        "doit sql lists the tables; their columns are in docs/results.md, the language in DuckDB's."
    )
