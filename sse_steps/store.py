"""Files that are whole or not there, Parquet of records, and the store of finished work."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from enum import Enum
from itertools import islice
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

from sse_steps.unfinished import unfinished_file

if TYPE_CHECKING:
    import duckdb

Row = TypeVar("Row")

_COLUMN_TYPES = {str: "VARCHAR", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN"}
_LARGEST_ROW_BYTES = 256 << 20
_KEYS_AT_ONCE = 500  # the oldest SQLite takes 999


@contextmanager
def written_beside(target: Path) -> Iterator[Path]:
    """Give a path beside `target` to write to, and rename it to `target` at the end.

    A process that is killed leaves `target` as it was; the next build sweeps the other path.
    """
    with unfinished_file(target) as partial:
        yield partial
        partial.chmod(0o644)
        partial.replace(target)


def write_text(text: str, target: Path) -> None:
    """Write a text file whole."""
    with written_beside(target) as partial:
        partial.write_text(text, encoding="utf-8", errors="replace")


def write_json_lines(rows: Iterable[object], target: Path) -> None:
    """Write one JSON document a line."""
    write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), target)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_key(*parts: object) -> str:
    """Return the SHA-256 of plain data, the address of whatever follows from it alone."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def write_parquet(rows: Sequence[Any], kind: type[Any], target: Path) -> None:
    """Write dataclass instances of one kind as a Parquet file, one column a field."""
    columns = ", ".join(f"'{name}': '{column}'" for name, column in _columns(kind).items())
    with written_beside(target) as partial, tempfile.NamedTemporaryFile("w") as lines:
        lines.writelines(f"{json.dumps(_plain(row))}\n" for row in rows)
        lines.flush()
        query = (
            "COPY (SELECT * FROM read_json($lines, format = 'newline_delimited', "  # noqa: S608 - names of our own
            f"maximum_object_size = {_LARGEST_ROW_BYTES}, columns = {{{columns}}})) "
            "TO $target (FORMAT parquet)"
        )
        with _database() as connection:
            connection.execute("SET threads = 1")  # one thread keeps the order and so the bytes
            connection.execute(query, {"lines": lines.name, "target": str(partial)})


def read_parquet(path: Path, kind: type[Row]) -> list[Row]:
    """Return the rows of a Parquet file as instances of the dataclass `kind`."""
    hints = _field_types(kind)
    with _database() as connection:
        cursor = connection.execute("SELECT * FROM read_parquet($path)", {"path": str(path)})
        names = [column[0] for column in cursor.description or ()]
        rows = cursor.fetchall()
    return [
        kind(**{name: _typed(value, hints[name]) for name, value in zip(names, row, strict=True)})
        for row in rows
    ]


def outcomes_in(verdicts: Path) -> tuple[int, int]:
    """Return how many verdicts of a Parquet file passed, and how many there are."""
    query = (
        "SELECT count(*) FILTER (WHERE outcome = 'passed'), count(*) FROM read_parquet($verdicts)"
    )
    with _database() as connection:
        passed, count = connection.execute(query, {"verdicts": str(verdicts)}).fetchall()[0]
    return passed, count


def line_count(path: Path) -> int:
    """Return how many lines a file has."""
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


def _database() -> duckdb.DuckDBPyConnection:
    import duckdb  # noqa: PLC0415 - a build with nothing to do loads none

    return duckdb.connect()


def _columns(kind: type[Any]) -> dict[str, str]:
    return {name: _column_type(field) for name, field in _field_types(kind).items()}


def _column_type(kind: type) -> str:
    return "VARCHAR" if issubclass(kind, Enum) else _COLUMN_TYPES[kind]


def _field_types(kind: type[Any]) -> dict[str, type]:
    """Return the type of each field, without the None of an optional one."""
    hints = get_type_hints(kind)
    return {field.name: _not_none(hints[field.name]) for field in dataclasses.fields(kind)}


def _not_none(hint: Any) -> type:  # noqa: ANN401 - any annotation
    choices = [each for each in get_args(hint) if each is not NoneType]
    found: type = choices[0] if choices else hint
    return found


def _plain(row: Any) -> dict[str, object]:  # noqa: ANN401 - any dataclass
    return {field.name: _unicode(getattr(row, field.name)) for field in dataclasses.fields(row)}


def _unicode(value: object) -> object:
    """Return a text without lone surrogates, which no file of text can hold."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _typed(value: object, kind: type) -> object:
    return kind(value) if value is not None and issubclass(kind, Enum) else value


class RecordStore:
    """Finished work under the address of what it follows from. Safe for several processes.

    SQLite commits are atomic: a build that is killed keeps every finished record and no half one.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with closing(self._connect()) as connection, connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS records (key TEXT PRIMARY KEY, record TEXT)"
            )

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=60.0)
        # Beside a WAL this waits for the disk now and then, not for each record: a process that is
        # killed loses nothing, a power cut the last records at most.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def get_many(self, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the records that are there, by key."""
        found: dict[str, dict[str, Any]] = {}
        waiting = iter(dict.fromkeys(keys))
        with closing(self._connect()) as connection:
            while some := list(islice(waiting, _KEYS_AT_ONCE)):
                places = ", ".join("?" * len(some))
                query = f"SELECT key, record FROM records WHERE key IN ({places})"  # noqa: S608 - question marks
                rows = dict(connection.execute(query, some).fetchall())
                found |= {key: json.loads(rows[key]) for key in some if key in rows}
        return found

    def put_many(self, records: Mapping[str, dict[str, Any]]) -> None:
        """Add records in one transaction. The first record of a key stays."""
        rows = [(key, json.dumps(record)) for key, record in records.items()]
        with closing(self._connect()) as connection, connection:
            connection.executemany("INSERT OR IGNORE INTO records VALUES (?, ?)", rows)
