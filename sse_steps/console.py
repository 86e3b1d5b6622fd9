"""What a person sees while a build runs: a live display on a terminal, plain lines elsewhere.

Steps say what they do through `progress`, `say` and `show_result`. A build that was asked to be
quiet shows nothing, but errors.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from typing import Protocol, Self

from rich.console import Console, RenderableType
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

from sse_steps.build_progress import build_progress
from sse_steps.plain_lines import Schedule, lines
from sse_steps.printable import printable
from sse_steps.slices import Origin

Summary = Callable[[], str | None]  # how far the whole build is; None: there is nothing to say


class Advance(Protocol):
    """Moves a progress display on."""

    def __call__(self, count: int, total: int | None = None) -> None:
        """Add `count` to what is done; `total` where it became known only now."""


@contextmanager
def progress(description: str, total: int | None, *, in_bytes: bool = False) -> Iterator[Advance]:
    """Show how far a piece of work has come; yields what advances it.

    A terminal gets a bar as long as the work lasts, below a line about the whole build. Elsewhere
    work that takes long gets a line now and then. Both get one line at the end. Several threads may
    show their work at once.
    """
    started = time.monotonic()
    console = Console(file=sys.stderr)
    with _Piece(console, description, total, in_bytes=in_bytes) as piece, piece.shown():
        yield piece.advance
    if piece.done:
        line = _last_words(piece.done, time.monotonic() - started, in_bytes=in_bytes)
        say(f"{description}: {line}")


@contextmanager
def attempts_progress(step: str, origin: Origin, total: int) -> Iterator[Advance]:
    """Show how far live work on a run's attempts has come, and let the build's tally time it."""
    with (
        build_progress().live(step, origin, total) as finished,
        progress(f"{step} {origin.title}", total) as show,
    ):

        def advance(count: int, total: int | None = None) -> None:
            finished(count)
            show(count, total)

        yield advance


def say(text: str) -> None:
    """Tell a person something on standard error; names of strangers are filtered."""
    if not _display().is_quiet:
        sys.stderr.write(f"{printable(text, keep=chr(10))}\n")


def show_result(result: RenderableType) -> None:
    """Print what a build ends with on standard output."""
    if not _display().is_quiet:
        restore_terminal()
        Console(file=sys.stdout).print(result)


def _last_words(done: int, seconds: float, *, in_bytes: bool) -> str:
    if not in_bytes:
        return f"{done:,} in {seconds:.1f} s"
    speed = decimal(int(done / max(seconds, 1e-3)))
    return f"{decimal(done)} in {seconds:.1f} s, {speed}/s"


class _Piece:
    """One piece of work, and how much of it is done."""

    def __init__(
        self, console: Console, description: str, total: int | None, *, in_bytes: bool
    ) -> None:
        self.done = 0
        self._total = total
        self._console = console
        self._lock = threading.Lock()
        self._about = (printable(description), in_bytes)
        self._on_display: tuple[Progress, TaskID] | None = None

    def advance(self, count: int, total: int | None = None) -> None:
        """Add to what is done."""
        with self._lock:
            self.done += count
            self._total = self._total if total is None else total
        if self._on_display is not None:
            display, task = self._on_display
            display.update(task, advance=count, total=total)

    def shown(self) -> AbstractContextManager[None]:
        """Let lines be written now and then, where there is no bar."""
        if self._on_display is not None or _display().is_quiet:
            return nullcontext()
        return lines(Schedule(self._total), lambda: self.done, self._write)

    def _write(self, done: int) -> None:
        description, in_bytes = self._about
        amount = decimal if in_bytes else "{:,}".format
        if self._total is None:
            stands = f"{amount(done)} so far" if done else "under way"
        else:
            stands = f"{amount(done)}/{amount(self._total)}"
        summary = _display().summary()
        say(f"{description}: {stands}{f'; {summary}' if summary else ''}")

    def __enter__(self) -> Self:
        if _display().is_live_on(self._console):
            description, in_bytes = self._about
            display = _display().join(self._console)
            task = display.add_task(description, total=self._total, in_bytes=in_bytes)
            self._on_display = (display, task)
        return self

    def __exit__(self, *error: object) -> None:
        if self._on_display is not None:
            display, task = self._on_display
            display.refresh()
            display.remove_task(task)
            _display().leave()


class _Display:
    """The one live display that a terminal can hold, for as long as somebody uses it."""

    def __init__(self) -> None:
        self.is_quiet = False
        self._summary: Summary | None = None  # of the build that is running
        self._lock = threading.Lock()
        self._users = 0
        self._progress: Progress | None = None

    def summary(self) -> str | None:
        """Return how far the whole build is, None where there is none."""
        return self._summary() if self._summary is not None else None

    def is_live_on(self, console: Console) -> bool:
        """Return whether there can be a display: not on a dumb terminal."""
        return console.is_interactive and console.file.isatty() and not self.is_quiet

    def join(self, console: Console) -> Progress:
        """Return the display, started by whoever comes first."""
        with self._lock:
            self._users += 1
            if self._progress is None:
                self._users += self._summary is not None  # a build keeps it to its end
                # What goes to standard output is for others, unless it lands on the terminal too.
                self._progress = _BuildDisplay(
                    *_columns(),
                    console=console,
                    transient=True,
                    redirect_stdout=sys.stdout.isatty(),
                    build_summary=self.summary,
                )
                self._progress.start()
            return self._progress

    def leave(self) -> None:
        """Stop the display when its last user leaves."""
        with self._lock:
            self._users = max(0, self._users - 1)
            if self._users == 0:
                self._stop()

    def begin_build(self, summary: Summary) -> None:
        """Let the next display stay until the build ends."""
        self._summary = summary

    def end_build(self) -> None:
        """Stop the display, if there is one."""
        self._summary = None
        self.stop()

    def stop(self) -> None:
        """Stop the display, whoever uses it."""
        with self._lock:
            self._users = 0
            self._stop()

    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


class _BuildDisplay(Progress):
    """Bars below a line about the whole build."""

    def __init__(self, *columns: ProgressColumn, build_summary: Summary, **options: object) -> None:
        self._build_summary = build_summary
        super().__init__(*columns, **options)  # type: ignore[arg-type]  # handed on as they are

    def get_renderables(self) -> Iterable[RenderableType]:
        """Yield the line, if there is one, and the bars."""
        summary = self._build_summary()
        if summary:
            yield Text(summary, overflow="ellipsis", no_wrap=True)
        yield from super().get_renderables()


@contextmanager
def build_display(summary: Summary) -> Iterator[None]:
    """Show a line about the whole build above the bars, from its first bar to its end."""
    _display().begin_build(summary)
    try:
        yield
    finally:
        _display().end_build()


def be_quiet(*, quiet: bool) -> None:
    """Show nothing from now on, or everything."""
    _display().is_quiet = quiet


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
