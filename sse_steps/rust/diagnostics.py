"""What rustc says in its JSON messages: which error, in whose file, and nothing of other files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_LONGEST = 8000  # characters of text that a verdict keeps
_CLOSING = ("aborting due to", "For more information about")


@dataclass(frozen=True, slots=True)
class Place:
    """A file and a line in it, counted from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class CompileError:
    """One error of rustc: its code, such as E0308, its text, and the places that it names.

    `at` begins with the place itself; places that its macros were called from follow.
    """

    code: str | None
    headline: str
    rendered: str
    at: tuple[Place, ...]
    mentions: frozenset[str]  # every file of which the text may show a line


def read_errors(stderr: bytes) -> list[CompileError]:
    """Return the errors among rustc's lines, in their order; lines that are no JSON say nothing."""
    messages = [message for line in stderr.splitlines() if (message := _message(line))]
    return [
        _error(message)
        for message in messages
        if message["level"].startswith("error") and not message["message"].startswith(_CLOSING)
    ]


def _message(line: bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except ValueError:  # a crash report, for instance
        return None
    return message if isinstance(message, dict) and "level" in message else None


def _error(message: dict[str, Any]) -> CompileError:
    primary = [span for span in message["spans"] if span["is_primary"]]
    return CompileError(
        code=(message.get("code") or {}).get("code"),
        headline=f"{message['level']}: {message['message']}",
        rendered=message.get("rendered") or message["message"],
        at=tuple(place for span in primary for place in _places(span)),
        mentions=frozenset(_files(message)),
    )


def _places(span: dict[str, Any] | None) -> Iterator[Place]:
    while span is not None:
        yield Place(span["file_name"], span["line_start"])
        span = (span.get("expansion") or {}).get("span")


def _files(message: dict[str, Any]) -> Iterator[str]:
    for span in message["spans"]:
        yield from (place.file for place in _places(span))
    for child in message.get("children", ()):
        yield from _files(child)


def told(errors: list[CompileError], own: str) -> str:
    """Return the text of errors, showing no line of a file other than `own` and std's."""
    texts = (
        error.rendered
        if all(file == own or file.startswith("/rustc/") for file in error.mentions)
        else f"{error.headline.splitlines()[0][:300]} (in another file than the program's)\n"
        for error in errors
    )
    return "\n".join(texts)[:_LONGEST]
