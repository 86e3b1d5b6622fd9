"""A conversation with a candidate's process: one call at a time, one bounded answer frame back."""

from __future__ import annotations

import math
import os
import select
import struct
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sse_steps.closing import Closing
from sse_steps.rust.compiler import Compiled
from sse_steps.rust.frames import FrameError, Unordered, UnrepresentableError, decode_many, encode
from sse_steps.rust.sandbox import Limits, Sandbox, Streams

# A wrong answer may be a few times larger than the right one and still be told; beyond that it is
# only told that it is too large, so that reading it costs no more than the right one would.
_LEAST_ROOM_BYTES, _ROOM_FACTOR = 1 << 16, 4
_MOST_SAID_BYTES = 2000


@dataclass(frozen=True, slots=True)
class Answered:
    """The function returned this value, and left this in what it borrowed mutably, by position."""

    value: object
    after: dict[int, object]


@dataclass(frozen=True, slots=True)
class Panicked:
    """The function panicked and the process lived on."""

    stderr: bytes = b""  # what was said during the call


@dataclass(frozen=True, slots=True)
class Unfit:
    """An argument does not fit the parameter's type, or the answer is no value of the protocol."""

    why: str


@dataclass(frozen=True, slots=True)
class Died:
    """The process ended instead of answering."""

    exit_code: int
    stderr: bytes
    launched: bool  # False: the sandbox itself could not start it


@dataclass(frozen=True, slots=True)
class TimedOut:
    """No answer came in time."""


Answer = Answered | Panicked | Unfit | Died | TimedOut


def is_ready(descriptor: int, event: int, wait_s: float) -> bool:
    """Wait until something can be read or written, or the other end is gone; whether it is so.

    Not by `select`, which knows the first 1,024 descriptors alone.
    """
    poll = select.poll()
    poll.register(descriptor, event)
    return bool(poll.poll(wait_s * 1000))


class Conversation(Closing):
    """Calls and answers over the pipes of a process. A context manager; leaving it closes them.

    Attributes:
        theirs: the descriptors that the process is to have, calls and answers; `give` closes them.
    """

    def __init__(self) -> None:
        self._said_before = 0
        self._hung_up = False
        self._deadline = math.inf
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the conversation
        calls, self._calls = os.pipe()
        self._answers, answers = os.pipe()
        os.set_blocking(self._calls, False)
        self.theirs = (calls, answers)

    @property
    def stderr(self) -> int:
        """The descriptor that the process's standard error goes to."""
        return self._stderr.fileno()

    def give(self) -> None:
        """Close here what the process has by now."""
        for each in self.theirs:
            os.close(each)

    def begin(self, wall_s: float) -> None:
        """Wait for answers no longer than this from now on."""
        self._deadline = time.monotonic() + wall_s

    def hang_up(self) -> None:
        """Close the pipe of calls, after which the process has nothing more to do."""
        if not self._hung_up:
            os.close(self._calls)
        self._hung_up = True

    def close(self) -> None:
        """Close what is open here."""
        self.hang_up()
        os.close(self._answers)
        self._stderr.close()

    def ask(self, function: int, args: Sequence[object], *, expected_bytes: int = 0) -> Answer:
        """Call a function of the candidate's with `args` and return what became of it.

        `expected_bytes`, the size of the right answer, is a measure of what is worth reading.
        """
        try:
            payload = encode([function, *args])
        except UnrepresentableError as wrong:
            return Unfit(str(wrong))
        room = max(_LEAST_ROOM_BYTES, _ROOM_FACTOR * expected_bytes)
        self._said_before = os.fstat(self._stderr.fileno()).st_size
        try:
            if self._has_answer(wait_s=0.0) and os.read(self._answers, 1):
                return Unfit("an answer before its question")
            self._send(struct.pack("<I", len(payload)) + payload)
            size = int.from_bytes(self._receive(4), "little")
            if size > room:
                return Unfit(f"an answer of {size} bytes, far more than the right one has")
            answer = _read_answer(self._receive(size))
            return Panicked(self._said()) if isinstance(answer, Panicked) else answer
        except TimeoutError:
            return TimedOut()
        except (BrokenPipeError, EOFError):
            return self._death()

    def _death(self) -> Answer:
        """Return what is known of a process that has closed its end of a pipe."""
        return Died(0, self._said(), launched=True)

    def _said(self) -> bytes:
        """Return what the process wrote to its standard error since it was last asked."""
        return os.pread(self._stderr.fileno(), _MOST_SAID_BYTES, self._said_before)

    def _has_answer(self, *, wait_s: float) -> bool:
        return is_ready(self._answers, select.POLLIN, wait_s)

    def _wait(self, *, reading: bool) -> None:
        left = self._deadline - time.monotonic()
        wanted = (self._answers, select.POLLIN) if reading else (self._calls, select.POLLOUT)
        if left <= 0 or not is_ready(*wanted, left):
            raise TimeoutError

    def _send(self, data: bytes) -> None:
        while data:
            self._wait(reading=False)
            data = data[os.write(self._calls, data) :]

    def _receive(self, count: int) -> bytes:
        chunks, missing = [], count
        while missing:
            self._wait(reading=True)
            chunk = os.read(self._answers, min(missing, 1 << 16))
            if not chunk:
                raise EOFError
            chunks.append(chunk)
            missing -= len(chunk)
        return b"".join(chunks)


class Session(Conversation):
    """One process that answers calls. A context manager; leaving it kills the process."""

    def __init__(self, sandbox: Sandbox, compiled: Compiled, limits: Limits) -> None:
        super().__init__()
        self._stopped = False
        self.begin(limits.wall_s)
        program = [str(compiled.executable), *map(str, self.theirs)]
        streams = Streams(stderr=self.stderr)
        try:
            self._running = sandbox.start(
                program, compiled.access(), limits, streams=streams, descriptors=self.theirs
            )
        finally:
            self.give()

    def close(self) -> None:
        """End the process, if there is one."""
        if not self._stopped:
            self._running.stop()
        super().close()

    def _death(self) -> Answer:
        if not self._running.ended_within(max(0.0, self._deadline - time.monotonic())):
            return TimedOut()  # it closed its end of the pipe and went on living
        exit_code, launched = self._running.stop()
        self._stopped = True
        return Died(exit_code, self._said(), launched)


def _read_answer(payload: bytes) -> Answer:
    kind, content = payload[:1], payload[1:]
    if kind == b"P":
        return Panicked()
    if kind == b"U":
        return Unfit(content[:1000].decode(errors="replace"))
    if kind != b"A":
        return Unfit(f"an answer of kind {kind!r}")
    try:
        value, after = decode_many(content, 2)
    except FrameError as wrong:
        return Unfit(f"an answer that cannot be read: {wrong}")
    return Answered(value, _by_position(after))


def _by_position(after: object) -> dict[int, object]:
    pairs = after.items if isinstance(after, Unordered) and after.is_map else ()
    return {pair[0]: pair[1] for pair in pairs if isinstance(pair, tuple) and type(pair[0]) is int}
