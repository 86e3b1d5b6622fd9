"""At most three downloads at a time, over all threads and processes that share a cache."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

SLOTS = 3
_POLL_S = 0.05


@contextmanager
def download_slot(folder: Path) -> Iterator[None]:
    """Wait for one of the slots and hold it. A process that is killed gives its slot back.

    Args:
        folder: the cache's folder, which holds the slots' lock files.
    """
    lock = _free_slot(folder)
    try:
        yield
    finally:
        lock.release()


def _free_slot(folder: Path) -> FileLock:
    while True:
        for number in range(SLOTS):
            # An object of its own each time: a shared one would let its own thread in again.
            lock = FileLock(folder / f".slot-{number}", thread_local=False)
            try:
                lock.acquire(blocking=False)
            except Timeout:
                continue
            return lock
        time.sleep(_POLL_S)
