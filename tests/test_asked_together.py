"""Examples whose Python is run together get what each gets alone."""

from __future__ import annotations

import pytest

from sse_steps.corpus.expected import each_with_expected, with_expected
from sse_steps.corpus.interpreter import Python, Question
from sse_steps.corpus.source import Call, Run, Source
from sse_steps.rust.sandbox import Limits, Sandbox

LIMITS = Limits(cpu_s=1, wall_s=60.0, memory_bytes=1 << 30, output_bytes=1 << 20)
HONEST = "def f(x: int) -> int:\n    return x * 2\n"
# Programs that do to the process they are in what others could suffer from.
PROGRAMS = {
    "ends the process": "import os\ndef f(x: int) -> int:\n    os._exit(0)\n",
    "raises": "def f(x: int) -> int:\n    raise KeyError(x)\n",
    "is no module": "raise SystemExit\n" + HONEST,
    "spoils json": "import json\njson.dumps = lambda *_, **__: '{}'\n" + HONEST,
    "spoils builtins": "import builtins\nbuiltins.len = lambda _: 7\n"
    "def f(x: int) -> int:\n    return len('abc') + x\n",
    "relies on builtins": "def f(x: int) -> int:\n    return len('abc') + x\n",
    "ends its parent": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n" + HONEST,
    "prints": 'print(\'{"answers": ""}\')\n' + HONEST,
    "writes everywhere": "import os\n"
    "def f(x: int) -> int:\n"
    "    for number in range(3, 60):\n"
    "        try:\n            os.write(number, b'{\"value\": 1}\\n')\n"
    "        except OSError:\n            pass\n"
    "    return x\n",
    "changes": "import random\ndef f(x: int) -> float:\n    return random.random()\n",
    "never ends": "def f(x: int) -> int:\n    while True:\n        pass\n",
}


@pytest.fixture(scope="session")
def python(sandbox: Sandbox) -> Python:
    """Return the interpreter in the real sandbox."""
    return Python(sandbox, LIMITS)


def source(name: str, text: str) -> Source:
    """Return an example whose function `f` is called twice."""
    return Source(name, text, (Call("f", (1,)), Call("f", (5,))), None, name)


@pytest.mark.parametrize("name", PROGRAMS)
def test_neighbours_change_nothing(name: str, python: Python) -> None:
    """Between two others an example gets what it gets alone, and so do they."""
    sources = [source("before", HONEST), source(name, PROGRAMS[name]), source("after", HONEST)]
    assert each_with_expected(sources, python) == [with_expected(each, python) for each in sources]


def test_all_kinds_go_together(python: Python) -> None:
    """Functions, a program, and a source without inputs come back in their order."""
    program = Source("program", "print(1)\n", (Run(),), None, "program")
    bare = Source("bare", HONEST, (), None, "bare")
    sources = [source("a", HONEST), program, bare, source("b", HONEST)]
    found = each_with_expected(sources, python)
    assert [len(each.example.cases) for each in found] == [2, 1, 0, 2]
    assert [each.example.id for each in found] == ["a", "program", "bare", "b"]


def test_nobody_is_asked_alone_where_all_goes_well(
    python: Python, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many honest questions take one interpreter."""
    started = []
    run = Python.run

    def counted(self: Python, arguments: list[str], *rest: object) -> object:
        started.append(arguments)
        return run(self, arguments, *rest)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(Python, "run", counted)
    questions = [Question(HONEST, "f", [(number,)]) for number in range(20)]
    answers = python.call_each(questions)
    assert answers == [[{"value": 2 * number}] for number in range(20)]
    assert python.call_each(questions, apart=False) == answers
    assert len(started) == 2
