"""Ctrl-C: a build ends soon, with two lines and no process left, and what was finished is kept."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest
from project import MODELS, Project, lay_out
from test_tool_process import survivors, wait_for_lines

pytestmark = pytest.mark.slow

SLEEPER = "echo $$ >> {pids}; exec sleep 600"
TOOL = """
description: A tool that does not end, with a child in a session of its own.
engine: command_line
command: [sh, -c, "setsid sh -c '{sleeper}' & {sleeper}"]
temperature: 1.0
timeout_ms: 600000
tool: {{version: [sh, -c, echo 1], model: sleeper, hosted: false}}
"""


def interrupted(project: Project, task: str, *arguments: str, pids: Path | None = None) -> str:
    """Start a build, press Ctrl-C once it runs a task, and return what it says after that."""
    process = subprocess.Popen(
        project.command(*arguments),
        cwd=project.folder,
        env=project.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    before = []
    for line in process.stdout:
        before.append(line)
        if line.startswith(f".  {task}"):
            break
    else:
        raise AssertionError("".join(before))
    time.sleep(0.3)
    numbers = wait_for_lines(pids, 2, timeout_s=60.0) if pids else []
    pressed = time.monotonic()
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert time.monotonic() - pressed < 10, said
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert said.endswith(
        "The build is interrupted.\nRun it again to go on: finished work is kept.\n"
    )
    assert survivors(numbers) == []
    return said


def test_an_interrupted_build_can_be_finished(tmp_path: Path) -> None:
    """Interrupted in one step after the other, the build goes on each time and ends well."""
    project = lay_out(tmp_path)
    settings = (MODELS, "run.runs=1")
    for task in ("corpus:", "transpile:python_to_rust:tiny", "check:python_to_rust:py2many"):
        interrupted(project, task, *settings)
    built = project.doit(*settings)
    assert built.exit_code == 0, built.text
    assert "corpus:python_to_rust" not in built.ran


@pytest.mark.parametrize("threads", [(), ("-n", "0")], ids=["threads", "none"])
def test_no_tool_is_left_behind(tmp_path: Path, threads: tuple[str, ...]) -> None:
    """A tool that is being asked ends with the build, and its child in another session, too."""
    project = lay_out(tmp_path)
    pids = tmp_path / "pids"
    text = TOOL.format(sleeper=SLEEPER.format(pids=pids))
    (project.folder / "conf/model/sleeper.yaml").write_text(text, encoding="utf-8")
    arguments = ("run", *threads, "transpile", "models=[sleeper]", "run.runs=1")
    interrupted(project, "transpile:python_to_rust:sleeper", *arguments, pids=pids)
    kept = list((tmp_path / "results/completions").rglob("*model=sleeper*/*.parquet"))
    assert kept == [], "a tool that was killed is no reply"
