"""`models.lock.json`: the bytes of every model that was brought, so that later ones must be them.

What the YAML pins nowhere is taken from the hub's own promise the first time, written here, and
held against every later build. The file belongs under version control.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from sse_steps.errors import DownloadError, InputFileError
from sse_steps.models.sources import is_plain_path
from sse_steps.store import write_text
from sse_steps.validation import STRICT_KEYS

_VERSION = 1


@dataclass(frozen=True, config=STRICT_KEYS)
class LockedFile:
    """One file. `path` is relative to the folder of the model's own file."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, config=STRICT_KEYS)
class LockedModel:
    """What a source stood for when it was first used."""

    source: str
    commit: str | None  # of the hub's repository
    files: tuple[LockedFile, ...]


@dataclass(frozen=True, config=STRICT_KEYS)
class _Lock:
    version: int
    models: tuple[LockedModel, ...]


def locked_model(path: Path, source: str) -> LockedModel | None:
    """Return what a lock file says about a source; None where it says nothing.

    Raises:
        InputFileError: the file is no lock file.
    """
    return next((each for each in _read(path) if each.source == source), None)


def lock_model(path: Path, model: LockedModel) -> None:
    """Add a model to a lock file. Safe with other builds at once; others' entries stay.

    Raises:
        InputFileError: the file is no lock file.
        DownloadError: it cannot be written, or says something else about the source by now.
    """
    if locked_model(path, model.source) == model:
        return  # so that a project that is read-only can be built
    try:
        with FileLock(path.with_name(f".{path.name}.lock")):
            models = {each.source: each for each in _read(path)}
            if models.setdefault(model.source, model) != model:
                raise DownloadError(
                    f"'{path}' locks other bytes for '{model.source}' than those that came.",
                    "Another build was first; run the same command again.",
                )
            rows = [asdict(models[source]) for source in sorted(models)]
            text = json.dumps({"version": _VERSION, "models": rows}, indent=2)
            write_text(f"{text}\n", path)
    except OSError as fault:
        raise DownloadError(
            f"'{path}' cannot be written: {os.strerror(fault.errno or 0)}.",
            "Make room there or let it be written to; the model itself is kept.",
        ) from fault


def _read(path: Path) -> tuple[LockedModel, ...]:
    try:
        lock = TypeAdapter(_Lock).validate_json(path.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError) as fault:
        first = str(fault).splitlines()[0]
        raise InputFileError(
            f"'{path}' is no lock file of models: {first}.",
            "Bring it back from version control; removing it forgets which bytes were meant.",
        ) from fault
    if lock.version != _VERSION:
        raise InputFileError(
            f"'{path}' is of version {lock.version}; this program knows {_VERSION}.",
            "Use the version of this program that wrote it.",
        )
    for file in (file for model in lock.models for file in model.files):
        if not is_plain_path(file.path):
            raise InputFileError(
                f"'{path}' names the file {file.path!r:.80}, which is no plain path.",
                "Remove that entry.",
            )
    return lock.models
