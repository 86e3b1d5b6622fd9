"""Who may work at the same time, over all threads and processes that share a cache.

Locks are flock's: the system gives them back when a process dies, however it dies. A cache that
cannot be written to has no room for them; then nobody waits.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from functools import cache
from pathlib import Path
from threading import Event, Thread, get_ident

from sse_steps.build_log import log
from sse_steps.console import say
from sse_steps.models.disk import FORBIDDEN

_POLL_S = 0.05
_LOOK_S = 0.1
_SILENT_S = 1.0  # longer than any gap between two of our threads


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
    path = folder / f".{name}-slot-0"
    with said_if_long(path, f"is at work on '{name}', which {count} may at once"):
        held = _free_slot(folder, name, count, stop or Event())
    try:
        with _noted(path):
            yield
    finally:
        _give_back(held)


@contextmanager
def said_if_long(path: Path, why: str) -> Iterator[None]:
    """Say once that another build is waited for: for a second no thread of ours had its turn.

    Args:
        path: what is waited for.
        why: what the other build does that cannot be done beside it.
    """
    over = Event()

    def tell() -> None:
        ours_at = time.monotonic()
        while not over.wait(_LOOK_S):
            if path in {held for held, _ in _held_here().copy()}:
                ours_at = time.monotonic()
            elif time.monotonic() - ours_at >= _SILENT_S:
                say(f"Waiting for another build that uses '{path.parent}': it {why}.")
                log("waiting for another build", what=why, path=path)
                return

    # A copy of the context, so that the line in the log says which step waits.
    Thread(target=copy_context().run, args=(tell,), daemon=True).start()
    try:
        yield
    finally:
        over.set()


@cache
def _held_here() -> set[tuple[Path, int]]:
    """Return what this process holds: paths, and the threads that do."""
    return set()


@contextmanager
def _noted(path: Path) -> Iterator[None]:
    mark = (path, get_ident())
    _held_here().add(mark)
    try:
        yield
    finally:
        _held_here().discard(mark)


@contextmanager
def share_of_machine(folder: Path, *, alone: bool) -> Iterator[None]:
    """Wait for a share of the machine, or for all of it, and hold that.

    Args:
        folder: holds the lock file.
        alone: nobody else is to work meanwhile.

    Raises:
        OSError: the disk is full.
    """
    path = folder / "machine.lock"
    held = _opened(path)
    why = "is measuring, or wants to measure, how long a model takes"
    try:
        if held is not None:
            with said_if_long(path, why):
                fcntl.flock(held, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        with _noted(path):
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
