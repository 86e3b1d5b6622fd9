"""Python annotations as Rust signatures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.records import Failure
from sse_steps.rust.signature import (
    AnnotationError,
    Type,
    coerce,
    for_rust,
    read_header,
    read_signature,
)

INT, FLOAT, TEXT = Type("int"), Type("float"), Type("str")
MAP = "std::collections::HashMap"
SET = "std::collections::HashSet"

ANNOTATIONS = {
    "int": ("i64", "i64"),
    "float": ("f64", "f64"),
    "bool": ("bool", "bool"),
    "str": ("&str", "String"),
    "None": ("()", "()"),
    "list[int]": ("&[i64]", "Vec<i64>"),
    "List[int]": ("&[i64]", "Vec<i64>"),
    "list[str]": ("&[String]", "Vec<String>"),
    "list[list[float]]": ("&[Vec<f64>]", "Vec<Vec<f64>>"),
    "dict[str, int]": (f"&{MAP}<String, i64>", f"{MAP}<String, i64>"),
    "Dict[int, list[str]]": (f"&{MAP}<i64, Vec<String>>", f"{MAP}<i64, Vec<String>>"),
    "set[int]": (f"&{SET}<i64>", f"{SET}<i64>"),
    "frozenset[str]": (f"&{SET}<String>", f"{SET}<String>"),
    "tuple[int, str]": ("(i64, String)", "(i64, String)"),
    "Tuple[int]": ("(i64,)", "(i64,)"),
    "tuple[()]": ("()", "()"),
    "tuple[int, ...]": ("&[i64]", "Vec<i64>"),
    "int | None": ("Option<i64>", "Option<i64>"),
    "Optional[str]": ("Option<String>", "Option<String>"),
    "Optional[list[int]]": ("Option<Vec<i64>>", "Option<Vec<i64>>"),
    "list[int | None]": ("&[Option<i64>]", "Vec<Option<i64>>"),
    "list[tuple[str, float]]": ("&[(String, f64)]", "Vec<(String, f64)>"),
    "'list[int]'": ("&[i64]", "Vec<i64>"),
    "list['int']": ("&[i64]", "Vec<i64>"),
}


@pytest.mark.parametrize(("annotation", "types"), ANNOTATIONS.items())
def test_every_annotation_has_its_types(annotation: str, types: tuple[str, str]) -> None:
    """An annotation becomes one type to borrow as a parameter and one to own as a result."""
    signature = read_signature(f"def f(x: {annotation}) -> {annotation}: ...", "f")
    ((_, kind),) = signature.parameters
    assert (kind.borrowed(), kind.owned()) == types
    assert signature.result == kind


def test_a_header_names_parameters_in_order() -> None:
    """The Rust header keeps the Python's names and their order."""
    python = "import x\n\ndef other() -> int: ...\n\ndef f(b: int, a: str = '') -> float: ..."
    header = read_signature(python, "f").rust(fallible=False)
    assert header == "pub fn f(b: i64, a: &str) -> f64"


@pytest.mark.parametrize(
    ("result", "plain", "fallible"),
    [
        ("int", " -> i64", " -> Result<i64, String>"),
        ("None", "", " -> Result<(), String>"),
        ("int | None", " -> Option<i64>", " -> Result<Option<i64>, String>"),
        ("tuple[int, str]", " -> (i64, String)", " -> Result<(i64, String), String>"),
    ],
)
def test_a_function_that_can_fail_returns_a_result(result: str, plain: str, fallible: str) -> None:
    """A case that expects an exception wraps the result in Result; None alone has no arrow."""
    signature = read_signature(f"def f() -> {result}: ...", "f")
    assert signature.rust(fallible=False) == f"pub fn f(){plain}"
    assert signature.rust(fallible=True) == f"pub fn f(){fallible}"


@pytest.mark.parametrize(
    "annotation",
    [
        "object",
        "Any",
        "bytes",
        "complex",
        "list",
        "dict",
        "dict[str]",
        "list[int, str]",
        "list[Any]",
        "int | str",
        "Callable[[int], int]",
        "Iterator[int]",
        "3",
        "f()",
        "module.Kind",
    ],
)
def test_annotations_without_a_counterpart_are_refused(annotation: str) -> None:
    """An annotation that no Rust type stands for raises and names the parameter."""
    with pytest.raises(AnnotationError, match=r"annotation of (width|the result)"):
        read_signature(f"def f(width: {annotation}) -> int: ...", "f")
    with pytest.raises(AnnotationError, match="the result"):
        read_signature(f"def f() -> {annotation}: ...", "f")


@pytest.mark.parametrize(
    ("python", "why"),
    [
        ("def f(x) -> int: ...", "the annotation of x is missing"),
        ("def f(x: int): ...", "the annotation of the result is missing"),
        ("def f(*xs: int) -> int: ...", "more than plain parameters"),
        ("def f(**xs: int) -> int: ...", "more than plain parameters"),
        ("def f(*, x: int) -> int: ...", "more than plain parameters"),
        ("def g() -> int: ...", "no function 'f'"),
        ("class A:\n    def f(self) -> int: ...", "no function 'f'"),
        ("async def f() -> int: ...", "no function 'f'"),
        ("f = lambda: 3", "no function 'f'"),
        ("", "no function 'f'"),
    ],
)
def test_functions_without_a_plain_header_are_refused(python: str, why: str) -> None:
    """A function that is missing, not annotated or not plain raises and says which."""
    with pytest.raises(AnnotationError, match=why):
        read_signature(python, "f")


def test_positional_only_parameters_are_plain() -> None:
    """A slash among the parameters changes nothing for Rust."""
    header = read_signature("def f(a: int, /, b: int) -> int: ...", "f").rust(fallible=False)
    assert header == "pub fn f(a: i64, b: i64) -> i64"


@pytest.mark.parametrize("name", ["type", "match", "fn", "mod", "ref", "move"])
def test_names_that_rust_reserves_are_escaped(name: str) -> None:
    """A parameter named like a Rust keyword gives a header that Rust can parse."""
    header = read_signature(f"def f({name}: int) -> int: ...", "f").rust(fallible=False)
    assert header == f"pub fn f(r#{name}: i64) -> i64"


@pytest.mark.parametrize(
    ("annotation", "value", "coerced"),
    [
        ("float", 3, 3.0),
        ("float", 3.5, 3.5),
        ("int", 3, 3),
        ("float | None", 3, 3.0),
        ("float | None", None, None),
        ("list[float]", [1, 2.5], [1.0, 2.5]),
        ("list[list[float]]", [[1], []], [[1.0], []]),
        ("tuple[float, int]", (1, 2), (1.0, 2)),
        ("dict[str, float]", {"a": 1}, {"a": 1.0}),
        ("dict[float, int]", {1: 1}, {1.0: 1}),
        ("set[float]", {1, 2}, {1.0, 2.0}),
        ("frozenset[float]", frozenset({1}), frozenset({1.0})),
        ("list[tuple[str, float | None]]", [("a", 1), ("b", None)], [("a", 1.0), ("b", None)]),
        ("dict[str, list[float]]", {"a": [1]}, {"a": [1.0]}),
        ("str", "3", "3"),
        ("None", None, None),
    ],
)
def test_integers_become_floats_where_floats_are_meant(
    annotation: str, value: object, coerced: object
) -> None:
    """An int that stands for a float becomes one at any depth; nothing else changes."""
    result = read_signature(f"def f() -> {annotation}: ...", "f").result
    assert repr(coerce(value, result)) == repr(coerced)


KINDS: st.SearchStrategy[tuple[Type, object]] = st.recursive(
    st.tuples(st.just(INT), st.integers())
    | st.tuples(st.just(FLOAT), st.integers(-(2**53), 2**53))
    | st.tuples(st.just(TEXT), st.text(max_size=5)),
    lambda inner: (
        inner.map(lambda pair: (Type("list", (pair[0],)), [pair[1]] * 2))
        | inner.map(lambda pair: (Type("optional", (pair[0],)), pair[1]))
        | inner.map(lambda pair: (Type("dict", (INT, pair[0])), {1: pair[1]}))
        | st.lists(inner, max_size=3).map(
            lambda pairs: (Type("tuple", tuple(p[0] for p in pairs)), tuple(p[1] for p in pairs))
        )
    ),
    max_leaves=6,
)


@given(KINDS)
def test_coercion_changes_no_value(pair: tuple[Type, object]) -> None:
    """A coerced value equals the value, and coercing it again changes nothing."""
    kind, value = pair
    coerced = coerce(value, kind)
    assert coerced == value
    assert repr(coerce(coerced, kind)) == repr(coerced)


def test_what_is_changed_in_place_is_borrowed_mutably() -> None:
    """A parameter that the Python changes is `&mut` of the owned type."""
    python = "def f(a: list[int], b: dict[str, int], c: list[int]) -> None: ..."
    header = read_signature(python, "f").rust(fallible=False, changed={0, 1})
    assert header == f"pub fn f(a: &mut Vec<i64>, b: &mut {MAP}<String, i64>, c: &[i64])"


@pytest.mark.parametrize(
    ("result", "failure", "rust"),
    [
        ("int", Failure.ERR, "Result<i64, String>"),
        ("int", Failure.NONE, "Option<i64>"),
        ("int", Failure.PANIC, "i64"),
        ("int | None", Failure.NONE, "Option<i64>"),
        ("int | None", Failure.ERR, "Result<Option<i64>, String>"),
        ("None", Failure.NONE, "Option<()>"),
    ],
)
def test_a_failure_is_part_of_the_result(result: str, failure: Failure, rust: str) -> None:
    """The declared way to fail wraps the result, but an Option is not wrapped in another."""
    signature = read_signature(f"def f() -> {result}: ...", "f")
    assert signature.rust(fallible=True, failure=failure) == f"pub fn f() -> {rust}"


def test_a_panic_has_no_result_of_its_own() -> None:
    """A function that returns nothing and may panic returns nothing."""
    signature = read_signature("def f() -> None: ...", "f")
    assert signature.rust(fallible=True, failure=Failure.PANIC) == "pub fn f()"


def test_a_header_is_read_without_annotations() -> None:
    """What no annotation says is left open; what one says is kept."""
    header = read_header("def f(a, b: int, c: Any, d: 'no type!' = 3) -> object: ...", "f")
    assert [(each.name, each.kind) for each in header.parameters] == [
        ("a", None),
        ("b", INT),
        ("c", None),
        ("d", None),
    ]
    assert [each.default is None for each in header.parameters] == [True, True, True, False]
    assert header.result is None


def test_the_last_definition_of_a_name_counts() -> None:
    """A function that is defined again is the later one."""
    python = "def f(a: int) -> int: ...\n\ndef f(a: str) -> str: ..."
    assert read_signature(python, "f").result == TEXT


@pytest.mark.parametrize(
    ("annotation", "value", "rust"),
    [
        ("tuple[int, ...]", (1, 2), [1, 2]),
        ("list[tuple[int, ...]]", [(1,), ()], [[1], []]),
        ("tuple[int, tuple[str, ...]]", (1, ("a",)), (1, ["a"])),
        ("dict[str, tuple[int, ...]]", {"a": (1,)}, {"a": [1]}),
        ("tuple[int, ...] | None", None, None),
        ("tuple[int, ...] | None", (1,), [1]),
        ("tuple[int, int]", (1, 2), (1, 2)),
        ("set[int]", {1}, {1}),
    ],
)
def test_a_tuple_of_any_length_is_a_list_in_rust(
    annotation: str, value: object, rust: object
) -> None:
    """Python gets the tuple that its annotation says, Rust the vector."""
    kind = read_signature(f"def f() -> {annotation}: ...", "f").result
    assert coerce(value, kind) == value
    assert repr(for_rust(value, kind)) == repr(rust)
