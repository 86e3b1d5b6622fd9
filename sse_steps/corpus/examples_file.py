"""Examples with their cases as a file: one JSON document a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from sse_steps.corpus.values import from_json, to_json
from sse_steps.records import Case, Example, Failure, LabelledExample, ProgramCase
from sse_steps.store import write_json_lines


def write_examples(examples: Iterable[Example], target: Path) -> None:
    """Write examples in their order."""
    write_json_lines(map(example_to_json, examples), target)


def read_examples(path: Path) -> list[Example]:
    """Read what `write_examples` wrote."""
    return [each for each in read_any_examples(path) if isinstance(each, Example)]


def write_any_examples(
    examples: Sequence[Example] | Sequence[LabelledExample], target: Path
) -> None:
    """Write programs, or records with labels, in their order."""
    write_json_lines(map(_any_to_json, examples), target)


def _any_to_json(example: Example | LabelledExample) -> dict[str, Any]:
    return asdict(example) if isinstance(example, LabelledExample) else example_to_json(example)


def read_any_examples(path: Path) -> list[Example] | list[LabelledExample]:
    """Read what the corpus step wrote: programs, or records with labels.

    Every run of every model reads the same file, so what was read last is kept as long as the file
    is the same.
    """
    status = path.stat()
    found = _read(path, (status.st_ino, status.st_size, status.st_mtime_ns))
    return list(found)  # type: ignore[return-value]  # all are of one kind


@lru_cache(maxsize=2)
def _read(
    path: Path, _status: tuple[int, int, int]
) -> tuple[Example, ...] | tuple[LabelledExample, ...]:
    with path.open(encoding="utf-8") as lines:
        first = lines.readline()
        documents = map(json.loads, chain([first] if first else [], lines))
        if first and "answers" in json.loads(first):
            return tuple(map(_labelled_from_json, documents))
        return tuple(map(example_from_json, documents))


def _labelled_from_json(data: dict[str, Any]) -> LabelledExample:
    return LabelledExample(data["id"], tuple(data["answers"]), data["fields"])


def example_to_json(example: Example) -> dict[str, Any]:
    """Return an example as JSON."""
    return {
        "id": example.id,
        "level": example.level,
        "signature": example.signature,
        "python": example.python,
        "reference": example.reference,
        "cases": cases_to_json(example.cases),
    }


def example_from_json(data: dict[str, Any]) -> Example:
    """Return the example of a JSON document."""
    cases: tuple[Case, ...] | tuple[ProgramCase, ...] = (
        tuple(map(_program_case, data["cases"]))
        if data["signature"] is None
        else tuple(map(_case, data["cases"]))
    )
    return Example(
        data["id"], data["level"], data["python"], cases, data["signature"], data["reference"]
    )


def cases_to_json(cases: Sequence[Case] | Sequence[ProgramCase]) -> list[dict[str, Any]]:
    """Return cases as JSON that keeps every type."""
    return [_call_to_json(case) if isinstance(case, Case) else _run_to_json(case) for case in cases]


def _call_to_json(case: Case) -> dict[str, Any]:
    data = {"function": case.function, "args": [to_json(arg) for arg in case.args]}
    if case.raises is not None:
        data |= {"raises": case.raises, "failure": case.failure}
    else:
        data["expected"] = to_json(case.expected)
    if case.after:
        data["after"] = [[position, to_json(value)] for position, value in case.after]
    return data | {"tolerance": case.tolerance}


def _run_to_json(case: ProgramCase) -> dict[str, Any]:
    return {
        "arguments": list(case.arguments),
        "stdin": case.stdin,
        "stdout": case.stdout,
        "exit_code": case.exit_code,
    }


def _case(data: dict[str, Any]) -> Case:
    return Case(
        data["function"],
        tuple(from_json(arg) for arg in data["args"]),
        from_json(data.get("expected")),
        data.get("raises"),
        Failure(data.get("failure", Failure.ERR)),
        tuple((position, from_json(value)) for position, value in data.get("after", ())),
        data["tolerance"],
    )


def _program_case(data: dict[str, Any]) -> ProgramCase:
    return ProgramCase(tuple(data["arguments"]), data["stdin"], data["stdout"], data["exit_code"])
