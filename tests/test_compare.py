"""Whether an answer is the expected one: the rules, and the invariants behind them."""

from __future__ import annotations

import math
from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sse_steps.rust import compare
from sse_steps.rust.frames import Failed, UnrepresentableError, decode, encode


def equal(expected: object, answer: object) -> bool:
    """Compare as the judge does: the answer comes out of a frame."""
    with suppress(UnrepresentableError):  # such as an Err, which only Rust can send
        answer = decode(encode(answer))
    return compare.equal(expected, answer)


NAN, INF = math.nan, math.inf
INTEGERS = st.integers(-(2**127), 2**127 - 1)
KEYS = st.recursive(
    st.booleans() | INTEGERS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=4,
)
PLAIN: st.SearchStrategy[object] = st.recursive(
    st.none() | KEYS | st.floats() | st.sets(KEYS, max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=15,
)


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        (None, None),
        (True, True),
        (3, 3),
        ("a", "a"),
        (1.0, 1.0),
        (1.0, 1.0 + 5e-10),
        (1e300, 1e300 * (1 + 5e-10)),
        (0.0, 5e-13),
        (0.0, -0.0),
        (NAN, -NAN),
        (INF, INF),
        ([1, 2], [1, 2]),
        ([1, 2], (1, 2)),
        ((1, 2), [1, 2]),
        ([], ()),
        ([[1.0], [2.0]], [[1.0 + 1e-12], [2.0]]),
        ((1, [2.0, "x"]), (1, [2.0, "x"])),
        ({1, 2}, frozenset({2, 1})),
        (frozenset({1}), {1}),
        ({(1, 2)}, frozenset({(1, 2)})),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a": 1.0}, {"a": 1.0 + 1e-12}),
        ({"a": [NAN]}, {"a": [NAN]}),
        ({(1, 2): "x"}, {(1, 2): "x"}),
        ({}, {}),
        (set(), frozenset()),
    ],
)
def test_right_answers_are_equal(expected: object, answer: object) -> None:
    """Answers that agree under the declared rules are equal."""
    assert equal(expected, answer)


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        (1, True),
        (True, 1),
        (0, False),
        (False, 0),
        (1, 1.0),
        (1.0, 1),
        (1.0, True),
        (1, "1"),
        ("1", 1),
        (None, 0),
        (None, False),
        (None, ""),
        (None, Failed()),
        (0, None),
        (1.0, None),
        (1.0, NAN),
        (NAN, 1.0),
        (NAN, None),
        (INF, -INF),
        (INF, 1.7e308),
        (1.0, 1.0 + 2e-9),
        (0.0, 2e-12),
        (1e-15, 2e-12),
        ([1, 2], [2, 1]),
        ([1, 2], [1, 2, 3]),
        ([1, 2], [1]),
        ([1, 2], frozenset({1, 2})),
        ([1], [True]),
        ([1.0], [1]),
        ([1], 1),
        (1, [1]),
        (["a", "b"], "ab"),
        ("ab", ["a", "b"]),
        ({1, 2}, [1, 2]),
        ({1, 2}, frozenset({1})),
        ({1}, frozenset({1, 2})),
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": 1}),
        ({"a": 1}, [("a", 1)]),
        ({"a": [1]}, {"a": [True]}),
        ({}, []),
        (set(), {}),
        (1, Failed()),
        ([1], [Failed()]),
    ],
)
def test_wrong_answers_are_not_equal(expected: object, answer: object) -> None:
    """Answers of another value, type, length or shape are wrong."""
    assert not equal(expected, answer)


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        ({1}, frozenset({True})),
        ({True, False}, frozenset({0, 1})),
        ({1}, frozenset({1.0})),
        ({1.0}, frozenset({1})),
        ({1: "a"}, {True: "a"}),
        ({1: "a"}, {1.0: "a"}),
        ({(1, 2)}, frozenset({(True, 2)})),
    ],
)
def test_types_count_inside_sets_and_keys(expected: object, answer: object) -> None:
    """A bool is no int and an int is no float, inside sets and as keys as well."""
    assert not equal(expected, answer)


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        ({1.0}, frozenset({1.0 + 1e-12})),
        ({0.1 + 0.2: "a"}, {0.3: "a"}),
        ({(1.0, 2.0)}, frozenset({(1.0, 2.0 + 1e-12)})),
    ],
)
def test_tolerance_counts_inside_sets_and_keys(expected: object, answer: object) -> None:
    """Floats agree within the tolerance inside sets and as keys as well."""
    assert equal(expected, answer)


@given(PLAIN)
def test_every_value_equals_itself(value: object) -> None:
    """Any plain value is the right answer to itself."""
    assert equal(value, value)


@given(PLAIN)
def test_every_value_equals_itself_after_the_pipe(value: object) -> None:
    """The right value, sent back through a frame, is right."""
    assert compare.equal(value, decode(encode(value)))


@given(PLAIN, PLAIN)
def test_equality_does_not_depend_on_who_is_asked(one: object, other: object) -> None:
    """Whether two values agree is the same both ways round."""
    assert equal(one, other) == equal(other, one)


@given(st.integers(-(2**53), 2**53))
def test_an_int_is_never_a_float(value: int) -> None:
    """An int and the float of the same value are different answers, at any depth outside sets."""
    for wrap in (lambda x: x, lambda x: [x], lambda x: {"a": (x,)}):
        assert not equal(wrap(value), wrap(float(value)))
        assert not equal(wrap(float(value)), wrap(value))


@given(st.floats(-1e300, 1e300), st.floats(-1e-10, 1e-10))
def test_rounding_is_forgiven(value: float, error: float) -> None:
    """A float that is off by less than the relative tolerance is right."""
    assert equal(value, value * (1 + error))


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(1e-7, 1))
def test_a_real_difference_is_not_forgiven(value: float, error: float) -> None:
    """A float that is off by more than both tolerances is wrong."""
    assume(abs(value) > 1e-4)
    assert not equal(value, value * (1 + error))


@given(st.lists(INTEGERS, min_size=1, max_size=5), st.data())
def test_one_wrong_item_makes_the_list_wrong(items: list[int], data: st.DataObject) -> None:
    """A list with one item changed is wrong, wherever it stands."""
    at = data.draw(st.integers(0, len(items) - 1))
    changed = [*items[:at], items[at] + 1, *items[at + 1 :]]
    assert not equal(items, changed)
    assert not equal(tuple(items), changed)
