"""Missing work of a build, done in shards by workers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sse_steps.errors import ScaleError
from sse_steps.scale.ray_cluster import Lost, RayCluster, connect
from sse_steps.scale.shards import Accepts, Done, Items, Record, Shard, Work, cut
from sse_steps.scale.shared_place import SharedPlace
from sse_steps.scale.worker import Assignment, Finished, Refused, versions, work_on
from sse_steps.settings import ScaleEngine, ScaleSettings
from sse_steps.store import content_key


def _anything(_record: Record) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Job:
    """Some work of a build.

    Args:
        title: what people call it.
        work: does it, on a worker.
        wanted: the keys of all that the build needs of it, found or missing: the same when a
            build that was killed is started again, so that its shards are found.
        multiple: shards hold a multiple of so many items, except the last.
        alone: whether the work is timed.
        accepts: whether a record of a shard is one of this work; all that is not is done anew.
    """

    title: str
    work: Work
    wanted: Iterable[str]
    multiple: int = 1
    alone: bool = False
    accepts: Accepts = _anything


@dataclass(frozen=True, slots=True)
class ScaleOut:
    """Workers, and where they leave what they have done."""

    settings: ScaleSettings
    cache: Path

    def finished(
        self, job: Job, missing: Items, on_finish: Callable[[int], object]
    ) -> Iterator[Done]:
        """Yield the outcomes of all missing items, shard by shard, as workers finish them.

        Shards that an interrupted build has left come first. A shard's file is removed when the
        next one is asked for: whoever takes this keeps each outcome before that.

        Args:
            job: what is to be done.
            missing: the items, by key.
            on_finish: called with the number of items of each shard.

        Raises:
            ScaleError: a worker cannot do the work, or a shard ended its worker again and again.
        """
        place = SharedPlace(self._shared, content_key("shards", *sorted(job.wanted))[:32])
        left = dict(missing)
        for done in _taken(place, left, job.accepts):
            on_finish(len(done.kept))
            yield done
        if left:
            size = -(-self.settings.shard_size // job.multiple) * job.multiple
            shards = cut(left, size, job.title)
            for shard, done in self._worked(job, place, shards):
                on_finish(len(shard.items))
                yield done
                place.remove(shard.key)
        place.close()

    def _worked(
        self, job: Job, place: SharedPlace, shards: Iterable[Shard]
    ) -> Iterator[tuple[Shard, Done]]:
        """Yield each shard that workers finished; one that is lost is tried again, last of all."""
        assignment = Assignment(job.work, place, self._workers_cache, job.alone, versions())
        cluster = connect(self.settings)
        waiting = list(shards)
        for tries_left in range(self.settings.retries, -1, -1):
            lost: list[Lost[Shard]] = []
            yield from _round(cluster, assignment, job.accepts, waiting, lost)
            if not lost:
                return
            if not tries_left:
                raise _too_often(lost, self.settings)
            waiting = [each.piece for each in lost]

    @property
    def _shared(self) -> str:
        given = self.settings.shared
        if given and "://" in given:
            return given
        return str(Path(given).absolute() if given else self.cache.absolute() / "shards")

    @property
    def _workers_cache(self) -> str | None:
        if self.settings.cache is None and self.settings.address is None:
            return str(self.cache.absolute())  # the same machine
        return self.settings.cache


def _taken(place: SharedPlace, left: dict[str, object], accepts: Accepts) -> Iterator[Done]:
    """Yield what is there already, and take it out of what is left to do."""
    for name in place.names():
        found = (place.read(name) or {}).items()
        done = Done({key: each for key, each in found if key in left and accepts(each)})
        for key in done.kept:
            del left[key]
        if done.kept:
            yield done
        place.remove(name)


def _round(
    cluster: RayCluster,
    assignment: Assignment,
    accepts: Accepts,
    shards: Iterable[Shard],
    lost: list[Lost[Shard]],
) -> Iterator[tuple[Shard, Done]]:
    """Yield the shards that are finished; the others go into `lost`."""
    for outcome in cluster.run(work_on, assignment, shards):
        if isinstance(outcome, Lost):
            lost.append(outcome)
            continue
        shard, ended = outcome
        if isinstance(ended, Refused):
            raise ScaleError(ended.wrong, ended.remedy)
        kept = assignment.place.read(shard.key) or {}
        whole = kept.keys() | ended.passing.keys() == shard.items.keys()
        if not whole or not all(map(accepts, kept.values())):
            lost.append(_unseen(shard, ended, assignment.place))
        else:
            yield shard, Done(kept, ended.passing)


def _unseen(shard: Shard, ended: Finished, place: SharedPlace) -> Lost[Shard]:
    return Lost(shard, f"'{ended.host}' wrote it to '{place.root}', and it is not here whole")


def _too_often(lost: list[Lost[Shard]], settings: ScaleSettings) -> ScaleError:
    first, tries = lost[0], settings.retries + 1
    others = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
    count = len(first.piece.items)
    return ScaleError(
        f"{first.piece.title} of {count} items{others} was lost {tries} times, the last time: "
        f"{first.reason}",
        "All other shards are kept. Run the same command again with smaller shards "
        "(scale.shard_size), fewer workers on a machine, or more memory; scale.shared must be a "
        "place that every machine sees.",
    )


def scaled_out(settings: ScaleSettings, cache: Path) -> ScaleOut | None:
    """Return who does missing work in this process's place, None where nobody does."""
    return None if settings.engine is ScaleEngine.LOCAL else ScaleOut(settings, cache)
