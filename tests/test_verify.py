"""`doit verify` as a user types it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from project import lay_out

from sse_steps.config import load_settings
from sse_steps.records import Outcome, Verdict
from sse_steps.rust.toolchain import Toolchain
from sse_steps.settings import LimitSettings
from sse_steps.slices import CheckSlice
from sse_steps.steps import command, verify
from sse_steps.steps.options import option
from sse_steps.steps.reporter import Reporter

SLICE = CheckSlice(LimitSettings(), allow_weak_isolation=False)
ROOT = Path(__file__).parents[1]
ADD = "pub fn add(a: i64, b: i64) -> i64 { a + b }\n"
SUB = "pub fn add(a: i64, b: i64) -> i64 { a - b }\n"
TESTS = "#[test]\nfn adds() {\n    assert_eq!(add(2, 3), 5);\n}\n"
CASES = '[{"function": "add", "args": [2, 3], "expected": 5}]'


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder with files to verify and a cache that holds the judge's own programs."""

    folder: Path

    def file(self, name: str, text: str) -> str:
        """Write a file and return its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def verify(self, rust: str, *, tests: str = "", cases: str = "", json: bool = False) -> bool:
        """Run the command on texts."""
        return verify.run(
            SLICE,
            ROOT / "tasks/crates",
            self.folder / "cache",
            source=self.file("out.rs", rust),
            tests=self.file("tests.rs", tests) if tests else "",
            cases=self.file("cases.json", cases) if cases else "",
            json=json,
        )


@pytest.fixture
def desk(tmp_path: Path, toolchain: Toolchain) -> Desk:
    """Return an empty desk."""
    shutil.copytree(toolchain.folder, tmp_path / "cache/judge" / toolchain.folder.name)
    return Desk(tmp_path)


def test_a_pass_is_said_and_returned(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A program that passes its cases says so first, then how that was found."""
    assert desk.verify(ADD, cases=CASES)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "passed: 1 of 1 cases that ran passed"
    assert any(line.startswith("method     answers") for line in lines)
    assert any(line.startswith("isolation  ") for line in lines)
    assert any(line.startswith("time       compiled in ") for line in lines)


def test_a_failure_shows_what_failed_first(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong answer is shown with the right one."""
    assert not desk.verify(SUB, cases=CASES)
    out = capsys.readouterr().out
    assert out.startswith("wrong_answer: 0 of 1 cases that ran passed\n\nadd(2, 3) gave -1")


def test_tests_are_labelled_for_people_and_programs(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """That tests ran in the program's own process is in the text and in the JSON."""
    assert desk.verify(ADD, tests=TESTS)
    assert "method     in-process" in capsys.readouterr().out
    assert desk.verify(ADD, tests=TESTS, json=True)
    assert json.loads(capsys.readouterr().out)["method"] == "in-process"


def test_json_is_one_object_with_every_field(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--json` prints the whole verdict and nothing beside it."""
    assert not desk.verify('pub fn add() -> i64 { "a" }', cases=CASES, json=True)
    captured = capsys.readouterr()
    verdict = json.loads(captured.out)
    assert set(verdict) == {*Verdict.__dataclass_fields__, "passes"}
    assert verdict["outcome"] == "compile_error"
    assert verdict["passes"] is False
    assert verdict["error_code"].startswith("E0")


def test_a_program_alone_is_told_what_is_missing(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without tests and cases nothing can pass, and the command says what to add."""
    assert not desk.verify(ADD)
    out = capsys.readouterr().out
    assert out.startswith("untested")
    assert "Add --cases cases.json or --tests tests.rs" in out


def test_a_terminal_obeys_nothing_that_a_program_says(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Control characters in what a program prints are shown as such."""
    rust = 'pub fn add(_: i64, _: i64) -> i64 { panic!("\\x1b[2J\\x07\\u{202e}red") }'
    assert not desk.verify(rust, tests=TESTS)
    out = capsys.readouterr().out
    assert "red" in out
    assert not {"\x1b", "\x07", "\u202e"} & set(out)


def test_an_option_has_the_type_of_its_default() -> None:
    """An option is a text unless its default is a switch."""
    assert option("a", "b")["type"] is str
    assert option("a", "b", default=False)["type"] is bool


def test_a_fault_in_a_command_goes_to_standard_error(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fault of the user's is two lines on standard error, and fails without doit's own report."""
    act = command("verify", SLICE, ROOT, desk.folder / "cache")
    failed = act(source="nowhere.rs", tests="", cases="", json=True)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "There is no file 'nowhere.rs'.\nName a file that is there.\n"
    assert failed is not None
    assert failed.report is False
    assert Reporter.desc


@pytest.mark.slow
def test_the_command_line(tmp_path: Path, desk: Desk) -> None:
    """`doit verify` prints the verdict and nothing else, and its exit code is the verdict's."""
    (tmp_path / "project").mkdir()
    project = lay_out(tmp_path / "project")
    source, cases = desk.file("out.rs", ADD), desk.file("cases.json", CASES)
    tests = desk.file("tests.rs", TESTS)
    project.doit("verify", "--source", source)  # builds the judge's own programs
    passed = project.doit("verify", "--source", source, "--cases", cases, "--json")
    assert passed.exit_code == 0, passed.text
    assert json.loads(passed.text)["outcome"] == Outcome.PASSED
    tested = project.doit("verify", "--source", source, "--tests", tests, "run.limits.cpu_s=3")
    assert tested.exit_code == 0, tested.text
    assert tested.text.startswith("passed: 1 of 1 tests")
    wrong = desk.file("wrong.rs", SUB)
    failed = project.doit("verify", "--source", wrong, "--cases", cases)
    assert failed.exit_code == 1
    assert failed.text.startswith("wrong_answer")
    assert "###" not in failed.text
    for arguments in ((), ("--source", source, "--cases", tests), ("--source", "/dev/zero")):
        faulty = project.doit("verify", *arguments)
        assert faulty.exit_code == 2
        assert len(faulty.text.strip().splitlines()) == 2


def test_limits_of_the_command_line_are_used() -> None:
    """`run.limits...` overrides reach the command as they reach a build."""
    assert load_settings(["run.limits.cpu_s=3"], root=ROOT).run.limits.cpu_s == 3
