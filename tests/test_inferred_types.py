"""Types of values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.corpus.inferred_types import infer_type
from sse_steps.rust.signature import AnnotationError, coerce

TYPES: dict[str, tuple[list[object], str]] = {
    "ints": ([1, 2], "i64"),
    "ints and floats": ([1, 2.5], "f64"),
    "bools": ([True, False], "bool"),
    "texts": (["a"], "String"),
    "nothing": ([None], "()"),
    "no value at all": ([], "i64"),
    "none and a text": ([None, "a"], "Option<String>"),
    "none and numbers": ([1, None, 2.5], "Option<f64>"),
    "lists": ([[1], []], "Vec<i64>"),
    "empty lists": ([[], []], "Vec<i64>"),
    "lists with none": ([[1, None], [2.0]], "Vec<Option<f64>>"),
    "pairs": ([(1, "a"), (2, "b")], "(i64, String)"),
    "pairs of numbers": ([(1, 2.0), (1.0, 2)], "(f64, f64)"),
    "tuples of any length": ([(1,), (1, 2)], "Vec<i64>"),
    "an empty tuple and another": ([(), (1,)], "Vec<i64>"),
    "dicts": ([{"a": 1}, {}], "std::collections::HashMap<String, i64>"),
    "sets": ([{1}, set()], "std::collections::HashSet<i64>"),
    "nested": ([[{"a": [(1, None)]}], [{"b": [(2, "x")]}]],
               "Vec<std::collections::HashMap<String, Vec<(i64, Option<String>)>>>"),
}  # fmt: skip


@pytest.mark.parametrize(("values", "rust"), TYPES.values(), ids=TYPES.keys())
def test_values_have_a_common_type(values: list[object], rust: str) -> None:
    """All values together decide the type, at any depth."""
    assert infer_type(values, "x").owned() == rust


@pytest.mark.parametrize(
    "values",
    [[1, "a"], [True, 1], [[1], (1,)], [[1], {1}], [{"a": 1}, {1: 1}], [(1, "a"), (1, 2)],
     [b"x"], [object()], [1j], [[1, "a"]], [{"a": 1, "b": "x"}], [(1, "a"), (1,)]],
)  # fmt: skip
def test_values_without_a_common_type_are_refused(values: list[object]) -> None:
    """Where no one Rust type holds every value the error names where they stand."""
    with pytest.raises(AnnotationError, match="values of x"):
        infer_type(values, "x")


PLAIN = st.recursive(
    st.integers() | st.floats() | st.text(max_size=3) | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.integers() | st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.lists(PLAIN, max_size=4))
def test_every_value_fits_the_type_inferred_from_it(values: list[object]) -> None:
    """A type that is inferred takes each of its values, unless there is none."""
    try:
        kind = infer_type(values, "x")
    except AnnotationError:
        return
    for value in values:
        coerced = coerce(value, kind)
        assert coerced == value or repr(coerced) == repr(value) or "nan" in repr(value)
