"""Taking the Rust out of a reply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.infer.extract import extract_rust

ADD = "fn add(a: i64, b: i64) -> i64 {\n    a + b\n}\n"
MAIN = 'fn main() {\n    println!("hi");\n}\n'
CARGO = f'//! ```cargo\n//! [dependencies]\n//! rand = "0.8"\n//! ```\n{MAIN}'
DOCUMENTED = f"/// Adds.\n///\n/// ```\n/// assert_eq!(add(1, 2), 3);\n/// ```\npub {ADD}"

FENCED = {
    "a fence": f"```rust\n{ADD}```",
    "a fence and a newline": f"```rust\n{ADD}```\n",
    "a short tag": f"```rs\n{ADD}```",
    "a tag in capitals": f"```Rust\n{ADD}```",
    "a tag with attributes": f"```rust,ignore\n{ADD}```",
    "a tag after a space": f"``` rust\n{ADD}```",
    "no tag": f"```\n{ADD}```",
    "an unknown tag": f"```code\n{ADD}```",
    "tildes": f"~~~rust\n{ADD}~~~",
    "a long fence": f"`````rust\n{ADD}`````",
    "blank lines inside": f"```rust\n\n\n{ADD}```",
    "prose before": f"Here is the function:\n\n```rust\n{ADD}```",
    "prose after": f"```rust\n{ADD}```\n\nIt adds two numbers: `add(1, 2)`. Use it {{ well }}.",
    "an unclosed fence": f"Sure!\n```rust\n{ADD}",
    "Python before": f"The Python was:\n```python\ndef add(a, b): ...\n```\n```rust\n{ADD}```",
    "Python after, untagged Rust": f"```\n{ADD}```\n```python\nprint(add(1, 2))\n```",
    "a manifest before": f"```toml\n[package]\nname = 'fn add'\n```\n```rust\n{ADD}```",
    "another function before": f"```rust\nfn helper() {{}}\n```\n```rust\n{ADD}```",
    "another function after": f"```rust\n{ADD}```\n```rust\nfn main() {{ add(1, 2); }}\n```",
    "a longer name before": f"```rust\nfn add_all() {{}}\n```\n```rust\n{ADD}```",
    "an untagged block before": f"```\nfn add() {{}}\n```\n```rust\n{ADD}```",
    "tildes around backticks": f"~~~rust\n{ADD}~~~\n```\nadd(1, 2)\n```",
}


@pytest.mark.parametrize("reply", FENCED.values(), ids=FENCED.keys())
def test_fenced_code_is_found(reply: str) -> None:
    """The block that defines the function is returned, whatever stands around it."""
    assert extract_rust(reply, "add") == ADD


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (ADD, ADD),
        (f"Here you are:\n\n{ADD}", ADD),
        (f"{ADD}\nThis adds two numbers.", ADD),
        (f"// adds\n{ADD}", f"// adds\n{ADD}"),
        (f"use std::fmt;\n\npub {ADD}", f"use std::fmt;\n\npub {ADD}"),
        (f"#[inline]\n{ADD}", f"#[inline]\n{ADD}"),
        (f"#![allow(dead_code)]\n{ADD}", f"#![allow(dead_code)]\n{ADD}"),
        ("fn add(a: i64, b: i64)", "fn add(a: i64, b: i64)"),
    ],
)
def test_bare_code_is_found(reply: str, code: str) -> None:
    """Without a fence the code goes from the first item to the last closing brace."""
    assert extract_rust(reply, "add") == code


@pytest.mark.parametrize(
    "reply",
    [
        "",
        " \n\t\n",
        "I am sorry, but I cannot do that.",
        "```rust\n```",
        "```rust",
        "```rust\n   \n```",
        "```python\ndef add(a, b):\n    return a + b\n```",
        "def add(a, b):\n    return a + b\n",
        "```",
        "~~~~",
    ],
)
def test_a_reply_without_rust_gives_none(reply: str) -> None:
    """Prose, other languages and empty blocks are no Rust."""
    assert extract_rust(reply, "add") is None


def test_a_program_is_known_by_its_main() -> None:
    """Where no function is asked for, the block with `main` wins."""
    reply = f"```rust\n{ADD}```\nand\n```rust\n{MAIN}```"
    assert extract_rust(reply, None) == MAIN


def test_the_first_block_stands_in_for_one_that_defines() -> None:
    """Where no block defines the function, the first one in Rust is judged."""
    reply = f"```text\nnothing\n```\n```rust\n{MAIN}```\n```rust\nfn other() {{}}\n```"
    assert extract_rust(reply, "add") == MAIN


@pytest.mark.parametrize("code", [CARGO, DOCUMENTED])
def test_fences_inside_comments_are_no_fences(code: str) -> None:
    """Fences in doc comments, as rust-script and rustdoc have them, cut nothing off."""
    assert extract_rust(code, None) == code
    assert extract_rust(f"Sure:\n```rust\n{code}```\nDone.", None) == code


def test_windows_line_ends_are_kept() -> None:
    """A reply with CRLF gives its code."""
    reply = f"Sure:\r\n```rust\r\n{ADD}```\r\n".replace("\r\n", "\n").replace("\n", "\r\n")
    found = extract_rust(reply, "add")
    assert found is not None
    assert found.replace("\r\n", "\n").strip() == ADD.strip()


def test_a_name_with_special_characters_is_taken_literally() -> None:
    """The function's name is no pattern."""
    assert extract_rust(f"```rust\n{ADD}```", ".*(") == ADD


LINES = st.text(st.characters(codec="utf-8", exclude_characters="`~\r\n"), max_size=20)


@given(st.lists(LINES, max_size=5), st.lists(LINES, max_size=5), st.lists(LINES, max_size=5))
def test_any_code_in_a_fence_is_returned_unchanged(
    before: list[str], code: list[str], after: list[str]
) -> None:
    """Whatever stands between the fences is returned as it is."""
    text = ADD + "".join(f"{line}\n" for line in code)
    reply = "".join(f"{line}\n" for line in before) + f"```rust\n{text}```\n" + "\n".join(after)
    assert extract_rust(reply, "add") == text


@given(st.text(), st.none() | st.text())
def test_any_reply_gives_code_or_none(reply: str, function: str | None) -> None:
    """No reply breaks the extraction, and code is never blank."""
    found = extract_rust(reply, function)
    assert found is None or (found.strip() and found.strip() in reply)
