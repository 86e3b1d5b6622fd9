"""Prompts, code and diagnostics for the page: packed, within a budget, evenly over the levels."""

from __future__ import annotations

import base64
import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from sse_steps.sql.page_queries import AttemptGrid, AttemptText, ProgramText, read_texts

_LONGEST_TEXT = 16_000  # characters; a page that shows more of one text stalls
_TEXT_COLUMNS = ("rust", "reply", "diagnostics", "divergence", "error", "answer", "label")
_FIRST_READ = 100  # examples; later reads are as large as _MOST_READ characters allow
_MOST_READ = 64_000_000
_EFFORT = 5  # of 9 of zlib; more takes twice the time for a hundredth of the size
_EXAMPLES_PACKED = 20  # in a chunk: enough to compress well, few enough to unpack at once


@dataclass(frozen=True, slots=True)
class PageTexts:
    """Compressed texts: `chunk_of` has each example's chunk, or None where there was no room."""

    chunks: tuple[str, ...]
    chunk_of: list[int | None]


def pack_texts(
    database: Path,
    task: str,
    grid: AttemptGrid,
    *,
    most_bytes: int,
) -> PageTexts:
    """Pack the texts of as many examples as fit into `most_bytes`.

    Examples are taken by turns from each level, in the order of their names, so that what has no
    room is spread over all levels.

    A chunk is the Base64 of a zlib stream of JSON: {example: texts and attempts}.
    """
    chunks: list[str] = []
    chunk_of: list[int | None] = [None] * len(grid.examples)
    left = most_bytes
    places = {name: place for place, name in enumerate(grid.examples)}
    for bundles in _bundles(database, task, grid, by_turns(grid.levels)):
        chunk = _packed({places[name]: bundle for name, bundle in bundles})
        left -= len(chunk)
        if left < 0:
            break
        for name, _ in bundles:
            chunk_of[places[name]] = len(chunks)
        chunks.append(chunk)
    return PageTexts(tuple(chunks), chunk_of)


def by_turns(levels: Sequence[int | None]) -> list[int]:
    """Return the places of `levels`: the first of each level, the second of each, and so on."""
    seen: dict[int | None, int] = defaultdict(int)
    turns = []
    for place, level in enumerate(levels):
        turns.append((seen[level], level or 0, place))
        seen[level] += 1
    return [place for _, _, place in sorted(turns)]


def _bundles(
    database: Path, task: str, grid: AttemptGrid, order: Sequence[int]
) -> Iterator[Sequence[tuple[str, dict[str, Any]]]]:
    """Yield what a chunk is made of, in the order of examples."""
    at_once, start = _FIRST_READ, 0
    while start < len(order):
        names = [grid.examples[place] for place in order[start : start + at_once]]
        programs, attempts = read_texts(database, task, names, longest=_LONGEST_TEXT)
        yield from _bundled(names, programs, attempts)
        start += at_once
        # Each read goes through every row of the task, so let it bring what memory allows.
        length = sum(len(row.rust or "") + len(row.diagnostics or "") for row in attempts)
        at_once = max(_FIRST_READ, int(_MOST_READ * len(names) / max(1, length)))


def _bundled(
    names: Sequence[str], programs: Sequence[ProgramText], attempts: Sequence[AttemptText]
) -> Iterator[Sequence[tuple[str, dict[str, Any]]]]:
    program_of = {program.example: program for program in programs}
    attempts_of = {name: list(rows) for name, rows in groupby(attempts, lambda row: row.example)}
    for start in range(0, len(names), _EXAMPLES_PACKED):
        yield [
            (name, bundle(program_of.get(name), attempts_of.get(name, [])))
            for name in names[start : start + _EXAMPLES_PACKED]
        ]


def bundle(program: ProgramText | None, attempts: Sequence[AttemptText]) -> dict[str, Any]:
    """Return an example's texts, each once, and its attempts by column.

    The columns of `_TEXT_COLUMNS` hold places in the texts; 0 is no text.
    """
    texts: dict[str, int] = {"": 0}

    def place(text: str | None) -> int:
        return texts.setdefault(text or "", len(texts))

    columns: dict[str, Any] = dict(
        zip(AttemptText._fields, map(list, zip(*attempts, strict=True)), strict=True)
        if attempts
        else ((name, []) for name in AttemptText._fields)
    )
    del columns["example"]
    for name in _TEXT_COLUMNS:
        columns[name] = [place(text) for text in columns[name]]
    asked = program.longest_text if program else 0
    columns["isCut"] = [
        max(asked, length) > _LONGEST_TEXT for length in columns.pop("longest_text")
    ]
    return {
        "python": place(program.python if program else None),
        "system": place(program.system_prompt if program else None),
        "prompt": place(program.prompt if program else None),
        "attempts": columns,
        "texts": list(texts),
    }


def _packed(bundles: dict[int, dict[str, Any]]) -> str:
    text = json.dumps(bundles, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode(errors="replace"), _EFFORT)).decode()
