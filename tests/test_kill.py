"""A build that is killed at any moment can be finished, and ends in the same results."""

from __future__ import annotations

import os
import random
import shutil
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
    written = "task, model, run, example, reply, rust"
    found = "task, model, run, example, outcome, tests_run, tests_passed"
    with duckdb.connect(project.folder / "results/results.duckdb", read_only=True) as connection:
        completions = connection.sql("from completions").project(written).order(written)
        verdicts = connection.sql("from verdicts").project(found).order(found)
        return completions.fetchall(), verdicts.fetchall()


def start_over(project: Project) -> None:
    """Forget all that was built and answered."""
    shutil.rmtree(project.folder / "results", ignore_errors=True)
    for pattern in ("cache/records.sqlite*", ".doit.db*"):
        for path in project.folder.glob(pattern):
            path.unlink()


def test_killed_builds_end_in_the_same_verdicts(tmp_path: Path) -> None:
    """Killed at ten random moments, each time the next build finishes with the same results."""
    project = lay_out(tmp_path)
    assert project.doit(*SETTINGS).exit_code == 0
    undisturbed = results(project)
    start_over(project)
    started = time.monotonic()
    assert project.doit(*SETTINGS).exit_code == 0
    whole_s = time.monotonic() - started
    moments = random.Random(20261121)  # noqa: S311 - moments, not secrets
    kills = 0
    for _ in range(3 * MOMENTS):
        start_over(project)
        if not kill_after(project, moments.uniform(0.1, 0.95 * whole_s)):
            continue  # the build was faster than the one that was timed
        kills += 1
        built = project.doit(*SETTINGS)
        assert built.exit_code == 0, built.text
        assert results(project) == undisturbed
        if kills == MOMENTS:
            break
    assert kills == MOMENTS
