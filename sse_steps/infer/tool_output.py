"""What a tool printed, as the text of a reply and its figures. Nothing here trusts the tool."""

from __future__ import annotations

import json
import os
import re
import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sse_steps.infer.tool import JsonPaths
from sse_steps.printable import printable

_MOST_WORDS = 2000
_MOST_TOKENS = 1 << 53
_MOST_DOLLARS = 1e6
_SHORTEST_SECRET = 8
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL", re.IGNORECASE)
# ECMA-48: control sequences; strings, such as titles and links, which end in their line; the rest.
_CONTROL = r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
_STRING = r"\x1b[\]PX^_][^\x07\x1b\n]*(?:\x1b\\|\x07)?"
_ESCAPE = re.compile(rf"{_CONTROL}|{_STRING}|\x1b[ -/]*[0-~]")


class ToolOutputError(ValueError):
    """A tool's output is no reply; the message says why."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a tool said. None: it did not tell, or told nothing that can be used; see `unusable`."""

    text: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost_usd: float | None = None
    unusable: str | None = None


def plain_text(output: bytes) -> str:
    """Return a tool's output without what a terminal obeys and without the user's secrets."""
    return without_secrets(_ESCAPE.sub("", output.decode(errors="replace")), os.environ)


def without_secrets(text: str, environment: Mapping[str, str]) -> str:
    """Return `text` with the values of variables that are named like secrets blacked out."""
    for name, value in environment.items():
        if len(value) >= _SHORTEST_SECRET and _SECRET_NAME.search(name):
            text = text.replace(value, f"[{name}]")
    return text


def last_words(*outputs: bytes) -> str:
    """Return the end of the first output that holds anything, as a terminal may show it."""
    for output in outputs:
        if words := plain_text(output).strip():
            return printable(words[-_MOST_WORDS:], keep="\n\t")
    return "it said nothing"


def read_output(output: bytes, paths: JsonPaths | None) -> Said:
    """Return what a tool that ended well has printed.

    Raises:
        ToolOutputError: it is no JSON, has no text, or says itself that it failed.
    """
    if paths is None:
        return Said(_not_empty(plain_text(output)))
    data = _parsed(output)
    texts = list(_at(data, paths.text))
    if len(texts) != 1 or not isinstance(texts[0], str):
        raise ToolOutputError(f"its JSON has no text at '{paths.text}': {last_words(output)}")
    text = plain_text(texts[0].encode(errors="replace"))
    if paths.failed is not None and list(_at(data, paths.failed)) not in ([], [False], [None]):
        raise ToolOutputError(last_words(text.encode()))
    notes: list[str] = []
    return Said(
        _not_empty(text),
        prompt_tokens=_count(data, paths.prompt_tokens, notes),
        completion_tokens=_count(data, paths.completion_tokens, notes),
        cost_usd=_dollars(data, paths.cost_usd, notes),
        unusable="; ".join(notes) or None,
    )


def _not_empty(text: str) -> str:
    if not text.strip():
        raise ToolOutputError("it ended well and said nothing")
    return text


def _parsed(output: bytes) -> object:
    try:
        data: object = json.loads(plain_text(output), parse_constant=_refuse)
    except (ValueError, RecursionError) as fault:
        raise ToolOutputError(f"its output is no JSON: {last_words(output)}") from fault
    return data


def _refuse(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _at(data: object, path: str) -> Iterator[object]:
    """Yield what is at a path, in as many places as its `*` name."""
    key, _, rest = path.partition(".")
    for value in _children(data, key):
        if rest:
            yield from _at(value, rest)
        else:
            yield value


def _children(data: object, key: str) -> list[object]:
    if isinstance(data, dict):
        return list(data.values()) if key == "*" else [data[key]] if key in data else []
    if isinstance(data, list):
        if key == "*":
            return data
        place = int(key) if key.isdecimal() and len(key) < 9 else len(data)
        return data[place : place + 1]
    return []


def _figures(data: object, paths: tuple[str, ...]) -> list[object]:
    """Return what is at all of the paths; nothing where one of them leads nowhere."""
    figures: list[object] = []
    for path in paths:
        found = [each for each in _at(data, path) if each is not None]
        if not found:
            return []
        figures += found
    return figures


def _count(data: object, paths: tuple[str, ...], notes: list[str]) -> int | None:
    total = 0
    figures = _figures(data, paths)
    for figure in figures:
        if type(figure) is not int or not 0 <= figure <= _MOST_TOKENS:
            notes.append(_unusable(paths, figure))
            return None
        total += figure
    return total if figures else None


def _dollars(data: object, paths: tuple[str, ...], notes: list[str]) -> float | None:
    total = 0.0
    figures = _figures(data, paths)
    for figure in figures:
        # No bool, and no integer too large for a float: comparing is safe, converting is not.
        if type(figure) not in (int, float) or not 0 <= figure <= _MOST_DOLLARS:  # type: ignore[operator]
            notes.append(_unusable(paths, figure))
            return None
        total += figure  # type: ignore[operator]
    return total if figures else None


def _unusable(paths: tuple[str, ...], figure: object) -> str:
    return f"the tool's JSON has no usable number at {' + '.join(paths)}: {reprlib.repr(figure)}"
