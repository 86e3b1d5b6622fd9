"""One call of a trusted tool: bounded in time and output, and ended with all that it started.

The tool is the user's own and needs its network and its home, so nothing isolates it.
"""

from __future__ import annotations

import os
import secrets
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import NoReturn

_MARK = "SINGLE_SHOT_EVAL_CALL"  # a variable that all processes of one call inherit
_CHUNK_BYTES = 1 << 16
_TAIL_BYTES = 1 << 16
_DRAINED_BYTES = 1 << 20  # the most that a pipe holds
_KILLING_S = 5.0


class Cut(StrEnum):
    """Why a call was ended from outside."""

    TIMEOUT = "timeout"
    FLOOD = "flood"  # it wrote more to standard output than any reply is long


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended. Of standard error only the end is kept."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    wall_s: float
    cut: Cut | None


@dataclass(slots=True)
class _Heard:
    """What a tool has said so far."""

    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)

    def add(self, chunk: bytes, *, is_error: bool) -> None:
        if is_error:
            self.stderr += chunk
            del self.stderr[:-_TAIL_BYTES]
        else:
            self.stdout += chunk


def call_tool(
    command: Sequence[bytes],
    *,
    stdin: bytes | None,
    folder: Path,
    timeout_s: float,
    most_bytes: int = 4 << 20,
) -> Ended:
    """Run a command to its end, or to its limits.

    At its end the tool's process group goes with it, so that nothing writes on; a server that the
    tool has put into a session of its own may stay. At a limit, all that it started is killed.

    Args:
        command: the program by its full path and its arguments.
        stdin: what it reads; None closes its standard input.
        folder: the working directory.
        timeout_s: seconds of wall clock.
        most_bytes: of standard output.

    Raises:
        OSError: the program cannot be started.
    """
    mark = f"{os.getpid()}-{secrets.token_hex(16)}"
    with tempfile.TemporaryFile() as source:
        source.write(stdin or b"")
        source.seek(0)
        started = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - no shell; the command is the user's own
            command,
            stdin=subprocess.DEVNULL if stdin is None else source,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, _MARK: mark},
            start_new_session=True,
        )
    heard = _Heard()
    cut: Cut | None = Cut.TIMEOUT  # also where the user interrupts the build
    try:
        cut = _listen(process, heard, started + timeout_s, most_bytes)
        wall_s = time.perf_counter() - started
    finally:
        if cut is not None:
            _kill_family(
                lambda each: each.session == process.pid or mark.encode() in each.environment
            )
        exit_code = _collect(process, heard)
    if len(heard.stdout) > most_bytes:
        cut = cut or Cut.FLOOD
        del heard.stdout[most_bytes:]
    return Ended(exit_code, bytes(heard.stdout), bytes(heard.stderr), wall_s, cut)


def _listen(
    process: subprocess.Popen[bytes], heard: _Heard, deadline: float, most_bytes: int
) -> Cut | None:
    """Collect what a tool says until it ends or breaks a limit."""
    assert process.stdout is not None  # noqa: S101 - it was asked for
    assert process.stderr is not None  # noqa: S101 - it was asked for
    end = os.pidfd_open(process.pid)
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(end, selectors.EVENT_READ)
            for stream in (process.stdout, process.stderr):
                os.set_blocking(stream.fileno(), False)
                selector.register(stream.fileno(), selectors.EVENT_READ)
            while (left := deadline - time.perf_counter()) > 0:
                ready = [key.fd for key, _ in selector.select(left)]
                if end in ready:
                    return None
                for descriptor in ready:
                    chunk = os.read(descriptor, _CHUNK_BYTES)
                    heard.add(chunk, is_error=descriptor == process.stderr.fileno())
                    if not chunk:
                        selector.unregister(descriptor)
                if len(heard.stdout) > most_bytes:
                    return Cut.FLOOD
            return Cut.TIMEOUT
    finally:
        os.close(end)


def _collect(process: subprocess.Popen[bytes], heard: _Heard) -> int:
    """End the tool's process group, take what is left in the pipes and return the exit code."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    exit_code = process.wait()
    for stream, is_error in ((process.stdout, False), (process.stderr, True)):
        assert stream is not None  # noqa: S101 - it was asked for
        with stream, suppress(BlockingIOError):  # a server of another session may hold the pipe
            os.set_blocking(stream.fileno(), False)
            for _ in range(_DRAINED_BYTES // _CHUNK_BYTES):
                heard.add(os.read(stream.fileno(), _CHUNK_BYTES), is_error=is_error)
    return exit_code


def become_the_end(exit_code: int) -> NoReturn:
    """End this process, with all threads at once, and then every process that descends from it.

    First the threads: one that saw its tool die would keep that as the tool's own doing. Therefore
    this process becomes another program, whose only work is to kill.
    """
    program = str(Path(__file__).resolve())
    os.execv(sys.executable, [sys.executable, "-I", program, str(exit_code)])  # noqa: S606 - no shell


def _end_descendants() -> None:
    """Kill the descendants of this process, and tools that it called and that have left it."""
    own = os.getpid()
    mark = f"{_MARK}={own}-".encode()
    _kill_family(
        lambda each: each.number != own and (each.parent == own or mark in each.environment)
    )


def _kill_family(is_first: Callable[[_Process], bool]) -> None:
    """Kill some processes and all that descends from them, until nobody could start another.

    A child in a session of its own still has the mark in its environment, one with an environment
    of its own still has its parent or its session.
    """
    until = time.perf_counter() + _KILLING_S
    while (family := _family(is_first)) and time.perf_counter() < until:
        # All are stopped first: a script whose command is killed would go on with the next one.
        for number, process in product((signal.SIGSTOP, signal.SIGKILL), family):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, number)
        time.sleep(0.005)  # a killed process needs a moment to go


@dataclass(frozen=True, slots=True)
class _Process:
    """A process as /proc shows it."""

    number: int
    parent: int
    session: int
    state: str
    environment: bytes


def _family(is_first: Callable[[_Process], bool]) -> set[int]:
    living = [each for each in _processes() if each.state != "Z"]
    family = {each.number for each in living if is_first(each)}
    grown = True
    while grown:
        children = {each.number for each in living if each.parent in family} - family
        family |= children
        grown = bool(children)
    return family


def _processes() -> Iterator[_Process]:
    """Yield the processes of this machine, as far as we may look at them."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):  # it has ended, or is somebody else's
                status = (folder / "stat").read_bytes()
                # The name, in parentheses, may hold anything. See proc_pid_stat(5).
                state, parent, _, session = status.rpartition(b")")[2].split()[:4]
                environment = (folder / "environ").read_bytes()
                yield _Process(
                    int(folder.name), int(parent), int(session), state.decode(), environment
                )


if __name__ == "__main__":
    _end_descendants()
    sys.exit(int(sys.argv[1]))
