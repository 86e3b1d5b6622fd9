"""JSON lines from strangers: bounded, one object a line, plain or compressed with gzip."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sse_steps.corpus.source import Unusable
from sse_steps.errors import CorpusError

LONGEST_LINE_BYTES = 4 << 20
_MOST_BYTES = 256 << 20
_MOST_LINES = 100_000
_BROKEN = (OSError, EOFError, zlib.error)  # what reading a damaged archive raises


class _Lines(Protocol):
    def readline(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One line that holds an object."""

    origin: str
    data: dict[str, Any]


def read_json_lines(path: Path) -> Iterator[Entry | Unusable]:
    """Yield each line as an entry, or as unusable with the reason. Empty lines are none.

    Raises:
        CorpusError: the file cannot be opened.
    """
    try:
        plain = path.open("rb")
    except OSError as fault:
        raise CorpusError(
            f"'{path}' cannot be read: {fault.strerror}.", "Mend the path."
        ) from fault
    with plain:
        is_packed = path.name.endswith(".gz")
        yield from _entries(gzip.GzipFile(fileobj=plain) if is_packed else plain, path)


def _entries(file: _Lines, path: Path) -> Iterator[Entry | Unusable]:
    number, read = 0, 0
    while True:
        number += 1
        origin = f"{path}:{number}"
        try:
            line = file.readline(LONGEST_LINE_BYTES + 1)
            length = len(line) + _skip_rest(file, line)
        except _BROKEN as fault:
            yield Unusable(origin, f"the file is damaged from here on: {fault}")
            return
        read += length
        if not line:
            return
        if read > _MOST_BYTES or number > _MOST_LINES:
            yield Unusable(origin, f"the file is too large; it is not read from line {number} on")
            return
        if line.strip():
            yield _entry(line, origin)


def _skip_rest(file: _Lines, line: bytes) -> int:
    """Read on to the end of a line that is too long; a bounded number of bytes is read."""
    skipped = 0
    while len(line) > LONGEST_LINE_BYTES and not line.endswith(b"\n") and skipped < _MOST_BYTES:
        piece = file.readline(1 << 20)
        skipped += len(piece)
        if not piece or piece.endswith(b"\n"):
            break
    return skipped


def _entry(line: bytes, origin: str) -> Entry | Unusable:
    if len(line) > LONGEST_LINE_BYTES:
        return Unusable(origin, f"the line is longer than {LONGEST_LINE_BYTES:,} bytes")
    try:
        data = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        return Unusable(origin, f"the line is no UTF-8: {fault}")
    except RecursionError:
        return Unusable(origin, "the line is nested too deeply")
    except ValueError as fault:
        return Unusable(origin, f"the line is no JSON: {fault}")
    if not isinstance(data, dict):
        return Unusable(origin, "the line holds no object")
    return Entry(origin, data)


def text_of(entry: Entry, key: str) -> str | Unusable:
    """Return the text under a key of an entry, or what is wrong with it."""
    value = entry.data.get(key)
    if not isinstance(value, str):
        return Unusable(entry.origin, f"'{key}' is {value!r:.80}, which is no text")
    if "\0" in value:
        return Unusable(entry.origin, f"'{key}' holds a null byte")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        return Unusable(entry.origin, f"'{key}' holds half a character, a lone surrogate")
    return value
