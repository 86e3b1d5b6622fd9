"""Plain data as JSON: nothing is lost on the way, and nothing strange comes back."""

from __future__ import annotations

import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.corpus.values import agrees, canonical, from_json, to_json

TEXTS = st.text(st.characters(), max_size=8)  # any character, lone surrogates too
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
KEYS = st.recursive(
    st.integers() | TEXTS | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=4,
)
PLAIN: st.SearchStrategy[object] = st.recursive(
    SCALARS | st.sets(KEYS, max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=15,
)


def same(one: object, other: object) -> bool:
    """Return whether two values are equal, of equal types, with NaN equal to itself."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return list(map(repr, one)) == list(map(repr, other)) and all(
            map(same, one.values(), other.values())
        )
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return repr(one) == repr(other) if isinstance(one, float) else one == other


@given(PLAIN)
def test_plain_data_comes_back_as_it_was(value: object) -> None:
    """Nested plain data survives the way through a JSON text with all its types and its order."""
    assert same(from_json(json.loads(json.dumps(to_json(value)))), value)


@given(PLAIN)
def test_json_is_standard(value: object) -> None:
    """What is written is JSON that any reader knows: no bare NaN or Infinity."""
    json.dumps(to_json(value), allow_nan=False)


@given(st.lists(st.integers() | TEXTS, max_size=6), st.randoms())
def test_equal_sets_are_written_alike(items: list[object], chance: random.Random) -> None:
    """The order in which a set was built does not show, so equal cases have equal addresses."""
    shuffled = list(items)
    chance.shuffle(shuffled)
    assert to_json(set(items)) == to_json(set(shuffled))


@pytest.mark.parametrize("text", ["$", "of", "float", '{"$": "set"}'])
def test_a_dict_that_looks_like_a_mark_stays_a_dict(text: str) -> None:
    """Keys and values of a program cannot be mistaken for the marks of this format."""
    value = {"$": text, "of": [text]}
    assert from_json(to_json(value)) == value


@pytest.mark.parametrize("value", [object(), b"bytes", 3j, range(3), [1, {2: object()}], print])
def test_other_values_are_refused(value: object) -> None:
    """A value that is no plain data, at any depth, raises TypeError."""
    with pytest.raises(TypeError, match="is no plain data"):
        to_json(value)


@pytest.mark.parametrize(
    "data",
    [{}, {"$": "object", "of": []}, {"of": []}, {"$": None}, {"$": ["set"]}, [{"$": "eval"}]],
)
def test_unknown_marks_are_refused(data: object) -> None:
    """A mark that is never written raises ValueError instead of a guess."""
    with pytest.raises(ValueError, match="unknown mark"):
        from_json(data)


@pytest.mark.parametrize("value", [{frozenset({1, 2}), frozenset()}, {frozenset({"a"}): 1}])
def test_frozen_sets_can_stand_where_keys_stand(value: object) -> None:
    """A frozenset inside a set or as a key is plain data too and comes back equal."""
    assert from_json(to_json(value)) == value


EQUAL = [
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ({1, 2, 3}, {3, 2, 1}),
    ([{(1, 2): {"x"}}], [{(1, 2): {"x"}}]),
    (float("nan"), float("nan")),
]
DIFFERENT: list[tuple[object, object]] = [
    (1, 1.0), (1, True), ([1], (1,)), ([1, 2], [2, 1]), ({"a": 1}, {"a": 2}), ({1}, [1]),
    ("1", 1), (None, False), (0.0, -0.0), ({}, set()), ([], [[]]), ("a", ["a"]),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_equal_values_have_one_canonical_text(one: object, other: object) -> None:
    """Order is no part of a dict or a set."""
    assert canonical(to_json(one)) == canonical(to_json(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_values_have_different_canonical_texts(one: object, other: object) -> None:
    """Types and order in lists are told apart."""
    assert canonical(to_json(one)) != canonical(to_json(other))


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_anything_in_json_has_a_canonical_text(data: object) -> None:
    """What a program forged among its answers is compared like any other."""
    assert canonical(data) == canonical(data)
    assert canonical({"$": data, "of": data})


AGREE: list[tuple[object, object]] = [
    ([1, "a"], (1, "a")), ([1, 2], {2, 1}), ({"1": 2}, {1: 2}), (3, 3.0), (0.1 + 0.2, 0.3),
    (None, None), ([[1], [2]], [(1,), (2,)]), (2**70, 2**70), ("a", "a"), ([], ()), ([], set()),
]  # fmt: skip
DISAGREE: list[tuple[object, object]] = [
    ([1], (1, 2)), (1, 2), (1, "1"), (None, 0), ({"1": 2}, {1: 3}), ({"1": 2}, {2: 2}), (0.3, 0.31),
    ([1, 2], {1, 3}), ("a", ["a"]), (True, "True"), (2**70, 2**70 + 1), ({}, []),
]  # fmt: skip


@pytest.mark.parametrize(("claimed", "value"), AGREE)
def test_a_claim_from_json_agrees(claimed: object, value: object) -> None:
    """JSON's lists stand for tuples and sets, its texts for keys, within the tolerance."""
    assert agrees(claimed, value, 1e-9)


@pytest.mark.parametrize(("claimed", "value"), DISAGREE)
def test_a_wrong_claim_does_not_agree(claimed: object, value: object) -> None:
    """A claim of something else is found out."""
    assert not agrees(claimed, value, 1e-9)
