"""Generated inputs: of the annotated types, and within what the cases show."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from sse_steps.equivalence.domain import arguments_like, values_like
from sse_steps.equivalence.literals import Literals, literals_in
from sse_steps.records import Case
from sse_steps.rust.frames import encode
from sse_steps.rust.signature import AnnotationError, Type, coerce, read_signature

INT, TEXT = Type("int"), Type("str")
NESTED = "dict[str, list[tuple[int, float | None]]]"


def never(kind: Type, shown: list[Any], condition: Callable[[Any], bool]) -> bool:
    """Return whether no value of a few hundred fulfils a condition."""
    try:
        find(values_like(kind, shown, Literals()), condition, settings=settings(max_examples=300))
    except NoSuchExample:
        return True
    return False


@settings(suppress_health_check=list(HealthCheck), max_examples=50)
@given(st.data(), st.sampled_from(["list[int]", "set[str]", NESTED, "frozenset[bool]", "None"]))
def test_inputs_are_what_the_annotations_say(data: st.DataObject, annotation: str) -> None:
    """Whatever is generated fits its annotation and can be sent to a candidate."""
    signature = read_signature(f"def f(x: {annotation}) -> int: ...", "f")
    kind = signature.parameters[0][1]
    value = data.draw(values_like(kind, [], Literals()))
    assert coerce(value, kind) == value
    encode(value)


@pytest.mark.parametrize(
    ("kind", "shown", "outside"),
    [
        (INT, [3, 0, 12], lambda value: value < 0),
        (INT, [5, 2_000_000], lambda value: value > 2_000_000),
        (INT, [], lambda value: abs(value) > 1000),
        (Type("float"), [0.5, 3.0], lambda value: value < 0),
        (Type("float"), [float("inf"), 3.0], math.isnan),
        (TEXT, ["a", "b"], lambda value: len(value) != 1),
        (Type("list", (INT,)), [[1], [2, 3]], lambda value: not value),
        (Type("list", (INT,)), [[1], [-2]], lambda value: len(value) > 8),
        (Type("list", (INT,)), [[1, 2, 3], [4, 5, 9]], lambda value: value != sorted(value)),
        (Type("set", (INT,)), [{1}, {2}], lambda value: not value),
        (Type("dict", (TEXT, INT)), [{"a": 1}], lambda value: min(value.values()) < 0),
        (Type("optional", (INT,)), [None, 4], lambda value: value is not None and value < 0),
        (Type("tuple", (INT, INT)), [(1, -1)], lambda value: value[0] < 0),
        (
            Type("list", (Type("list", (INT,)),)),
            [[[1, 2], [3, 4]], [[1], [2]], []],
            lambda value: len(set(map(len, value))) > 1,
        ),
    ],
)
def test_hints_of_the_cases_are_kept(
    kind: Type, shown: list[Any], outside: Callable[[Any], bool]
) -> None:
    """No value leaves the range, the order or the shape that all cases have."""
    assert never(kind, shown, outside)


@pytest.mark.parametrize(
    ("kind", "shown", "wanted"),
    [
        (INT, [3, -1], lambda value: value < -100),
        (INT, [777_777, 1], lambda value: value == 777_778 - 1),
        (INT, [444], lambda value: value == 445),
        (TEXT, ["1h30m"], lambda value: len(value) > 2 and set(value) <= set("1h30m")),
        (TEXT, ["abc"], lambda value: "c" in value and not value.isascii()),
        (TEXT, ["abc"], lambda value: value == ""),
        (Type("list", (INT,)), [[3], []], lambda value: not value),
        (Type("list", (INT,)), [[1, 2, 3], [3, 1, 2]], lambda value: value != sorted(value)),
        (Type("optional", (INT,)), [4], lambda value: value is None),
        (Type("float"), [-1.0], lambda value: str(value) == "-0.0"),
    ],
)
def test_what_the_cases_do_not_exclude_is_tried(
    kind: Type, shown: list[Any], wanted: Callable[[Any], bool]
) -> None:
    """Edges, neighbours of the cases and texts of their letters are among a few hundred values."""
    assert not never(kind, shown, wanted)


@pytest.mark.parametrize("args", [(), ("a", 1), (2, "b"), ("a", "b", "c")])
def test_a_case_that_contradicts_the_annotations_is_told(args: tuple[object, ...]) -> None:
    """Cases of another number or other types of arguments are a fault of the example, not ours."""
    signature = read_signature("def f(a: str, b: str) -> int: ...", "f")
    with pytest.raises(AnnotationError):
        arguments_like(signature, [Case("f", args, 0)], Literals())


def test_constants_of_the_program_are_tried() -> None:
    """Numbers and short texts of the source, and the numbers beside them, are likely inputs."""
    python = f"def f():\n    return 613 < -2.25 or 'key' in 'long' * 9 or {10**400}"
    literals = literals_in(python)
    assert literals.integers == (9, 613)
    assert literals.floats == (-2.25, 2.25)
    few = settings(max_examples=200)
    assert find(values_like(INT, [], literals), lambda value: value == 612, settings=few) == 612
    wanted = values_like(Type("float"), [], literals)
    assert find(wanted, lambda value: value == -2.25, settings=few) == -2.25
    assert find(values_like(TEXT, ["ab"], literals), lambda value: "key" in value, settings=few)


def test_arguments_of_several_cases_meet() -> None:
    """A call may take each of its arguments from another case."""
    signature = read_signature("def f(a: str, b: str) -> int: ...", "f")
    cases = [Case("f", ("first", "x" * 20), 0), Case("f", ("second" * 5, "y"), 0)]
    crossed = ("second" * 5, "x" * 20)
    inputs = arguments_like(signature, cases, Literals())
    found = find(inputs, lambda args: args == crossed, settings=settings(max_examples=2000))
    assert found == crossed
