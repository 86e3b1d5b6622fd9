"""Where a conversion works: beside its target, one at a time on it, two at a time in all."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from sse_steps.errors import LineHaltedError

_POLL_S: Final = 0.05


@contextmanager
def workshop(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside `target`, which no other process uses at the same time.

    What a killed process left is removed by the next. What halted the line stays until then.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = target.parent / f".{target.name}.work"
    with FileLock(target.parent / f".{target.name}.lock", thread_local=False):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        except LineHaltedError:
            raise  # what it saw is evidence
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        shutil.rmtree(folder)


@contextmanager
def slot(folder: Path, name: str, count: int) -> Iterator[None]:
    """Wait for one of `count` slots and hold it, over all threads and processes.

    A process that is killed gives its slot back.

    Args:
        folder: holds the lock files of the slots.
        name: what the slots are for.
        count: how many there are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = _free_slot(folder, name, count)
    try:
        yield
    finally:
        lock.release()


def _free_slot(folder: Path, name: str, count: int) -> FileLock:
    while True:
        for number in range(count):
            # An object of its own each time: a shared one would let its own thread in again.
            lock = FileLock(folder / f".{name}-slot-{number}", thread_local=False)
            try:
                lock.acquire(blocking=False)
            except Timeout:
                continue
            return lock
        time.sleep(_POLL_S)
