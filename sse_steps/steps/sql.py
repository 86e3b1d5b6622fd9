"""Command: a query in, its rows out: on the terminal, or as CSV, JSON or Parquet."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sse_steps.errors import InputFileError, QueryError
from sse_steps.printable import printable
from sse_steps.report.answer import print_answer
from sse_steps.sql.query import (
    Answer,
    Format,
    ask,
    check_warning,
    existing_database,
    export,
    tables,
)
from sse_steps.sql.questions import in_words, question_named, questions
from sse_steps.store import written_beside

_STANDARD = "-"


def run(database: Path, *, words: Sequence[str], file: str, question: str, **outputs: str) -> bool:
    """Answer a query, and say on standard error where the data contradict themselves.

    Args:
        database: the results.
        words: the query, in one piece or in several.
        file: a file that holds it instead.
        question: the name of a question that has one.
        outputs: `csv`, `json` and `parquet`: where the rows go, or nothing.

    Raises:
        QueryError: the database does not take the query, or two things are asked at once.
        InputFileError: a file cannot be read or written.
    """
    query = _query(words, file, question)
    for name, value in (("file", file), ("question", question), *outputs.items()):
        if value.startswith("--"):
            raise QueryError(
                f"The option '--{name}' lacks its value.", "See 'doit help sql': - is the terminal."
            )
    kind, target = _output(outputs)
    if query is None and kind is not None:
        raise QueryError(
            f"There is no query whose rows could go to '{target}'.",
            f'Write it too: doit sql "from frontier" --{kind} FILE, where - is standard output.',
        )
    existing_database(database)
    if warning := check_warning(database):
        sys.stderr.write(f"Warning: {warning}\n")
    if query is None:
        _print_what_is_there(database)
    elif kind is None:
        print_answer(ask(database, query))
    else:
        _write(database, query, target, kind)
    return True


def _query(words: Sequence[str], file: str, question: str) -> str | None:
    """Return the query, however it was given; None where there is none."""
    given = [
        name
        for name, value in (("a query", words), ("--file", file), ("--question", question))
        if value
    ]
    if len(given) > 1:
        raise QueryError(f"There are {' and '.join(given)}.", "Give one of them.")
    if file:
        return _read(file)
    if question:
        return question_named(question).text
    return " ".join(words) or None


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == _STANDARD else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputFileError(f"'{file}' cannot be read: {fault}.", "Name a file of SQL.") from fault


def _output(outputs: dict[str, str]) -> tuple[Format | None, str]:
    given = {Format(name): target for name, target in outputs.items() if target}
    if len(given) > 1:
        names = " and ".join(f"--{name}" for name in given)
        raise QueryError(f"There are {names}.", "Give one of them.")
    return next(iter(given.items()), (None, ""))


def _write(database: Path, query: str, target: str, kind: Format) -> None:
    """Write the rows beside `target` and rename, or pour them into standard output."""
    if target == _STANDARD:
        with tempfile.NamedTemporaryFile() as rows:
            export(database, query, Path(rows.name), kind)
            sys.stdout.flush()
            if sys.stdout.isatty():  # which would obey what a model wrote
                text = Path(rows.name).read_text(encoding="utf-8", errors="replace")
                sys.stdout.write(printable(text, keep="\n\t"))
                return
            with Path(rows.name).open("rb") as written:
                shutil.copyfileobj(written, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        return
    if Path(target).resolve() == database.resolve():
        raise QueryError(f"'{target}' is the results database itself.", "Name another file.")
    try:
        with written_beside(Path(target).absolute()) as partial:
            export(database, query, partial, kind)
    except OSError as fault:
        raise InputFileError(
            f"'{target}' cannot be written: {fault}.", "Name another file."
        ) from fault


def _print_what_is_there(database: Path) -> None:
    found = tuple((each.name, each.rows, each.comment) for each in tables(database))
    print_answer(Answer(("table", "rows", "what a row is"), found))
    asked = tuple((each.name, in_words(each)) for each in questions())
    print_answer(Answer(("question", "in words"), asked))
    print_answer(Answer(("table", "rows", "what a row is"), found))
    sys.stdout.write(
        'Ask: doit sql "from frontier", doit sql --question NAME; columns: docs/results.md.\n'
    )
