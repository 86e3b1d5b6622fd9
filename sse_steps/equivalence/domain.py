"""The inputs that are worth trying: what the annotations allow, within what the cases show.

A case that never has a negative number says that the function is not meant for one. Such hints are
read parameter by parameter, and inside lists, maps and tuples for each place of their own.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from sse_steps.equivalence.literals import Literals
from sse_steps.records import Case
from sse_steps.rust.signature import AnnotationError, Signature, Type, coerce

_LARGEST = 1000  # of numbers, unless the cases show larger ones
_SMALL = 10
_MOST_ITEMS = 8
_ASCII = "".join(chr(code) for code in range(32, 127))
_BEYOND_ASCII = "éßΩж日🦀"

Values = SearchStrategy[Any]


def arguments_like(
    signature: Signature, cases: Sequence[Case], literals: Literals
) -> SearchStrategy[tuple[Any, ...]]:
    """Return a strategy for the arguments of one call.

    Raises:
        AnnotationError: a case has arguments that the signature does not take.
    """
    kinds = [kind for _, kind in signature.parameters]
    if any(len(case.args) != len(kinds) for case in cases):
        raise AnnotationError(f"not every case calls {signature.name} with {len(kinds)} arguments")
    rows = [list(map(coerce, case.args, kinds)) for case in cases]
    columns = [[row[position] for row in rows] for position in range(len(kinds))]
    return st.tuples(
        *(_parameter(kind, column, literals) for kind, column in zip(kinds, columns, strict=True))
    )


def _parameter(kind: Type, shown: list[Any], literals: Literals) -> Values:
    """Return new values, and those of the cases, which then meet other neighbours."""
    return st.one_of(values_like(kind, shown, literals), st.sampled_from(shown))


def values_like(kind: Type, shown: Sequence[Any], literals: Literals) -> Values:
    """Return a strategy for values of a type like those that cases show in that place."""
    simple: dict[str, Callable[[Sequence[Any], Literals], Values]] = {
        "int": _integers,
        "float": _floats,
        "bool": lambda *_: st.booleans(),
        "str": _texts,
        "None": lambda *_: st.none(),
    }
    if kind.name in simple:
        return simple[kind.name](shown, literals)
    if kind.name == "optional":
        inner = [value for value in shown if value is not None]
        return st.none() | values_like(kind.arguments[0], inner, literals)
    if kind.name == "tuple":
        places = [[value[place] for value in shown] for place in range(len(kind.arguments))]
        parts = zip(kind.arguments, places, strict=True)
        return st.tuples(*(values_like(part, values, literals) for part, values in parts))
    return _collections(kind, shown, literals)


def _integers(shown: Sequence[int], literals: Literals) -> Values:
    low = min([0 if shown and min(shown) >= 0 else -_LARGEST, *shown])
    high = max([_LARGEST, *shown])
    known = {0, *shown, *literals.integers}
    near = sorted({value + step for value in known for step in (-1, 0, 1)})
    return st.one_of(
        st.integers(max(low, -_SMALL), _SMALL),
        st.sampled_from([value for value in near if low <= value <= high]),
        st.integers(low, high),
    )


def _floats(shown: Sequence[float], literals: Literals) -> Values:
    finite = [value for value in shown if abs(value) < float("inf")]
    low = min([0.0 if finite and min(finite) >= 0 else -float(_LARGEST), *finite])
    high = max([float(_LARGEST), *finite])
    known = (0.0, 1.0, -0.0, 0.5, -1.0, *literals.floats, *map(float, literals.integers))
    edges = [value for value in known if low <= value <= high]
    return st.one_of(
        st.sampled_from([*edges, *shown]),
        st.integers(int(low) * 8, int(high) * 8).map(lambda eighths: eighths / 8),
        st.floats(low, high, allow_subnormal=False),
    )


def _texts(shown: Sequence[str], literals: Literals) -> Values:
    letters = "".join(sorted(set("".join(shown)))) or string.ascii_lowercase
    if shown and all(len(text) == 1 for text in shown):
        return st.sampled_from(letters) | st.sampled_from(_ASCII)
    edited = st.builds(
        _edited,
        st.sampled_from(shown or [""]),
        st.integers(0, max(map(len, shown), default=0)),
        st.integers(0, 2),
        st.text(letters, max_size=2) | st.sampled_from(("", *literals.texts)),
    )
    return st.one_of(
        st.text(letters, max_size=_MOST_ITEMS),
        edited,
        st.text(_ASCII, max_size=_MOST_ITEMS),
        st.text(_BEYOND_ASCII + letters, max_size=_MOST_ITEMS),
    )


def _edited(text: str, position: int, cut: int, new: str) -> str:
    return text[:position] + new + text[position + cut :]


def _collections(kind: Type, shown: Sequence[Any], literals: Literals) -> Values:
    least = 1 if shown and all(shown) else 0
    if kind.name == "dict":
        keys = [key for each in shown for key in each]
        items = [item for each in shown for item in each.values()]
        key, item = kind.arguments
        return st.dictionaries(
            values_like(key, keys, literals),
            values_like(item, items, literals),
            min_size=least,
            max_size=_MOST_ITEMS,
        )
    items = [item for each in shown for item in each]
    if kind.name == "list":
        return _lists(kind.arguments[0], items, shown, literals)
    make = st.sets if kind.name == "set" else st.frozensets
    inner = values_like(kind.arguments[0], items, literals)
    return make(inner, min_size=least, max_size=_MOST_ITEMS)


def _lists(
    kind: Type, items: Sequence[Any], shown: Sequence[list[Any]], literals: Literals
) -> Values:
    least = 1 if shown and all(shown) else 0
    if kind.name == "list" and _are_rectangular(shown):
        cells = [cell for row in items for cell in row]
        return _tables(
            values_like(kind.arguments[0], cells, literals), least, 1 if all(items) else 0
        )
    lists = st.lists(values_like(kind, items, literals), min_size=least, max_size=_MOST_ITEMS)
    return lists.map(sorted) if _are_sorted(shown) else lists


def _tables(cell: Values, least_rows: int, least_columns: int) -> Values:
    def rows_of(width: int) -> Values:
        row = st.lists(cell, min_size=width, max_size=width)
        return st.lists(row, min_size=least_rows, max_size=_MOST_ITEMS)

    return st.integers(least_columns, _MOST_ITEMS).flatmap(rows_of)


def _are_rectangular(shown: Sequence[list[list[Any]]]) -> bool:
    """Whether the cases show lists of lists long enough to tell, and all of them tables."""
    telling = [each for each in shown if len(each) >= 2]
    return len(telling) >= 2 and all(len(set(map(len, each))) == 1 for each in telling)


def _are_sorted(shown: Sequence[list[Any]]) -> bool:
    """Whether the cases show lists long enough to tell, and all of them in order."""
    telling = [each for each in shown if len(each) >= 3]
    try:
        return len(telling) >= 2 and all(each == sorted(each) for each in shown)
    except TypeError:
        return False  # optional items have no order
