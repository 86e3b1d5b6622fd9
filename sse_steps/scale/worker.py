"""What a worker does with a shard, and what it says about itself."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from sse_steps.errors import ScaleError, UserError
from sse_steps.models.slots import share_of_machine
from sse_steps.scale.shards import Record, Shard, Work
from sse_steps.scale.shared_place import SharedPlace
from sse_steps.source_hash import source_hash

# What results follow from beside the model and the judge, which are compared where they are used.
_LIBRARIES = ("numpy", "tokenizers", "jinja2", "gguf", "hypothesis", "tree-sitter-rust")


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a worker needs to know to work on shards.

    Args:
        work: does it.
        place: where the records go.
        cache: a folder of the worker's own machine; None: in the home of its user.
        alone: whether the work is timed, so that no other worker of the machine works meanwhile.
        versions: those of the build's machine, which the worker's must be.
    """

    work: Work
    place: SharedPlace
    cache: str | None
    alone: bool
    versions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Finished:
    """A shard is written; `passing` is what its file does not hold."""

    host: str
    passing: dict[str, Record]


@dataclass(frozen=True, slots=True)
class Refused:
    """A worker cannot do the work, for a reason that a person can mend."""

    wrong: str
    remedy: str


def work_on(assignment: Assignment, shard: Shard) -> Finished | Refused:
    """Do a shard's work and write what it came to, whole."""
    host = platform.node()
    given = assignment.cache
    cache = Path(given) if given else Path.home() / ".cache" / "single-shot-eval"
    try:
        _check_versions(assignment.versions, host)
        with share_of_machine(cache / "workers", alone=assignment.alone):
            done = assignment.work(shard.items, cache)
        assignment.place.write(shard.key, done.kept)
    except ScaleError as fault:
        return Refused(fault.wrong, fault.remedy)
    except UserError as fault:
        return Refused(f"On the worker's machine '{host}': {fault.wrong}", fault.remedy)
    except OSError as fault:
        return Refused(
            f"A worker on '{host}' cannot use a file: {fault}.",
            f"Make it readable and writable there, or name other places: scale.shared "
            f"('{assignment.place.root}') and scale.cache ('{cache}').",
        )
    return Finished(host, done.passing)


def versions() -> dict[str, str]:
    """Return what must be the same on every machine, by name."""
    libraries = {name: _version(name) for name in _LIBRARIES}
    return {"single-shot-eval": source_hash()[:12], "Python": sys.version.split()[0], **libraries}


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "none"


def _check_versions(wanted: dict[str, str], host: str) -> None:
    found = versions()
    differing = [name for name in wanted if found.get(name) != wanted[name]]
    if differing:
        name = differing[0]
        raise ScaleError(
            f"The worker on '{host}' has {name} {found.get(name)}, the build's machine "
            f"{wanted[name]}.",
            "Install the same versions on every machine: results would not be comparable. "
            "Finished shards are kept.",
        )
