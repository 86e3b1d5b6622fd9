"""JSON of strangers, parsed at a bounded cost."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Final, NoReturn

from sse_steps.models.header_limits import MAX_VALUES

MAX_JSON_BYTES: Final = 8 << 20  # one letter beyond the 16-bit ones makes it four times as much


def parse_json(text: str, *, values: int = MAX_VALUES, names_twice: bool = False) -> object:
    """Return what a JSON text says.

    Args:
        text: the JSON.
        values: how many values it may hold, those in objects and lists counted.
        names_twice: whether an object may hold a name more than once; the last one counts.

    Raises:
        ValueError: it is no JSON, holds NaN or infinity, or is too much.
    """
    # Three letters of JSON can become an object of 200: count before anything is made.
    found = sum(map(text.count, (",", "[", "{")))
    if found > values:
        raise ValueError(f"its JSON holds {found} values, more than {values}")
    hook: Callable[[list[tuple[str, object]]], dict[str, object]] | None
    hook = None if names_twice else _unique
    try:
        parsed: object = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=hook)
    except RecursionError:
        raise ValueError("its JSON is nested too deep") from None
    return parsed


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = sorted(name for name, _ in pairs)
        name = next(name for name, after in pairwise(names) if name == after)
        raise ValueError(f"its JSON holds the name {name[:80]!r} twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"its JSON holds {name}, which is no number")
