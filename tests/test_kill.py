"""A build that is killed at any moment loses nothing that was finished and ends in the same result."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import duckdb
import pytest
from project import SETTINGS, Project, lay_out

pytestmark = pytest.mark.slow

MOMENTS = 10
Row = tuple[object, ...]


def start(project: Project) -> subprocess.Popen[bytes]:
    """Start a build in a session of its own."""
    return subprocess.Popen(
        project.command(*SETTINGS),
        cwd=project.folder,
        env=project.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill_after(project: Project, seconds: float) -> bool:
    """Start a build, kill it with its children, and return whether it was still running."""
    process = start(project)
    time.sleep(seconds)
    running = process.poll() is None
    if running:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return running


def results(project: Project) -> tuple[list[Row], list[Row]]:
    """Return what was written and what was found, without the times."""
    completions = "select task, model, run, example, reply, rust from completions order by all"
    verdicts = "select task, model, run, example, outcome, tests_run, tests_passed from verdicts order by all"
    with duckdb.connect(project.folder / "results/results.duckdb", read_only=True) as connection:
        written = connection.execute(completions).fetchall()
        found = connection.execute(verdicts).fetchall()
    return written, found


def test_killed_builds_end_in_the_same_verdicts(tmp_path: Path) -> None:
    """After ten kills at random moments the next build finishes with an undisturbed build's results."""
    (tmp_path / "calm").mkdir()
    (tmp_path / "killed").mkdir()
    calm, killed = lay_out(tmp_path / "calm"), lay_out(tmp_path / "killed")
    started = time.monotonic()
    assert calm.doit(*SETTINGS).exit_code == 0
    whole_s = time.monotonic() - started
    moments = random.Random(20261121)  # noqa: S311 - moments, not secrets
    kills = [kill_after(killed, moments.uniform(0.2, whole_s)) for _ in range(MOMENTS)]
    assert any(kills)
    built = killed.doit(*SETTINGS)
    assert built.exit_code == 0, built.text
    assert results(killed) == results(calm)
    assert not list((killed.folder / "results").rglob(".*"))
