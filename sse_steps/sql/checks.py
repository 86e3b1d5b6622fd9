"""The checks under sql/checks: each is a select that must return no rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sse_steps.errors import ControlError, DataCheckError, UserError
from sse_steps.sql.scripts import Script, scripts_in


@dataclass(frozen=True, slots=True)
class CheckFailure:
    """A check that returned rows, each as column -> value."""

    check: str
    rule: str
    remedy: str
    rows: tuple[dict[str, object], ...]


def failing_checks(connection: duckdb.DuckDBPyConnection) -> tuple[CheckFailure, ...]:
    """Return the checks that fail, by name; an empty tuple where the results are sound."""
    failures = (_run(connection, script) for script in scripts_in("checks"))
    return tuple(failure for failure in failures if failure.rows)


def raise_for_failures(failures: Sequence[CheckFailure], database: Path) -> None:
    """Raise for the failure that explains most; do nothing where there is none.

    Raises:
        DataCheckError: the rows are not what they should be, whatever they score.
        ControlError: the rows are sound, but a control missed its score.
    """
    # A control's score means nothing over rows that are missing or doubled, so it comes last.
    ordered = sorted(failures, key=_is_of_a_control)
    if ordered:
        first = ordered[0]
        raise _control_error(first, database) if _is_of_a_control(first) else _data_error(first)


def _is_of_a_control(failure: CheckFailure) -> bool:
    return {"score", "expected"} <= failure.rows[0].keys()


def sql_text(text: str) -> str:
    """Return `text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def _run(connection: duckdb.DuckDBPyConnection, script: Script) -> CheckFailure:
    cursor = connection.execute(script.text)
    names = [column[0] for column in cursor.description or ()]
    rows = tuple(dict(zip(names, row, strict=True)) for row in cursor.fetchall())
    return CheckFailure(script.name, script.note("Rule"), script.note("Remedy"), rows)


def _control_error(failure: CheckFailure, database: Path) -> UserError:
    row = failure.rows[0]
    found = "no tested example" if row["score"] is None else f"{_percent(row['score'])}"
    wrong = (
        f"The control '{row['model']}' scores {found} on task '{row['task']}'; "
        f"it must score {_percent(row['expected'])}."
    )
    unexpected = "<>" if row["expected"] else "="
    query = (
        "select example, run, outcome, error_code, diagnostics from verdicts "  # noqa: S608 -- for a reader to run; the names are quoted
        f"where task = {sql_text(str(row['task']))} and model = {sql_text(str(row['model']))} "
        f"and outcome {unexpected} 'passed'"
    )
    return ControlError(wrong, f"{failure.remedy} In {database}: {query};")


def _data_error(failure: CheckFailure) -> UserError:
    more = f" ({len(failure.rows)} rows, this is the first)" if len(failure.rows) > 1 else ""
    row = ", ".join(f"{name} = {value}" for name, value in failure.rows[0].items())
    return DataCheckError(
        f"The results fail the check {failure.check}: {row}{more}. {failure.rule}", failure.remedy
    )


def _percent(share: object) -> str:
    return f"{100 * float(str(share)):.4g} %"
