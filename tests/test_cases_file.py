"""Cases as JSON: what is read, and how what does not fit is told."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sse_steps.cases_file import read_cases, read_input
from sse_steps.corpus.examples_file import cases_to_json
from sse_steps.errors import CasesError, InputFileError, UserError
from sse_steps.records import Case, Failure, ProgramCase


def cases_in(folder: Path, data: object) -> list[Case] | list[ProgramCase]:
    """Write data as JSON and read it as cases."""
    path = folder / "cases.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return read_cases(path)


def test_calls_are_read_with_every_field(tmp_path: Path) -> None:
    """A call has a function, arguments, and what is expected in any of its forms."""
    assert cases_in(
        tmp_path,
        [
            {"function": "f", "args": [1, "a", [1.5], None], "expected": True},
            {"function": "f", "args": [], "raises": "ValueError", "failure": "none"},
            {"function": "f", "args": [[1]], "expected": None, "after": [[0, [1, 2]]]},
            {"function": "f", "args": [], "expected": 0.1, "tolerance": 0.5},
        ],
    ) == [
        Case("f", (1, "a", [1.5], None), expected=True),
        Case("f", (), raises="ValueError", failure=Failure.NONE),
        Case("f", ([1],), after=((0, [1, 2]),)),
        Case("f", (), 0.1, tolerance=0.5),
    ]


def test_values_may_be_marked(tmp_path: Path) -> None:
    """Tuples, sets, floats beyond JSON and dicts are told by marks; a plain object is a dict."""
    args = [
        {"$": "tuple", "of": [1, {"a": [2]}]},
        {"$": "set", "of": [3]},
        {"$": "float", "of": "inf"},
        {"$": "dict", "of": [[1, "x"]]},
        {"a": {"b": {"$": "tuple", "of": []}}},
    ]
    [case] = cases_in(tmp_path, [{"function": "f", "args": args, "expected": 1}])
    assert isinstance(case, Case)
    assert case.args == ((1, {"a": [2]}), {3}, float("inf"), {1: "x"}, {"a": {"b": ()}})


def test_what_the_corpus_step_writes_can_be_read(tmp_path: Path) -> None:
    """The form of cases in examples files is one that is understood here."""
    cases = (Case("f", ((1, 2), {"a"}, {1: 2.5}), expected=float("-inf"), after=((0, [()]),)),)
    assert tuple(cases_in(tmp_path, cases_to_json(cases))) == cases


def test_runs_of_a_program_are_read(tmp_path: Path) -> None:
    """A run has arguments, standard input and output, and an exit code; all may be left out."""
    whole = {"arguments": ["-n", "1"], "stdin": "a", "stdout": "b\n", "exit_code": 3}
    assert cases_in(tmp_path, [whole, {}]) == [
        ProgramCase(("-n", "1"), "a", "b\n", 3),
        ProgramCase(),
    ]


GOOD = {"function": "f", "args": [], "expected": 1}


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({}, "holds no list"),
        ([], "holds no list"),
        ([GOOD, 5], "entry 2"),
        ([{"function": "f", "args": []}], "neither 'expected' nor 'raises'"),
        ([{"function": "f", "expected": 1}], "'args'"),
        ([GOOD, {**GOOD, "args": "ab"}], "entry 2 does not fit at 'args'"),
        ([GOOD, {**GOOD, "arg": []}], "entry 2 has the unknown key 'arg'"),
        ([{**GOOD, "failure": "crash"}], "'failure'"),
        ([{**GOOD, "tolerance": -1}], "'tolerance'"),
        ([{**GOOD, "after": [[-1, 2]]}], "'after"),
        ([{**GOOD, "args": [{"$": "list", "of": []}]}], "unknown mark 'list'"),
        ([{**GOOD, "args": [{"$": "set", "of": [[1]]}]}], "unhashable"),
        ([{**GOOD, "args": [{"$": "dict", "of": [1]}]}], "entry 1 holds a value"),
        ([GOOD, {"stdout": "x"}], "entry 2 is another kind"),
        ([{"stdout": 5}], "'stdout'"),
    ],
)
def test_what_does_not_fit_is_told_in_two_lines(tmp_path: Path, data: object, wrong: str) -> None:
    """The first entry that does not fit is named, with a remedy."""
    with pytest.raises(CasesError) as fault:
        cases_in(tmp_path, data)
    assert wrong in fault.value.wrong
    assert len(str(fault.value).splitlines()) == 2


@pytest.mark.parametrize("text", ["", "[", "[" * 100_000, '[{"a": ' + "9" * 10_000 + "}]"])
def test_what_is_no_json_is_told(tmp_path: Path, text: str) -> None:
    """A file that is no JSON, or deeper or longer than any case is, is no crash."""
    path = tmp_path / "cases.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CasesError, match="is no JSON"):
        read_cases(path)


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    """A missing file, a folder, a pipe, a device, other bytes than UTF-8, and too many of them."""
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_text("x" * 11, encoding="utf-8")
    os.mkfifo(tmp_path / "pipe")
    for name in ("missing", ".", "bytes", "large", "pipe", "/dev/zero", "nul\0"):
        with pytest.raises(InputFileError) as fault:
            read_input(tmp_path / name, largest_bytes=10)
        assert isinstance(fault.value, UserError)
        assert len(str(fault.value).splitlines()) == 2
