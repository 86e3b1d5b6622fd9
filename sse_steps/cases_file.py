"""Cases that a user wrote down as JSON.

A list with an object for each case: `{"function", "args", "expected"}` for a call,
`{"arguments", "stdin", "stdout", "exit_code"}` for a run of a program. Values are plain JSON, or
marked as `corpus/values.py` writes them: `{"$": "tuple", "of": [1, 2]}`.
"""

from __future__ import annotations

import json
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from pydantic.dataclasses import dataclass

from sse_steps.corpus.values import from_json
from sse_steps.errors import CasesError, InputFileError
from sse_steps.records import Case, Failure, ProgramCase
from sse_steps.validation import STRICT_KEYS, validated

_LARGEST_BYTES = 64 << 20


@dataclass(frozen=True, config=STRICT_KEYS)
class _Call:
    function: str
    args: list[Any]
    expected: Any = None
    raises: str | None = None
    failure: Failure = Failure.ERR
    after: list[tuple[Annotated[int, Field(ge=0)], Any]] = field(default_factory=list)
    tolerance: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = 1e-9

    def case(self) -> Case:
        return Case(
            self.function,
            tuple(map(_value, self.args)),
            _value(self.expected),
            self.raises,
            self.failure,
            tuple((position, _value(value)) for position, value in self.after),
            self.tolerance,
        )


@dataclass(frozen=True, config=STRICT_KEYS)
class _Run:
    arguments: list[str] = field(default_factory=list)
    stdin: str = ""
    stdout: str = ""
    exit_code: int = 0

    def case(self) -> ProgramCase:
        return ProgramCase(tuple(self.arguments), self.stdin, self.stdout, self.exit_code)


def read_cases(path: Path) -> list[Case] | list[ProgramCase]:
    """Read the cases of a file.

    Raises:
        InputFileError: the file cannot be read.
        CasesError: it holds no list of cases of one kind; the entry that does not fit is named.
    """
    try:
        entries = json.loads(read_input(path, largest_bytes=_LARGEST_BYTES))
    except (ValueError, RecursionError) as fault:
        raise CasesError(f"'{path}' is no JSON: {fault}.", "Mend the file there.") from fault
    if not isinstance(entries, list) or not entries:
        raise CasesError(
            f"'{path}' holds no list of cases.",
            'Write a list: [{"function": "add", "args": [2, 3], "expected": 5}].',
        )
    read = [_case(entry, f"'{path}', entry {number}") for number, entry in enumerate(entries, 1)]
    calls = [case for case in read if isinstance(case, Case)]
    runs = [case for case in read if isinstance(case, ProgramCase)]
    if calls and runs:
        odd = next(number for number, case in enumerate(read, 1) if type(case) is not type(read[0]))
        raise CasesError(
            f"'{path}', entry {odd} is another kind of case than entry 1.",
            "Keep calls of a function and runs of a program in files of their own.",
        )
    return calls or runs


def _case(entry: object, where: str) -> Case | ProgramCase:
    is_call = isinstance(entry, dict) and bool({"function", "args", "expected"} & set(entry))
    if is_call and isinstance(entry, dict) and not {"expected", "raises"} & set(entry):
        raise CasesError(
            f"{where} has neither 'expected' nor 'raises'.",
            "Say what the call has to return; null is a value as well.",
        )
    kind: type[_Call | _Run] = _Call if is_call else _Run
    read: _Call | _Run = validated(kind, entry, where, CasesError)
    try:
        return read.case()
    except (ValueError, TypeError, AttributeError, RecursionError) as fault:
        raise CasesError(
            f"{where} holds a value that cannot be read: {fault}.",
            'Marks are "tuple", "set", "dict" and "float", such as {"$": "tuple", "of": [1, 2]}.',
        ) from fault


def _value(data: Any) -> object:  # noqa: ANN401 - JSON is what it is
    return from_json(_marked(data))


def _marked(data: Any) -> Any:  # noqa: ANN401 - JSON is what it is
    """Return JSON in which every plain object is marked as a dict."""
    if isinstance(data, list):
        return [_marked(item) for item in data]
    if not isinstance(data, dict):
        return data
    if "$" in data:
        return {**data, "of": _marked(data.get("of"))}
    return {"$": "dict", "of": [[key, _marked(item)] for key, item in data.items()]}


def read_input(path: Path, *, largest_bytes: int) -> str:
    """Return the text of a file that the user named.

    Raises:
        InputFileError: it is no file, too large, or no UTF-8.
    """
    try:
        if not path.is_file():
            raise InputFileError(f"There is no file '{path}'.", "Name a file that is there.")
        size = path.stat().st_size
        if size > largest_bytes:
            raise InputFileError(
                f"'{path}' has {size:,} bytes; the most is {largest_bytes:,}.",
                "Name a smaller file.",
            )
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as fault:
        raise InputFileError(
            f"'{path}' cannot be read: {fault}.", "Mend the file, or name another."
        ) from fault
