"""One query of a person put to the results database, which it can neither change nor leave."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import duckdb

from sse_steps.errors import DataCheckError, QueryError, UserError
from sse_steps.sql.checks import failing_checks, raise_for_failures, sql_text
from sse_steps.sql.database import read_records
from sse_steps.sql.query_faults import first_line, query_error

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Record = TypeVar("Record", bound="DataclassInstance")


class Format(StrEnum):
    """What the rows of an answer can be written as."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


# A pivot is a statement in several parts to DuckDB.
_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.MULTI)
_COPY_OPTIONS = {
    Format.CSV: "format csv, header true",
    Format.JSON: "format json, array true",
    Format.PARQUET: "format parquet",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows that a query returned."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table of the results database, and what a row of it is."""

    name: str
    comment: str
    rows: int


def existing_database(database: Path) -> Path:
    """Return `database` where there is one.

    Raises:
        QueryError: nothing was built there.
    """
    if not database.is_file():
        remedy = "Run doit first; paths.results=FOLDER says where other results are."
        raise QueryError(f"There is no results database at {database}.", remedy)
    return database


def ask(database: Path, query: str) -> Answer:
    """Return the rows of one statement.

    Raises:
        QueryError: there is no database, or it does not take the statement.
    """
    with _closed_database(database) as connection, _faults_of(query):
        _raise_unless_a_select(connection, query)
        cursor = connection.execute(query)
        columns = tuple(column[0] for column in cursor.description or ())
        return Answer(columns, tuple(cursor.fetchall()))


def export(database: Path, query: str, target: Path, kind: Format) -> None:
    """Write the rows of one statement to the file `target`.

    Raises:
        QueryError: there is no database, or it does not take the statement.
    """
    with _closed_database(database, writable=target) as connection, _faults_of(query):
        _raise_unless_a_select(connection, query)
        try:
            relation = connection.sql(query)
        except duckdb.Error:
            ask(database, query)  # which says where the fault is, and that one does not
            raise
        # A relation takes the statement as it is, with its semicolon and its comments.
        relation.query(
            "answer_to_export",
            f"copy answer_to_export to {sql_text(str(target))} "
            f"({_COPY_OPTIONS[kind]}, use_tmp_file false)",
        )


def tables(database: Path) -> tuple[TableInfo, ...]:
    """Return the tables of the database, by name.

    Raises:
        QueryError: there is no database.
    """
    query = (
        "select table_name, coalesce(comment, ''), estimated_size from duckdb_tables() order by all"
    )
    return tuple(TableInfo(*row) for row in ask(database, query).rows)  # type: ignore[arg-type]


def check_warning(database: Path) -> UserError | None:
    """Return what the checks of the data say against the results, if anything."""
    with _closed_database(database) as connection:
        try:
            raise_for_failures(failing_checks(connection), database)
        except UserError as fault:
            return fault
        except duckdb.Error:
            return DataCheckError(
                f"The checks do not fit {database}: another version of this program built it.",
                "Build it again with doit.",
            )
    return None


def read_existing(database: Path, relation: str, record_type: type[Record]) -> tuple[Record, ...]:
    """Return the rows of a relation, as `read_records` does.

    Raises:
        QueryError: there is no database, or it has no such relation with such columns.
    """
    with faults_of_existing(database):
        return read_records(existing_database(database), relation, record_type)


@contextmanager
def faults_of_existing(database: Path) -> Iterator[None]:
    """Turn what DuckDB says of results that are there already into two lines.

    Raises:
        QueryError: they lack a relation or a column, or cannot be opened.
    """
    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException) as fault:
        raise QueryError(
            f"{database} was built by another version of this program: {first_line(fault)}",
            "Build it again with this version: doit.",
        ) from fault
    except duckdb.Error as fault:
        raise _not_opened(database, fault) from fault


@contextmanager
def _closed_database(
    database: Path, writable: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the database to be read, and nothing else but a file to write to.

    DuckDB lets a query write to the path of an open database, even of one that is opened to be
    read. So without `writable` no file is opened any more, and with it the open one is a copy.
    """
    with ExitStack() as stack:
        opened, allowed, disabled = existing_database(database), "", "LocalFileSystem"
        if writable is not None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="query-"))
            opened, allowed, disabled = Path(shutil.copy(opened, folder)), str(writable), ""
        connection = stack.enter_context(_opened(opened, database))
        for setting in (
            "python_enable_replacements = false",  # a query sees no variable of this program
            "errors_as_json = true",
            f"allowed_paths = [{sql_text(allowed) if allowed else ''}]",
            "enable_external_access = false",
            f"disabled_filesystems = '{disabled}'",
            "lock_configuration = true",
        ):
            connection.execute(f"set {setting}")
        yield connection


def _opened(path: Path, database: Path) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(path, read_only=True)
    except duckdb.Error as fault:
        raise _not_opened(database, fault) from fault


def _not_opened(database: Path, fault: duckdb.Error) -> QueryError:
    remedy = "Build it again with doit, or look whether another program holds it."
    return QueryError(f"{database} cannot be opened: {first_line(fault)}", remedy)


@contextmanager
def _faults_of(query: str) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as fault:
        raise query_error(fault, query) from fault


def _raise_unless_a_select(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Raise QueryError unless a query is one statement that reads; DuckDB's show and pivot do."""
    kinds = [statement.type for statement in connection.extract_statements(query)]
    if len(kinds) == 1 and kinds[0] in _READING:
        return
    wrong = {0: "The query is empty.", 1: "The query is no select."}.get(
        len(kinds), f"There are {len(kinds)} statements."
    )
    raise QueryError(wrong, 'Write one select, for instance "from frontier".')
