"""What a task depended on when it last succeeded, kept small and fit for comparison."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

_LONGEST_VALUE = 120
_MOST_CHARACTERS = 200_000  # of all keys and values together, before they are compressed
_LARGEST_PACKED = 1 << 20  # bytes; what claims to be more is not what we wrote
_CUT = "(more settings than are kept)"


@dataclass(frozen=True, slots=True)
class Change:
    """One key, with its value then and now; None: it was not there."""

    key: str
    before: str | None
    now: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"{self.key} is new: {self.now}"
        if self.now is None:
            return f"{self.key} is gone; it was {self.before}"
        return f"{self.key} changed from {self.before} to {self.now}"


def flat(data: object) -> dict[str, str]:
    """Return nested plain data as one level: dotted keys, and values as JSON, shortened.

    A text of several lines that is YAML, such as a whole configuration, counts as what it holds.
    """
    found: dict[str, str] = {}
    room = _MOST_CHARACTERS
    for key, value in _leaves(data, ""):
        room -= len(key) + len(value)
        if room < 0:
            found[_CUT] = hashlib.sha256(_as_json(data).encode()).hexdigest()
            break
        found[key] = value
    return found


def _leaves(data: object, prefix: str) -> Iterator[tuple[str, str]]:
    if isinstance(data, str) and "\n" in data:
        data = _as_mapping(data)
    if isinstance(data, Mapping) and data:
        for key, value in data.items():
            yield from _leaves(value, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(data, list | tuple) and any(isinstance(each, Mapping) for each in data):
        for index, value in enumerate(data):
            yield from _leaves(value, f"{prefix}[{index}]")
    else:
        yield prefix, _short(_as_json(data))


def _as_mapping(text: str) -> object:
    try:
        held = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader, the fast one where it is there
    except (yaml.YAMLError, ValueError, RecursionError):
        return text
    return held if isinstance(held, dict) else text


def _as_json(data: object) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, default=str)


def _short(text: str) -> str:
    if len(text) <= _LONGEST_VALUE:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"{text[: _LONGEST_VALUE // 2]}... ({len(text):,} characters, SHA-256 {digest})"


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[Change]:
    """Return what differs between two flat mappings, in the order of the keys."""
    keys = sorted({*before, *now})
    found = (Change(key, before.get(key), now.get(key)) for key in keys)
    return [each for each in found if each.before != each.now]


def packed(data: Mapping[str, Any]) -> str:
    """Return plain data as one short text: it is written at each success and seldom read."""
    return base64.b64encode(zlib.compress(_as_json(data).encode(), 6)).decode()


def unpacked(text: object) -> dict[str, Any]:
    """Return what `packed` was given, or nothing where the text is none of ours."""
    try:
        decoder = zlib.decompressobj()
        data = decoder.decompress(base64.b64decode(str(text), validate=True), _LARGEST_PACKED)
        held = json.loads(data)
    except (ValueError, RecursionError, zlib.error):
        return {}
    return held if isinstance(held, dict) else {}
