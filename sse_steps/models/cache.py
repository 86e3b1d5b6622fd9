"""The cache of models: one folder an entry, the least recently used evicted first.

An entry is in use as long as somebody holds a shared lock (flock) on its lease file, which the
system gives back when a process dies, however it dies. Eviction needs that lock for itself alone;
it then renames the folder away, so that nobody sees half an entry, and deletes it.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from io import FileIO
from pathlib import Path

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked_dataclass

from sse_steps.errors import InputFileError
from sse_steps.models.disk import writing_to
from sse_steps.store import write_text

_LEASE = ".lease"
_STAMP = ".entry.json"
_LOCK = ".cache.lock"
_EVICTED = ".evicted-"


@checked_dataclass(frozen=True)
class Stamp:
    """What is written down about an entry: explicit, since access times are often switched off."""

    source: str = "unknown"
    models: tuple[str, ...] = ()  # the names of the models that used it
    last_used: float = 0.0  # seconds since 1970
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One folder of the cache."""

    folder: Path
    stamp: Stamp
    total_bytes: int
    in_use: bool
    pinned: bool  # by its stamp or by the configuration

    def is_called(self, name: str) -> bool:
        """Return whether a user may mean this entry by a name, a source or an identity."""
        return name in (self.folder.name, self.stamp.source, *self.stamp.models)


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What a trim did."""

    evicted: tuple[Entry, ...]
    kept_bytes: int
    excess_bytes: int  # above the limit, since everything left is needed, pinned or in use


@dataclass(frozen=True, slots=True)
class ModelCache:
    """The cache in a folder, with its limit and the names that the configuration pins."""

    folder: Path
    limit_bytes: int
    pins: tuple[str, ...] = ()

    def entries(self) -> list[Entry]:
        """Return all entries, the least recently used first."""
        folders = [each for each in _subfolders(self.folder) if not each.name.startswith(".")]
        found = [self._entry(each) for each in folders]
        found = [each for each in found if each.total_bytes]  # others are about to be filled
        return sorted(found, key=lambda entry: (entry.stamp.last_used, entry.folder.name))

    def record_use(self, entry: Path, source: str, *models: str) -> None:
        """Stamp an entry as used now. A cache that cannot be written to is left as it is."""
        with suppress(OSError), self._locked():
            old = _stamp(entry)
            names = tuple(sorted({*old.models, *models}))
            _write_stamp(entry, replace(old, source=source, models=names, last_used=time.time()))

    def pin(self, name: str, *, pinned: bool) -> list[Entry]:
        """Pin or unpin the entries of that name and return them.

        Raises:
            InputFileError: there is none.
            DownloadError: the cache cannot be written to.
        """
        with writing_to(self.folder), self._locked():
            found = [each for each in self.entries() if each.is_called(name)]
            for entry in found:
                _write_stamp(entry.folder, replace(entry.stamp, pinned=pinned))
        if not found:
            raise InputFileError(
                f"The cache holds nothing called '{name}'.",
                "Name a model, its source or an identity that `doit cache` shows.",
            )
        return found

    def trim(self, needed: Iterable[Path], *, incoming_bytes: int = 0) -> Trimmed:
        """Evict entries, least recently used first, until the rest and what comes fit the limit.

        Args:
            needed: entries, or files in entries, that are not to go whatever happens.
            incoming_bytes: what is about to be added.

        Raises:
            DownloadError: the cache cannot be written to.
        """
        with writing_to(self.folder), self._locked():
            self._remove_leftovers()
            return self._trim(_folders_of(needed, self.folder), incoming_bytes)

    def _trim(self, needed: frozenset[Path], incoming_bytes: int) -> Trimmed:
        entries = self.entries()
        kept = sum(each.total_bytes for each in entries)
        evicted = []
        for entry in entries:
            if kept + incoming_bytes <= self.limit_bytes:
                break
            if entry.pinned or entry.folder.resolve() in needed or not _evict(entry.folder):
                continue
            evicted.append(entry)
            kept -= entry.total_bytes
        excess = max(0, kept + incoming_bytes - self.limit_bytes)
        return Trimmed(tuple(evicted), kept, excess)

    def _entry(self, folder: Path) -> Entry:
        stamp = _stamp(folder)
        entry = Entry(folder, stamp, _size(folder), _is_in_use(folder), stamp.pinned)
        return replace(entry, pinned=stamp.pinned or any(map(entry.is_called, self.pins)))

    def _remove_leftovers(self) -> None:
        """Delete what a build that was killed had evicted and not deleted yet."""
        for folder in _subfolders(self.folder):
            if folder.name.startswith(_EVICTED):
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / _LOCK):
            yield


@contextmanager
def lease(entry: Path) -> Iterator[None]:
    """Keep an entry from eviction as long as the context lasts; makes the folder if need be."""
    held = _lease(entry)
    try:
        yield
    finally:
        if held is not None:
            held.close()


@cache
def hold(entry: Path) -> FileIO | None:
    """Keep an entry from eviction until this process ends."""
    return _lease(entry)


def _lease(entry: Path) -> FileIO | None:
    """Return the lease file, open and locked; None where nothing can be written or evicted."""
    while True:
        try:
            entry.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(entry / _LEASE, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except FileNotFoundError:
            continue  # evicted between the two lines
        except OSError:
            return _read_only_lease(entry)
        held = FileIO(descriptor, closefd=True)
        fcntl.flock(held, fcntl.LOCK_SH)
        if _is_the_same(held, entry / _LEASE):
            return held
        held.close()  # the folder was evicted while this waited


def _read_only_lease(entry: Path) -> FileIO | None:
    try:
        held = FileIO(entry / _LEASE)
    except OSError:
        return None
    fcntl.flock(held, fcntl.LOCK_SH)
    return held


def _is_the_same(held: FileIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(held.fileno()), path.stat())
    except OSError:
        return False


def _evict(folder: Path) -> bool:
    """Rename an entry away and delete it, unless it is in use; return whether it is gone."""
    with _exclusively(folder) as alone:
        if not alone:
            return False
        gone = folder.with_name(f"{_EVICTED}{folder.name}-{os.getpid()}-{time.monotonic_ns()}")
        folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
    return True


def _is_in_use(folder: Path) -> bool:
    with _exclusively(folder) as alone:
        return not alone


@contextmanager
def _exclusively(folder: Path) -> Iterator[bool]:
    """Yield whether nobody else holds the entry; as long as the context lasts nobody can."""
    try:
        held = FileIO(folder / _LEASE)
    except OSError:
        yield True  # nobody has ever leased it
        return
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _stamp(folder: Path) -> Stamp:
    try:
        return TypeAdapter(Stamp).validate_json((folder / _STAMP).read_bytes())
    except (OSError, ValidationError):
        return Stamp()  # the oldest there is: it is evicted first, and costs a download


def _write_stamp(folder: Path, stamp: Stamp) -> None:
    write_text(json.dumps(asdict(stamp)), folder / _STAMP)


def _subfolders(folder: Path) -> list[Path]:
    try:
        return [each for each in folder.iterdir() if each.is_dir() and not each.is_symlink()]
    except OSError:
        return []


def _size(folder: Path) -> int:
    """Return the bytes that an entry takes; what vanishes meanwhile counts nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += (Path(parent) / name).lstat().st_size
    return total


def _folders_of(paths: Iterable[Path], cache_folder: Path) -> frozenset[Path]:
    """Return the entries that paths are or lie in."""
    root = cache_folder.resolve()
    inside = [each.resolve() for each in paths if each.resolve().is_relative_to(root)]
    return frozenset(root / each.relative_to(root).parts[0] for each in inside if each != root)
