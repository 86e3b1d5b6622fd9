"""Which jobs of a sweep are run, which are taken as they are, and which are given up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.config import load_settings
from sse_steps.errors import SweepError
from sse_steps.steps import plan as plans
from sse_steps.steps.plan import Plan
from sse_steps.sweep import job, launch
from sse_steps.sweep.build import Ended
from sse_steps.sweep.command_line import CommandLine
from sse_steps.sweep.digests import inputs_digest, named_places, stats_digest
from sse_steps.sweep.job import run_job
from sse_steps.sweep.launch import Asked, run_sweep
from sse_steps.sweep.names import quoted
from sse_steps.sweep.objective import worst
from sse_steps.sweep.records import MOST_TRIES, JobRecord, JobState, Sweep, launched, read_job
from sse_steps.sweep.watch import best_of

ROOT = Path(__file__).parents[1]


def planned(*overrides: str) -> Plan:
    """Return the plan of a job, as the repository configures it."""
    return Plan(load_settings([*overrides, "controls=[]"], root=ROOT), ROOT)


@pytest.fixture
def sweep(tmp_path: Path) -> Sweep:
    """Return a sweep over models, into a folder of its own."""
    return Sweep(ROOT, tmp_path, "launch", ("model",))


@pytest.mark.parametrize("most", [2, 5_000])
def test_a_job_is_stale_when_its_corpus_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Also where a corpus has more files than are named one by one."""
    monkeypatch.setattr(plans, "_MOST_FILES_NAMED", most)
    for number in range(3):
        (tmp_path / f"{number}.py").write_text("one", encoding="utf-8")
    plan = planned("models=[py2many]", f"corpus='{tmp_path}'")
    before = inputs_digest(plan)
    assert inputs_digest(plan) == before
    (tmp_path / "1.py").write_text("another", encoding="utf-8")
    assert inputs_digest(plan) != before


def test_every_file_that_a_job_reads_makes_it_stale(tmp_path: Path) -> None:
    """A recording, golden prompts and a task that lie outside the configuration are looked at."""
    recording, golden = tmp_path / "replies.jsonl", tmp_path / "golden.yaml"
    (tmp_path / "tasks").mkdir()
    task = tmp_path / "tasks/mine.yaml"
    text = (ROOT / "tasks/python_to_rust.yaml").read_text(encoding="utf-8")
    task.write_text(text, encoding="utf-8")
    recording.touch()
    golden.touch()
    overrides = (
        f"tasks=['{task}']",
        f"validation.golden_prompts='{golden}'",
        f"corpus='{ROOT}/conf'",
    )
    plan = planned("models=[smollm2_135m]", *overrides)
    model = replace(plan.settings.models["smollm2_135m"], recording=str(recording))
    models = {**plan.settings.models, "replay": model}
    plan = replace(plan, settings=replace(plan.settings, models=models))
    for path in (recording, golden, task):
        before = stats_digest(named_places(plan, overrides))
        path.write_text(f"{text} # changed", encoding="utf-8")
        assert stats_digest(named_places(plan, overrides)) != before, path


def test_a_job_whose_worker_died_each_time_is_given_up(sweep: Sweep) -> None:
    """It is not begun again, and counts as failed with a reason of two lines."""
    asked = ("models=[py2many]",)
    begun = JobRecord("job", asked, JobState.STARTED, tries=MOST_TRIES)
    begun.write(sweep.record_of(asked))
    record = run_job(asked, sweep)
    assert record.state is JobState.FAILED
    assert record.is_settled
    assert len(record.reason.splitlines()) == 2
    assert read_job(sweep.record_of(asked)) == record
    assert not (sweep.folder / "jobs").exists()


def test_a_reason_has_two_lines_whatever_went_wrong(sweep: Sweep) -> None:
    """An error of many lines, such as a validator's, is told on one, and what to do on another."""
    record = run_job(("models=[py2many]", "run.samples=none of these\n at all"), sweep)
    assert record.state is JobState.FAILED
    assert len(record.reason.splitlines()) == 2


def test_a_job_that_kills_its_workers_does_not_keep_others_from_their_turn(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each launch goes as far as it can; the deadly job is given up, and all others end."""
    deadly, others = ("model=deadly",), [(f"model={number}",) for number in range(6)]

    def one_worker_dies(_line: CommandLine, _root: Path) -> None:
        before = read_job(sweep.record_of(deadly))
        tries = before.tries if before else 0
        if tries < MOST_TRIES:
            record = JobRecord("deadly", deadly, JobState.STARTED, tries=tries + 1)
            record.write(sweep.record_of(deadly))
            raise RuntimeError("a worker was terminated")
        run_job(deadly, sweep)
        for each in others:
            JobRecord(each[0], each, JobState.FINISHED).write(sweep.record_of(each))

    monkeypatch.setattr(launch, "_run_hydra", one_worker_dies)
    run_sweep(Asked(sweep, CommandLine(())))
    found = {each.overrides: each.state for each in launched(sweep)}
    assert found == {deadly: JobState.FAILED, **dict.fromkeys(others, JobState.FINISHED)}


def test_rows_of_a_build_that_was_ended_are_nobodys(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From its beginning on a build takes the record and the rows of an earlier one away."""

    def ended(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(job, "build", ended)
    folder = sweep.job_folder("py2many")
    earlier = folder / "verdicts/task=python_to_rust/model=py2many/run=99.parquet"
    earlier.parent.mkdir(parents=True)
    earlier.write_bytes(b"rows of another run")
    JobRecord("py2many", (), JobState.FINISHED, has_rows=True).write(folder / "job.json")
    with pytest.raises(KeyboardInterrupt):
        run_job(["models=[py2many]"], sweep)
    record = read_job(folder / "job.json")
    assert record is not None
    assert (record.state, record.has_rows) == (JobState.STARTED, False)
    assert not earlier.exists()


def test_a_job_that_failed_does_not_win(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever rows are in its folder, it has passed nothing, and nobody names it as the best."""
    asked = replace(sweep, least_pass_at_1=0.7)
    lost = Ended(1, "ERROR: the disk is full")
    monkeypatch.setattr(job, "build", lambda *_: lost)
    monkeypatch.setattr(job, "objective", lambda *_: 0.0)
    record = run_job(["models=[py2many]"], asked)
    assert (record.state, record.objective) == (JobState.FAILED, worst(0.7))
    assert best_of([record], asked) == ""


@pytest.mark.parametrize("text", ["", "[]", '{"name": ["a"]}', '{"name": 3}', "{"])
def test_a_damaged_record_is_none(tmp_path: Path, text: str) -> None:
    """The job is run again."""
    (tmp_path / "job.json").write_text(text, encoding="utf-8")
    assert read_job(tmp_path / "job.json") is None


def test_a_launcher_that_starts_nothing_is_an_error(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no job was begun, to launch them again would not end."""

    def nobody(_line: CommandLine, _root: Path) -> None:
        raise RuntimeError("no such partition")

    monkeypatch.setattr(launch, "_run_hydra", nobody)
    with pytest.raises(SweepError, match="no such partition"):
        run_sweep(Asked(sweep, CommandLine(())))


@given(st.text("ab '\"/é,[]{}=", max_size=20))
def test_any_path_goes_through_hydra(text: str) -> None:
    """A folder with quotes, blanks or brackets in its name comes out as it went in."""
    (parsed,) = OverridesParser.create().parse_overrides([f"paths.results={quoted(text)}"])
    assert parsed.value() == text


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until a condition holds, or fail after a while."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


PARENT = """
import os, subprocess, sys
command = [sys.executable, "-m", "sse_steps.sweep.job_build", str(os.getpid()), *sys.argv[1:]]
print(subprocess.Popen(command, stdout=subprocess.DEVNULL).pid, flush=True)
input()
"""
WAITING = """
import time
def task_wait():
    return {"actions": [lambda: time.sleep(200)]}
"""


def test_a_build_ends_with_whoever_waits_for_it(tmp_path: Path) -> None:
    """A worker that is killed leaves no build behind."""
    (tmp_path / "dodo.py").write_text(WAITING, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, "wait"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        build = Path("/proc") / parent.stdout.readline().strip()
        wait_until(lambda: b"job_build" in (build / "cmdline").read_bytes())
        time.sleep(1)
        assert build.exists()
        os.kill(parent.pid, signal.SIGKILL)
    wait_until(lambda: not build.exists())
