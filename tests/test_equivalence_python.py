"""The Python of an example under questions: bounded, isolated, and hostile."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sse_steps.equivalence.python_session import (
    Program,
    PythonAnswer,
    PythonError,
    PythonSession,
    Raised,
    Returned,
    Unanswered,
)
from sse_steps.rust.sandbox import Limits, Sandbox

LIMITS = Limits(cpu_s=3, wall_s=10.0, memory_bytes=512 << 20, output_bytes=64 << 10)


def answer(sandbox: Sandbox, body: str, *args: object, before: str = "") -> PythonAnswer:
    """Return what one call of a function with this body comes to."""
    source = f"{before}\ndef f(*args):\n    {body}\n"
    with PythonSession(sandbox, Program(source, "f"), LIMITS) as session:
        session.begin()
        return session.ask(args)


@pytest.mark.parametrize(
    "value",
    [None, True, -5, 2**70, 1.5, float("inf"), "Zoë 🦀\0", [1, [2]], (1, "a"), {3, 4}, {1: {"a"}}],
    ids=repr,
)
def test_values_go_there_and_back(sandbox: Sandbox, value: object) -> None:
    """What the function is given and what it returns keep their types."""
    assert answer(sandbox, "return args[0]", value) == Returned(value)


def test_calls_see_nothing_of_one_another(sandbox: Sandbox) -> None:
    """A counter in the module starts anew with each call."""
    source = "count = 0\ndef f():\n    global count\n    count += 1\n    return count\n"
    with PythonSession(sandbox, Program(source, "f"), LIMITS) as session:
        session.begin()
        assert [session.ask(()) for _ in range(3)] == [Returned(1)] * 3


def test_changed_arguments_come_back(sandbox: Sandbox) -> None:
    """What the function leaves in an argument that it may change is told by position."""
    source = "def f(a, b):\n    b.append(a)\n"
    with PythonSession(sandbox, Program(source, "f", (1,)), LIMITS) as session:
        session.begin()
        assert session.ask((1, [2])) == Returned(None, ((1, [2, 1]),))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return {}['a']", Raised("KeyError")),
        ("return f()", Raised("RecursionError")),
        ("return object()", Unanswered(ended=False)),
        ("x = []; x.append(x); return x", Unanswered(ended=False)),
        ("return [0] * 10**9", Raised("MemoryError")),
        ("return input()", Raised("EOFError")),
        ("print('{\"value\": 1}'); return 2", Returned(2)),
        ("import sys; sys.__stdout__.write('x' * 10**6); return 3", Returned(3)),
        ("raise SystemExit", Unanswered(ended=True)),
        ("import os; os.kill(os.getpid(), 9)", Unanswered(ended=True)),
        ("return 'x' * 10**6", Unanswered(ended=True)),
        ("return 10**5000 - 10**5000", Returned(0)),
    ],
)
def test_whatever_a_function_does_is_an_answer(
    sandbox: Sandbox, body: str, expected: PythonAnswer
) -> None:
    """Exceptions, strange values, prints, endings and answers without end are told apart."""
    assert answer(sandbox, body) == expected


def test_an_endless_call_ends(sandbox: Sandbox) -> None:
    """A call gets about a second of CPU time, not what the whole process may use."""
    started = time.monotonic()
    assert answer(sandbox, "while True: pass") == Unanswered(ended=True)
    assert time.monotonic() - started < 10.5


@pytest.mark.parametrize(
    "written",
    ["nonsense", "[]", "7", '{"value": {"$": "what"}, "after": []}', '{"after": []}', "[" * 9999],
)
def test_what_a_program_writes_among_its_answers_is_no_answer(
    sandbox: Sandbox, written: str
) -> None:
    """A program that finds the pipe and writes to it cannot be asked, and nothing else happens."""
    pipes = "[n for n in range(3, 20) if is_pipe(n)]"
    before = (
        "import os, stat\n"
        "def is_pipe(n):\n"
        "    try:\n"
        "        return stat.S_ISFIFO(os.fstat(n).st_mode)\n"
        "    except OSError:\n"
        "        return False\n"
    )
    body = f"os.write({pipes}[-1], {written!r}.encode() + b'\\n')"
    with pytest.raises(PythonError, match="among its answers"):
        answer(sandbox, body, before=before)


def test_a_program_that_does_not_start_is_told(sandbox: Sandbox) -> None:
    """A program that raises when it is loaded cannot be asked."""
    with pytest.raises(PythonError, match="does not start"):
        answer(sandbox, "return 1", before="1 / 0")


def test_the_program_reads_nothing_of_the_host(sandbox: Sandbox, tmp_path: Path) -> None:
    """The Python runs isolated: a file of the host is not there."""
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    assert isinstance(answer(sandbox, f"return open({str(secret)!r}).read()"), Raised)
