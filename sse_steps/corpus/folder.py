"""Corpora kept as folders: `<level>_<name>/<example>/{example.py,inputs.yaml,reference.rs}`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic.dataclasses import dataclass as checked_dataclass

from sse_steps.errors import CorpusError
from sse_steps.validation import STRICT_KEYS, read_yaml, validated


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose answer is not known yet."""

    function: str
    args: tuple[object, ...]


@checked_dataclass(frozen=True, config=STRICT_KEYS)
class Run:
    """A run of a program whose output is not known yet."""

    arguments: tuple[str, ...] = ()
    stdin: str = ""


@checked_dataclass(frozen=True, config=STRICT_KEYS)
class _Inputs:
    calls: list[str] | None = None
    runs: tuple[Run, ...] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """An example as its author left it: a program and inputs, without expected values."""

    id: str
    python: str
    inputs: tuple[Call, ...] | tuple[Run, ...]
    reference: str | None
    origin: str  # where it comes from, for messages


def read_folder(root: Path) -> Iterator[Source]:
    """Yield the examples below `root` in the order of their paths.

    Raises:
        CorpusError: there are none, or one of them cannot be read.
    """
    paths = sorted(path.parent for path in root.glob("*/*/example.py"))
    if not paths:
        raise CorpusError(
            f"There is no example in the corpus folder '{root}'.",
            "Put examples there as LEVEL/NAME/example.py with inputs.yaml, or correct `corpus`.",
        )
    yield from map(_read_example, paths)


def _read_example(folder: Path) -> Source:
    reference = folder / "reference.rs"
    return Source(
        id=f"{folder.parent.name}/{folder.name}",
        python=_read_text(folder / "example.py"),
        inputs=_read_inputs(folder / "inputs.yaml"),
        reference=_read_text(reference) if reference.exists() else None,
        origin=str(folder),
    )


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise CorpusError(
            f"'{path}' cannot be read: {fault}.", "Mend or remove the file."
        ) from fault


def _read_inputs(path: Path) -> tuple[Call, ...] | tuple[Run, ...]:
    inputs = validated(_Inputs, read_yaml(path, CorpusError), f"'{path}'", CorpusError)
    if bool(inputs.calls) == bool(inputs.runs):
        raise CorpusError(
            f"'{path}' must have either `calls` or `runs`, with at least one entry.",
            "Give one of the two, and not both.",
        )
    if inputs.runs:
        return inputs.runs
    return tuple(_read_call(text, path) for text in inputs.calls or [])


def _read_call(text: str, path: Path) -> Call:
    """Read a call with literal arguments; nothing is evaluated."""
    try:
        tree = ast.parse(text, mode="eval").body
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and not tree.keywords:
            return Call(tree.func.id, tuple(ast.literal_eval(argument) for argument in tree.args))
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        pass  # the same message serves
    raise CorpusError(
        f"'{path}' has {text!r:.120} among its calls, which is no call with literal arguments.",
        "Write it as in Python, for example: gcd(12, 18).",
    )
