"""Sweeps as a user types them: real jobs under Hydra's own launchers, and the report over them."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from project import Built, Project, lay_out

from sse_steps.sweep.records import JobState, read_job

pytestmark = pytest.mark.slow

VARIED = ("model=tiny,py2many", "quantization=none,q8_0")
FEW = ("run.temperature=0.8", "run.runs=1", "run.samples=2")
NAMES = ("py2many", "tiny", "tiny-q8_0")
JOBLIB = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
LAUNCHERS = {
    "joblib": JOBLIB,
    "submitit_local": ("hydra/launcher=submitit_local", "hydra.launcher.timeout_min=20"),
}


@dataclass(frozen=True, slots=True)
class Swept:
    """A sweep that has ended."""

    folder: Path  # its results
    built: Built


def command(*arguments: str) -> list[str]:
    """Return the command line of a sweep."""
    return [sys.executable, "-m", "sse_steps", "--multirun", *arguments]


def sweep(project: Project, results: str, *arguments: str, few: Sequence[str] = FEW) -> Swept:
    """Run a sweep to its end, with a cache and results of its own."""
    places = (f"paths.results={results}", f"paths.cache=cache-{results}")
    done = subprocess.run(
        command(*arguments, *few, *places),
        cwd=project.folder,
        env=project.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
        check=False,
    )
    return Swept(project.folder / results / "sweep", Built(done.returncode, done.stdout))


def verdicts(swept: Swept) -> dict[str, str]:
    """Return the SHA-256 of every verdict table of the jobs, by its path."""
    files = sorted(swept.folder.glob("jobs/*/verdicts/**/*.parquet"))
    return {
        str(path.relative_to(swept.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project of three examples."""
    return lay_out(tmp_path_factory.mktemp("sweep"))


@pytest.fixture(scope="module")
def basic(project: Project) -> Swept:
    """Return the sweep as Hydra's own launcher runs it, one job after another."""
    return sweep(project, "results-basic", *VARIED)


def test_each_combination_is_a_job_whose_name_tells_what_was_varied(basic: Swept) -> None:
    """Four combinations are three candidates: nothing changes a transpiler."""
    assert basic.built.exit_code == 0, basic.built.text
    assert tuple(sorted(path.name for path in basic.folder.glob("jobs/*"))) == NAMES
    assert "4 jobs: 3 finished, 0 skipped, 1 same, 0 failed" in basic.built.text


def test_one_report_shows_every_candidate_of_every_job(project: Project, basic: Swept) -> None:
    """The report over all and its database have the jobs' rows, and controls judged once."""
    results = basic.folder.relative_to(project.folder)
    asked = project.doit(
        "sql", f"paths.results={results}", "--json", "-", "select model, runs from model_metrics"
    )
    rows = {row["model"]: row["runs"] for row in json.loads(asked.text)}
    assert rows == {**dict.fromkeys(NAMES, 1), "reference": 1, "stub": 1}
    report = (basic.folder / "report.html").read_text(encoding="utf-8")
    assert all(name in report for name in NAMES)
    frontier = project.doit("sql", f"paths.results={results}", "from frontier")
    assert all(name in frontier.text for name in NAMES)


def test_quantisations_of_a_model_are_one_curve(project: Project, basic: Swept) -> None:
    """The report over all knows what each job's weights were converted from."""
    results = basic.folder.relative_to(project.folder)
    query = "select quantization, count(*) as models from quantizations group by all order by all"
    asked = project.doit("sql", f"paths.results={results}", "--json", "-", query)
    found = [(row["quantization"], row["models"]) for row in json.loads(asked.text)]
    assert found == [("none", 1), ("q8_0", 1)]


def test_a_sweep_leaves_nothing_beside_its_results(project: Project, basic: Swept) -> None:
    """Hydra's own folders are inside the results."""
    assert basic.built.exit_code == 0
    left = {path.name for path in project.folder.iterdir()}
    assert not left & {"outputs", "multirun", ".hydra", ".submitit"}


def test_a_second_time_every_job_is_skipped(project: Project, basic: Swept) -> None:
    """Nothing is run whose result is there; the order of typing does not matter."""
    before = verdicts(basic)
    again = sweep(project, "results-basic", *reversed(VARIED))
    assert again.built.exit_code == 0, again.built.text
    assert "4 jobs: 0 finished, 3 skipped, 1 same, 0 failed" in again.built.text
    assert verdicts(again) == before
    assert again.built.ran == set()


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_launchers_give_byte_identical_verdicts(
    project: Project, basic: Swept, launcher: str
) -> None:
    """Processes side by side come to the same verdict tables as one after another."""
    swept = sweep(project, f"results-{launcher}", *LAUNCHERS[launcher], *VARIED)
    assert swept.built.exit_code == 0, swept.built.text
    assert len(verdicts(swept)) == 3
    assert verdicts(swept) == verdicts(basic)


def test_a_worker_that_is_killed_costs_nothing_but_time(project: Project, basic: Swept) -> None:
    """After SIGKILL of a worker in the middle, the sweep goes on and ends in the same verdicts."""
    places = ("paths.results=results-killed", "paths.cache=cache-results-killed")
    with subprocess.Popen(
        command(*JOBLIB, *VARIED, *FEW, *places),
        cwd=project.folder,
        env=project.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        folder = project.folder / "results-killed/sweep"
        killed = kill_a_worker(process, folder)
        text, _ = process.communicate(timeout=900)
    swept = Swept(folder, Built(process.returncode, text))
    assert killed
    assert swept.built.exit_code == 0, text
    assert verdicts(swept) == verdicts(basic)
    assert "0 failed" in text


def kill_a_worker(process: subprocess.Popen[str], folder: Path) -> bool:
    """Kill one worker of joblib's as soon as a job has begun to write."""
    end = time.monotonic() + 300
    while time.monotonic() < end and process.poll() is None:
        workers = [pid for pid in children(process.pid) if "loky" in command_of(pid)]
        busy = [pid for pid in workers if any("doit" in command_of(each) for each in children(pid))]
        if busy and any(folder.glob("jobs/*/log.txt")):
            os.kill(busy[0], signal.SIGKILL)
            return True
        time.sleep(0.05)
    return False


def children(parent: int) -> Iterator[int]:
    """Yield the processes that a process has started."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent:
                yield int(path.parent.name)


def command_of(pid: int) -> str:
    """Return the command line of a process, or nothing if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def test_a_failed_job_is_listed_with_its_reason_and_sinks_nobody(project: Project) -> None:
    """Others finish and are in the report, as is a baseline; the reason has two lines."""
    (project.folder / "conf/model/gone.yaml").write_text(
        "description: Weights that are not there.\nengine: numpy\nsource: gone.gguf\n",
        encoding="utf-8",
    )
    swept = sweep(project, "results-failed", "model=gone,tiny", "baselines=[py2many]")
    assert swept.built.exit_code == 1
    assert "2 jobs: 1 finished, 0 skipped, 0 same, 1 failed" in swept.built.text
    assert "There is no model file" in swept.built.text.split("gone failed:")[1]
    record = read_job(swept.folder / "jobs/gone/job.json")
    assert record is not None
    assert record.state is JobState.FAILED
    assert len(record.reason.splitlines()) == 2
    report = (swept.folder / "report.md").read_text(encoding="utf-8")
    assert all(name in report for name in ("tiny", "py2many"))
    assert sorted(path.name for path in swept.folder.glob("jobs/*")) == ["gone", "tiny"]


def test_what_does_not_fit_is_said_before_any_job_runs(project: Project) -> None:
    """A setting that is not there is two lines and exit code 2."""
    swept = sweep(project, "results-wrong", "model=tiny", "run.temprature=0,1")
    assert swept.built.exit_code == 2
    assert swept.built.text == (
        "There is no setting 'run.temprature'.\nDid you mean 'run.temperature'?\n"
    )
    assert not (swept.folder / "jobs").exists()


def test_without_multirun_it_is_the_build_that_doit_makes(project: Project) -> None:
    """One job is an ordinary build, with its report in the ordinary place."""
    done = subprocess.run(
        [sys.executable, "-m", "sse_steps", "model=py2many", *FEW],
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (project.folder / "results/report.html").is_file()
    assert not (project.folder / "outputs").exists()
