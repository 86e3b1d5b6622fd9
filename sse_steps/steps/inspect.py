"""Command: one model file in, what its header says of it on the terminal."""

from __future__ import annotations

import json as json_format
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from sse_steps.errors import InputFileError
from sse_steps.models.model_inspection import Inspection, inspect_model
from sse_steps.printable import printable

_UNITS = ((10**9, "B"), (10**6, "M"), (10**3, "k"))


def run(*, model: str, json: bool) -> bool:
    """Print what a model file is and return that it could be read.

    Args:
        model: .apr, GGUF, .safetensors, or the index of safetensors shards.
        json: whether to print one JSON object instead of text.

    Raises:
        InputFileError: no file is named.
        ModelFormatError: the file is no model, or damaged.
    """
    if not model:
        raise InputFileError("There is no model.", "Name a file: doit inspect --model model.gguf")
    found = inspect_model(Path(model))
    # Names and values are the file's: nothing in them may reach the terminal as a command.
    sys.stdout.write(printable(_as_json(found) if json else _as_text(found), keep="\n"))
    return True


def _as_json(found: Inspection) -> str:
    derived = {
        **{"parameters": found.parameters, "head_parameters": found.head_parameters},
        **{"tier": found.tier, "bits_per_weight": found.bits_per_weight},
        "encodings": [asdict(share) for share in found.encodings()],
    }
    return f"{json_format.dumps({**asdict(found), **derived}, default=str)}\n"


def _as_text(found: Inspection) -> str:
    size = sum(tensor.size_bytes for tensor in found.tensors)
    lines = [
        f"file          {_line(str(found.path))}",
        f"kind          {found.kind}, {_human(size)}B of weights",
        f"architecture  {_line(found.architecture or 'not said')}",
        f"parameters    {_parameters(found)}",
        f"tier          {found.tier}",
        f"quantisation  {_quantisation(found)}, {found.bits_per_weight:.2f} bits per weight",
        "",
        *_encodings(found),
        *_section("provenance", found.provenance),
        *_section("keys", found.keys),
        "",
        *_tensors(found),
    ]
    return "\n".join(lines) + "\n"


def _parameters(found: Inspection) -> str:
    text = f"{found.parameters:,} ({_human(found.parameters)})"
    head = found.head_parameters
    return f"{text}, {_human(head)} of them in a head of its own" if head else text


def _quantisation(found: Inspection) -> str:
    """Return what the file says it was converted to, and what most of it is."""
    most = [f"mostly {share.encoding}" for share in found.encodings()[:1]]
    return ", ".join([_line(found.quantization or "not said"), *most])


def _encodings(found: Inspection) -> list[str]:
    rows = (
        (share.encoding, str(share.tensors), f"{share.parameters:,}", f"{share.size_bytes:,}")
        for share in found.encodings()
    )
    return _table(("encoding", "tensors", "parameters", "bytes"), rows)


def _tensors(found: Inspection) -> list[str]:
    rows = (
        (
            tensor.name,
            tensor.encoding,
            " x ".join(map(str, tensor.shape)) or "one value",
            f"{tensor.size_bytes:,}",
        )
        for tensor in found.tensors
    )
    return _table(("tensor", "encoding", "shape", "bytes"), rows)


def _section(title: str, entries: Mapping[str, object]) -> list[str]:
    if not entries:
        return []
    return ["", title, *(f"  {_line(name)}: {_line(str(entries[name]))}" for name in entries)]


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return lines of columns, the first flush left and the others right."""
    cells = [tuple(heading), *(tuple(map(_line, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def _line(text: str) -> str:
    """Return a text that stays on its line."""
    return printable(text)


def _human(number: int) -> str:
    """Return a count with three digits and a unit, as in 135M."""
    unit, letter = next((each for each in _UNITS if number >= each[0]), (1, ""))
    scaled = number / unit
    return f"{scaled:.{max(0, 3 - len(str(int(scaled))))}f}{letter}" if letter else str(number)
