"""Plain Python values as JSON, without losing tuples, sets, keys that are no text, NaN or infinity.

Imports nothing but the standard library: the sandboxed runner of corpus programs uses it as well.
"""

from __future__ import annotations

import json
import math
from typing import Any

_TAG = "$"


def to_json(value: object) -> Any:  # noqa: ANN401 - JSON is what it is
    """Return `value` as something that `json.dumps` writes and `from_json` brings back.

    Raises:
        TypeError: the value, or one inside it, is no plain data.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {_TAG: "float", "of": repr(value)}
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, tuple):
        return {_TAG: "tuple", "of": [to_json(item) for item in value]}
    if isinstance(value, set | frozenset):
        items = [to_json(item) for item in value]
        return {_TAG: "set", "of": sorted(items, key=json.dumps)}
    if isinstance(value, dict):
        return {_TAG: "dict", "of": [[to_json(key), to_json(item)] for key, item in value.items()]}
    raise TypeError(f"a value of type {type(value).__name__} is no plain data")


def from_json(data: Any) -> object:  # noqa: ANN401 - JSON is what it is
    """Return the value that `to_json` was given.

    Raises:
        ValueError: a mark that `to_json` does not write.
    """
    if isinstance(data, list):
        return [from_json(item) for item in data]
    if not isinstance(data, dict):
        return data
    kind, content = data.get(_TAG), data.get("of")
    if kind == "float":
        return float(str(content))
    if kind == "tuple":
        return tuple(from_json(item) for item in content or ())
    if kind == "set":
        return {_hashable(from_json(item)) for item in content or ()}
    if kind == "dict":
        return {_hashable(from_json(key)): from_json(item) for key, item in content or ()}
    raise ValueError(f"the unknown mark {kind!r}")


def _hashable(value: object) -> object:
    """Return a value as it can stand in a set or as a key: a set as a frozenset, all through it."""
    if isinstance(value, set):
        return frozenset(value)
    return tuple(map(_hashable, value)) if isinstance(value, tuple) else value
