"""Mutants: distinct, never the program itself, and of the kinds that they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutants import mutants
from samples import ROOT

PROGRAM = """
pub fn f(n: i64) -> i64 {
    let mut sum = 0;
    for i in 0..n {
        if i % 2 == 0 { sum += i; } else { sum -= 1; }
    }
    sum
}
"""


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("operator", "i / 2"),
        ("comparison", "2 != 0"),
        ("constant", "sum = 1"),
        ("branch", "if !(i % 2 == 0)"),
        ("range", "0..=n"),
        ("default", "-> i64 { Default::default() }"),
    ],
)
def test_every_kind_of_fault_is_made(kind: str, changed: str) -> None:
    """A small program has a mutant of each kind, at the place where it belongs."""
    assert [text for text, found in mutants(PROGRAM) if found == kind and changed in text]


def test_a_dropped_branch_is_gone() -> None:
    """An else branch is dropped whole."""
    dropped = [text for text, kind in mutants(PROGRAM) if kind == "dropped"]
    assert any("else" not in text and "sum += i" in text for text in dropped)


@pytest.mark.parametrize("path", sorted((ROOT / "tasks/py2rs").glob("05*/*/reference.rs")))
def test_mutants_are_distinct_and_none_is_the_program(path: Path) -> None:
    """The same text is never counted twice, and a program is no mutant of itself."""
    program = path.read_text(encoding="utf-8")
    texts = [text for text, _ in mutants(program)]
    assert texts
    assert len(set(texts)) == len(texts)
    assert program not in texts
