"""Relations of the results database that come from outside SQL."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, get_args, get_type_hints

import duckdb

from sse_steps.sql.checks import sql_text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def load_parquet(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    record_type: type[DataclassInstance],
    paths: Sequence[Path],
) -> None:
    """Create a temporary view of Parquet files, empty where there is none."""
    if not paths:
        load_rows(connection, relation, record_type, ())
        return
    names = ", ".join(sql_text(str(path)) for path in paths)
    connection.execute(
        f"create temp view {relation} as "  # noqa: S608 -- a view takes no parameters; names are quoted
        f"select * from read_parquet([{names}], union_by_name = true)"
    )


def load_rows(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    record_type: type[DataclassInstance],
    rows: Sequence[DataclassInstance],
    *,
    temporary: bool = True,
) -> None:
    """Create a table of rows; `record_type`'s fields name its columns."""
    types = _column_types(record_type)
    # A list for each column: one statement for all rows, where a statement for each takes long.
    columns = ", ".join(
        f"unnest(cast(${name} as {kind}[])) as {name}" for name, kind in types.items()
    )
    kind = "temp table" if temporary else "table"
    connection.execute(
        f"create {kind} {relation} as select {columns}",
        {name: [getattr(row, name) for row in rows] for name in types},
    )


def _column_types(record_type: type[DataclassInstance]) -> dict[str, str]:
    """Return the SQL type of each field: the first of a union's members is the one with values."""
    sql_types = {bool: "boolean", int: "bigint", float: "double", str: "varchar"}
    kinds = {}
    for name, hint in get_type_hints(record_type).items():
        plain = (get_args(hint) or (hint,))[0]
        kinds[name] = sql_types[str if issubclass(plain, StrEnum) else plain]
    return kinds
