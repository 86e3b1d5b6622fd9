"""So many at a time and no more, over all threads and processes that share a cache."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from filelock import FileLock, Timeout

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
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = _free_slot(folder, name, count, stop or Event())
    try:
        yield
    finally:
        lock.release()


def _free_slot(folder: Path, name: str, count: int, stop: Event) -> FileLock:
    while not stop.is_set():
        for number in range(count):
            # An object of its own each time: a shared one would let its own thread in again.
            lock = FileLock(folder / f".{name}-slot-{number}", thread_local=False)
            try:
                lock.acquire(blocking=False)
            except Timeout:
                continue
            return lock
        stop.wait(_POLL_S)
    raise StoppedError
