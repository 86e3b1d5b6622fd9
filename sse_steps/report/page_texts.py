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
from typing import Any, TypeVar

from sse_steps.sql.page_queries import AttemptGrid, AttemptText, ProgramText, read_texts

Item = TypeVar("Item")

_LONGEST_TEXT = 16_000  # characters; a page that shows more of one text stalls
_EXAMPLES_READ = 200  # at once: bounds the memory
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
    for read in _batches(order, _EXAMPLES_READ):
        names = [grid.examples[place] for place in read]
        programs, attempts = read_texts(database, task, names, longest=_LONGEST_TEXT)
        program_of = {program.example: program for program in programs}
        attempts_of = {
            name: list(rows) for name, rows in groupby(attempts, lambda row: row.example)
        }
        for packed in _batches(names, _EXAMPLES_PACKED):
            yield [
                (name, bundle(program_of.get(name), attempts_of.get(name, [])))
                for name in packed
            ]


def bundle(program: ProgramText | None, attempts: Sequence[AttemptText]) -> dict[str, Any]:
    """Return an example's texts, each once, and its attempts with places in them; 0 is no text."""
    texts: dict[str, int] = {"": 0}

    def place(text: str | None) -> int:
        return texts.setdefault(text or "", len(texts))

    return {
        "python": place(program.python if program else None),
        "system": place(program.system_prompt if program else None),
        "prompt": place(program.prompt if program else None),
        "attempts": [
            {
                "model": attempt.model,
                "run": attempt.run,
                "turn": attempt.turn or 1,
                "outcome": attempt.outcome,
                "passed": attempt.tests_passed,
                "total": attempt.tests_total,
                "code": attempt.error_code,
                "rust": place(attempt.rust),
                "reply": place(attempt.reply),
                "diagnostics": place(attempt.diagnostics),
                "divergence": place(attempt.divergence),
                "error": place(attempt.error),
                "latency": attempt.latency_s,
                "cost": attempt.cost_usd,
                "cached": attempt.cached,
                "isCut": attempt.longest_text > _LONGEST_TEXT,
            }
            for attempt in attempts
        ],
        "texts": list(texts),
    }


def _batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _packed(bundles: dict[int, dict[str, Any]]) -> str:
    text = json.dumps(bundles, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode(errors="replace"), 6)).decode()
