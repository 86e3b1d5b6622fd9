"""What a sweep is, and what is kept about each of its jobs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sse_steps.store import content_key, write_text

MOST_TRIES = 4  # of a job whose worker dies


class JobState(StrEnum):
    """What became of a job."""

    STARTED = "started"  # and not ended: it runs, or its worker died
    FINISHED = "finished"
    SKIPPED = "skipped"  # its result was there already
    SAME = "same"  # another job of this sweep comes to the same candidate
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Sweep:
    """What all jobs of a sweep share. Plain data: it travels to other machines.

    Args:
        root: the project's folder, absolute, with dodo.py, conf and tasks.
        results: where the sweep's results go, absolute.
        id: which launch this is; a launch that is repeated after a worker died has the same one.
        varied: the keys whose values differ from job to job, such as `run.temperature`.
        least_pass_at_1: what an optimiser's objective demands; None: nobody asks for one.
    """

    root: Path
    results: Path
    id: str
    varied: tuple[str, ...]
    least_pass_at_1: float | None = None

    @property
    def folder(self) -> Path:
        """Where everything about the sweep goes, its report included."""
        return self.results / "sweep"

    @property
    def launch(self) -> Path:
        """Where the jobs of this launch are recorded, a file each."""
        return self.folder / "launches" / self.id

    def job_folder(self, name: str) -> Path:
        """Return the folder of results of one job."""
        return self.folder / "jobs" / name

    def record_of(self, overrides: Sequence[str]) -> Path:
        """Return where this launch records the job of these overrides."""
        return self.launch / f"{content_key(list(overrides))[:32]}.json"

    def claim_of(self, name: str) -> Path:
        """Return what says whose job a name is in this launch."""
        return self.launch / "claims" / f"{name}.json"


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One job: `job.json` beside its results, and a file of the launch."""

    name: str
    overrides: tuple[str, ...]
    state: JobState
    reason: str = ""  # two lines, where it failed
    seconds: float = 0.0
    inputs: str = ""  # the address of everything that its rows follow from
    same_as: str = ""  # the job that comes to the same candidate
    killed: bool = False  # it was ended from outside, and may be tried again
    tries: int = 0  # how often this launch has begun it
    has_rows: bool = False  # for the report over all
    objective: float | None = None

    @property
    def is_settled(self) -> bool:
        """Whether a launch that is repeated leaves it as it is."""
        may_go_on = self.killed and self.tries < MOST_TRIES
        return self.state is not JobState.STARTED and not may_go_on

    def write(self, path: Path) -> None:
        """Write the record whole."""
        write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n", path)


def read_job(path: Path) -> JobRecord | None:
    """Return the record in a file, or None where there is none that can be read."""
    try:
        return TypeAdapter(JobRecord).validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def launched(sweep: Sweep) -> Iterator[JobRecord]:
    """Yield what is known of every job of a launch."""
    for path in sorted(sweep.launch.glob("*.json")):
        record = read_job(path)
        if record is not None:
            yield record
