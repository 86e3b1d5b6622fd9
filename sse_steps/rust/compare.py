"""Whether an answer is the expected one. Plain data on both sides, no code of the candidate."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from sse_steps.rust.frames import Unit, Unordered

RELATIVE_TOLERANCE = 1e-9
_ABSOLUTE_TOLERANCE = 1e-12
_ABSENT = object()


def equal(expected: object, answer: object, *, tolerance: float = RELATIVE_TOLERANCE) -> bool:
    """Return whether `answer` is `expected`, with these rules.

    A bool is no int and an int is no float. Floats agree within a relative `tolerance` or an
    absolute one of 1e-12; NaN equals NaN. Lists, tuples and arrays agree item by item, sets and
    maps regardless of order. A text of one letter may come back as a char.
    """
    if isinstance(expected, float):
        return isinstance(answer, float) and _close(expected, answer, tolerance)
    if expected is None or isinstance(expected, bool | int | str):
        found = None if isinstance(answer, Unit) else answer
        return type(found) is type(expected) and found == expected
    if isinstance(expected, Mapping):
        is_map = isinstance(answer, Unordered) and answer.is_map
        return is_map and _equal_unordered(tuple(expected.items()), answer, tolerance)
    if isinstance(expected, AbstractSet):
        is_set = isinstance(answer, Unordered) and not answer.is_map
        return is_set and _equal_unordered(tuple(expected), answer, tolerance)
    if isinstance(expected, Sequence):
        return isinstance(answer, list | tuple) and _equal_items(expected, answer, tolerance)
    return False


def _close(expected: float, answer: float, tolerance: float) -> bool:
    if math.isnan(expected):
        return math.isnan(answer)
    return math.isclose(expected, answer, rel_tol=tolerance, abs_tol=_ABSOLUTE_TOLERANCE)


def _equal_items(expected: Sequence[object], answer: Sequence[object], tolerance: float) -> bool:
    pairs = zip(expected, answer, strict=False)
    return len(expected) == len(answer) and all(
        equal(wanted, found, tolerance=tolerance) for wanted, found in pairs
    )


def _equal_unordered(expected: Sequence[object], answer: object, tolerance: float) -> bool:
    """Pair each expected item with an answer of its own; those that read alike first."""
    if not isinstance(answer, Unordered) or len(expected) != len(answer.items):
        return False
    rest = {repr(item): item for item in answer.items}
    unmatched = [item for item in expected if rest.pop(repr(item), _ABSENT) is _ABSENT]
    others = list(rest.values())
    for item in unmatched:
        matches = (equal(item, other, tolerance=tolerance) for other in others)
        found = next((index for index, match in enumerate(matches) if match), None)
        if found is None:
            return False
        others.pop(found)
    return True
