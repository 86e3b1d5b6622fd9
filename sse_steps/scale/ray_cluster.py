"""Ray: a cluster that is started here or joined, and pieces of work as tasks of it."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from sse_steps.errors import ScaleError
from sse_steps.rust.toolchain import cpu_count
from sse_steps.settings import ScaleSettings

# Of numerical libraries. Ray sets the first to the processors that a task asked for, and another
# number of threads may add in another order.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_RAYS_OWN = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # Ray prints what befalls workers to standard output, which is for results.
    "RAY_DEDUP_LOGS_SKIP_REGEX": "(?s).*",
    # Workers that are started here would give way to everything else, and programs have a clock.
    "RAY_worker_niceness": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # a warning about devices that nobody asked for
}
_AHEAD = 2  # pieces that are handed in for each one that can be worked on
_OBJECT_STORE_BYTES = 256 << 20  # of workers that are started here; shards are small
_lock = threading.Lock()


Shared = TypeVar("Shared")
Piece = TypeVar("Piece")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Lost(Generic[Piece]):
    """A piece of work whose worker ended before it did."""

    piece: Piece
    reason: str


@dataclass(frozen=True, slots=True)
class RayCluster:
    """A connection to a cluster.

    Args:
        cpus: the processors that a worker takes, in Ray's books.
        most: how many workers may work at the same time; None: as many as there is room for.
    """

    cpus: float
    most: int | None

    def run(
        self,
        work: Callable[[Shared, Piece], Result],
        shared: Shared,
        pieces: Iterable[Piece],
    ) -> Iterator[tuple[Piece, Result] | Lost[Piece]]:
        """Yield what became of each piece, in the order in which they end.

        Only a few pieces are handed in at a time, so that all others stay here.

        Args:
            work: done on a worker, whose machine has the same version of this package.
            shared: what it is given beside each piece; sent to a machine once.
            pieces: what is to be worked on.
        """
        import ray  # noqa: PLC0415 - a build on this machine alone needs none

        # Ray would retry a worker that ran out of memory without end; whoever calls this counts.
        task = ray.remote(max_retries=0, num_cpus=self.cpus, scheduling_strategy="SPREAD")(work)
        sent, waiting = ray.put(shared), iter(pieces)
        running: dict[Any, Piece] = {}
        try:
            while True:
                while len(running) < self._room(ray) and (piece := next(waiting, None)) is not None:
                    running[task.remote(sent, piece)] = piece
                if not running:
                    return
                ended, _ = ray.wait(list(running), num_returns=1)
                for reference in ended:
                    yield _outcome(ray, reference, running.pop(reference))
        finally:
            for reference in running:
                ray.cancel(reference)

    def _room(self, ray: Any) -> int:  # noqa: ANN401 - a module
        fitting = int(ray.cluster_resources().get("CPU", 0.0) // self.cpus)
        return min(_AHEAD * max(1, fitting), self.most or 1_000_000)


def _outcome(ray: Any, reference: Any, piece: Piece) -> tuple[Piece, Any] | Lost[Piece]:  # noqa: ANN401 - Ray's
    try:
        return piece, ray.get(reference)
    except ray.exceptions.RayTaskError as fault:
        if isinstance(fault.cause, ImportError):
            raise ScaleError(
                f"A worker cannot import what the build uses: {fault.cause}.",
                "Install the same version of this package on every machine of the cluster.",
            ) from fault
        raise
    except ray.exceptions.RayError as fault:
        return Lost(piece, _reason(fault))


def _reason(fault: Exception) -> str:
    lines = str(fault).strip().splitlines() or [""]
    return f"{type(fault).__name__}: {lines[0][:200]}"


@cache
def _connected(address: str | None, workers: int | None, cpus: int | None) -> RayCluster:
    os.environ.update({name: os.environ.get(name, value) for name, value in _RAYS_OWN.items()})
    try:
        import ray  # noqa: PLC0415 - a build on this machine alone needs none
    except ImportError as missing:
        raise ScaleError(
            f"Ray is not installed: {missing}.",
            "Run 'pip install single-shot-eval[ray]', or leave out scale=ray.",
        ) from missing
    started = workers or 2
    options: dict[str, Any] = {"address": address}
    if address is None:
        options = {
            "address": "local",
            "num_cpus": started,
            "include_dashboard": False,
            "object_store_memory": _OBJECT_STORE_BYTES,
        }
    options["runtime_env"] = {"env_vars": _environment()}
    _initialise(ray, options)
    if address is None:
        return RayCluster(1, started)
    return RayCluster(cpus or _smallest(ray), workers)


def _environment() -> dict[str, str]:
    """Return what makes numerical libraries of a worker take as many threads as here."""
    here = str(cpu_count())
    first = os.environ.get(_THREADS[0], here)
    return {name: os.environ.get(name, first) for name in _THREADS}


def _initialise(ray: Any, options: Mapping[str, Any]) -> None:  # noqa: ANN401 - a module
    """Start or join a cluster, from a thread that lives as long as this process.

    The kernel ends what Ray has started as soon as the thread that started it ends, and steps run
    in threads that come and go.
    """
    ready, faults = threading.Event(), list[BaseException]()

    def hold() -> None:
        try:
            ray.init(**options, log_to_driver=False, logging_level=logging.CRITICAL)
        except BaseException as fault:  # it is raised by whoever waits
            faults.append(fault)
        ready.set()
        threading.Event().wait()

    threading.Thread(target=hold, name="ray", daemon=True).start()
    ready.wait()
    if faults:
        where = options["address"]
        raise ScaleError(
            f"There is no Ray cluster to be had at '{where}': {_reason(Exception(faults[0]))}",
            "Start one ('ray start --head'), correct scale.address, or leave it out: workers are "
            "then started on this machine.",
        ) from faults[0]


def _smallest(ray: Any) -> float:  # noqa: ANN401 - a module
    """Return the processors of the smallest machine that works, so that one worker fills it."""
    alive = [node["Resources"].get("CPU", 0.0) for node in ray.nodes() if node["Alive"]]
    return min((count for count in alive if count > 0), default=1.0)


def connect(settings: ScaleSettings) -> RayCluster:
    """Return the cluster of the settings, started or joined once a process.

    Raises:
        ScaleError: Ray is not installed, or there is no such cluster.
    """
    with _lock:
        return _connected(settings.address, settings.workers, settings.cpus)
