"""Stopping a process that is busy in foreign code, has children everywhere, or is pressed twice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from project import ROOT, Project
from test_tool_process import survivors, wait_for_lines

BUSY = """
import os, subprocess, sys, tempfile
from pathlib import Path
from threading import Timer
import numpy
from sse_steps.stopping import Stopping

def farewell(number):
    print("farewell", number, flush=True)

stopping = Stopping(farewell)
stopping.begin()
tempfile.mkdtemp(prefix="judge-")
sleeper = f"echo $$ >> {sys.argv[1]}; exec sleep 600"
subprocess.Popen(["setsid", "sh", "-c", sleeper])
subprocess.Popen(["sh", "-c", sleeper])
matrix = numpy.random.default_rng(1).random((6000, 6000))
Timer(0.5, print, ["busy"], {"flush": True}).start()  # when it is so
numpy.linalg.svd(matrix)
"""
IDLE = """
import sys, tempfile
from sse_steps.stopping import Stopping
stopping = Stopping(lambda number: None)
stopping.begin()
folder = tempfile.mkdtemp()
stopping.close()
print(tempfile.gettempdir(), flush=True)
"""


def start(program: str, *arguments: str, temporary: Path) -> subprocess.Popen[str]:
    """Start a Python program with a place of its own for temporary files."""
    temporary.mkdir()
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("times", [1, 5])
def test_foreign_code_does_not_hold_the_end_up(
    tmp_path: Path, number: signal.Signals, times: int
) -> None:
    """In the middle of minutes of linear algebra the process ends, once, with all it started."""
    temporary, pids = tmp_path / "tmp", tmp_path / "pids"
    process = start(BUSY, str(pids), temporary=temporary)
    assert process.stdout is not None
    assert process.stdout.readline() == "busy\n"
    numbers = wait_for_lines(pids, 2, timeout_s=30.0)
    assert len(list(temporary.glob(".*/judge-*"))) == 1
    pressed = time.monotonic()
    for _ in range(times):
        process.send_signal(number)
        time.sleep(0.05)
    said, _ = process.communicate(timeout=60)
    assert time.monotonic() - pressed < 10
    assert (process.returncode, said) == (128 + number, f"farewell {int(number)}\n")
    assert survivors(numbers) == []
    assert list(temporary.iterdir()) == []


def test_what_ends_well_leaves_nothing(tmp_path: Path) -> None:
    """After the work temporary files go where they went before, and the folder is gone."""
    process = start(IDLE, temporary=tmp_path / "tmp")
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, f"{tmp_path / 'tmp'}\n")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_signal_that_is_ignored_stays_so(tmp_path: Path) -> None:
    """Under nohup the end of the terminal is no reason to stop."""
    program = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from sse_steps.stopping import Stopping\n"
        "Stopping(print).begin()\n"
        "signal.raise_signal(signal.SIGHUP); print('went on')\n"
    )
    process = start(program, temporary=tmp_path / "tmp")
    said, _ = process.communicate(timeout=60)
    assert said == "went on\n"


def test_a_project_that_is_being_loaded_can_be_interrupted(tmp_path: Path) -> None:
    """Ctrl-C before a build begins is one line and exit code 130, and no traceback."""
    shutil.copy(ROOT / "doit.cfg", tmp_path)
    (tmp_path / "dodo.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(60)\n",
        encoding="utf-8",
    )
    for command in ("run", "list", "explain"):
        done = Project(tmp_path).doit(command, timeout_s=50)
        assert (done.exit_code, done.text) == (130, "Interrupted.\n")
