"""Whole builds in which models take no part, typed as a user types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from project import Project, lay_out
from stand_ins import StandIns, on_path

pytestmark = pytest.mark.slow

ABSENT = """\
description: A tool that nobody has.
engine: command_line
command: [tool-that-nobody-has]
temperature: 1.0
tool: {version: [tool-that-nobody-has, --version]}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with a model whose tool is not installed."""
    project = lay_out(tmp_path_factory.mktemp("project"))
    (project.folder / "conf/model/absent.yaml").write_text(ABSENT, encoding="utf-8")
    return project


def report(project: Project) -> dict[str, Any]:
    """Return what the report says about the only task."""
    text = (project.folder / "results/report.json").read_text(encoding="utf-8")
    (task,) = json.loads(text)["tasks"]
    found: dict[str, Any] = task
    return found


@pytest.mark.parametrize("more", [(), ("controls=[]",)])
def test_a_build_of_a_model_that_is_not_there_ends_well(
    project: Project, more: tuple[str, ...]
) -> None:
    """Exit code 0, a report that says who is missing and why, and nothing to do again."""
    built = project.doit("models=[absent]", "run.runs=2", *more)
    assert built.exit_code == 0, built.text
    assert "Traceback" not in built.text
    assert "absent took no part: " in " ".join(built.text.split())
    task = report(project)
    assert [row["model"] for row in task["skipped"]] == ["absent"]
    assert (task["standings"], task["headline"]["answer"]) == ([], "Not known")
    assert project.doit("models=[absent]", "run.runs=2", *more).ran == set()


def test_a_tool_that_came_and_went(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Put in, the tool is asked; taken out, it is missed once and its recording stays."""
    with monkeypatch.context() as environment:
        stand_ins: StandIns = on_path(tmp_path, environment)
        stand_ins.add("tool-that-nobody-has", "print('fn main() {}')")
        built = project.doit("models=[absent]", "run.runs=1")
        assert built.exit_code == 0, built.text
        assert len(report(project)["standings"]) == 1
        assert report(project)["skipped"] == []
    recording = project.folder / "results/recordings/absent.jsonl"
    before = recording.read_bytes()
    assert len(before.splitlines()) == 3
    built = project.doit("models=[absent]", "run.runs=2")
    assert built.exit_code == 0, built.text
    assert built.text.count("'absent' is skipped. The command 'tool-that-nobody-has' is not") == 1
    assert report(project)["standings"] == []
    assert recording.read_bytes() == before
