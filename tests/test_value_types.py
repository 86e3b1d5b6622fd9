"""Rust types for Python values: one type for all of them, or none."""

from __future__ import annotations

import pytest

from sse_steps.rust.value_types import Choice, choices, python_type

NESTED: list[object] = []
for _ in range(50):
    NESTED = [NESTED]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], "i64"),
        ([True, False], "bool"),
        ([1, 2.5], "f64"),
        (["a"], "String"),
        ([None, 1], "Option<i64>"),
        ([None], "Option<i64>"),
        ([], "i64"),
        ([[1.5], []], "Vec<f64>"),
        ([[[None, "a"]]], "Vec<Vec<Option<String>>>"),
        ([(1, "a"), (2, "b")], "(i64, String, )"),
        ([(True,)], "(bool, )"),
        ([{"a": [1]}, {}], "std::collections::HashMap<String, Vec<i64>>"),
        ([{1}, frozenset({2})], "std::collections::HashSet<i64>"),
        ([1, "a"], None),
        ([True, 1], None),
        ([(1,), (1, 2)], None),
        ([()], None),
        ([[1, "a"]], None),
        ([b"a"], None),
        ([NESTED], None),
    ],
)
def test_values_have_one_type_or_none(values: list[object], expected: str | None) -> None:
    """Equal shapes have one Rust type; an absent value makes it optional; a mixture has none."""
    assert python_type(values, Choice()) == expected


def test_a_choice_says_what_ints_and_texts_are() -> None:
    """An int and a str, however deep, are what the choice says."""
    chosen = Choice(integer="u8", text="&'static str")
    assert python_type([[(1, "a")]], chosen) == "Vec<(u8, &'static str, )>"


@pytest.mark.parametrize(
    ("values", "copied", "expected"),
    [
        ([1.5], False, [("i64", "String")]),
        ([[-1]], False, [("i64", "String"), ("i32", "String"), ("f64", "String")]),
        ([1], False, [(kind, "String") for kind in ("i64", "i32", "f64", "usize")]),
        ([2**63], False, [("i128", "String")]),
        ([{"a": 1.5}], False, [("i64", "String"), ("i64", "&'static str")]),
        (["a"], True, [("i64", "&'static str"), ("i64", "String")]),
    ],
)
def test_only_choices_that_matter_are_tried(
    values: list[object], *, copied: bool, expected: list[tuple[str, str]]
) -> None:
    """Where there is no int or no str there is nothing to try about it."""
    assert [(each.integer, each.text) for each in choices(values, copied=copied)] == expected
