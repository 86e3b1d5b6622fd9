"""Who may work at the same time, over all threads and processes that share a cache.

Locks are flock's: the system gives them back when a process dies, however it dies. A cache that
cannot be written to has no room for them; then nobody waits.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

from sse_steps.models.disk import FORBIDDEN

_POLL_S = 0.05


class StoppedError(Exception):
    """Nobody wants what the slot was for any longer."""


@contextmanager
def slot(folder: Path, name: str, count: int, stop: Event | None = None) -> Iterator[None]:
    """Wait for one of `count` slots and hold it. A process that is killed gives its slot back.

    Args:
        folder: holds the lock files of the slots.
        name: what the slots are for.
        count: how many there are.
        stop: set by whoever no longer wants the slot.

    Raises:
        StoppedError: `stop` was set while this waited.
        OSError: the disk is full.
    """
    held = _free_slot(folder, name, count, stop or Event())
    try:
        yield
    finally:
        _give_back(held)


@contextmanager
def share_of_machine(folder: Path, *, alone: bool) -> Iterator[None]:
    """Wait for a share of the machine, or for all of it, and hold that.

    Args:
        folder: holds the lock file.
        alone: nobody else is to work meanwhile.

    Raises:
        OSError: the disk is full.
    """
    held = _opened(folder / "machine.lock")
    try:
        if held is not None:
            fcntl.flock(held, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
    finally:
        _give_back(held)


def _free_slot(folder: Path, name: str, count: int, stop: Event) -> int | None:
    while not stop.is_set():
        for number in range(count):
            held = _opened(folder / f".{name}-slot-{number}")
            if held is None:
                return None
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                _give_back(held)
            else:
                return held
        stop.wait(_POLL_S)
    raise StoppedError


def _opened(path: Path) -> int | None:
    """Return a descriptor of a lock file, made if need be; None where it cannot be made.

    Each call opens the file anew: flock tells descriptors apart, and so threads as well.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as fault:
        if fault.errno not in FORBIDDEN:
            raise
    with suppress(OSError):
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return None


def _give_back(held: int | None) -> None:
    if held is not None:
        os.close(held)
