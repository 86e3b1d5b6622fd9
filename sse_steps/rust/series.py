"""Runs of one program in one sandbox: a process of its own for each, one after the other.

Most of the cost of an isolated process is its namespaces, so the runs of one candidate share them.
A run can leave nothing behind for the next one: it has no place to write to and starts no process.
"""

from __future__ import annotations

import os
import signal
import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO

from sse_steps.rust.sandbox import MOST_READ_BYTES, Access, Finished, Limits, Sandbox, Streams

_MOST_AT_ONCE = 32  # runs that share a sandbox; each has three open files
_SLACK_S = 5.0  # for the launcher, beyond the runs' own time


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a program is given."""

    arguments: tuple[str, ...]
    stdin: str
    choice: int = 0  # which candidate of the executable is run


def run_message(
    streams: Sequence[int], own: Sequence[int], choice: int, arguments: Sequence[bytes]
) -> bytes:
    """Return one run as `series.rs` reads it.

    Args:
        streams: the descriptors of its standard input, output and error.
        own: the descriptors that it has beside them, and no other run.
        choice: which candidate of the executable it is.
        arguments: the program's.
    """
    head = struct.pack(f"<3I{len(own) + 3}I", *streams, len(own), *own, choice, len(arguments))
    return head + b"".join(struct.pack("<I", len(each)) + each for each in arguments)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A run and its standard streams: files, so that the kernel bounds what is written."""

    run: Run
    streams: tuple[IO[bytes], IO[bytes], IO[bytes]]

    @property
    def descriptors(self) -> tuple[int, ...]:
        return tuple(stream.fileno() for stream in self.streams)

    def message(self) -> bytes:
        """Return the run as `series.rs` reads it."""
        arguments = [os.fsencode(argument) for argument in self.run.arguments]
        return run_message(self.descriptors, (), self.run.choice, arguments)

    def output(self, most: int) -> tuple[bytes, bytes]:
        _, out, err = self.descriptors
        return os.pread(out, most, 0), os.pread(err, most, 0)


def run_series(
    sandbox: Sandbox, program: str, runs: Sequence[Run], access: Access, limits: Limits
) -> list[Finished]:
    """Run a program once for each of `runs`, in order, each under `limits`.

    After a run that was out of time nothing more is run, so the list may be shorter than `runs`.
    """
    finished: list[Finished] = []
    for start in range(0, len(runs), _MOST_AT_ONCE):
        some = runs[start : start + _MOST_AT_ONCE]
        finished += _run_some(sandbox, program, some, access, limits)
        if len(finished) < start + len(some) or finished[-1].timed_out:
            break
    return finished


def _run_some(
    sandbox: Sandbox, program: str, runs: Sequence[Run], access: Access, limits: Limits
) -> list[Finished]:
    with ExitStack() as stack:
        opened = [_opened(run, stack) for run in runs]
        message = stack.enter_context(tempfile.TemporaryFile())
        message.write(b"".join(each.message() for each in opened))
        message.seek(0)
        own = stack.enter_context(tempfile.TemporaryFile())
        streams = Streams(stderr=own.fileno(), series=message.fileno())
        passed = [number for each in opened for number in each.descriptors]
        running = sandbox.start(
            [program], access, limits, streams=streams, descriptors=(message.fileno(), *passed)
        )
        running.ended_within(len(runs) * limits.wall_s + _SLACK_S)
        reports = running.reports()
        exit_code, _ = running.stop()
        most = min(limits.output_bytes, MOST_READ_BYTES)
        found = list(_finished(opened, reports, most))
        if not found:  # the sandbox itself failed, and said why on its own standard error
            said = os.pread(own.fileno(), most, 0)
            found = [Finished(exit_code, b"", said, 0.0, timed_out=False, launched=False)]
        return found


def _opened(run: Run, stack: ExitStack) -> _Opened:
    source = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    source.write(run.stdin.encode())
    source.seek(0)
    out = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - as above
    err = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - as above
    return _Opened(run, (source, out, err))


def _finished(opened: Sequence[_Opened], reports: str, most: int) -> Iterator[Finished]:
    """Yield the end of each run that was begun: `1 0 0 1500` is an exit with 0 after 1500 us."""
    for each, line in zip(opened, reports.splitlines(), strict=False):
        launched, *words = line.split(" ")
        code, timed_out, microseconds = words if len(words) == 3 else (-signal.SIGKILL, "0", "0")
        yield Finished(
            int(code),
            *each.output(most),
            int(microseconds) / 1e6,
            timed_out=timed_out == "1",
            launched=launched == "1",
        )
