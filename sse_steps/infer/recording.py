"""Recordings: what a tool replied, by the content of the request, one JSON document a line.

A recording may come from a stranger, so every line is checked before any is used. Lines stand for
themselves: recordings are joined by writing one behind the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from sse_steps.errors import RecordingError
from sse_steps.infer.engine import Request, Sampling
from sse_steps.printable import printable
from sse_steps.records import FinishReason
from sse_steps.validation import STRICT_KEYS, validated

VERSION: Final = 1
_LONGEST_LINE_BYTES = 32 << 20
_MOST_BYTES = 1 << 30

Count = Annotated[int, Field(strict=True, ge=0, le=1 << 53)]
Amount = Annotated[float, Field(strict=True, ge=0, le=1e9, allow_inf_nan=False)]


@dataclass(frozen=True, config=STRICT_KEYS)
class Asked:
    """What a reply is found by: the prompt, and how it was to be written."""

    system: str
    user: str
    temperature: Amount
    max_tokens: Count
    seed: Count
    top_k: Count
    top_p: Amount
    stop: tuple[str, ...]

    @classmethod
    def of(cls, request: Request, sampling: Sampling) -> Asked:
        """Return what is asked by a request; its time limit is no part of that."""
        return cls(
            system=_unicode(request.system),
            user=_unicode(request.user),
            temperature=float(sampling.temperature),
            max_tokens=sampling.max_tokens,
            seed=sampling.seed,
            top_k=sampling.top_k,
            top_p=float(sampling.top_p),
            stop=tuple(_unicode(text) for text in sampling.stop),
        )


@dataclass(frozen=True, config=STRICT_KEYS)
class RecordedReply:
    """What came back, as it was measured then. None: not known."""

    text: str
    finish_reason: FinishReason
    latency_s: Amount
    cold: Annotated[bool, Field(strict=True)]
    prompt_tokens: Count | None
    completion_tokens: Count | None
    cost_usd: Amount | None
    error: str | None


@dataclass(frozen=True, config=STRICT_KEYS)
class Recorded:
    """One line of a recording."""

    version: Literal[1]
    asked: Asked
    reply: RecordedReply
    engine: str  # the tool and its version
    asked_at: str | None  # ISO 8601, UTC
    machine: str  # that the latency was measured on


def read_recording(path: Path) -> dict[Asked, Recorded]:
    """Return the replies of a recording by what was asked.

    Raises:
        RecordingError: a line is not what it should be, or two lines contradict each other.
    """
    replies: dict[Asked, Recorded] = {}
    places: dict[Asked, int] = {}
    for number, line in _lines(path):
        recorded = _parsed(line, f"Line {number} of '{path}'")
        first = places.setdefault(recorded.asked, number)
        if replies.setdefault(recorded.asked, recorded) != recorded:
            raise RecordingError(
                f"Lines {first} and {number} of '{path}' are different replies to one request.",
                "Keep one of the two: a replay could not say which of them counts.",
            )
    return replies


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            yield from _bounded_lines(file, path)
    except OSError as fault:
        raise RecordingError(
            f"The recording '{path}' cannot be read: {fault.strerror}.",
            "Correct `recording` in the model's YAML; docs/baselines.md says how one is made.",
        ) from fault


def _bounded_lines(file: BinaryIO, path: Path) -> Iterator[tuple[int, bytes]]:
    number, total = 0, 0
    while line := file.readline(_LONGEST_LINE_BYTES + 1):
        number, total = number + 1, total + len(line)
        if len(line) > _LONGEST_LINE_BYTES or total > _MOST_BYTES:
            raise RecordingError(
                f"Line {number} of '{path}' goes beyond what a recording may hold "
                f"({_LONGEST_LINE_BYTES >> 20} MiB a line, {_MOST_BYTES >> 20} MiB in all).",
                "Use a recording that this project has written.",
            )
        if line.strip():
            yield number, line


def _parsed(line: bytes, where: str) -> Recorded:
    try:
        data: Any = json.loads(line)
        json.dumps(data, ensure_ascii=False).encode()  # half a surrogate pair goes no further
    except (ValueError, RecursionError) as fault:
        raise RecordingError(
            f"{where} is no JSON in UTF-8.",
            "Remove the line; recordings hold one JSON document a line.",
        ) from fault
    try:
        return validated(Recorded, data, where, RecordingError)
    except RecordingError as fault:  # it quotes a stranger
        raise RecordingError(printable(fault.wrong), printable(fault.remedy)) from fault


def _unicode(text: str) -> str:
    return text.encode(errors="replace").decode()
