"""`doit explain` held against what doit then does, in builds of their own."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project import ROOT, Built, Project, lay_out

from sse_steps.staleness.kept import changes, flat, packed, unpacked

ARGUMENTS = ("models=[py2many]", "run.runs=2")
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@dataclass(frozen=True, slots=True)
class OwnProgram(Project):
    """A project whose builds run a copy of this program, so that a test may change it."""

    def environment(self) -> dict[str, str]:
        """Return an environment in which the copy is what is imported."""
        return {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(self.folder)}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> OwnProgram:
    """Return a small project, built once; each test finds it up to date."""
    folder = tmp_path_factory.mktemp("project")
    lay_out(folder)
    shutil.copytree(
        ROOT / "sse_steps", folder / "sse_steps", ignore=shutil.ignore_patterns("__pycache__")
    )
    made = OwnProgram(folder)
    assert made.doit(*ARGUMENTS).exit_code == 0
    return made


def explained(project: Project, *arguments: str) -> tuple[int, dict[str, dict[str, object]]]:
    """Return the exit code of `doit explain`, and what it says of each task."""
    done = project.doit("explain", "--json", *(arguments or ARGUMENTS))
    return done.exit_code, {each["task"]: each for each in json.loads(done.text)}


def only_reason(explanation: dict[str, object]) -> str:
    """Return the one reason of an explanation."""
    reasons = explanation["reasons"]
    assert isinstance(reasons, list)
    (reason,) = reasons
    return str(reason)


def state_of(folder: Path) -> dict[str, str]:
    """Return the digest of every file of a project, bytecode aside."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def write_again(path: Path) -> None:
    """Give a file another time and leave its bytes."""
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data)
    os.utime(path, (1, 1))


def append(text: str) -> Callable[[Path], None]:
    """Return what adds a text to a file."""

    def add(path: Path) -> None:
        path.write_bytes(path.read_bytes() + text.encode())

    return add


FACTORIAL = "tasks/py2rs/03_functions/factorial"
RUN = "task=python_to_rust/model=py2many/run=1.parquet"
TOUCHES: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "nothing": ("dodo.py", lambda _: None, ""),
    "the time of a file": (f"{FACTORIAL}/example.py", write_again, ""),
    "a comment in an example": (f"{FACTORIAL}/example.py", append("# seen\n"), "changed"),
    "a new example's note": (f"{FACTORIAL}/note.txt", lambda path: path.touch(), "read by it"),
    "that note gone": (f"{FACTORIAL}/note.txt", Path.unlink, "not any more"),
    "a target is gone": (f"results/verdicts/{RUN}", Path.unlink, "is not there"),
    "what a step reads is gone": (f"results/completions/{RUN}", Path.unlink, "is not there"),
    "the report is gone": ("results/report.md", Path.unlink, "is not there"),
    "the examples are gone": (
        "results/corpus/python_to_rust.jsonl",
        Path.unlink,
        "is not there",
    ),
    "the program": ("sse_steps/report/wording.py", append("# seen\n"), "report/wording.py"),
}


@pytest.mark.parametrize("touch", TOUCHES)
def test_explain_says_what_doit_then_does(project: OwnProgram, touch: str) -> None:
    """Up to date is what doit leaves alone, stale what it runs, and nothing else is certain."""
    path, change, words = TOUCHES[touch]
    change(project.folder / path)
    code, said = explained(project)
    done = project.doit(*ARGUMENTS)
    assert done.exit_code == 0, done.text
    assert (code == 0) == (done.ran == set())
    for task, each in said.items():
        if each["standing"] == "up_to_date":
            assert task not in done.ran
        if each["standing"] == "stale":
            assert task in done.ran
    assert done.ran <= said.keys()
    assert words in json.dumps(list(said.values()))
    assert explained(project)[0] == 0


def test_explain_names_the_setting_that_changed(project: OwnProgram) -> None:
    """The key is named with its value then and now, and what does not read it is up to date."""
    code, said = explained(project, *ARGUMENTS, "run.limits.cpu_s=9")
    assert code == 1
    check = said["check:python_to_rust:py2many:1"]
    assert check["reasons"] == ["the setting limits.cpu_s changed from 10 to 9"]
    assert said["transpile:python_to_rust:py2many:1"]["standing"] == "waits"
    assert said["report"]["standing"] == "stale"  # it shows the configuration


def test_explain_names_the_compiler(project: OwnProgram, tmp_path: Path) -> None:
    """Another rustc is told by its first line, then and now."""
    script = tmp_path / "rustc"
    script.write_text("#!/bin/sh\necho 'rustc 1.60.0 (old)'\n", encoding="utf-8")
    script.chmod(0o755)
    old = os.environ["PATH"]
    os.environ["PATH"] = f"{tmp_path}:{old}"
    try:
        _, said = explained(project, "check", *ARGUMENTS)
    finally:
        os.environ["PATH"] = old
    reason = only_reason(said["check:python_to_rust:py2many:1"])
    assert re.fullmatch(
        r'the version of rustc changed from "?rustc 1.* to "?rustc 1.60.0 \(old\)"?', reason
    )


def test_explain_changes_nothing(project: OwnProgram) -> None:
    """No file differs after it, neither where all is up to date nor where all is stale."""
    before = state_of(project.folder)
    assert project.doit("explain", *ARGUMENTS).exit_code == 0
    assert project.doit("explain", *ARGUMENTS, "run.temperature=1").exit_code == 1
    assert state_of(project.folder) == before


def test_explain_makes_no_state_where_there_is_none(tmp_path: Path) -> None:
    """In a fresh folder all is stale for want of a success, and no file appears."""
    project = lay_out(tmp_path)
    before = state_of(tmp_path)
    code, said = explained(project)
    assert code == 1
    assert said["report"]["reasons"] == ["no success of it is on record"]
    assert state_of(tmp_path) == before


def test_an_ignored_task_is_told(project: OwnProgram) -> None:
    """Doit does not run a task that it was told to ignore, nor what depends on it."""
    state = (project.folder / ".doit.db").read_bytes()
    try:
        assert project.doit("ignore", "metrics", *ARGUMENTS).exit_code == 0
        _, said = explained(project, "report", *ARGUMENTS, "report.title=x")
        assert said["report"]["standing"] == "ignored"
        assert project.doit("report", *ARGUMENTS, "report.title=x").ran == set()
    finally:
        (project.folder / ".doit.db").write_bytes(state)


def test_a_skipped_model_is_told(project: OwnProgram) -> None:
    """A model that was skipped is tried again, and the reason why it was skipped is shown."""
    arguments = ("validate", "models=[tiny]", "model.tiny.source=missing.gguf")
    project.doit(*arguments)
    _, said = explained(project, *arguments)
    reason = only_reason(said["validate:tiny"])
    assert reason.startswith("its model was skipped last time: ")
    assert "validate:tiny" in project.doit(*arguments).ran


def test_a_name_that_is_none_gets_two_lines(project: OwnProgram) -> None:
    """Explain answers a wrong name with the nearest right one."""
    done: Built = project.doit("explain", "reprot", *ARGUMENTS)
    assert done.exit_code == 3
    assert done.text.splitlines() == [
        "ERROR: There is no task 'reprot'.",
        "Did you mean 'report'?",
    ]


@given(PLAIN, PLAIN)
def test_what_is_kept_tells_equal_from_different(first: object, second: object) -> None:
    """Equal data has no change; different short data has one, unless it only looks otherwise."""
    assert changes(flat(first), flat(first)) == []
    one, other = {"key": json.dumps(first)}, {"key": json.dumps(second)}
    differs = json.dumps(first) != json.dumps(second)
    assert bool(changes(flat(one), flat(other))) == differs


@given(st.dictionaries(st.text(), PLAIN))
def test_what_is_packed_comes_back(data: dict[str, object]) -> None:
    """Plain data survives being packed for the state."""
    assert unpacked(packed(data)) == json.loads(json.dumps(data))


@given(st.one_of(st.none(), st.text(), st.integers(), st.binary().map(bytes.hex)))
def test_what_was_not_packed_is_nothing(text: object) -> None:
    """A state that somebody else wrote is no reason to fail."""
    assert isinstance(unpacked(text), dict)


def test_what_is_kept_is_bounded() -> None:
    """Settings without end are cut, and a difference beyond the cut is still seen."""
    many = {f"key{number}": "x" * 100 for number in range(10_000)}
    kept = flat(many)
    assert sum(len(key) + len(value) for key, value in kept.items()) < 210_000
    assert changes(kept, flat(many | {"key9999": "y"}))
