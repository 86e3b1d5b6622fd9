"""Plain Python values as JSON, without losing tuples, sets, keys that are no text, NaN or infinity.

Imports nothing but the standard library: the sandboxed runner of corpus programs uses it as well.
"""

from __future__ import annotations

import json
import math
from typing import Any

_TAG = "$"
_DEEPEST, _MOST_BITS = 64, 4096


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


def canonical(data: Any) -> str:  # noqa: ANN401 - JSON is what it is
    """Return a text that is equal for what `to_json` made of equal values, types told apart."""
    if isinstance(data, list):
        return f"[{','.join(map(canonical, data))}]"
    if not isinstance(data, dict):
        return json.dumps(data)
    kind, content = data.get(_TAG), data.get("of")
    items = list(map(canonical, content)) if isinstance(content, list) else [canonical(content)]
    ordered = sorted(items) if kind in ("dict", "set") else items
    return f"{kind}({','.join(ordered)})"


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


def agrees(claimed: object, value: object, tolerance: float) -> bool:
    """Return whether a claim, which may come from JSON, says what the Python says.

    JSON has no tuples, no sets, and no keys but texts.
    """
    match claimed, value:
        case bool() | int(), bool() | int():
            return claimed == value
        case int() | float(), int() | float():
            both_nan = claimed != claimed and value != value  # noqa: PLR0124 - NaN alone differs from itself
            return both_nan or math.isclose(
                claimed, value, rel_tol=tolerance, abs_tol=min(tolerance, 1e-12)
            )
        case list() | tuple(), list() | tuple():
            pairs = zip(claimed, value, strict=False)
            return len(claimed) == len(value) and all(agrees(a, b, tolerance) for a, b in pairs)
        case list(), set() | frozenset():
            return sorted(map(repr, claimed)) == sorted(map(repr, value))
        case dict(), dict():
            named = {str(name): each for name, each in claimed.items()}
            others = {str(name): each for name, each in value.items()}
            return named.keys() == others.keys() and all(
                agrees(named[name], others[name], tolerance) for name in named
            )
    return claimed == value


def check_bounds(value: object, depth: int = 0) -> None:
    """Raise ValueError for a value too deep or too large to be written down.

    Python refuses to print an integer of more than some thousand digits.
    """
    if depth > _DEEPEST:
        raise ValueError(f"a value nested more than {_DEEPEST} deep")
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise ValueError(f"an integer of {value.bit_length():,} bits")
    if isinstance(value, dict):
        check_bounds([*value.keys(), *value.values()], depth)
    if isinstance(value, list | tuple | set | frozenset):
        for item in value:
            check_bounds(item, depth + 1)
