"""A sweep whose jobs are tasks of Ray."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hydra.core.utils import JobStatus
from project import lay_out
from test_sweep import children, command_of, sweep, verdicts

from hydra_plugins.sse_ray_launcher import _jobs, launcher
from sse_steps.errors import ScaleError

VARIED = ("model=tiny,py2many", "run.temperature=0,0.8")
FEW = ("run.runs=2", "run.samples=2")
RAY = ("hydra/launcher=sse_ray", "hydra.launcher.workers=2")


def test_hydra_finds_the_launcher_and_loads_no_ray() -> None:
    """Whatever Hydra is started for, only its own modules and a few names are loaded."""
    check = (
        "import sys; from hydra.core.plugins import Plugins; from hydra.plugins.launcher import "
        "Launcher; found = [each.__name__ for each in Plugins.instance().discover(Launcher)]; "
        "print('SseRayLauncher' in found, {'ray', 'sse_steps.scale'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "set()"]
    assert launcher.SseRayLauncherConf().retries == 3


def test_a_lost_job_fails_alone() -> None:
    """Hydra hears of a job whose workers all died as of any other that failed."""
    lost = _jobs.lost_job(["a=1"], ScaleError("It died.", "Try again."))
    assert lost.status is JobStatus.FAILED
    with pytest.raises(ScaleError, match="It died"):
        assert lost.return_value


def kill_a_worker(killed: list[int], over: threading.Event, folder: Path) -> None:
    """Kill the first worker of Ray's that runs a build of the sweep."""
    while not over.wait(0.05) and not killed:
        for path in Path("/proc").glob("[0-9]*"):
            pid = int(path.name)
            if not command_of(pid).startswith("ray::"):
                continue
            if any(str(folder) in command_of(child) for child in children(pid)):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
                return


@pytest.mark.slow
def test_a_sweep_on_ray_is_the_same_although_a_worker_is_killed(tmp_path: Path) -> None:
    """Jobs on Ray come to the verdict tables of Hydra's own launcher, byte for byte."""
    pytest.importorskip("ray")
    project = lay_out(tmp_path)
    basic = sweep(project, "results-basic", *VARIED, few=FEW)
    assert basic.built.exit_code == 0, basic.built.text
    killed, over = list[int](), threading.Event()
    folder = project.folder / "results-ray/sweep"
    killer = threading.Thread(target=kill_a_worker, args=(killed, over, folder))
    killer.start()
    try:
        swept = sweep(project, "results-ray", *RAY, *VARIED, few=FEW)
    finally:
        over.set()
        killer.join()
    assert swept.built.exit_code == 0, swept.built.text
    assert killed
    assert "0 failed" in swept.built.text
    assert len(verdicts(swept)) == 6
    assert verdicts(swept) == verdicts(basic)
