"""What the interactive page shows of a task, read from the results database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import duckdb
import numpy as np
from numpy.typing import NDArray

from sse_steps.sql.scripts import scripts_in

Row = TypeVar("Row", "LevelPoint", "ProgramText", "AttemptText")


@dataclass(frozen=True, slots=True, eq=False)
class AttemptGrid:
    """Every attempt of a task's candidates at its tested examples.

    `outcome` and `error_code` are [models, runs, examples]: places in the lists of names, counted
    from 1; 0 is no such attempt, and no error code. Both are of the first turn; `passed_later` is 1
    where a later one passed.
    """

    models: tuple[str, ...]
    runs: tuple[int, ...]
    examples: tuple[str, ...]
    levels: tuple[int | None, ...]  # of the examples; None in a task without levels
    outcomes: tuple[str, ...]
    error_codes: tuple[str, ...]
    outcome: NDArray[np.int64]
    error_code: NDArray[np.int64]
    passed_later: NDArray[np.int64]


class LevelPoint(NamedTuple):
    """What a candidate costs, how long it takes, and how sure its rate is, on one level.

    Cost in dollars and latency in milliseconds; None is not known.
    """

    model: str
    level: int
    usd_per_example: float | None
    latency_p50_ms: float | None
    wilson_low: float
    wilson_high: float


class ProgramText(NamedTuple):
    """What one example asked."""

    example: str
    python: str | None
    system_prompt: str | None
    prompt: str | None
    longest_text: int


class AttemptText(NamedTuple):
    """One attempt with its texts. `reply` is there where no Rust could be taken out of it.

    `answer`, `label` and `score` are there in a task whose answers are texts.

    A tuple, since there may be hundreds of thousands.
    """

    example: str
    model: str
    run: int
    turn: int | None
    outcome: str
    tests_passed: int
    tests_total: int
    error_code: str | None
    rust: str | None
    reply: str | None
    diagnostics: str | None
    divergence: str | None
    answer: str | None
    label: str | None
    score: float | None
    error: str | None
    latency_s: float | None
    cost_usd: float | None
    cached: bool
    longest_text: int


def read_attempt_grid(database: Path, task: str) -> AttemptGrid | None:
    """Return the attempts of `task`; None where no candidate has a tested example."""
    with duckdb.connect(database, read_only=True) as connection:
        names = connection.execute(_script("page_names"), {"task": task}).fetchall()[0]
        if not names[0]:
            return None
        models, runs, examples, levels, outcomes, codes = (tuple(each or ()) for each in names)
        parameters = {"task": task, "outcomes": list(outcomes), "error_codes": list(codes)}
        columns = connection.execute(_script("page_attempts"), parameters).fetchnumpy()
    place = tuple(columns[name].astype(np.int64) for name in ("model", "run", "example"))
    arrays = {}
    for name in ("outcome", "error_code", "passed_later"):
        arrays[name] = np.zeros((len(models), len(runs), len(examples)), dtype=np.int64)
        arrays[name][place] = columns[name]
    return AttemptGrid(models, runs, examples, levels, outcomes, codes, **arrays)


def read_level_points(database: Path, task: str) -> tuple[LevelPoint, ...]:
    """Return interval, cost and latency of every candidate on every level that the task has."""
    with duckdb.connect(database, read_only=True) as connection:
        return _rows(connection, "page_points", LevelPoint, {"task": task})


def read_texts(
    database: Path, task: str, examples: Sequence[str], *, longest: int
) -> tuple[tuple[ProgramText, ...], tuple[AttemptText, ...]]:
    """Return what `examples` asked and what came of it, no text longer than `longest` characters.

    Rows are in the order of examples, models, runs and turns.
    """
    parameters = {"task": task, "examples": list(examples), "longest": longest}
    with duckdb.connect(database, read_only=True) as connection:
        programs = _rows(connection, "page_programs", ProgramText, parameters)
        return programs, _rows(connection, "page_texts", AttemptText, parameters)


def _rows(
    connection: duckdb.DuckDBPyConnection,
    script: str,
    record_type: type[Row],
    parameters: dict[str, Any],
) -> tuple[Row, ...]:
    cursor = connection.execute(_script(script), parameters)
    names = [column[0] for column in cursor.description or ()]
    if tuple(names) != record_type._fields:
        raise ValueError(f"{script} returns {names}, not {record_type._fields}")
    return tuple(map(record_type._make, cursor.fetchall()))


def _script(name: str) -> str:
    (text,) = (script.text for script in scripts_in("page") if script.name == name)
    return text
