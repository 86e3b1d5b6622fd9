"""The results database: built whole from Parquet files and declared relations, then read."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import duckdb

from sse_steps.corpus.levels import Level
from sse_steps.records import Completion, JudgementRow, Skipped, VerdictRow
from sse_steps.sql.checks import failing_checks, raise_for_failures
from sse_steps.sql.comments import comment_tables
from sse_steps.sql.relations import load_parquet, load_rows
from sse_steps.sql.scripts import in_order, scripts_in
from sse_steps.sql.sources import (
    ConversionRow,
    CorpusRow,
    CriterionRow,
    FactRow,
    GateRow,
    ModelRow,
    PriceRow,
    ProgramRow,
    Sources,
    TaskRow,
)
from sse_steps.sql.statistics import create_statistics
from sse_steps.stats.intervals import student_t_quantiles
from sse_steps.unfinished import unfinished_folder

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Record = TypeVar("Record", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class _StudentT:
    degrees_of_freedom: float
    t_975: float


def build_database(target: Path, sources: Sources) -> None:
    """Write the results database to `target`: completions, verdicts, marts, statistics, as tables.

    The file holds all that it needs and can be moved. It is written beside `target` and renamed,
    and only then checked, so that a failing check can be looked into.

    Raises:
        ControlError: a control missed the score that it must have.
        DataCheckError: another check under sql/checks returned rows.
    """
    with unfinished_folder(target.parent) as folder:
        partial = folder / target.name
        # One thread: floats are summed in one order, so equal inputs give figures equal to the bit.
        # Beyond its memory DuckDB goes on in a folder beside the file, which is removed with it.
        settings: dict[str, str | bool | int | float | list[str]] = {
            "threads": 1,
            "memory_limit": "1GB",
            # What DuckDB chooses by itself takes four times as long over programs, and more room.
            "force_compression": "zstd",
        }
        with duckdb.connect(partial, config=settings) as connection:
            connection.begin()
            load_sources(connection, sources)
            create_marts(connection)
            create_statistics(connection)
            comment_tables(connection)
            failures = failing_checks(connection)
            connection.commit()
        partial.replace(target)
    raise_for_failures(failures, target)


def load_sources(connection: duckdb.DuckDBPyConnection, sources: Sources) -> None:
    """Create the temporary raw_* relations that staging reads."""
    load_parquet(connection, "raw_completions", Completion, sources.completions)
    load_parquet(connection, "raw_verdicts", VerdictRow, sources.verdicts)
    load_parquet(connection, "raw_judgements", JudgementRow, sources.judgements)
    load_rows(connection, "raw_models", ModelRow, sources.models)
    load_rows(connection, "raw_levels", Level, sources.levels)
    load_rows(connection, "raw_corpora", CorpusRow, sources.corpora)
    load_parquet(connection, "raw_skipped", Skipped, sources.skipped)
    load_rows(connection, "raw_conversions", ConversionRow, sources.conversions)
    load_rows(connection, "raw_gates", GateRow, sources.gates)
    load_rows(connection, "raw_prices", PriceRow, sources.prices)
    load_parquet(connection, "raw_programs", ProgramRow, sources.programs)
    load_rows(connection, "raw_facts", FactRow, sources.facts)
    load_rows(connection, "raw_criteria", CriterionRow, sources.criteria)
    load_rows(connection, "raw_tasks", TaskRow, sources.tasks)
    load_rows(connection, "raw_student_t", _StudentT, _quantiles(connection))


def create_marts(connection: duckdb.DuckDBPyConnection) -> None:
    """Create staging as temporary views, since they name files, and every mart as a table."""
    for script in scripts_in("staging"):
        connection.execute(f"create temp view {script.name} as {script.text}")
    for script in in_order(scripts_in("marts")):
        connection.execute(f"create table {script.name} as {script.text}")


def read_records(
    database: Path, relation: str, record_type: type[Record], *, task: str | None = None
) -> tuple[Record, ...]:
    """Return the rows of `relation`, of one task or of all, in a fixed order.

    `record_type`'s fields name the columns.
    """
    columns = ", ".join(field.name for field in fields(record_type))
    condition, parameters = ("", []) if task is None else ("where task = ?", [task])
    query = f"select {columns} from {relation} {condition} order by all"  # noqa: S608 -- ours
    with duckdb.connect(database, read_only=True) as connection:
        rows = connection.execute(query, parameters).fetchall()
    return tuple(record_type(*row) for row in rows)


def check_database(database: Path) -> None:
    """Raise what `build_database` would, for a database that is there already."""
    with duckdb.connect(database, read_only=True) as connection:
        failures = failing_checks(connection)
    raise_for_failures(failures, database)


def _quantiles(connection: duckdb.DuckDBPyConnection) -> list[_StudentT]:
    """Return t for every number of runs and of examples that there can be, and for the normal."""
    query = "select greatest(count(distinct run), count(distinct example)) from raw_completions"
    found = connection.execute(query).fetchone()
    most = int(found[0]) if found else 0
    freedoms = [*map(float, range(1, most)), math.inf]
    return [_StudentT(*row) for row in zip(freedoms, student_t_quantiles(freedoms), strict=True)]
