"""The jobs of a sweep on workers. Hydra takes no plugin from a file whose name begins with `_`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, JobStatus, configure_log, run_job, setup_globals
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, open_dict

from sse_steps.scale.jobs import run_on_ray


@dataclass(frozen=True)
class Sweep:
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


def launch(
    given: tuple[HydraContext, TaskFunction, DictConfig],
    where: tuple[str | None, int | None, int | None, int],
    job_overrides: Sequence[Sequence[str]],
    first: int,
) -> list[JobReturn]:
    """Run jobs and return what became of them, in their order.

    Args:
        given: what Hydra has set the launcher up with.
        where: the launcher's settings, in the order of `run_on_ray`.
        job_overrides: of each job.
        first: the first job's number.
    """
    context, task, config = given
    setup_globals()
    configure_log(config.hydra.hydra_logging, config.hydra.verbose)
    Path(str(config.hydra.sweep.dir)).mkdir(parents=True, exist_ok=True)
    configs = list(_configs(context, config, job_overrides, first))
    sweep = Sweep(context, task, Singleton.get_state(), Path.cwd())
    ended = run_on_ray(sweep, configs, *where)
    return [
        found if isinstance(found, JobReturn) else lost_job(overrides, found)
        for overrides, found in zip(job_overrides, ended, strict=True)
    ]


def _configs(
    context: HydraContext, config: DictConfig, job_overrides: Sequence[Sequence[str]], first: int
) -> Iterator[DictConfig]:
    for number, overrides in enumerate(job_overrides, start=first):
        own = context.config_loader.load_sweep_config(config, list(overrides))
        with open_dict(own):
            own.hydra.job.id, own.hydra.job.num = f"job_id_for_{number}", number
        yield own


def lost_job(overrides: Sequence[str], fault: Exception) -> JobReturn:
    """Return what Hydra is told of a job whose workers all died."""
    lost = JobReturn(overrides=list(overrides), status=JobStatus.FAILED)
    lost.return_value = fault
    return lost
