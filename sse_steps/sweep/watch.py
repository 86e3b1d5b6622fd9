"""What a person sees of a sweep: a line for each job that ended, and a table at the end."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from sse_steps.printable import printable
from sse_steps.sweep.objective import PENALTY_USD
from sse_steps.sweep.records import JobRecord, JobState, Sweep, launched

_POLL_S = 0.3
_ORDER = (JobState.FINISHED, JobState.SKIPPED, JobState.SAME, JobState.FAILED, JobState.STARTED)
_WORDS = {
    JobState.FINISHED: "finished",
    JobState.SKIPPED: "skipped, its result is there",
    JobState.FAILED: "failed",
    JobState.STARTED: "failed",
}


@contextmanager
def watched(sweep: Sweep) -> Iterator[None]:
    """Say of each job that it ended, wherever it runs: what its records say is the same for all."""
    stop = threading.Event()
    thread = threading.Thread(target=_say_what_ended, args=(sweep, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _say_what_ended(sweep: Sweep, stop: threading.Event) -> None:
    console, said = Console(file=sys.stderr), set[tuple[str, ...]]()
    last = False
    while not last:
        last = stop.wait(_POLL_S)
        for record in launched(sweep):
            if record.is_settled and record.overrides not in said:
                said.add(record.overrides)
                console.print(f"{len(said)}. {_line(record)}", markup=False, soft_wrap=True)


def _line(record: JobRecord) -> str:
    seconds = f" in {record.seconds:.1f} s" if record.state is JobState.FINISHED else ""
    return printable(f"{record.name}: {_became(record)}{seconds}")


def summary(records: Sequence[JobRecord]) -> Group:
    """Return a table of all jobs, and below it the reason of each that failed, in two lines."""
    table = Table()
    table.add_column("Job", overflow="fold")
    table.add_column("What became of it")
    table.add_column("Seconds", justify="right")
    ordered = sorted(records, key=lambda each: (_ORDER.index(each.state), each.name))
    for record in ordered:
        cells = (record.name, _became(record), f"{record.seconds:.1f}")
        table.add_row(*(Text(printable(cell)) for cell in cells))
    reasons = [f"\n{each.name} failed:\n{_reason(each)}" for each in ordered if has_failed(each)]
    return Group(
        Text(_counts(records)), table, *(Text(printable(each, keep="\n")) for each in reasons)
    )


def best_of(records: Sequence[JobRecord], sweep: Sweep) -> str:
    """Return whom an optimiser has found, as a sentence; nothing where none was asked for."""
    demanded = sweep.least_pass_at_1
    ended = [each for each in records if not has_failed(each)]
    known = [(each.objective, each) for each in ended if each.objective is not None]
    if demanded is None or not known:
        return ""
    least, found = min(known, key=lambda pair: pair[0])
    if least >= PENALTY_USD:
        return f"Nobody passes {demanded:.0%} of the examples; {_name(found)} comes nearest."
    return f"The cheapest that passes {demanded:.0%}: {_name(found)}, ${least:.2g} per example."


def _name(record: JobRecord) -> str:
    return printable(record.same_as or record.name)


def has_failed(record: JobRecord) -> bool:
    """Return whether a job has come to nothing."""
    return record.state in (JobState.FAILED, JobState.STARTED)


def _became(record: JobRecord) -> str:
    return f"same as {record.same_as}" if record.state is JobState.SAME else _WORDS[record.state]


def _reason(record: JobRecord) -> str:
    if record.state is JobState.STARTED:
        return "Its worker died each time.\nRun the sweep again, with more memory or fewer workers."
    return record.reason


def _counts(records: Sequence[JobRecord]) -> str:
    found = Counter("failed" if has_failed(each) else each.state.value for each in records)
    words = ("finished", "skipped", "same", "failed")
    return f"{len(records)} jobs: " + ", ".join(f"{found[word]} {word}" for word in words)
