"""Ctrl-C: a build ends soon, with two lines and no process left, and what was finished is kept."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

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


FAREWELL = "The build is interrupted.\nRun it again to go on: finished work is kept.\n"


def started(project: Project, task: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a build and return once it runs a task."""
    process = subprocess.Popen(
        project.command(*arguments),
        cwd=project.folder,
        env=environment(project),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    before = []
    for line in process.stdout:
        before.append(line)
        if line.startswith(f".  {task}"):
            return process
    raise AssertionError("".join(before))


def environment(project: Project) -> dict[str, str]:
    """Return a build's environment, with a place of its own for temporary files."""
    temporary = project.folder / "tmp"
    temporary.mkdir(exist_ok=True)
    return {**project.environment(), "TMPDIR": str(temporary)}


def interrupted(
    project: Project,
    task: str,
    *arguments: str,
    pids: Path | None = None,
    number: signal.Signals = signal.SIGINT,
    times: int = 1,
) -> str:
    """Start a build, stop it once it runs a task, and return what it says after that."""
    process = started(project, task, *arguments)
    time.sleep(0.3)
    numbers = wait_for_lines(pids, 2, timeout_s=60.0) if pids else []
    family = descendants(process.pid)
    pressed = time.monotonic()
    for _ in range(times):
        process.send_signal(number)
        time.sleep(0.02)
    said, _ = process.communicate(timeout=60)
    assert time.monotonic() - pressed < 10, said
    assert process.returncode == 128 + number, said
    assert "Traceback" not in said
    assert said.endswith(FAREWELL)
    assert survivors([*numbers, *family]) == []
    assert list((project.folder / "tmp").iterdir()) == [], "temporary files are left behind"
    return said


def descendants(parent: int) -> list[int]:
    """Return the processes that descend from one."""
    family, parents = [parent], {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            parents[int(status.parent.name)] = int(fields[1])
    for each in family:
        family += [child for child, its in parents.items() if its == each]
    return family[1:]


def log_lines(project: Project) -> list[dict[str, Any]]:
    """Return the lines of the log, each of which is JSON."""
    text = (project.folder / "results/build.log").read_text(encoding="ascii")
    return [json.loads(line) for line in text.splitlines()]


def test_an_interrupted_build_can_be_finished(tmp_path: Path) -> None:
    """Interrupted in one step after the other, the build goes on each time and ends well."""
    project = lay_out(tmp_path)
    settings = (MODELS, "run.runs=1")
    for task in ("corpus:", "transpile:python_to_rust:tiny", "check:python_to_rust:py2many"):
        interrupted(project, task, *settings)
    built = project.doit(*settings)
    assert built.exit_code == 0, built.text
    assert "corpus:python_to_rust" not in built.ran
    events = [line["event"] for line in log_lines(project)]
    assert events.count("build interrupted") == 3
    assert events[-1] == "build ends"


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


@pytest.mark.parametrize("threads", [(), ("-n", "0")], ids=["threads", "none"])
def test_a_build_that_is_told_to_end_does_so_as_well(
    tmp_path: Path, threads: tuple[str, ...]
) -> None:
    """SIGTERM in the middle of compiling does what Ctrl-C does, and the exit code names it."""
    project = lay_out(tmp_path)
    arguments = ("run", *threads, "check", "models=[py2many]", "run.runs=1")
    interrupted(project, "check:python_to_rust:reference", *arguments, number=signal.SIGTERM)
    assert log_lines(project)[-1]["signal"] == "SIGTERM"


def test_a_second_press_does_no_harm(tmp_path: Path) -> None:
    """Whoever presses Ctrl-C five times in a tenth of a second gets the same end."""
    project = lay_out(tmp_path)
    settings = ("check", "models=[py2many]", "run.runs=1")
    interrupted(project, "check:python_to_rust:reference", *settings, times=5)
    assert project.doit(*settings).exit_code == 0


def test_a_killed_build_leaves_nothing_for_ever(tmp_path: Path) -> None:
    """What `kill -9` leaves, temporary folders and half files, the next build removes."""
    project = lay_out(tmp_path)
    arguments = ("check", "models=[py2many]", "run.runs=1")
    process = started(project, "check:python_to_rust:reference", *arguments)
    time.sleep(0.5)
    process.kill()
    process.communicate()
    half = project.folder / "results/completions/.rows.parquet.abc.unfinished"
    half.write_text("half", encoding="utf-8")
    assert list((project.folder / "tmp").iterdir()) != []
    done = subprocess.run(
        project.command(*arguments), cwd=project.folder, env=environment(project), check=False
    )
    assert done.returncode == 0
    assert list((project.folder / "tmp").iterdir()) == []
    assert not half.exists()
    assert "leftover removed" in [line["event"] for line in log_lines(project)]


def test_a_terminal_is_given_back(tmp_path: Path) -> None:
    """Ctrl-C on a terminal: the line about the build was there, and the cursor is again."""
    project = lay_out(tmp_path)
    arguments = project.command("check", "models=[py2many]", "run.runs=1")
    number, terminal = pty.fork()
    if number == 0:
        os.chdir(project.folder)
        os.execve(arguments[0], arguments, {**environment(project), "TERM": "xterm"})  # noqa: S606 - no shell
    text = read_until(terminal, "check:python_to_rust:reference")
    time.sleep(0.3)
    os.write(terminal, b"\x03")
    text += read_until(terminal, None)
    _, status = os.waitpid(number, 0)
    assert os.waitstatus_to_exitcode(status) == 130, text
    assert re.search(r"models \d/3, attempts \d/\d", text)
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")
    assert "finished work is kept." in text[-200:]


def read_until(terminal: int, word: str | None) -> str:
    """Return what comes from a terminal up to a word, or to its end."""
    text = ""
    with suppress(OSError):  # the other side is closed
        while (word is None or word not in text) and (data := os.read(terminal, 1 << 16)):
            text += data.decode(errors="replace")
    return text
