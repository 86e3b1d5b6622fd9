"""Progress where there is no terminal: a line now and then, so that logs stay short."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

_LONG_S = 2.0  # what takes less gets its last line alone
_PERIOD_S = 30.0
_SHORTEST_S = 5.0  # between two lines, however much was done
_SHARE = 0.1
_LOOK_S = 0.5


@dataclass(slots=True)
class Schedule:
    """When the next line is due: half a minute after the last, or a tenth of the work."""

    total: int | None
    last_s: float | None = None  # seconds after the beginning; None: no line yet
    last_done: int = 0

    def is_due(self, now_s: float, done: int) -> bool:
        """Return whether a line is due, and take it for written if so."""
        if self.last_s is None:
            due = now_s >= _LONG_S
        else:
            waited = now_s - self.last_s
            tenth = self.total is not None and done - self.last_done >= _SHARE * self.total
            due = waited >= _PERIOD_S or (tenth and waited >= _SHORTEST_S and done > self.last_done)
        if due:
            self.last_s, self.last_done = now_s, done
        return due


@contextmanager
def lines(
    schedule: Schedule, done: Callable[[], int], write: Callable[[int], None]
) -> Iterator[None]:
    """Let a thread write a line whenever one is due.

    Args:
        schedule: says when.
        done: how much is done now.
        write: is given that number.
    """
    ended, began = Event(), time.monotonic()

    def look() -> None:
        while not ended.wait(_LOOK_S):
            now = done()
            if schedule.is_due(time.monotonic() - began, now):
                write(now)

    looking = Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        ended.set()
        looking.join()
