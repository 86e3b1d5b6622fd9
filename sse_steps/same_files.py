"""Whether the files below a folder are as they were: one condition in place of many files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_LISTING, _CONTENT = "listing", "content"  # of what doit saves with a success


def files_below(path: Path) -> Iterator[os.DirEntry[str]]:
    """Yield every file below a folder, in an order that hangs on names alone.

    Links to files are files; links to folders are not followed.
    """
    with os.scandir(path) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from files_below(Path(entry.path))
        elif entry.is_file():
            yield entry


def listing_digest(folder: Path) -> str:
    """Return the SHA-256 of the name, the size and the time of change of every file below."""
    digest = hashlib.sha256()
    for entry in files_below(folder):
        status = entry.stat()
        digest.update(f"{entry.path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def content_digest(folder: Path) -> str:
    """Return the SHA-256 of the name and the content of every file below."""
    digest = hashlib.sha256()
    for entry in files_below(folder):
        content = hashlib.sha256(Path(entry.path).read_bytes()).hexdigest()
        digest.update(f"{entry.path}\0{content}\n".encode())
    return digest.hexdigest()


class _Task(Protocol):
    """What is needed of a doit task: it calls each of these after a success."""

    value_savers: list[Callable[[], dict[str, str]]]


@dataclass(frozen=True, slots=True)
class SameFiles:
    """A doit condition: the files below a folder are those of the last success.

    It is what doit does about files of its own, for hundreds of thousands of them in a second: a
    file of the same size and time is taken to be the same, and where one is not, content decides.
    """

    folder: Path

    def __call__(self, task: _Task, values: Mapping[str, str]) -> bool:
        """Return whether the condition holds; let doit save what it needs for the next time."""
        task.value_savers.append(self._now)
        return not self.why_not(values)

    def why_not(self, values: Mapping[str, str]) -> list[str]:
        """Return what differs from the last success, a phrase or none.

        Args:
            values: what doit saved with that success.
        """
        if values.get(_LISTING) == listing_digest(self.folder):
            return []
        if values.get(_CONTENT) == content_digest(self.folder):
            return []
        return [f"files below '{self.folder}' changed"]

    def _now(self) -> dict[str, str]:
        return {_LISTING: listing_digest(self.folder), _CONTENT: content_digest(self.folder)}
