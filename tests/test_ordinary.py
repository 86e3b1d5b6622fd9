"""Which candidates may share a crate: what could see, stall or change a neighbour may not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.rust.ordinary import is_ordinary

ORDINARY = [
    "pub fn add(a: i64, b: i64) -> i64 { a + b }",
    "use std::collections::HashMap;\nfn f(x: &str) -> HashMap<char, usize> { todo!() }",
    "#[derive(Debug, Clone, PartialEq)]\nstruct P { x: f64 }\nimpl std::ops::Add for P {}",
    "#![allow(dead_code)]\n#[inline(always)]\nfn f<'a>(x: &'a str) -> &'a str { x }",
    "enum E { A }\nimpl From<std::num::ParseIntError> for E {}\nimpl std::fmt::Display for E {}",
    'fn f() { for c in "unsafe // extern \\" /* crate".chars() { println!("{c:#?}") } }',
    "// unsafe impl Sync for f64 {}\n/* #[no_mangle] */\nfn f() -> char { '\"' }",
    "fn f() -> (char, char, u8) { ('\\'', '\\u{1F980}', b'\\\\') }",
    "#[cfg(test)]\nmod tests { use super::*; #[test] fn t() { assert_eq!(1, 1) } }",
    "macro_rules! thrice { ($x:expr) => { $x * 3 } }\n#[repr(C)] struct P(u8);",
    "mod shapes { pub(crate) fn area() -> f64 { 1.0 } }",
    "struct W<T>(T);\nimpl<T: for<'a> Fn(&'a str)> W<T> { fn g(&self) { for _ in 0..3 {} } }",
]
UNUSUAL = {
    "unsafe code": "fn f() { unsafe { std::hint::unreachable_unchecked() } }",
    "a foreign function": 'extern "C" { fn abort(); }',
    "a macro for others": "#[macro_export] macro_rules! m { () => { 1 } }",
    "a macro with a word that matters": "macro_rules! m { () => { unsafe { 1 } } }",
    "an included file": 'const A: &str = include_str!("/etc/passwd");',
    "an included file behind a comment": 'const A: &str = include_str /**/ !("x");',
    "a symbol": "#[no_mangle] pub fn write() {}",
    "a symbol behind a comment": "# /* */ [no_mangle] pub fn write() {}",
    "a symbol behind a literal": "const A: char = '\"'; #[no_mangle] pub fn write() {} // \"",
    "a section": '#[link_section = ".init_array"] static A: fn() = f;',
    "an attribute among allowed ones": '#[derive(Debug)] #[path = "x.rs"] mod x;',
    "the crate": "fn f() { crate::main() }",
    "a neighbour": "fn f() { super::other::answer() }",
    "the neighbours": "use super::*;",
    "a file for a module": "mod other;",
    "files": 'fn f() { std::fs::read("/etc/passwd").unwrap(); }',
    "a raw identifier": "fn r#super() {}",
    "a raw text": 'const A: &str = r"\\"; fn f() { unsafe {} } // "',
    "a text without an end": 'const A: &str = "',
    "a nested comment": "/* /* */ unsafe */ fn f() {}",
    "a comment without an end": "/* fn f() {}",
    "a trait for a type of others": "struct V; impl std::ops::Mul<V> for f64 {}",
    "a trait for every type": "trait T {} impl<X> T for X {}",
    "a trait for a reference": "struct V; impl PartialEq<V> for &str {}",
    "the bridge": "pub mod judge_bridge {}",
    "the environment": 'const A: &str = env!("PATH");',
    "its own name": "fn f() -> &'static str { module_path!() }",
    "a stricter compiler": "#![deny(warnings)]",
    "something huge": "//" + "x" * 100_000,
}


@pytest.mark.parametrize("rust", ORDINARY)
def test_honest_code_shares_a_crate(rust: str) -> None:
    """Words in comments and literals, attributes of every day and own types are ordinary."""
    assert is_ordinary(rust)


@pytest.mark.parametrize("rust", UNUSUAL.values(), ids=UNUSUAL.keys())
def test_whatever_could_touch_a_neighbour_goes_alone(rust: str) -> None:
    """No trick of syntax hides a word that matters."""
    assert not is_ordinary(rust)


WHOLE = st.sampled_from(
    ["// x\n", "//\n", "/* x */", "/***/", '"a\\"b"', "'\"'", "b'\\''", "'a ", '"//"', '"/*"', " "]
)


@given(st.lists(WHOLE, max_size=6), st.lists(WHOLE, max_size=6))
def test_whole_comments_and_literals_hide_nothing_behind_them(
    before: list[str], behind: list[str]
) -> None:
    """A word that the compiler sees is seen, whatever comments and literals are around it."""
    assert not is_ordinary("".join(before) + "unsafe fn f() {}\n" + "".join(behind))
    assert not is_ordinary("".join(before) + "#[no_mangle] fn f() {}\n" + "".join(behind))


@pytest.mark.parametrize("main", ["fn main() {", "pub fn main() -> Result<(), String> {"])
def test_a_program_with_a_plain_main_is_ordinary(main: str) -> None:
    """Programs share a crate as functions do."""
    assert is_ordinary(f"{main} }}", is_program=True)


@pytest.mark.parametrize(
    "main", ["", "async fn main() {}", "fn main(x: i64) {}", "const fn main() {}"]
)
def test_a_program_without_one_goes_alone(main: str) -> None:
    """What rustc says of another main, it says only of a whole crate."""
    assert not is_ordinary(f"fn f() {{}}\n{main}", is_program=True)
