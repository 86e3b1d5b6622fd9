"""Conversations with the candidates of one executable, one after the other in one sandbox.

Most of the cost of a short conversation is starting its sandbox. Each candidate still has a process
of its own, with pipes of its own, started when the one before has ended. None can leave anything to
the next: there is no place to write to, and what starts processes is refused. Where that refusal
cannot be had, and where a conversation does not go well to its end, the candidate is asked alone.
"""

from __future__ import annotations

import os
import select
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO

from sse_steps.rust.compiler import Compiled
from sse_steps.rust.sandbox import Limits, Running, Sandbox, Streams
from sse_steps.rust.series import run_message
from sse_steps.rust.session import (
    Answer,
    Answered,
    Conversation,
    Panicked,
    Unfit,
    is_ready,
)

MOST_AT_ONCE = 12  # candidates that share a sandbox
FILES_EACH = 6  # that are open for one of them
_END_S = 2.0  # for a process that is not asked any more to end by itself


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function; `expected_bytes` is the size of the right answer."""

    function: int
    args: Sequence[object]
    expected_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """What one candidate answered to each call, in `seconds` of the wall clock."""

    answers: list[Answer]
    seconds: float


def can_share(sandbox: Sandbox) -> bool:
    """Return whether no candidate can leave a process behind in this sandbox."""
    return sandbox.filtered


def ask_in_turn(
    sandbox: Sandbox,
    candidates: Sequence[Compiled],
    calls: Sequence[Sequence[Call]],
    limits: Limits,
) -> list[Heard | None]:
    """Put its calls to each candidate, in order; at most `MOST_AT_ONCE` of one executable.

    None stands for a candidate that is to be asked alone: it, or one before it, did not answer all.
    """
    with ExitStack() as stack:
        conversations = [stack.enter_context(Conversation()) for _ in candidates]
        own = stack.enter_context(tempfile.TemporaryFile())
        running = _started(sandbox, candidates, conversations, limits, own)
        try:
            heard = list(_heard(running, zip(conversations, calls, strict=True), limits))
        finally:
            running.stop()
    return [*heard, *[None] * (len(candidates) - len(heard))]


def _started(
    sandbox: Sandbox,
    candidates: Sequence[Compiled],
    conversations: Sequence[Conversation],
    limits: Limits,
    own: IO[bytes],
) -> Running:
    try:
        with ExitStack() as stack:
            message = stack.enter_context(tempfile.TemporaryFile())
            theirs: list[int] = []
            for compiled, each in zip(candidates, conversations, strict=True):
                # One each: what is opened once has flags that the next one would find.
                nothing = os.open(os.devnull, os.O_RDWR)
                stack.callback(os.close, nothing)
                streams = (nothing, nothing, each.stderr)
                theirs += (nothing, each.stderr, *each.theirs)
                arguments = [str(number).encode() for number in each.theirs]
                message.write(run_message(streams, each.theirs, compiled.choice, arguments))
            message.seek(0)
            return sandbox.start(
                [str(candidates[0].executable)],
                candidates[0].access(),
                limits,
                streams=Streams(stderr=own.fileno(), series=message.fileno()),
                descriptors=(message.fileno(), *theirs),
            )
    finally:
        for each in conversations:
            each.give()


def _heard(
    running: Running,
    asked: Iterator[tuple[Conversation, Sequence[Call]]],
    limits: Limits,
) -> Iterator[Heard]:
    """Yield what each candidate answered, up to the first that did not answer all."""
    reports = b""
    for number, (conversation, calls) in enumerate(asked, start=1):
        started = time.perf_counter()
        conversation.begin(limits.wall_s)
        answers: list[Answer] = []
        for call in calls:
            answer = conversation.ask(call.function, call.args, expected_bytes=call.expected_bytes)
            if not isinstance(answer, Answered | Panicked | Unfit):
                return
            answers.append(answer)
        conversation.hang_up()
        reports = _reported(running, reports, number)
        if reports.count(b"\n") < number:
            return
        yield Heard(answers, time.perf_counter() - started)


def _reported(running: Running, reports: bytes, number: int) -> bytes:
    """Return what the launcher has said when `number` processes have ended, or it is too late."""
    until = time.monotonic() + _END_S
    while reports.count(b"\n") < number:
        left = until - time.monotonic()
        if left <= 0 or not is_ready(running.status, select.POLLIN, left):
            break
        said = os.read(running.status, 1 << 12)
        if not said:
            break
        reports += said
    return reports
