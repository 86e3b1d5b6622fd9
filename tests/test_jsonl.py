"""JSONL corpora: entries with test cases, with doctests, and scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sse_steps.corpus.jsonl import as_annotated
from sse_steps.corpus.reading import read_corpus
from sse_steps.corpus.source import Call, Claim, Corpus, Run, Source
from sse_steps.errors import CorpusError
from sse_steps.rust.signature import read_header

ADD = "def add(a: int, b: int) -> int:\n    return a + b\n"


def write(path: Path, *entries: object) -> Path:
    """Write entries as JSON lines; a text stands as it is."""
    lines = [each if isinstance(each, str) else json.dumps(each) for each in entries]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def entry(python: str, cases: object = (), **more: object) -> dict[str, object]:
    """Return one entry."""
    return {"id": "e", "python_code": python, "test_cases": list(cases), **more}  # type: ignore[call-overload]  # tests hand in what is no list too


def read_one(tmp_path: Path, data: object) -> Source:
    """Read a corpus of one entry."""
    (source,) = read_corpus(write(tmp_path / "c.jsonl", data)).sources
    return source


def test_test_cases_become_calls_with_claims(tmp_path: Path) -> None:
    """Inputs are arguments, expected values claims that the Python has to confirm."""
    cases = [{"input": [1, 2], "expected": 3}, {"input": [0, 0]}]
    source = read_one(tmp_path, entry(ADD, cases))
    assert source.id == "e"
    assert source.inputs == (
        Call("add", (1, 2), claim=Claim(3)),
        Call("add", (0, 0)),
    )


def test_the_function_is_the_last_one_that_the_cases_fit(tmp_path: Path) -> None:
    """Helpers and functions of other arity are passed over; a key decides where it is there."""
    text = f"def g(a):\n    return a\n\n{ADD}\ndef h(a):\n    return a\n"
    source = read_one(tmp_path, entry(text, [{"input": [1, 2], "expected": 3}]))
    assert source.inputs == (Call("add", (1, 2), claim=Claim(3)),)
    for key in ("function", "entry_point"):
        named = read_one(tmp_path, entry(text, [{"input": [1], "expected": 1}], **{key: "g"}))
        assert named.inputs == (Call("g", (1,), claim=Claim(1)),)


def test_cases_that_no_function_fits_leave_the_entry_untested(tmp_path: Path) -> None:
    """The entry stays, without inputs, and says why."""
    source = read_one(tmp_path, entry(ADD, [{"input": [1], "expected": 1}]))
    assert source.inputs == ()
    assert "no function that its cases fit" in source.left_out[0].why


ANNOTATED = {
    "a pair": ("tuple[int, str]", [1, "a"], (1, "a")),
    "pairs": ("list[tuple[int, int]]", [[1, 2]], [(1, 2)]),
    "any number": ("tuple[int, ...]", [1, 2, 3], (1, 2, 3)),
    "a set": ("set[int]", [1, 2, 2], {1, 2}),
    "a frozen set": ("frozenset[str]", ["a"], frozenset({"a"})),
    "a set of pairs": ("set[tuple[int, int]]", [[1, 2]], {(1, 2)}),
    "numbers as keys": ("dict[int, float]", {"1": 2.0}, {1: 2.0}),
    "texts as keys": ("dict[str, int]", {"1": 2}, {"1": 2}),
    "keys that are no numbers": ("dict[int, int]", {"a": 2}, {"a": 2}),
    "none": ("tuple[int, int] | None", None, None),
    "a pair or none": ("tuple[int, int] | None", [1, 2], (1, 2)),
    "no annotation": ("Any", [1, 2], [1, 2]),
    "a list": ("list[int]", [1, 2], [1, 2]),
    "another length": ("tuple[int, int]", [1, 2, 3], [1, 2, 3]),
    "items that no set holds": ("set[list[int]]", [[1]], [[1]]),
}


@pytest.mark.parametrize(("annotation", "value", "meant"), ANNOTATED.values(), ids=ANNOTATED.keys())
def test_json_stands_for_what_the_annotation_says(
    annotation: str, value: object, meant: object
) -> None:
    """A JSON list is a tuple or a set where the annotation wants one; else it stays as it is."""
    (parameter,) = read_header(f"def f(x: {annotation}): ...", "f").parameters
    assert repr(as_annotated(value, parameter.kind)) == repr(meant)


def test_doctests_stand_in_for_missing_cases(tmp_path: Path) -> None:
    """An entry without test cases is asked what its doctests ask."""
    text = (
        'def f(x):\n    """\n    >>> f(1)\n    2\n    >>> f(2)\n    3\n    """\n    return x + 1\n'
    )
    assert read_one(tmp_path, entry(text)).inputs == (Call("f", (1,)), Call("f", (2,)))


def test_a_script_is_run(tmp_path: Path) -> None:
    """An entry that does something and has neither cases nor doctests is a program."""
    assert read_one(tmp_path, entry("print(1)\n")).inputs == (Run(),)
    guarded = "def f():\n    print(1)\n\nif __name__ == '__main__':\n    f()\n"
    assert read_one(tmp_path, entry(guarded)).inputs == (Run(),)


@pytest.mark.parametrize("python", ["class A:\n    pass\n", ADD, "x = 1\n", '"""Text."""\n', ""])
def test_what_does_nothing_is_untested(tmp_path: Path, python: str) -> None:
    """A class or a function alone, without a case, is kept as an entry that nothing is asked of."""
    source = read_one(tmp_path, entry(python))
    assert source.inputs == ()
    assert source.cases_found == 0


def test_a_case_that_is_none_costs_itself_alone(tmp_path: Path) -> None:
    """Cases without an input, or with one that is no list, are listed; the others stay."""
    cases = [{"input": [1, 2], "expected": 3}, {"expected": 3}, {"input": {"a": 1}}, 7, None]
    source = read_one(tmp_path, entry(ADD, cases))
    assert source.cases_found == 1
    assert [reason.origin[-6:] for reason in source.left_out] == [f"case {n}" for n in (2, 3, 4, 5)]


def unusable(corpus: Corpus) -> list[str]:
    """Return the reasons of a corpus."""
    return [each.why for each in corpus.unusable]


def test_every_line_is_an_entry_or_unusable(tmp_path: Path) -> None:
    """Lines that are no entry are listed with their number; empty lines are none."""
    good = entry(ADD, [{"input": [1, 2], "expected": 3}])
    path = write(
        tmp_path / "c.jsonl",
        "{broken",
        good,
        "",
        "[1, 2]",
        {**good, "id": "no Python", "python_code": "def f(:"},
        {**good, "id": None},
        {**good, "id": "no text", "python_code": 3},
        good,
        {**good, "id": "cases", "test_cases": {"input": []}},
    )
    corpus = read_corpus(path)
    assert corpus.format == "JSONL"
    assert [source.id for source in corpus.sources] == ["e"]
    numbers = sorted(int(each.origin.split(":")[1].split()[0]) for each in corpus.unusable)
    assert numbers == [1, 4, 5, 6, 7, 8, 9]
    assert corpus.entries == 8
    assert any("is taken" in why for why in unusable(corpus))


def test_a_file_without_an_entry_is_an_error(tmp_path: Path) -> None:
    """A file that is no corpus at all ends in an error of two lines."""
    for text in ("", "{}", "a,b\n1,2\n", "\0\0\0"):
        (tmp_path / "c.jsonl").write_text(text, encoding="utf-8")
        with pytest.raises(CorpusError) as caught:
            read_corpus(tmp_path / "c.jsonl")
        assert len(str(caught.value).splitlines()) == 2


def test_a_path_without_anything_is_an_error(tmp_path: Path) -> None:
    """A path that is not there names itself."""
    with pytest.raises(CorpusError, match="nowhere"):
        read_corpus(tmp_path / "nowhere")
