"""A conversation with the Python of an example: one process, one call at a time, bounded answers.

The program is hostile: it may hang, die, and write what it likes to where its answers go.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sse_steps.closing import Closing
from sse_steps.corpus import values
from sse_steps.corpus.values import from_json, to_json
from sse_steps.rust.sandbox import Access, Limits, Sandbox, Streams

_RUNNER = Path(__file__).with_name("python_runner.py")
_CALL_WALL_S = 10.0  # the runner ends a call after a second of CPU time


class PythonError(Exception):
    """The program cannot be asked: it does not start, or what it writes is no answer."""


@dataclass(frozen=True, slots=True)
class Program:
    """A Python program, the function that is called, and which arguments it may change."""

    source: str
    function: str
    changed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Returned:
    """The function returned this value, and left this in the arguments that it may change."""

    value: object
    after: tuple[tuple[int, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Raised:
    """The function raised an exception of this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """There is no answer of use: it is no plain data, or the process ended. `ended` tells which."""

    ended: bool


PythonAnswer = Returned | Raised | Unanswered


class PythonSession(Closing):
    """A context manager; leaving it kills the process. One that ended is of no more use."""

    def __init__(self, sandbox: Sandbox, program: Program, limits: Limits) -> None:
        self._program = program
        self._most_bytes = limits.output_bytes
        self._received = b""
        self._folder = tempfile.TemporaryDirectory(prefix="python-")
        folder = Path(self._folder.name)
        for script in (_RUNNER, Path(str(values.__file__))):
            shutil.copy(script, folder)
        calls, self._calls = os.pipe()
        self._answers, answers = os.pipe()
        os.set_blocking(self._calls, False)
        access = Access(
            folder,
            readable=(Path(sys.base_prefix),),
            system=True,
            processes=True,  # as where the expected values came from
            environment=(("PYTHONHASHSEED", "0"),),  # sets are walked in the same order every time
        )
        command = [str(Path(sys.executable).resolve()), "-B", str(folder / _RUNNER.name)]
        try:
            self._running = sandbox.start(
                command, access, limits, streams=Streams(stdin=calls, stdout=answers)
            )
        finally:
            os.close(calls)
            os.close(answers)

    def close(self) -> None:
        """End the process, if there is one."""
        self._running.stop()
        os.close(self._calls)
        os.close(self._answers)
        self._folder.cleanup()

    def begin(self) -> None:
        """Give the process its program.

        Raises:
            PythonError: it does not get ready.
        """
        program = self._program
        request = {
            "source": program.source,
            "function": program.function,
            "changed": program.changed,
        }
        if self._exchange(request) != {"ready": True}:
            raise PythonError("the Python does not start")

    def ask(self, args: Sequence[object]) -> PythonAnswer:
        """Call the function.

        Raises:
            PythonError: what came back is no answer.
        """
        answer = self._exchange([to_json(arg) for arg in args])
        if answer is None:
            return Unanswered(ended=True)
        try:
            return _read(answer, self._program.changed)
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as wrong:
            raise PythonError("the Python wrote among its answers") from wrong

    def _exchange(self, message: object) -> Any:  # noqa: ANN401 - JSON is what it is
        """Send a message and return the answer to it, or None where the process came to its end."""
        deadline = time.monotonic() + _CALL_WALL_S
        try:
            self._send(json.dumps(message).encode() + b"\n", deadline)
            line = self._receive_line(deadline)
        except (BrokenPipeError, EOFError, TimeoutError):
            return None
        try:
            return json.loads(line)
        except (ValueError, RecursionError) as wrong:
            raise PythonError("the Python wrote among its answers") from wrong

    def _send(self, data: bytes, deadline: float) -> None:
        while data:
            if not select.select([], [self._calls], [], max(0.0, deadline - time.monotonic()))[1]:
                raise TimeoutError
            data = data[os.write(self._calls, data) :]

    def _receive_line(self, deadline: float) -> bytes:
        while b"\n" not in self._received:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self._answers], [], [], left)[0]:
                raise TimeoutError
            chunk = os.read(self._answers, 1 << 16)
            if not chunk or len(self._received) > self._most_bytes:
                raise EOFError
            self._received += chunk
        line, _, self._received = self._received.partition(b"\n")
        return line


def _read(answer: dict[str, Any], changed: tuple[int, ...]) -> PythonAnswer:
    if "raises" in answer:
        return Raised(str(answer["raises"]))
    if "strange" in answer:
        return Unanswered(ended=False)
    after = [from_json(each) for each in answer["after"]]
    return Returned(from_json(answer["value"]), tuple(zip(changed, after, strict=True)))
