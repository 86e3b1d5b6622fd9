"""Reading a user's Rust tests: which there are, and what cannot be run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.errors import RustTestsError
from sse_steps.rust.user_tests import read_tests


def paths(text: str) -> list[str]:
    """Return the paths of the tests in a text."""
    return [test.path for test in read_tests(text).tests]


def test_tests_are_found_in_modules_of_any_depth() -> None:
    """A test's path is that of the modules that it stands in."""
    text = "#[test] fn a() {}\nmod m { mod n { #[test] pub fn b() {} } #[test] fn c() {} }"
    assert paths(text) == ["a", "m::n::b", "m::c"]


def test_only_tests_are_found() -> None:
    """Helpers, ignored tests and what stands in comments and texts are no tests to be run."""
    text = """
    fn helper() { let text = "#[test] fn a() {}"; }
    // #[test] fn b() {}
    #[test] #[ignore] fn c() {}
    #[allow(unused)] /* why not */ #[test] // d
    fn d() {}
    """
    assert paths(text) == ["d"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("#[test] fn a( {}", "line 1"),
        ("fn ok() {}\n\nnot rust at all", "line 3"),
        ('#[cfg(feature = "x")]\n#[test] fn a() {}', "'a'"),
        ("#[cfg(not(test))] mod m { #[test] fn a() {} }", "'a'"),
        ("#[cfg_attr(unix, ignore)] #[test] fn a() {}", "'a'"),
        ("each! { #[test] fn a() {} }", "each!"),
        ("macro_rules! each { () => { # [ test ] fn a() {} } }", "macro_rules!"),
    ],
)
def test_what_may_not_be_there_is_refused(text: str, wrong: str) -> None:
    """Where it cannot be known which tests there are, the fault names the place and a remedy."""
    with pytest.raises(RustTestsError, match="line") as fault:
        read_tests(text)
    assert wrong in fault.value.wrong
    assert len(str(fault.value).splitlines()) == 2


def test_lines_keep_their_numbers() -> None:
    """What is inserted has no line break, so a message about a line is about the user's line."""
    text = "//! Tests.\n#![allow(unused)]\n\n/// Adds.\n#[test]\nfn a() {\n    f(); // end\n}\n"
    for written in (read_tests(text).rust("w"), read_tests(text).plain()):
        assert len(written.splitlines()) == len(text.splitlines())
        assert written.splitlines()[6] == "    f(); // end"


def test_a_macro_that_the_tests_import_is_left_to_them() -> None:
    """A macro that is both imported and written down is ambiguous to rustc."""
    written = read_tests("use std::panic;\n#[test] fn a() {}").rust("w")
    assert "macro_rules! panic " not in written
    assert "macro_rules! assert " in written


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text brings the reader down."""
    try:
        found = read_tests(text)
    except RustTestsError:
        return
    assert found.rust("w")


@given(st.lists(st.sampled_from("abcdef"), unique=True, max_size=6), st.booleans())
def test_every_test_gets_a_witness(names: list[str], in_module: bool) -> None:  # noqa: FBT001 - drawn
    """Each test that is listed is run by the witness once, under its own index."""
    text = " ".join(f"#[test] fn {name}() {{ check(); }}" for name in names)
    found = read_tests(f"mod m {{ {text} }}" if in_module else text)
    written = found.rust("w")
    assert [test.path.split("::")[-1] for test in found.tests] == names
    assert all(written.count(f"::w::run({index}, w_body)") == 1 for index in range(len(names)))
