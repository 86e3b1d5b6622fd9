"""Expected values: the Python of an example is run, and it is run where it can do no harm."""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from sse_steps.corpus.expected import Python, with_expected
from sse_steps.corpus.folder import Call, Run, Source
from sse_steps.errors import CorpusError
from sse_steps.records import Case, Example, ProgramCase
from sse_steps.rust.sandbox import Limits, Sandbox

LIMITS = Limits(cpu_s=5, wall_s=10.0, memory_bytes=1 << 30, output_bytes=1 << 20)
SHORT = Limits(cpu_s=1, wall_s=0.7, memory_bytes=1 << 30, output_bytes=1 << 20)


@pytest.fixture(scope="session")
def python(sandbox: Sandbox) -> Python:
    """Return the interpreter in the real sandbox."""
    return Python(sandbox, LIMITS)


def called(text: str, calls: Sequence[tuple[object, ...]]) -> Source:
    """Return an example whose function `f` is called."""
    return Source("l/e", text, tuple(Call("f", args) for args in calls), None, "corpus/l/e")


def program(text: str, *runs: Run) -> Source:
    """Return an example that is run as a program."""
    return Source("l/e", text, runs or (Run(),), "fn main() {}", "corpus/l/e")


def answers(example: Example) -> list[object]:
    """Return what each call is expected to return, or the exception's name."""
    cases = [case for case in example.cases if isinstance(case, Case)]
    assert len(cases) == len(example.cases)
    return [case.raises or case.expected for case in cases]


def check_fault(source: Source, python: Python, *, says: str) -> None:
    """Check that an example ends in an error of two lines that names it."""
    with pytest.raises(CorpusError) as caught:
        with_expected(source, python)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert "'corpus/l/e'" in lines[0]
    assert says in lines[0]


def test_values_are_what_python_returns(python: Python) -> None:
    """Each call gets the value that the Python returned, in the order of the calls."""
    text = "def f(a: int, b: int) -> int:\n    return a // b\n"
    example = with_expected(called(text, [(7, 2), (-7, 2), (0, 5)]), python)
    assert example == Example(
        "l/e",
        3,
        text,
        (Case("f", (7, 2), 3), Case("f", (-7, 2), -4), Case("f", (0, 5), 0)),
        "pub fn f(a: i64, b: i64) -> i64",
    )


RESULTS: dict[str, tuple[str, object, object]] = {
    "a list": ("list[int]", [1, 2], [1, 2]),
    "a tuple": ("tuple[int, str]", (1, "a"), (1, "a")),
    "a set": ("set[str]", {"a", "b"}, {"a", "b"}),
    "a dict with tuples as keys": ("dict[tuple[int, int], str]", {(1, 2): "x"}, {(1, 2): "x"}),
    "none": ("int | None", None, None),
    "a float that is an int": ("float", 3, 3.0),
    "floats that are ints, deep down": ("list[tuple[float, int]]", [(1, 1)], [(1.0, 1)]),
    "infinity": ("float", math.inf, math.inf),
    "text beyond ASCII": ("str", "Zoë 🦀\n\0", "Zoë 🦀\n\0"),
    "an integer of 100 bits": ("int", 2**100, 2**100),
}


@pytest.mark.parametrize(("kind", "given", "wanted"), RESULTS.values(), ids=RESULTS.keys())
def test_plain_data_goes_in_and_comes_back(
    python: Python, kind: str, given: object, wanted: object
) -> None:
    """Arguments and results of every annotated kind survive the way through the sandbox."""
    example = with_expected(
        called(f"def f(x: {kind}) -> {kind}:\n    return x", [(given,)]), python
    )
    (case,) = example.cases
    assert isinstance(case, Case)
    assert repr(case.expected) == repr(wanted) or case.expected == wanted
    assert repr(case.args) == repr((wanted,)) or case.args == (wanted,)


def test_not_a_number_is_a_value(python: Python) -> None:
    """A function may return NaN."""
    example = with_expected(called("def f() -> float:\n    return float('nan')", [()]), python)
    (answer,) = answers(example)
    assert isinstance(answer, float)
    assert math.isnan(answer)


def test_exceptions_are_answers(python: Python) -> None:
    """A call that raises expects an error, which makes the whole signature fallible."""
    text = (
        "class EmptyError(Exception):\n    pass\n\n"
        "def f(x: int) -> int:\n"
        "    if x == 0:\n        raise EmptyError('none')\n"
        "    return 10 // (x - 1)\n"
    )
    example = with_expected(called(text, [(0,), (1,), (2,)]), python)
    assert answers(example) == ["EmptyError", "ZeroDivisionError", 10]
    assert example.signature == "pub fn f(x: i64) -> Result<i64, String>"


def test_calls_do_not_share_their_arguments(python: Python) -> None:
    """A function that changes its argument changes the argument of that call alone."""
    text = "def f(xs: list[int]) -> int:\n    xs.append(1)\n    return len(xs)\n"
    shared: list[object] = []
    assert answers(with_expected(called(text, [(shared,), (shared,)]), python)) == [1, 1]
    assert shared == []


def test_what_a_function_prints_is_no_answer(python: Python) -> None:
    """A program that prints while it is loaded and while it is called answers all the same."""
    text = (
        "import sys, os\n"
        "print('{\"value\": 1}')\n"
        "def f(x: int) -> int:\n"
        "    print('{\"value\": 2}')\n"
        "    os.write(1, b'{\"value\": 3}\\n')\n"
        "    sys.stdout.flush()\n"
        "    return x\n"
    )
    assert answers(with_expected(called(text, [(7,), (8,)]), python)) == [7, 8]


def test_the_main_guard_does_not_run_for_calls(python: Python) -> None:
    """A called example is not run as a program."""
    text = "def f() -> int:\n    return 1\n\nif __name__ == '__main__':\n    raise SystemExit(3)\n"
    assert answers(with_expected(called(text, [()]), python)) == [1]


STRANGE = {
    "an object": ("return object()", "object"),
    "a function": ("return print", "builtin_function_or_method"),
    "bytes": ("return b'x'", "bytes"),
    "a generator": ("return (x for x in 'ab')", "generator"),
    "an object in a list": ("return [1, {2: object()}]", "list"),
}


@pytest.mark.parametrize(("body", "kind"), STRANGE.values(), ids=STRANGE.keys())
def test_what_is_no_plain_data_is_refused(python: Python, body: str, kind: str) -> None:
    """A result that no case can hold is an error that names its type."""
    check_fault(called(f"def f() -> int:\n    {body}", [()]), python, says=f"a {kind}, which is no")


BROKEN = {
    "no Python": ("def f(:", "does not parse"),
    "no such function": ("def g() -> int:\n    return 1", "no function 'f'"),
    "no annotations": ("def f():\n    return 1", "the annotation of the result"),
    "another number of parameters": ("def f(x: int) -> int:\n    return 1", "not every call"),
    "an error while it loads": ("1 / 0\ndef f() -> int:\n    return 1", "ZeroDivisionError"),
    "a module that is not there": ("import nowhere\ndef f() -> int:\n    return 1", "nowhere"),
    "an end while it is called": ("def f() -> int:\n    raise SystemExit(3)", "ended with 3"),
    "a sudden end": ("import os\ndef f() -> int:\n    os._exit(0)", "ended with 0"),
    "an integer of 5000 digits": ("def f() -> int:\n    return 10 ** 5000", "ended with 1"),
    "a list inside itself": (
        "def f() -> list[int]:\n    x = []\n    x.append(x)\n    return x",
        "",
    ),
}


@pytest.mark.parametrize(("text", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_programs_that_cannot_be_called_are_refused(python: Python, text: str, says: str) -> None:
    """An example that does not parse, fit or end well is an error that says why."""
    check_fault(called(text, [()]), python, says=says)


def test_calls_of_several_functions_are_refused(python: Python) -> None:
    """An example is one function's; calls of two are an error."""
    text = "def f() -> int:\n    return 1\n\ndef g() -> int:\n    return 2\n"
    source = Source("l/e", text, (Call("f", ()), Call("g", ())), None, "corpus/l/e")
    check_fault(source, python, says="not every call")


def test_an_endless_loop_is_stopped(sandbox: Sandbox) -> None:
    """A function and a program that never end are errors after their limit, not a hanging build."""
    short = Python(sandbox, SHORT)
    started = time.perf_counter()
    loop = "while True: pass"
    check_fault(called(f"def f() -> int:\n    {loop}", [()]), short, says="running it")
    check_fault(program(loop), short, says="did not end well")
    check_fault(program("import time\ntime.sleep(60)"), short, says="did not end well")
    assert time.perf_counter() - started < 10


def test_a_memory_hog_is_stopped(sandbox: Sandbox) -> None:
    """A program that asks for more memory than its limit does not get it."""
    small = Python(sandbox, Limits(cpu_s=5, wall_s=10.0, memory_bytes=256 << 20, output_bytes=1000))
    check_fault(program("x = bytearray(1 << 30)"), small, says="MemoryError")


def test_programs_are_run_with_arguments_and_input(python: Python) -> None:
    """A run's arguments and input reach the program; its output and exit code are expected."""
    text = (
        "import sys\n"
        "text = sys.stdin.read()\n"
        "print(sys.argv[1:], len(text), text.upper(), sep='|')\n"
        "print('not this', file=sys.stderr)\n"
        "sys.exit(len(sys.argv) - 1)\n"
    )
    example = with_expected(
        program(text, Run(), Run(("a b", "Zoë", ""), "crab 🦀\nx"), Run(("--help",))), python
    )
    assert example.signature is None
    assert example.reference == "fn main() {}"
    assert example.cases == (
        ProgramCase((), "", "[]|0|\n", 0),
        ProgramCase(("a b", "Zoë", ""), "crab 🦀\nx", "['a b', 'Zoë', '']|8|CRAB 🦀\nX\n", 3),
        ProgramCase(("--help",), "", "['--help']|0|\n", 1),
    )


def test_a_program_sees_its_main_guard(python: Python) -> None:
    """A program runs as a main program."""
    example = with_expected(program("if __name__ == '__main__':\n    print('ran')"), python)
    assert example.cases == (ProgramCase(stdout="ran\n"),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("raise ValueError('no')", "ValueError: no"),
        ("import os\nos.abort()", "did not end well"),
        ("import os\nos.kill(os.getpid(), 9)", "did not end well"),
        ("print(1", "does not parse"),
    ],
)
def test_programs_that_do_not_end_well_are_refused(python: Python, text: str, says: str) -> None:
    """A traceback or a signal is a fault of the corpus, not an expected value."""
    check_fault(program(text), python, says=says)


@pytest.mark.parametrize("run", [Run(("a\0b",)), Run(stdin="\ud800"), Run(("\ud8000",))])
def test_runs_that_no_process_can_have_are_refused(python: Python, run: Run) -> None:
    """An argument with a null byte, or a lone surrogate in a text, is a fault of the corpus."""
    check_fault(program("import sys\nsys.stdin.read()", run), python, says="cannot be used")


@pytest.mark.parametrize(
    "source",
    [
        called("def f(x: int) -> int:\n    return 1", [([1],)]),
        called("def f() -> int:\n    return [1]", [()]),
    ],
    ids=["an argument", "a result"],
)
def test_values_that_belie_their_annotation_are_refused(python: Python, source: Source) -> None:
    """A value of another type than its annotation is a fault of the corpus: no Rust can match."""
    check_fault(source, python, says="cannot be used")


@pytest.mark.parametrize(
    "source",
    [
        called("def f(x: int) -> int:\n    return 1", [("text",)]),
        called("def f() -> int:\n    return 'text'", [()]),
        called("def f() -> int:\n    return None", [()]),
        called("def f() -> int:\n    return 1.5", [()]),
    ],
    ids=["an argument", "a text", "none", "a float"],
)
def test_scalars_that_belie_their_annotation_are_refused(python: Python, source: Source) -> None:
    """A scalar of another type than its annotation is a fault too: no Rust can match."""
    check_fault(source, python, says="cannot be used")


@pytest.mark.parametrize(
    ("kind", "value"), [("tuple[int, int]", (1, 2, 3)), ("list[int]", (1, 2)), ("int", (1, 2))]
)
def test_no_item_of_a_tuple_is_lost(python: Python, kind: str, value: tuple[int, ...]) -> None:
    """A tuple of another length than its annotation is refused or kept whole, never cut."""
    try:
        example = with_expected(called(f"def f() -> {kind}:\n    return {value}", [()]), python)
    except CorpusError:
        return
    assert answers(example) == [value]


def test_forged_answers_are_refused(python: Python) -> None:
    """A program that writes to the runner's own channel spoils its example, not the build."""
    text = (
        "import os\n"
        "def f() -> int:\n"
        "    for descriptor in range(3, 10):\n"
        "        try:\n"
        "            os.write(descriptor, b'no answer\\n')\n"
        "        except OSError:\n"
        "            pass\n"
        "    os._exit(0)\n"
    )
    check_fault(called(text, [()]), python, says="cannot be used")


def test_an_argument_of_5000_digits_is_refused(python: Python) -> None:
    """An argument that JSON cannot carry is a fault of the corpus."""
    source = called("def f(x: int) -> int:\n    return 1", [(16**5000,)])
    check_fault(source, python, says="cannot be used")


def tries(statement: str) -> str:
    """Return a function that says whether a statement succeeds."""
    return (
        "import os, pathlib, socket, subprocess\n"
        "def f() -> str:\n"
        f"    try:\n        {statement}\n"
        "    except Exception as fault:\n        return 'refused'\n"
        "    return 'done'\n"
    )


FORBIDDEN = {
    "read the password file": "pathlib.Path('/etc/passwd').read_text()",
    "read the project": f"pathlib.Path({str(Path(__file__))!r}).read_text()",
    "list the project": f"os.listdir({str(Path(__file__).parent)!r})",
    "read the home folder": "os.listdir('/root')",
    "read the parent's environment": "open(f'/proc/{os.getppid()}/environ').read(9)[0]",
    "write beside itself": "pathlib.Path('example.txt').write_text('x')",
    "write to /tmp": "pathlib.Path('/tmp/sse_escape').write_text('x')",
    "write to the interpreter": "pathlib.Path(os.__file__).with_name('x.py').write_text('x')",
    "delete its source": "os.remove('example.py')",
    "kill everything": "os.kill(-1, 0)",
    "become another user": "os.setuid(1234)",
    "make a device": "os.mknod('zero', 0o20666, os.makedev(1, 5))",
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_the_python_of_a_corpus_is_kept_in(python: Python, statement: str) -> None:
    """The sandboxed Python can neither read the host's files, nor write, nor rise."""
    assert answers(with_expected(called(tries(statement), [()]), python)) == ["refused"]


def test_the_python_of_a_corpus_has_no_network(python: Python) -> None:
    """A server of this test on loopback is not reached from the sandbox, nor is any other."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        port = server.getsockname()[1]
        reached = threading.Event()

        def accept() -> None:
            with server.accept()[0]:
                reached.set()

        waiting = threading.Thread(target=accept, daemon=True)
        waiting.start()
        for address in (("127.0.0.1", port), ("1.1.1.1", 53)):
            text = tries(f"socket.create_connection({address!r}, 2)")
            assert answers(with_expected(called(text, [()]), python)) == ["refused"]
        assert not reached.is_set()
        socket.create_connection(("127.0.0.1", port), 5).close()
        assert reached.wait(5)


def test_the_environment_does_not_reach_a_corpus(
    python: Python, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Secrets in this process's environment are not seen by the sandboxed Python."""
    monkeypatch.setenv("SSE_SECRET", "hunter2")
    text = "import os\ndef f() -> str:\n    return os.environ.get('SSE_SECRET', 'unseen')\n"
    assert answers(with_expected(called(text, [()]), python)) == ["unseen"]


def test_the_identity_names_what_a_value_depends_on(sandbox: Sandbox) -> None:
    """Another limit is another identity, so that values are found anew."""
    assert Python(sandbox, LIMITS).identity != Python(sandbox, SHORT).identity
    assert "3." in Python(sandbox, LIMITS).identity
