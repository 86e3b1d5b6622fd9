"""Replies that workers get from a model, each worker with an engine of its own."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from sse_steps.console import Advance
from sse_steps.errors import ScaleError
from sse_steps.infer.engine import Engine, Request, Sampling
from sse_steps.infer.factory import Surroundings, build_engine
from sse_steps.records import Reply
from sse_steps.scale.scale_out import Job, ScaleOut
from sse_steps.scale.shards import Done, Items, Record, holding
from sse_steps.settings import ModelSettings
from sse_steps.slices import TranspileSlice
from sse_steps.steps import machine
from sse_steps.store import sha256_of


@dataclass(frozen=True, slots=True)
class Model:
    """A model as every machine must have it.

    Args:
        name: what it is called.
        settings: its file of conf/model/.
        file: its weights, None for an engine without any; every machine must see them there.
        sha256: of the file.
        version: of the engine.
        allow_weak_isolation: for an engine that runs a tool in the sandbox.
    """

    name: str
    settings: ModelSettings
    file: Path | None
    sha256: str | None
    version: str
    allow_weak_isolation: bool


@dataclass(frozen=True, slots=True)
class Replying:
    """Puts requests to a model."""

    model: Model
    sampling: Sampling

    def __call__(self, items: Items, cache: Path) -> Done:
        """Ask for replies by key, in the batches that the engine makes of the items.

        Raises:
            ScaleError: this machine has not the same model, or not the same engine.
        """
        engine = _engine(self.model, cache)
        asked: list[Request] = list(items.values())
        keys = iter(items)
        records: dict[str, Record] = {}
        for batch in engine.complete(asked, self.sampling, on_finish=_unseen):
            records |= {next(keys): {"reply": asdict(reply)} for reply in batch}
        passing = {key for key, each in records.items() if each["reply"]["is_transient"]}
        return Done(
            {key: record for key, record in records.items() if key not in passing},
            {key: records[key] for key in passing},
        )


def _unseen(_count: int) -> None:
    """Show nothing: a shard is shown when it is finished."""


@lru_cache(maxsize=1)
def _engine(model: Model, cache: Path) -> Engine:
    """Return the model's engine, made once a process; it keeps the weights in memory."""
    host = platform.node()
    _check_file(model, host)
    weak = model.allow_weak_isolation
    around = Surroundings(model.file, lambda: machine.sandbox(cache, allow_weak=weak))
    engine = build_engine(model.name, model.settings, around)
    if engine.version != model.version:
        raise ScaleError(
            f"The worker on '{host}' runs '{model.name}' with {engine.version}, the build's "
            f"machine with {model.version}.",
            "Install the same versions on every machine; finished shards are kept.",
        )
    return engine


def _check_file(model: Model, host: str) -> None:
    if model.file is None:
        return
    if not model.file.is_file():
        raise ScaleError(
            f"The worker on '{host}' does not see the model file '{model.file}'.",
            "Keep the cache on a path that every machine sees: paths.cache=PATH.",
        )
    if sha256_of(model.file) != model.sha256:
        raise ScaleError(
            f"On '{host}' the file '{model.file}' is not the one that was validated.",
            "Give every machine the same file; finished shards are kept.",
        )


def replying_job(
    settings: TranspileSlice,
    version: str,
    file: Path | None,
    sha256: str | None,
    wanted: Iterable[str],
) -> Job:
    """Return the work of replying, for workers.

    Shards hold whole batches, so that requests are batched as they are on one machine.

    Args:
        settings: the model and how it is asked.
        version: of the engine.
        file: what the engine reads, None for one that reads nothing.
        sha256: of the file.
        wanted: the keys of all requests, answered or not.
    """
    weak, name = settings.allow_weak_isolation, settings.origin.model
    path = file.absolute() if file is not None else None
    work = Replying(Model(name, settings.model, path, sha256, version, weak), settings.sampling)
    title, size = f"transpile {settings.origin.title}", settings.model.batch_size
    return Job(
        title, work, tuple(wanted), multiple=size, alone=True, accepts=holding("reply", Reply)
    )


def replies_in_shards(
    scale_out: ScaleOut,
    job: Job,
    requests: Mapping[str, Request],
    on_finish: Callable[[int], object],
) -> Iterator[dict[str, Record]]:
    """Yield workers' replies by key, shard by shard; keep each before the next is asked for."""
    for done in scale_out.finished(job, requests, on_finish):
        yield done.all


@dataclass(frozen=True, slots=True)
class Asker:
    """Who puts requests to a model: this process, or workers.

    Args:
        settings: the model and how it is asked.
        file: what its engine reads.
        sha256: of the file.
        workers: None where this process asks.
    """

    settings: TranspileSlice
    file: Path | None
    sha256: str | None
    workers: ScaleOut | None

    def records(
        self,
        engine: Engine,
        requests: Mapping[str, Request],
        missing: Sequence[str],
        on_finish: Advance,
    ) -> Iterator[dict[str, Record]]:
        """Yield records by key as they come; whoever takes them keeps them before the next."""
        asked = {key: requests[key] for key in missing}
        # What an account pays for and limits is asked here, call by call, and what is replayed too.
        calls = self.settings.model.tool is not None or self.settings.model.recording is not None
        if self.workers is None or calls:
            waiting = iter(missing)
            replies = engine.complete(
                list(asked.values()), self.settings.sampling, on_finish=on_finish
            )
            for batch in replies:
                yield {next(waiting): {"reply": asdict(reply)} for reply in batch}
            return
        job = replying_job(self.settings, engine.version, self.file, self.sha256, requests)
        yield from replies_in_shards(self.workers, job, asked, on_finish)
