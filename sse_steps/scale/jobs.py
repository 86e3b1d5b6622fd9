"""Whole jobs on Ray workers, such as those of a sweep: what Hydra's launcher needs of Ray."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sse_steps.errors import ScaleError
from sse_steps.scale.ray_cluster import Lost, connect
from sse_steps.settings import ScaleEngine, ScaleSettings


def run_on_ray(
    run: Callable[[Any], Any],
    jobs: Sequence[Any],
    address: str | None,
    workers: int | None,
    cpus: int | None,
    retries: int,
) -> list[Any]:
    """Run each job on a worker and return what each came to, in their order.

    Args:
        run: is given a job; it travels to workers, and so do the jobs.
        jobs: what is to be run.
        address: of a cluster to join; None: workers are started here.
        workers: how many run at the same time.
        cpus: what a job takes of a joined cluster's processors; None: a whole machine.
        retries: how often a job is run again after its worker died.

    Returns:
        For each job what `run` returned, or a ScaleError where its workers died every time.

    Raises:
        ScaleError: Ray is not installed, or there is no such cluster.
    """
    cluster = connect(ScaleSettings(ScaleEngine.RAY, address, workers, cpus))
    found: dict[int, Any] = {}
    waiting = list(enumerate(jobs))
    for tries in range(1, retries + 2):
        lost = []
        for outcome in cluster.run(_numbered, run, waiting):
            if isinstance(outcome, Lost):
                number, _ = outcome.piece
                found[number] = _error(number, tries, outcome.reason)
                lost.append(outcome.piece)
            else:
                (number, _), found[number] = outcome
        waiting = lost
    return [found[number] for number in range(len(jobs))]


def _numbered(run: Callable[[Any], Any], job: tuple[int, Any]) -> Any:  # noqa: ANN401 - whatever it returns
    _, given = job
    return run(given)


def _error(number: int, tries: int, reason: str) -> ScaleError:
    return ScaleError(
        f"Job {number} of the sweep lost its worker {tries} times, the last time: {reason}",
        "The other jobs are kept. Run the sweep again with fewer workers on a machine "
        "(hydra.launcher.workers) or with more memory.",
    )
