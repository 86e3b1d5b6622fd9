"""Corpora in our own format: `<level>_<name>/<example>/{example.py,inputs.yaml,reference.rs}`."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass

from sse_steps.corpus.files import UnreadableError, is_inside, read_text
from sse_steps.corpus.levels import classify
from sse_steps.corpus.source import Call, Corpus, Run, Source, Unusable
from sse_steps.corpus.syntax import literal
from sse_steps.errors import CorpusError
from sse_steps.records import Failure
from sse_steps.validation import STRICT_KEYS, parse_yaml, validated

FORMAT = "example folders with inputs.yaml"


@checked_dataclass(frozen=True, config=STRICT_KEYS)
class _Inputs:
    calls: list[str] | None = None
    runs: tuple[Run, ...] | None = None
    raises: Failure = Failure.ERR
    tolerance: Annotated[float, Field(gt=0, lt=1)] = 1e-9


def read_folder(root: Path) -> Corpus:
    """Return the examples below `root` in the order of their paths.

    Raises:
        CorpusError: there are none.
    """
    marks = (*root.glob("*/*/example.py"), *root.glob("*/*/inputs.yaml"))
    folders = sorted({path.parent for path in marks})
    if not folders:
        raise CorpusError(
            f"There is no example in the corpus folder '{root}'.",
            "Put examples there as LEVEL/NAME/example.py with inputs.yaml, or correct `corpus`.",
        )
    found = [_read_example(folder, root) for folder in folders]
    return Corpus(
        FORMAT,
        tuple(each for each in found if isinstance(each, Source)),
        tuple(each for each in found if isinstance(each, Unusable)),
    )


def _read_example(folder: Path, root: Path) -> Source | Unusable:
    reference = folder / "reference.rs"
    try:
        python = read_text(folder / "example.py", root)
        classify(python)
        inputs = _read_inputs(folder / "inputs.yaml", root)
        return Source(
            id=f"{folder.parent.name}/{folder.name}",
            python=python,
            inputs=inputs.runs or tuple(_read_call(text, folder) for text in inputs.calls or ()),
            reference=read_text(reference, root) if _is_there(reference) else None,
            origin=str(folder),
            failure=inputs.raises,
            tolerance=inputs.tolerance,
        )
    except SyntaxError as fault:
        return Unusable(str(folder), f"'{folder / 'example.py'}' does not parse: {fault}")
    except UnreadableError as fault:
        return Unusable(str(folder), str(fault))
    except CorpusError as fault:
        return Unusable(str(folder), f"{fault.wrong} {fault.remedy}")


def _is_there(path: Path) -> bool:
    return path.is_symlink() or path.exists() or not is_inside(path, path.parent)


def _read_inputs(path: Path, root: Path) -> _Inputs:
    where = f"'{path}'"
    data = parse_yaml(read_text(path, root), where, CorpusError)
    inputs = validated(_Inputs, data, where, CorpusError)
    if bool(inputs.calls) == bool(inputs.runs):
        raise CorpusError(
            f"{where} must have either `calls` or `runs`, with at least one entry.",
            "Give one of the two, and not both.",
        )
    return inputs


def _read_call(text: str, folder: Path) -> Call:
    """Read a call with literal arguments; nothing is evaluated."""
    try:
        tree = ast.parse(text, mode="eval").body
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and not tree.keywords:
            return Call(tree.func.id, tuple(literal(argument) for argument in tree.args))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass  # the same message serves
    raise CorpusError(
        f"'{folder / 'inputs.yaml'}' has {text!r:.120} among its calls, which is no call with "
        "literal arguments.",
        "Write it as in Python, for example: gcd(12, 18).",
    )
