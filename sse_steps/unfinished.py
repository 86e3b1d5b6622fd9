"""Files and folders that are being written, beside what they will be once they are whole.

Each is locked (flock) as long as its process lives, and hidden under a name of its own. What a
killed process left can therefore be told from what another build writes now, and is removed. Of a
folder that several machines share, a machine sees its own locks alone: names say which machine
wrote, and what another one left is removed when nothing can be writing it any more.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

SUFFIX = ".unfinished"
_OF_MACHINE = re.compile(rf"\.([0-9a-f]{{8}}){re.escape(SUFFIX)}")
_FOREIGN_S = 7 * 24 * 3600.0  # nothing is written for so long


@contextmanager
def unfinished_file(target: Path) -> Iterator[Path]:
    """Give an empty file beside `target`; it is gone at the end unless it was renamed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    path, held = _made(lambda: _new_file(target))
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
        os.close(held)


@contextmanager
def unfinished_folder(parent: Path, prefix: str = ".") -> Iterator[Path]:
    """Give an empty folder in `parent`; it is gone at the end with all that is still in it."""
    parent.mkdir(parents=True, exist_ok=True)
    path, held = _made(lambda: _new_folder(parent, prefix))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(held)


def sweep(*folders: Path) -> list[Path]:
    """Remove what killed processes left unfinished anywhere in `folders`, and return the paths.

    What a living process writes stays, and so does what may not be removed.
    """
    return [path for folder in folders for path in _leftovers(folder) if _removed(path)]


def sweep_flat(folder: Path, prefix: str) -> list[Path]:
    """Do the same for what lies in `folder` itself and is called so."""
    return [path for path in folder.glob(f"{prefix}*{SUFFIX}") if _removed(path)]


def _leftovers(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            if name.startswith(".") and name.endswith(SUFFIX):
                yield Path(parent) / name
        folders[:] = [name for name in folders if not name.endswith(SUFFIX)]


def _removed(path: Path) -> bool:
    with suppress(OSError):
        held = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(held).st_uid != os.geteuid():
                return False  # in a folder for all, root could remove anybody's
            if _is_of_another_machine(path) and time.time() - os.fstat(held).st_mtime < _FOREIGN_S:
                return False  # whose lock, if there is one, cannot be seen from here
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
            return True
        finally:
            os.close(held)
    return False


def _made(new: Callable[[], tuple[Path, int]]) -> tuple[Path, int]:
    """Return a new path and the descriptor that holds its lock."""
    while True:
        path, held = new()
        fcntl.flock(held, fcntl.LOCK_EX)
        if _is_the_same(held, path):
            return path, held
        os.close(held)  # another build took it for a leftover, before it was locked


def _new_file(target: Path) -> tuple[Path, int]:
    held, name = tempfile.mkstemp(_suffix(), f".{target.name}.", target.parent)
    return Path(name), held


def _new_folder(parent: Path, prefix: str) -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(_suffix(), prefix, parent))
        with suppress(FileNotFoundError):
            return path, os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _is_the_same(held: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(held), path.stat())
    except FileNotFoundError:
        return False


def _is_of_another_machine(path: Path) -> bool:
    found = _OF_MACHINE.search(path.name)
    return found is not None and found[1] != _machine()


def _suffix() -> str:
    return f".{_machine()}{SUFFIX}"


@cache
def _machine() -> str:
    """Return digits for the kernel that runs: containers on one share its locks."""
    try:
        known = Path("/proc/sys/kernel/random/boot_id").read_bytes()
    except OSError:
        known = os.uname().nodename.encode()
    return hashlib.sha256(known).hexdigest()[:8]
