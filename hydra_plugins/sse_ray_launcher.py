"""Hydra launcher `sse_ray`: the jobs of a sweep as tasks of a Ray cluster.

Hydra imports this file whenever it starts, so that it loads nothing but Hydra itself.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.hydra_config import HydraConfig
from hydra.core.singleton import Singleton
from hydra.core.utils import (
    JobReturn,
    JobStatus,
    configure_log,
    run_job,
    setup_globals,
)
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, open_dict


@dataclass
class SseRayLauncherConf:
    """The settings below `hydra.launcher`; docs/scale.md says what they mean."""

    _target_: str = "hydra_plugins.sse_ray_launcher.SseRayLauncher"
    address: str | None = None
    workers: int | None = 2
    cpus: int | None = None
    retries: int = 3


ConfigStore.instance().store(
    group="hydra/launcher", name="sse_ray", node=SseRayLauncherConf, provider="single-shot-eval"
)


@dataclass(frozen=True)
class _Sweep:
    """What all jobs share: Hydra's own state, what a job does, and the folder that it starts in."""

    context: HydraContext
    task: TaskFunction
    state: dict[Any, Any]
    folder: Path

    def __call__(self, config: DictConfig) -> JobReturn:
        """Run one job on a worker; what it raises is in what is returned."""
        os.chdir(self.folder)
        setup_globals()
        Singleton.set_state(self.state)
        HydraConfig.instance().set_config(config)
        return run_job(
            hydra_context=self.context,
            task_function=self.task,
            config=config,
            job_dir_key="hydra.sweep.dir",
            job_subdir_key="hydra.sweep.subdir",
        )


class SseRayLauncher(Launcher):
    """Runs jobs on Ray workers; one whose worker dies is run again, and sinks no other.

    Args:
        address: of a cluster to join; None: workers are started on this machine.
        workers: how many jobs run at the same time; None: as many as a cluster has room for.
        cpus: what a job takes of a joined cluster's processors; None: a whole machine.
        retries: how often a job is run again after its worker died.
    """

    def __init__(
        self, address: str | None, workers: int | None, cpus: int | None, retries: int
    ) -> None:
        self._where = (address, workers, cpus, retries)
        self._setup: tuple[HydraContext, TaskFunction, DictConfig] | None = None

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Take what every launch needs."""
        self._setup = (hydra_context, task_function, config)

    def launch(
        self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int
    ) -> Sequence[JobReturn]:
        """Run all jobs and return what became of them, in their order."""
        from sse_steps.scale.jobs import run_on_ray  # noqa: PLC0415 - see the top of this file

        assert self._setup is not None  # noqa: S101 - Hydra's own protocol
        context, task, config = self._setup
        setup_globals()
        configure_log(config.hydra.hydra_logging, config.hydra.verbose)
        Path(str(config.hydra.sweep.dir)).mkdir(parents=True, exist_ok=True)
        configs = []
        for number, overrides in enumerate(job_overrides, start=initial_job_idx):
            own = context.config_loader.load_sweep_config(config, list(overrides))
            with open_dict(own):
                own.hydra.job.id, own.hydra.job.num = f"job_id_for_{number}", number
            configs.append(own)
        sweep = _Sweep(context, task, Singleton.get_state(), Path.cwd())
        ended = run_on_ray(sweep, configs, *self._where)
        return [
            found if isinstance(found, JobReturn) else _lost(overrides, found)
            for overrides, found in zip(job_overrides, ended, strict=True)
        ]


def _lost(overrides: Sequence[str], fault: Exception) -> JobReturn:
    """Return what Hydra is told of a job whose workers all died."""
    lost = JobReturn(overrides=list(overrides), status=JobStatus.FAILED)
    lost.return_value = fault
    return lost
