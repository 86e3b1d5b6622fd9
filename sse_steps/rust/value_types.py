"""Rust types for Python values of plain data, where the Rust leaves its types open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

_DEEPEST = 12
_ONE = {"list": "Vec<{}>", "set": "std::collections::HashSet<{}>"}


@dataclass(frozen=True, slots=True)
class Choice:
    """What an int and a str are in Rust."""

    integer: str = "i64"
    text: str = "String"


def choices(values: Sequence[object], *, copied: bool) -> Iterator[Choice]:
    """Yield the choices that make a difference to some values, the likeliest first.

    Args:
        values: what stands in the place of open types.
        copied: whether a str has to be of a type that can be copied.
    """
    kinds, large, negative = _scalars(values)
    integers = ["i128"] if large else ["i64", "i32", "f64", *([] if negative else ["usize"])]
    texts = ["&'static str", "String"] if copied else ["String", "&'static str"]
    for integer, text in product(
        integers if int in kinds else integers[:1], texts if str in kinds else texts[:1]
    ):
        yield Choice(integer, text)


def _scalars(values: Sequence[object]) -> tuple[set[type], bool, bool]:
    """Return the types of what is in nested values, and how far their ints reach."""
    kinds: set[type] = set()
    large = negative = False
    pending = list(values)
    while pending:
        value = pending.pop()
        kinds.add(type(value))
        if isinstance(value, dict):
            pending += [*value, *value.values()]
        elif isinstance(value, list | tuple | set | frozenset):
            pending += value
        elif type(value) is int:
            large |= not -(2**63) <= value < 2**63
            negative |= value < 0
    return kinds, large, negative


def python_type(values: Sequence[object], choice: Choice, depth: int = 0) -> str | None:
    """Return the one Rust type that all values have, or None where there is none.

    Where no value tells, as in an empty list, it is that of an int.
    """
    present = [value for value in values if value is not None]
    if depth > _DEEPEST:
        return None
    found = _present_type(present, choice, depth) if present else choice.integer
    if found is None or len(present) == len(values):
        return found
    return f"Option<{found}>"


def _present_type(values: Sequence[object], choice: Choice, depth: int) -> str | None:
    kinds = {type(value) for value in values}
    scalars = {bool: "bool", int: choice.integer, float: "f64", str: choice.text}
    if kinds == {int, float}:
        return "f64"
    if kinds == {set, frozenset}:
        kinds = {set}
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    return scalars.get(kind) or _collection_type(kind, values, choice, depth)


def _collection_type(
    kind: type, values: Sequence[object], choice: Choice, depth: int
) -> str | None:
    """Return the type of lists, sets, maps or tuples, by what is in all of them."""
    columns: list[list[object]]
    if kind is dict:
        maps = [value for value in values if isinstance(value, dict)]
        form = "std::collections::HashMap<{}, {}>"
        columns = [[key for each in maps for key in each]]
        columns += [[item for each in maps for item in each.values()]]
    elif kind is tuple:
        rows = [value for value in values if isinstance(value, tuple)]
        if len({len(row) for row in rows}) != 1 or not rows[0]:
            return None
        form = f"({'{}, ' * len(rows[0])})"
        columns = [list(column) for column in zip(*rows, strict=True)]
    elif kind in (list, set, frozenset):
        form = _ONE["list" if kind is list else "set"]
        columns = [[item for value in values for item in value]]  # type: ignore[attr-defined]  # all are of `kind`
    else:
        return None
    parts = [python_type(column, choice, depth + 1) for column in columns]
    return None if None in parts else form.format(*parts)
