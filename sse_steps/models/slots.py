"""At most three downloads at a time, over all threads and processes that share a cache."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from filelock import FileLock, Timeout

SLOTS = 3
_POLL_S = 0.05


class StoppedError(Exception):
    """Nobody wants the download any longer."""


@contextmanager
def download_slot(folder: Path, stop: Event) -> Iterator[None]:
    """Wait for one of the slots and hold it. A process that is killed gives its slot back.

    Args:
        folder: the cache's folder, which holds the slots' lock files.
        stop: set by whoever no longer wants the download.

    Raises:
        StoppedError: `stop` was set while this waited.
    """
    lock = _free_slot(folder, stop)
    try:
        yield
    finally:
        lock.release()


def _free_slot(folder: Path, stop: Event) -> FileLock:
    while not stop.is_set():
        for number in range(SLOTS):
            # An object of its own each time: a shared one would let its own thread in again.
            lock = FileLock(folder / f".slot-{number}", thread_local=False)
            try:
                lock.acquire(blocking=False)
            except Timeout:
                continue
            return lock
        stop.wait(_POLL_S)
    raise StoppedError
