"""Verdicts that workers reach, each with the toolchain and the sandbox of its own machine."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from sse_steps.errors import ScaleError
from sse_steps.records import Outcome, Verdict
from sse_steps.rust.judge import Judge, Sample
from sse_steps.rust.kept_verdicts import Kept, KeptVerdicts, verdict_of
from sse_steps.scale.scale_out import Job, ScaleOut
from sse_steps.scale.shards import Done, Items, holding
from sse_steps.slices import CheckSlice
from sse_steps.steps import machine
from sse_steps.store import content_key, write_text

_LOCK_FILES = ("Cargo.toml", "Cargo.lock")


@dataclass(frozen=True, slots=True)
class Judging:
    """Judges samples as one judge does, on other machines.

    Args:
        settings: what the judge is made from.
        lock: the files that pin the crates, by name, so that no worker has to see their folder.
        level: how far the judge's sandbox isolates.
        compiler: its version.
        identity: everything about the judge that a verdict depends on.
    """

    settings: CheckSlice
    lock: tuple[tuple[str, str], ...]
    level: str
    compiler: str
    identity: str

    @classmethod
    def as_by(cls, judge: Judge, settings: CheckSlice, lock_folder: Path) -> Judging:
        """Return what judges as `judge` does."""
        names = _LOCK_FILES if settings.crates else ()
        lock = tuple((name, (lock_folder / name).read_text(encoding="utf-8")) for name in names)
        toolchain, level = judge.toolchain, judge.sandbox.level
        return cls(settings, lock, level, toolchain.version, judge.identity)

    def __call__(self, items: Items, cache: Path) -> Done:
        """Judge samples by key.

        Raises:
            ScaleError: a verdict of this machine would not be one of the build's machine.
        """
        judge = _judge(self.settings, self.lock, cache)
        self._check(judge)
        found = KeptVerdicts(judge, None).reach(items)
        records = {key: {"verdict": asdict(each.verdict)} for key, each in found.items()}
        passing = {key for key, each in found.items() if _may_pass(judge, each)}
        return Done(
            {key: record for key, record in records.items() if key not in passing},
            {key: records[key] for key in passing},
        )

    def _check(self, judge: Judge) -> None:
        host, here = platform.node(), judge.sandbox.level
        if here != self.level:
            raise ScaleError(
                f"The worker on '{host}' isolates at the level '{here}', the build's machine at "
                f"'{self.level}': one table never mixes levels.",
                "Mend the isolation there (docs/judge.md), or leave that machine out of the "
                "cluster; finished shards are kept.",
            )
        if judge.toolchain.version != self.compiler:
            raise ScaleError(
                f"The worker on '{host}' has {_first_line(judge.toolchain.version)}, the build's "
                f"machine {_first_line(self.compiler)}.",
                "Install the same Rust toolchain on every machine; finished shards are kept.",
            )
        if judge.identity != self.identity:
            raise ScaleError(
                f"The worker on '{host}' is another judge than the build's machine: its sandbox "
                "leaves something else open, or its crates were built otherwise.",
                "Run workers and build as the same kind of user on machines that are set up "
                "alike; finished shards are kept.",
            )


@lru_cache(maxsize=1)
def _judge(settings: CheckSlice, lock: tuple[tuple[str, str], ...], cache: Path) -> Judge:
    """Return this machine's judge, made once a process."""
    folder = cache / "locks" / content_key(lock)[:16]
    for name, text in lock:
        write_text(text, folder / name)
    weak = settings.allow_weak_isolation
    return Judge(
        machine.toolchain(cache),
        machine.sandbox(cache, allow_weak=weak),
        machine.limits(settings.limits),
        machine.crates(settings.crates, folder, cache, allow_weak=weak),
    )


def _may_pass(judge: Judge, kept: Kept) -> bool:
    """Return whether a verdict may be another next time, so that nobody keeps it."""
    verdict = kept.verdict
    lost = verdict.outcome is Outcome.INFRASTRUCTURE_ERROR
    return lost or judge.ended_by_the_clock(verdict)


def _first_line(text: str) -> str:
    return (text.splitlines() or ["no compiler"])[0]


def reach_in_shards(
    kept: KeptVerdicts,
    scale_out: ScaleOut,
    job: Job,
    samples: Mapping[str, Sample],
    origins: Mapping[str, object],
    on_finish: Callable[[str, Kept], None],
) -> dict[str, Kept]:
    """Let workers judge samples by key, and keep each shard's verdicts when it is finished.

    Args:
        kept: where verdicts are kept.
        scale_out: has the workers.
        job: judges.
        samples: what is to be judged.
        origins: what each verdict is kept with.
        on_finish: called once for each sample, with its key and its verdict.
    """
    reached: dict[str, Kept] = {}
    for done in scale_out.finished(job, samples, lambda _count: None):
        found = {
            key: Kept(verdict_of(record["verdict"]), origins.get(key))
            for key, record in done.all.items()
        }
        kept.keep_many({key: found[key] for key in done.kept})
        reached |= found
        for key, each in found.items():
            on_finish(key, each)
    return reached


def judging_job(
    title: str, judge: Judge, settings: CheckSlice, lock_folder: Path, wanted: Iterable[str]
) -> Job:
    """Return the work of judging, for workers."""
    work = Judging.as_by(judge, settings, lock_folder)
    return Job(title, work, tuple(wanted), accepts=holding("verdict", Verdict))


@dataclass(frozen=True, slots=True)
class Judges:
    """Who reaches verdicts that are missing: this process, or workers in its place.

    Args:
        scale_out: has the workers; None: this process judges.
        settings: what the judge is made from.
        lock_folder: pins the crates.
    """

    scale_out: ScaleOut | None
    settings: CheckSlice
    lock_folder: Path

    def reach(
        self,
        kept: KeptVerdicts,
        title: str,
        wanted: Iterable[str],
        missing: Mapping[str, Sample],
        origins: Mapping[str, object],
        on_finish: Callable[[str, Kept], None],
    ) -> dict[str, Kept]:
        """Return the verdicts on samples by key; each is kept when it is reached."""
        if self.scale_out is None or not missing:
            return kept.reach(missing, origins=origins, on_finish=on_finish)
        job = judging_job(title, kept.judge, self.settings, self.lock_folder, wanted)
        return reach_in_shards(kept, self.scale_out, job, missing, origins, on_finish)
