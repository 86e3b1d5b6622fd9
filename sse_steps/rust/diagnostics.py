"""What rustc says in its JSON messages: which error, in whose file, and nothing of other files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
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
    code = (message.get("code") or {}).get("code")
    primary = [span for span in message["spans"] if span["is_primary"]]
    return CompileError(
        code=code,
        headline=f"{message['level']}{f'[{code}]' if code else ''}: {message['message']}",
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


@dataclass(frozen=True, slots=True)
class Own:
    """What of a compilation is the candidate's: a file, and how many of its lines."""

    file: str
    lines: int


def told(errors: Sequence[CompileError], own: Own) -> str:
    """Return the text of errors, showing no line of a file other than the candidate's and std's.

    What stands behind the candidate's lines is ours, so that only the headline is of use there.
    """
    texts = []
    for error in errors:
        if any(file != own.file and not file.startswith("/rustc/") for file in error.mentions):
            texts.append(f"{error.headline.splitlines()[0][:300]} (in another file)\n")
        elif error.at and error.at[0].line > own.lines:
            texts.append(f"{error.headline} (where it is called)\n")
        else:
            texts.append(error.rendered)
    return "\n".join(texts)[:_LONGEST]
