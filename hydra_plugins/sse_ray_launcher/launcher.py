"""What Hydra finds: the launcher and its settings.

Hydra executes this file whenever it starts, so that it loads nothing but Hydra itself, and without
a name in `sys.modules`, so that annotations have to be evaluated at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


@dataclass
class SseRayLauncherConf:
    """The settings below `hydra.launcher`; docs/scale.md says what they mean."""

    _target_: str = "hydra_plugins.sse_ray_launcher.launcher.SseRayLauncher"
    address: str | None = None
    workers: int | None = 2
    cpus: int | None = None
    retries: int = 3


ConfigStore.instance().store(
    group="hydra/launcher", name="sse_ray", node=SseRayLauncherConf, provider="single-shot-eval"
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
        from hydra_plugins.sse_ray_launcher._jobs import launch  # noqa: PLC0415 - see above

        assert self._setup is not None  # noqa: S101 - Hydra's own protocol
        return launch(self._setup, self._where, job_overrides, initial_job_idx)
