"""What a person sees while a build runs: progress on the terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)


class Advance(Protocol):
    """Moves a progress display on."""

    def __call__(self, count: int, total: int | None = None) -> None:
        """Add `count` to what is done; `total` where it became known only now."""


@contextmanager
def progress(description: str, total: int | None, *, in_bytes: bool = False) -> Iterator[Advance]:
    """Show how far a piece of work has come; yields what advances it.

    A terminal gets a bar. Elsewhere there is one line at the end, so that logs stay short.
    """
    console = Console(file=sys.stderr)
    started = time.monotonic()
    with Progress(
        *_columns(in_bytes=in_bytes), console=console, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(description, total=total)

        def advance(count: int, total: int | None = None) -> None:
            bar.update(task, advance=count, total=total)

        yield advance
        done = bar.tasks[task].completed
    if not console.is_terminal and done:
        seconds = time.monotonic() - started
        console.print(f"{description}: {done:,.0f} in {seconds:.1f} s", soft_wrap=True)


def _columns(*, in_bytes: bool) -> tuple[ProgressColumn, ...]:
    amount = (DownloadColumn(), TransferSpeedColumn()) if in_bytes else (MofNCompleteColumn(),)
    return (
        TextColumn("{task.description}"),
        BarColumn(),
        *amount,
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
