"""Calls of generic functions: the types that cases give to what a signature leaves open."""

# ruff: noqa: E501 - a program of one line is easier to read than one that is cut
from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.rust.generics import pinned_call
from sse_steps.rust.sandbox import Access, Limits, Sandbox
from sse_steps.rust.toolchain import Toolchain

LIMITS = Limits(cpu_s=30, wall_s=120.0, memory_bytes=4 << 30, output_bytes=256 << 20)

# Rust, what two cases pass, and the calls in their order.
FORMS: dict[str, tuple[str, list[list[object]], list[str]]] = {
    "ints": (
        "pub fn f<T: PartialOrd + Copy>(items: &[T]) -> T { *items.iter().reduce(|a, b| if a > b { a } else { b }).unwrap() }",
        [[[3, -1]], [[2]]],
        [
            "super::f::<i64>(arguments.next()?)",
            "super::f::<i32>(arguments.next()?)",
            "super::f::<f64>(arguments.next()?)",
        ],
    ),
    "floats, one of them whole": (
        "fn f<T>(items: Vec<T>) -> usize where T: PartialOrd { items.len() }",
        [[[1.5, 2]]],
        ["super::f::<f64>(arguments.next()?)"],
    ),
    "texts": (
        "fn f<T: std::hash::Hash + Eq>(items: &[T]) -> usize { items.len() }",
        [[["a"]]],
        ["super::f::<String>(arguments.next()?)", "super::f::<&'static str>(arguments.next()?)"],
    ),
    "texts that are copied": (
        "fn f<T: Copy + Ord>(items: &[T]) -> T { *items.iter().max().unwrap() }",
        [[["a"]]],
        ["super::f::<&'static str>(arguments.next()?)", "super::f::<String>(arguments.next()?)"],
    ),
    "two names": (
        "use std::collections::HashMap; fn f<K: std::hash::Hash + Eq + Clone, V: Copy + std::iter::Sum>(m: &HashMap<K, Vec<V>>) -> V { m.values().flatten().copied().sum() }",
        [[{"a": [1.5]}], [{}]],
        [
            "super::f::<String, f64>(arguments.next()?)",
            "super::f::<&'static str, f64>(arguments.next()?)",
        ],
    ),
    "options and tuples": (
        "fn f<T: Clone, U: Clone>(x: Option<T>, y: &[(T, U)]) -> usize { y.len() + x.iter().count() }",
        [[None, [(True, [1.0])]]],
        ["super::f::<bool, Vec<f64>>(arguments.next()?, arguments.next()?)"],
    ),
    "impl IntoIterator": (
        "fn f(items: impl IntoIterator<Item = i64>) -> i64 { items.into_iter().sum() }",
        [[[1, 2]]],
        ["super::f(arguments.next::<Vec<i64>>()?)"],
    ),
    "impl Iterator": (
        "fn f(items: impl Iterator<Item = (String, u8)>) -> usize { items.count() }",
        [[[("a", 2)]]],
        ["super::f(arguments.next::<Vec<(String, u8,)>>()?.into_iter())"],
    ),
    "a named iterator of something named": (
        "fn f<I, T>(items: I) -> usize where I: Iterator<Item = T>, T: ToString { items.map(|x| x.to_string().len()).sum() }",
        [[[True]]],
        ["super::f::<_, bool>(arguments.next::<Vec<bool>>()?.into_iter())"],
    ),
    "an iterator of references": (
        "fn f<'a, T: 'a + Clone, I: IntoIterator<Item = &'a T>>(items: I) -> usize { items.into_iter().count() }",
        [[[1.5]]],
        ["super::f::<f64, Vec<&'static f64>>(arguments.next()?)"],
    ),
    "a mutable iterator": (
        "fn f(items: &mut impl Iterator<Item = bool>) -> bool { items.next().unwrap() }",
        [[[True]]],
        ["super::f(&mut arguments.next::<Vec<bool>>()?.into_iter())"],
    ),
    "letters": (
        "fn f(letters: impl Iterator<Item = char>) -> usize { letters.count() }",
        [["abc"]],
        ["super::f(arguments.next::<&'static str>()?.chars())"],
    ),
    "AsRef<str>": (
        "fn f(text: impl AsRef<str>, n: usize) -> String { text.as_ref().repeat(n) }",
        [["a", 2]],
        [
            "super::f(arguments.next::<String>()?, arguments.next()?)",
            "super::f(arguments.next::<&'static str>()?, arguments.next()?)",
        ],
    ),
    "Into<String>": (
        "fn f<S: Into<String>>(text: S) -> String { text.into() }",
        [["a"]],
        ["super::f::<String>(arguments.next()?)", "super::f::<&'static str>(arguments.next()?)"],
    ),
    "references to impl": (
        "fn f(items: &[impl AsRef<str>]) -> usize { items.iter().map(|x| x.as_ref().len()).sum() }",
        [[["a"]]],
        [
            "super::f(arguments.next::<&'static [String]>()?)",
            "super::f(arguments.next::<&'static [&'static str]>()?)",
        ],
    ),
    "impl Display beside a named type": (
        "use std::fmt::Display; fn f<T: Display>(a: T, b: impl Display) -> String { format!(\"{a}{b}\") }",
        [[1.5, True]],
        ["super::f::<f64>(arguments.next()?, arguments.next::<bool>()?)"],
    ),
    "a constant": (
        "fn f<T: Copy + Default, const N: usize>(items: [T; N]) -> usize { N + items.len() }",
        [[[True, False]]],
        ["super::f::<bool, 2>(arguments.next()?)"],
    ),
    "a type of the candidate's beside": (
        "type Grid = Vec<Vec<bool>>; fn f(grid: &Grid, x: impl IntoIterator<Item = Grid>) -> usize { grid.len() + x.into_iter().count() }",
        [[[[True]], []]],
        ["super::f(arguments.next()?, arguments.next::<Vec<super::Grid>>()?)"],
    ),
    "a type only of the result": (
        "fn f<T: Copy, E>(x: T) -> Result<T, E> { Ok(x) }",
        [[True]],
        ["super::f::<bool, _>(arguments.next()?)"],
    ),
    "nothing but empty lists": (
        "fn f<T>(items: &[T]) -> usize { items.len() }",
        [[[]]],
        ["super::f::<i64>(arguments.next()?)"],
    ),
    "a large int": (
        "fn f<T: Copy>(x: T) -> T { x }",
        [[2**70]],
        ["super::f::<i128>(arguments.next()?)"],
    ),
    "a raw name": (
        "fn r#match<T: Copy>(x: T) -> T { x }",
        [[True]],
        ["super::r#match::<bool>(arguments.next()?)"],
    ),
}  # fmt: skip
# Errors that rustc may find beside those of open types: `E` of a result is nobody's to decide.
UNDECIDED = {"a type only of the result"}


def name_of(form: str) -> str:
    """Return the Python name of the function of a form."""
    return "match" if form == "a raw name" else "f"


@pytest.mark.parametrize("form", FORMS)
def test_open_types_are_those_of_the_values(form: str) -> None:
    """Each kind of open type becomes that of the values in its place, the likeliest first."""
    rust, args, expected = FORMS[form]
    calls = pinned_call(rust, name_of(form), args)
    assert calls[: len(expected)] == expected
    assert len(calls) <= 6


@pytest.mark.slow
@pytest.mark.parametrize("form", [form for form in FORMS if form not in UNDECIDED])
def test_the_first_call_compiles(
    form: str, toolchain: Toolchain, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The compiler takes the first call of each form, as it stands in the judge's module."""
    rust, args, _ = FORMS[form]
    call = pinned_call(rust, name_of(form), args)[0]
    (tmp_path / "candidate.rs").write_text(
        f"{rust}\npub mod judge_bridge {{ pub fn answer(arguments: &mut ::judge_support::Arguments)"
        f" -> Result<Vec<u8>, ::judge_support::Mismatch> {{ let answer = {call};\n"
        "Ok(::judge_support::answer(&answer)) } }\n",
        encoding="utf-8",
    )
    command = [
        *toolchain.command, "--edition=2021", "--crate-type=rlib", "--emit=metadata",
        f"--extern=judge_support={toolchain.support}", "candidate.rs",
    ]  # fmt: skip
    readable = (*toolchain.readable, toolchain.support)
    access = Access(tmp_path, readable=readable, writable=True)
    done = sandbox.run(command, access, LIMITS)
    assert done.exit_code == 0, done.stderr.decode()


@pytest.mark.parametrize(
    ("rust", "args"),
    [
        ("fn f(x: i64) -> i64 { x }", [[1]]),
        ("fn g<T>(x: T) {}", [[1]]),
        ("mod m { pub fn f<T>(x: T) {} }", [[1]]),
        ("struct S; impl S { fn f<T>(x: T) {} }", [[1]]),
        ("fn f(x: i64, g: impl Fn(i64) -> i64) {}", [[1, 2]]),
        ("fn f<T, F: FnMut(T) -> T>(x: T, g: F) {}", [[1, 2]]),
        ("fn f<T>(x: T) {}", [[1], ["a"]]),
        ("fn f<T>(x: T) {}", [[object()]]),
        ("fn f<const N: usize>(x: [u8; N]) {}", [[[1]], [[1, 2]]]),
        ("fn f<T: IntoIterator<Item = T>>(x: T) {}", [[[[]]]]),
        ("fn f<T: Into<T>>(x: T) {}", [[1]]),
        ("fn f<T>(x: [impl Iterator<Item = dyn Clone>; 3]) {}", [[[1]]]),
        ("fn f(x: [impl Clone; { loop {} }]) {}", [[[1]]]),
        ("fn f(x: &<u8 as A<{ loop {} }>>::B<impl Clone>) {}", [[[1]]]),
        ("", []),
        ("fn f", [[1]]),
        ("fn f<", [[1]]),
        ("fn f<T>(", [[1]]),
    ],
)
def test_what_values_cannot_decide_is_left(rust: str, args: list[list[object]]) -> None:
    """Closures, mixed values, other functions and broken programs give no call."""
    assert pinned_call(rust, "f", args) == []


@pytest.mark.parametrize(
    "rust",
    [
        f"fn f<T>(x: {'&' * 50_000}T) {{}}",
        f"fn f<T>(x: {'Vec<' * 20_000}T{'>' * 20_000}) {{}}",
        f"fn f<T>(x: {'Vec<' * 20_000}impl Clone{'>' * 20_000}) {{}}",
        f"fn f<T>(x: {'(' * 50_000}T) {{}}",
        f"fn f<{', '.join(f'T{n}: Into<T{n + 1}>' for n in range(5000))}>(x: T0) {{}}",
        f"fn f<T: {' + '.join(['Into<T>'] * 5000)}>(x: T) {{}}",
        f"fn f({', '.join(f'x{n}: impl Clone' for n in range(5000))}) {{}}",
        "fn f<T>(x: T) {}" * 10_000,
        "fn f<T>(x: T) {" + "{" * 100_000,
        "x" * 10_000_000,
        "\ud800fn f<T>(x: T) {}",
    ],
    ids=lambda rust: rust[:30].encode(errors="replace").decode(),
)
def test_hostile_text_costs_little(rust: str) -> None:
    """Deep, long and broken programs end in time, with calls of a bounded length or none."""
    started = time.process_time()
    calls = pinned_call(rust, "f", [[[[1]]], [[[2]]]])
    assert time.process_time() - started < 5
    assert len(calls) <= 6


@given(st.text(alphabet="fn <>T:implV(&[]),;Ia=>_'*?{}0", max_size=80))
def test_any_text_is_survived(text: str) -> None:
    """Whatever stands in a signature, there is a list of calls."""
    assert isinstance(pinned_call(f"fn f{text} {{}}", "f", [[1], [2]]), list)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=10,
)


@given(st.lists(st.lists(VALUES, max_size=2), max_size=3))
def test_any_values_are_survived(args: list[list[object]]) -> None:
    """Whatever cases pass, the calls are few."""
    rust = "fn f<T: Clone, I: IntoIterator<Item = T>>(x: I, y: impl Clone) {}"
    assert len(pinned_call(rust, "f", args)) <= 6
