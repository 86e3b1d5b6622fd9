"""What a person sees while a build runs: progress on the terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Protocol, Self

from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text


class Advance(Protocol):
    """Moves a progress display on."""

    def __call__(self, count: int, total: int | None = None) -> None:
        """Add `count` to what is done; `total` where it became known only now."""


@contextmanager
def progress(description: str, total: int | None, *, in_bytes: bool = False) -> Iterator[Advance]:
    """Show how far a piece of work has come; yields what advances it.

    A terminal gets a bar. Elsewhere there is one line at the end, so that logs stay short. Several
    threads may show their work at once: their bars stand below one another.
    """
    console = Console(file=sys.stderr)
    started = time.monotonic()
    with _Bar(console, description, total, in_bytes=in_bytes) as bar:
        yield bar.advance
    if not console.is_terminal and bar.done:
        line = _summary(bar.done, time.monotonic() - started, in_bytes=in_bytes)
        console.print(f"{description}: {line}", soft_wrap=True, markup=False)


def _summary(done: int, seconds: float, *, in_bytes: bool) -> str:
    if not in_bytes:
        return f"{done:,} in {seconds:.1f} s"
    speed = decimal(int(done / max(seconds, 1e-3)))
    return f"{decimal(done)} in {seconds:.1f} s, {speed}/s"


class _Bar:
    """One piece of work on the display, and how much of it is done."""

    def __init__(
        self, console: Console, description: str, total: int | None, *, in_bytes: bool
    ) -> None:
        self.done = 0
        self._console = console
        self._lock = threading.Lock()
        self._task = (description, total, in_bytes)
        self._on_display: tuple[Progress, TaskID] | None = None

    def advance(self, count: int, total: int | None = None) -> None:
        """Add to what is done."""
        with self._lock:
            self.done += count
        if self._on_display is not None:
            display, task = self._on_display
            display.update(task, advance=count, total=total)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            description, total, in_bytes = self._task
            display = _display().join(self._console)
            task = display.add_task(description, total=total, in_bytes=in_bytes)
            self._on_display = (display, task)
        return self

    def __exit__(self, *error: object) -> None:
        if self._on_display is not None:
            _display().leave()


class _Display:
    """The one live display that a terminal can hold, for as long as somebody has a bar on it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._progress: Progress | None = None

    def join(self, console: Console) -> Progress:
        """Return the display, started by whoever comes first."""
        with self._lock:
            self._users += 1
            if self._progress is None:
                # What goes to standard output is for others and must not land on the terminal.
                self._progress = Progress(*_columns(), console=console, redirect_stdout=False)
                self._progress.start()
            return self._progress

    def leave(self) -> None:
        """Stop the display when its last user leaves; what it showed stays on the terminal."""
        with self._lock:
            self._users -= 1
            if self._users == 0 and self._progress is not None:
                self._progress.stop()
                self._progress = None

    def stop(self) -> None:
        """Stop the display, whoever uses it."""
        with self._lock:
            if self._progress is not None:
                self._progress.stop()


def restore_terminal() -> None:
    """Give a terminal back as it was, whoever still has a bar on it: the build ends here."""
    _display().stop()


@cache
def _display() -> _Display:
    """Return the process's display: a terminal has room for one."""
    return _Display()


class _Amount(ProgressColumn):
    """What is done: bytes and their speed for downloads, pieces for everything else."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes = DownloadColumn()
        self._speed = TransferSpeedColumn()
        self._pieces = MofNCompleteColumn()

    def render(self, task: Task) -> Text:
        """Return the text for one bar."""
        if not task.fields.get("in_bytes"):
            return self._pieces.render(task)
        return Text(" ").join([self._bytes.render(task), self._speed.render(task)])


def _columns() -> tuple[ProgressColumn, ...]:
    return (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        _Amount(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
