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
    "tells its depth": "import sys\n"
    "def f(x: int) -> int:\n    frame, depth = sys._getframe(), 0\n"
    "    while frame:\n        frame, depth = frame.f_back, depth + 1\n    return depth\n",
}
# What a program could do to what all of them share, and one behind it that would suffer from it.
FLOOD = """import os
try:
    for _ in range(32):
        os.write(2, b"x" * 65536)
except OSError:
    pass
"""
PLACED = "import os\nos.lseek(2, 1 << 20, 0)\n"
REWOUND = "import os\nos.lseek(0, 0, 0)\n"
LEFT_BEHIND = """import os, time
if os.fork() == 0:
    os.closerange(0, 60)
    time.sleep(50)
    os._exit(0)
"""
SPEAKING = (
    "import sys\ndef f(x: int) -> int:\n    print(x, file=sys.stderr, flush=True)\n    return x\n"
)
READING = "def f(x: int) -> str:\n    return input()\n"
PAIRS = {
    "output used up": (FLOOD, SPEAKING),
    "output at its end": (PLACED, SPEAKING),
    "input from its start": (REWOUND, READING),
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


@pytest.mark.parametrize("name", PAIRS)
def test_nothing_that_is_shared_reaches_a_neighbour(name: str, python: Python) -> None:
    """What one program does to the streams of all changes no answer of the next one."""
    spoils, suffers = PAIRS[name]
    sources = [source("spoils", spoils + HONEST), source("suffers", suffers)]
    assert each_with_expected(sources, python)[1] == with_expected(sources[1], python)


def test_all_kinds_go_together(python: Python) -> None:
    """Functions, a program, and a source without inputs come back in their order."""
    program = Source("program", "print(1)\n", (Run(),), None, "program")
    bare = Source("bare", HONEST, (), None, "bare")
    sources = [source("a", HONEST), program, bare, source("b", HONEST)]
    found = each_with_expected(sources, python)
    assert [len(each.example.cases) for each in found] == [2, 1, 0, 2]
    assert [each.example.id for each in found] == ["a", "program", "bare", "b"]


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return a list that grows with every interpreter that is started."""
    started: list[object] = []
    run = Python.run

    def counted(self: Python, arguments: list[str], *rest: object) -> object:
        started.append(arguments)
        return run(self, arguments, *rest)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(Python, "run", counted)
    return started


def test_nobody_is_asked_alone_where_all_goes_well(python: Python, starts: list[object]) -> None:
    """Many honest questions take one interpreter."""
    questions = [Question(HONEST, "f", [(number,)]) for number in range(20)]
    answers = python.call_each(questions)
    assert answers == [[{"value": 2 * number}] for number in range(20)]
    assert python.call_each(questions, apart=False) == answers
    assert len(starts) == 2


def test_behind_a_process_that_is_left_everybody_is_asked_alone(
    python: Python, starts: list[object]
) -> None:
    """What a program leaves running takes nothing from the next: that one is asked elsewhere."""
    texts = (HONEST, LEFT_BEHIND + HONEST, HONEST, HONEST)
    answers = python.call_each([Question(text, "f", [(3,)]) for text in texts])
    assert answers == [[{"value": 6}]] * 4
    assert len(starts) == 3
