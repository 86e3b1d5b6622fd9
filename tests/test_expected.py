"""Expected values: the Python of an example is run, and it is run where it can do no harm."""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from sse_steps.corpus.expected import with_expected
from sse_steps.corpus.interpreter import Python
from sse_steps.corpus.source import Call, Check, Claim, Run, Source
from sse_steps.records import Case, Example, Failure, ProgramCase
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


def answered(source: Source, python: Python) -> Example:
    """Return an example of which nothing is left out."""
    found = with_expected(source, python)
    assert found.left_out == ()
    return found.example


def answers(example: Example) -> list[object]:
    """Return what each call is expected to return, or the exception's name."""
    cases = [case for case in example.cases if isinstance(case, Case)]
    assert len(cases) == len(example.cases)
    return [case.raises or case.expected for case in cases]


def check_fault(source: Source, python: Python, *, says: str) -> None:
    """Check that an example ends without a case, for a reason of one line."""
    found = with_expected(source, python)
    assert found.example.cases == ()
    assert found.example.signature is None
    assert all(len(reason.splitlines()) == 1 for reason in found.left_out)
    assert says in " ".join(found.left_out)
    assert found.left_out


def test_values_are_what_python_returns(python: Python) -> None:
    """Each call gets the value that the Python returned, in the order of the calls."""
    text = "def f(a: int, b: int) -> int:\n    return a // b\n"
    example = answered(called(text, [(7, 2), (-7, 2), (0, 5)]), python)
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
    example = answered(called(f"def f(x: {kind}) -> {kind}:\n    return x", [(given,)]), python)
    (case,) = example.cases
    assert isinstance(case, Case)
    assert repr(case.expected) == repr(wanted) or case.expected == wanted
    assert repr(case.args) == repr((wanted,)) or case.args == (wanted,)


def test_not_a_number_is_a_value(python: Python) -> None:
    """A function may return NaN."""
    example = answered(called("def f() -> float:\n    return float('nan')", [()]), python)
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
    example = answered(called(text, [(0,), (1,), (2,)]), python)
    assert answers(example) == ["EmptyError", "ZeroDivisionError", 10]
    assert example.signature == "pub fn f(x: i64) -> Result<i64, String>"


def test_calls_do_not_share_their_arguments(python: Python) -> None:
    """A function that changes its argument changes the argument of that call alone."""
    text = "def f(xs: list[int]) -> int:\n    xs.append(1)\n    return len(xs)\n"
    shared: list[object] = []
    assert answers(answered(called(text, [(shared,), (shared,)]), python)) == [1, 1]
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
    assert answers(answered(called(text, [(7,), (8,)]), python)) == [7, 8]


def test_the_main_guard_does_not_run_for_calls(python: Python) -> None:
    """A called example is not run as a program."""
    text = "def f() -> int:\n    return 1\n\nif __name__ == '__main__':\n    raise SystemExit(3)\n"
    assert answers(answered(called(text, [()]), python)) == [1]


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
    "no such function": ("def g() -> int:\n    return 1", "no function 'f'"),
    "another number of parameters": ("def f(x: int) -> int:\n    return 1", "not every call"),
    "an error while it loads": ("1 / 0\ndef f() -> int:\n    return 1", "ZeroDivisionError"),
    "a module that is not there": ("import nowhere\ndef f() -> int:\n    return 1", "nowhere"),
    "an end while it is called": (
        "def f() -> int:\n    raise SystemExit(3)",
        "it ends the program",
    ),
    "a sudden end": ("import os\ndef f() -> int:\n    os._exit(0)", "ended with 0"),
    "an integer of 5000 digits": ("def f() -> int:\n    return 10 ** 5000", "ended with 1"),
    "a list inside itself": (
        "def f() -> list[int]:\n    x = []\n    x.append(x)\n    return x",
        "ended with 1",
    ),
}


@pytest.mark.parametrize(("text", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_programs_that_cannot_be_called_are_refused(python: Python, text: str, says: str) -> None:
    """An example that does not parse, fit or end well is an error that says why."""
    check_fault(called(text, [()]), python, says=says)


def test_an_example_is_one_function_s(python: Python) -> None:
    """Calls of another function than the first call's are left out, with the reason once."""
    text = "def f() -> int:\n    return 1\n\ndef g() -> int:\n    return 2\n"
    source = Source("l/e", text, (Call("f", ()), Call("g", ()), Call("g", ())), None, "corpus/l/e")
    found = with_expected(source, python)
    assert answers(found.example) == [1]
    (reason,) = found.left_out
    assert reason == "calls of other functions: g; an example is f's alone"


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


def test_threads_share_the_memory_that_is_allowed(sandbox: Sandbox) -> None:
    """Threads that all live at once run within a limit that their data is far below."""
    small = Python(sandbox, Limits(cpu_s=5, wall_s=10.0, memory_bytes=512 << 20, output_bytes=1000))
    text = (
        "import threading\n"
        "all_here = threading.Barrier(24)\n"
        "def work():\n"
        "    kept = bytes(50_000)\n"
        "    all_here.wait()\n"
        "threads = [threading.Thread(target=work) for _ in range(24)]\n"
        "for thread in threads: thread.start()\n"
        "for thread in threads: thread.join()\n"
        "print('all came')\n"
    )
    (case,) = answered(program(text), small).cases
    assert isinstance(case, ProgramCase)
    assert case.stdout == "all came\n"


def test_programs_are_run_with_arguments_and_input(python: Python) -> None:
    """A run's arguments and input reach the program; its output and exit code are expected."""
    text = (
        "import sys\n"
        "text = sys.stdin.read()\n"
        "print(sys.argv[1:], len(text), text.upper(), sep='|')\n"
        "print('not this', file=sys.stderr)\n"
        "sys.exit(len(sys.argv) - 1)\n"
    )
    example = answered(
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
    example = answered(program("if __name__ == '__main__':\n    print('ran')"), python)
    assert example.cases == (ProgramCase(stdout="ran\n"),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("raise ValueError('no')", "ValueError: no"),
        ("import os\nos.abort()", "did not end well"),
        ("import os\nos.kill(os.getpid(), 9)", "did not end well"),
    ],
)
def test_programs_that_do_not_end_well_are_refused(python: Python, text: str, says: str) -> None:
    """A traceback or a signal is a fault of the corpus, not an expected value."""
    check_fault(program(text), python, says=says)


@pytest.mark.parametrize("run", [Run(("a\0b",)), Run(stdin="\ud800"), Run(("\ud8000",))])
def test_runs_that_no_process_can_have_are_refused(python: Python, run: Run) -> None:
    """An argument with a null byte, or a lone surrogate in a text, is a fault of the corpus."""
    check_fault(program("import sys\nsys.stdin.read()", run), python, says="")


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
    check_fault(source, python, says="")


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
    check_fault(source, python, says="")


@pytest.mark.parametrize(
    ("kind", "value"), [("tuple[int, int]", (1, 2, 3)), ("list[int]", (1, 2)), ("int", (1, 2))]
)
def test_no_item_of_a_tuple_is_lost(python: Python, kind: str, value: tuple[int, ...]) -> None:
    """A tuple of another length than its annotation is refused or kept whole, never cut."""
    example = with_expected(called(f"def f() -> {kind}:\n    return {value}", [()]), python).example
    assert answers(example) in ([value], [])


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
    check_fault(called(text, [()]), python, says="")


def test_an_argument_of_5000_digits_is_refused(python: Python) -> None:
    """An argument that JSON cannot carry is a fault of the corpus."""
    source = called("def f(x: int) -> int:\n    return 1", [(16**5000,)])
    check_fault(source, python, says="")


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
    assert answers(answered(called(tries(statement), [()]), python)) == ["refused"]


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
            assert answers(answered(called(text, [()]), python)) == ["refused"]
        assert not reached.is_set()
        socket.create_connection(("127.0.0.1", port), 5).close()
        assert reached.wait(5)


def test_the_environment_does_not_reach_a_corpus(
    python: Python, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Secrets in this process's environment are not seen by the sandboxed Python."""
    monkeypatch.setenv("SSE_SECRET", "hunter2")
    text = "import os\ndef f() -> str:\n    return os.environ.get('SSE_SECRET', 'unseen')\n"
    assert answers(answered(called(text, [()]), python)) == ["unseen"]


def test_the_identity_names_what_a_value_depends_on(sandbox: Sandbox) -> None:
    """Another limit is another identity, so that values are found anew."""
    assert Python(sandbox, LIMITS).identity != Python(sandbox, SHORT).identity
    assert "3." in Python(sandbox, LIMITS).identity


CHANGES: dict[str, tuple[str, str, list[object], str]] = {
    "a list": ("list[int]", "x.append(4)", [[3], [3, 4]], "&mut Vec<i64>"),
    "a sorted list": ("list[str]", "x.sort()", [["b", "a"], ["a", "b"]], "&mut Vec<String>"),
    "a dict": (
        "dict[str, int]",
        "x['b'] = 2",
        [{"a": 1}, {"a": 1, "b": 2}],
        "&mut std::collections::HashMap<String, i64>",
    ),
    "a set": ("set[int]", "x.add(2)", [{1}, {1, 2}], "&mut std::collections::HashSet<i64>"),
    "a list in a list": ("list[list[int]]", "x[0].pop()", [[[1]], [[]]], "&mut Vec<Vec<i64>>"),
    "floats": ("list[float]", "x[0] = 1", [[2.0], [1.0]], "&mut Vec<f64>"),
}


@pytest.mark.parametrize(
    ("kind", "statement", "values", "rust"), CHANGES.values(), ids=CHANGES.keys()
)
def test_what_a_function_changes_is_expected(
    python: Python, kind: str, statement: str, values: list[object], rust: str
) -> None:
    """A changed argument is held against what the Python left in it, and Rust gets it as &mut."""
    before, after = values
    example = answered(
        called(f"def f(n: int, x: {kind}) -> None:\n    {statement}", [(7, before)]), python
    )
    (case,) = example.cases
    assert isinstance(case, Case)
    assert repr(case.args) == repr((7, before))
    assert repr(case.after) == repr(((1, after),))
    assert example.signature == f"pub fn f(n: i64, x: {rust})"


def test_a_parameter_that_is_changed_once_is_judged_in_every_case(python: Python) -> None:
    """A case that leaves the argument alone expects it unchanged; one that raises says nothing."""
    text = (
        "def f(x: list[int]) -> int:\n"
        "    if not x:\n        raise ValueError\n"
        "    x[0] = 0\n    return 1\n"
    )
    example = answered(called(text, [([5],), ([0],), ([],)]), python)
    afters = [case.after for case in example.cases if isinstance(case, Case)]
    assert afters == [((0, [0]),), ((0, [0]),), ()]
    assert example.signature == "pub fn f(x: &mut Vec<i64>) -> Result<i64, String>"


def test_a_dict_in_another_order_is_not_changed(python: Python) -> None:
    """Order is no part of a dict: moving a key to its end changes nothing."""
    text = "def f(x: dict[str, int]) -> int:\n    x['a'] = x.pop('a')\n    return len(x)\n"
    example = answered(called(text, [({"a": 1, "b": 2},)]), python)
    assert example.signature is not None
    assert "&mut" not in example.signature


def test_a_change_that_rust_cannot_make_is_left_out(python: Python) -> None:
    """A list inside a tuple cannot be changed through any parameter of Rust's here."""
    text = "def f(x: tuple[list[int], int]) -> int:\n    x[0].append(1)\n    return 1\n"
    check_fault(called(text, [(([1], 2),)]), python, says="changes what x holds")


@pytest.mark.parametrize(
    ("failure", "result"),
    [(Failure.ERR, "Result<i64, String>"), (Failure.NONE, "Option<i64>"), (Failure.PANIC, "i64")],
)
def test_a_failure_is_said_as_declared(python: Python, failure: Failure, result: str) -> None:
    """How an exception is said decides the header and stands in the case."""
    text = "def f(x: int) -> int:\n    return 1 // x\n"
    source = Source(
        "l/e", text, (Call("f", (0,)), Call("f", (1,))), None, "o", failure, tolerance=1e-3
    )
    example = answered(source, python)
    first = example.cases[0]
    assert isinstance(first, Case)
    assert (first.raises, first.failure, first.tolerance) == ("ZeroDivisionError", failure, 1e-3)
    assert example.signature == f"pub fn f(x: i64) -> {result}"


def test_a_function_that_only_panics_shows_nothing(python: Python) -> None:
    """Where every call has to panic a stub would pass, so there is no case."""
    text = "def f(x: int) -> int:\n    return 1 // x\n"
    source = Source("l/e", text, (Call("f", (0,)),), None, "o", Failure.PANIC)
    found = with_expected(source, python)
    assert found.example.cases == ()
    assert "could be wrong" in found.left_out[0]


@pytest.mark.parametrize(
    "source",
    [
        called("def f(x: int) -> None:\n    print(x)", [(1,), (2,)]),
        program("x = 1"),
        program("import sys\nsys.exit(2)"),
    ],
    ids=["a function that prints", "a silent program", "an exit code alone"],
)
def test_what_a_program_that_does_nothing_would_pass_is_no_case(
    python: Python, source: Source
) -> None:
    """Without an answer, a change or a line of output there is nothing to be wrong about."""
    check_fault(source, python, says="")


INFERRED = {
    "ints": ("x + 1", [(1,), (2,)], "pub fn f(x: i64) -> i64"),
    "ints and floats": ("x * 2", [(1,), (2.5,)], "pub fn f(x: f64) -> f64"),
    "texts": ("x.split()", [("a b",)], "pub fn f(x: &str) -> Vec<String>"),
    "none or a number": ("x[0] if x else None", [([1],), ([],)],
                         "pub fn f(x: &[i64]) -> Option<i64>"),
    "pairs": ("(x, str(x))", [(1,)], "pub fn f(x: i64) -> (i64, String)"),
    "tuples of any length": ("x[1:]", [((1, 2),), ((1,),)], "pub fn f(x: &[i64]) -> Vec<i64>"),
    "a dict": ("{x: [1]}", [("a",)],
               "pub fn f(x: &str) -> std::collections::HashMap<String, Vec<i64>>"),
    "always empty": ("[]", [([],)], "pub fn f(x: &[i64]) -> Vec<i64>"),
}  # fmt: skip


@pytest.mark.parametrize(("result", "calls", "rust"), INFERRED.values(), ids=INFERRED.keys())
def test_types_without_annotations_come_from_values(
    python: Python, result: str, calls: list[tuple[object, ...]], rust: str
) -> None:
    """A function without annotations gets the header that its arguments and answers need."""
    assert answered(called(f"def f(x):\n    return {result}\n", calls), python).signature == rust


def test_an_int_that_stands_for_a_float_is_asked_as_one(python: Python) -> None:
    """Where other calls make a parameter a float, the Python answers for the float too."""
    example = answered(called("def f(x):\n    return str(x)\n", [(1,), (2.5,)]), python)
    assert answers(example) == ["1.0", "2.5"]


@pytest.mark.parametrize(
    "calls", [[(1,), ("a",)], [([1, "a"],)], [({1: 2, "a": 3},)], [(True,), (2,)]]
)
def test_values_of_several_types_are_refused(
    python: Python, calls: list[tuple[object, ...]]
) -> None:
    """Arguments that no one type has leave the example untested."""
    check_fault(called("def f(x):\n    return 1\n", calls), python, says="no common type")


@pytest.mark.parametrize("kind", ["set[float]", "dict[float, int]", "set[tuple[float, int]]"])
def test_floats_as_keys_are_refused(python: Python, kind: str) -> None:
    """No Rust hashes a float, so a header with one as a key could not be met."""
    check_fault(called(f"def f() -> {kind}:\n    return {{}}", [()]), python, says="hashed")


def test_defaults_and_keywords_are_filled_in(python: Python) -> None:
    """A call that leaves a parameter out, or names it, becomes a call with all of them."""
    text = "def f(x, y=2, *, z=3):\n    return x\n"
    check_fault(called(text, [(1,)]), python, says="plain parameters")
    text = "def f(x, y=2):\n    return x * y\n"
    calls = (Call("f", (3,)), Call("f", (3,), (("y", 5),)), Call("f", (), (("y", 1), ("x", 4))))
    example = answered(Source("l/e", text, calls, None, "o"), python)
    assert [case.args for case in example.cases if isinstance(case, Case)] == [
        (3, 2),
        (3, 5),
        (4, 1),
    ]
    assert answers(example) == [6, 15, 4]


def test_a_call_that_cannot_be_used_costs_itself_alone(python: Python) -> None:
    """A call that ends the process or returns an object leaves the other calls their cases."""
    text = (
        "import os, sys\n"
        "def f(x: int) -> int:\n"
        "    if x == 2:\n        os._exit(0)\n"
        "    if x == 3:\n        sys.exit(1)\n"
        "    if x == 4:\n        return object()\n"
        "    return x\n"
    )
    found = with_expected(called(text, [(1,), (2,), (3,), (4,), (5,)]), python)
    assert answers(found.example) == [1, 5]
    assert len(found.left_out) == 3


def test_an_answer_that_changes_is_no_expected_value(python: Python) -> None:
    """What a clock, a random number or the order of a set decides is left out."""
    text = "import random\ndef f(x: int) -> float:\n    return random.random()\n"
    check_fault(called(text, [(1,)]), python, says="something else each time")
    check_fault(program("import os\nprint(os.getpid(), id(os))"), python, says="each time")
    text = "def f() -> dict[str, int]:\n    return {x: 1 for x in {'a', 'b', 'c', 'd', 'e'}}\n"
    assert len(answered(called(text, [()]), python).cases) == 1


def test_a_claim_of_the_corpus_is_checked(python: Python) -> None:
    """A call whose answer is not what its corpus says is left out and says both."""
    text = "def f(x: int) -> tuple[int, str]:\n    return x, 'a'\n"
    calls = (Call("f", (1,), claim=Claim([1, "a"])), Call("f", (2,), claim=Claim([2, "b"])))
    found = with_expected(Source("l/e", text, calls, None, "o"), python)
    assert answers(found.example) == [(1, "a")]
    (reason,) = found.left_out
    assert "[2, 'b']" in reason
    assert "(2, 'a')" in reason


def checked(python_text: str, body: str) -> Source:
    """Return an example whose function `f` is called by a check."""
    test = "def check(candidate):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    return Source("l/e", python_text, (Check("f", test, 1),), None, "o")


def test_calls_of_a_check_are_recorded(python: Python) -> None:
    """What `check` asks of the canonical solution becomes the cases, each once."""
    body = "for x in (1, 2, 2):\n    assert candidate(x) == x + 1\nassert candidate(x=5) == 6"
    example = answered(checked("def f(x):\n    return x + 1\n", body), python)
    assert answers(example) == [2, 3, 6]


def test_a_recorded_call_is_recorded_before_it_changes_its_argument(python: Python) -> None:
    """The argument of the case is what the function was given, not what it left."""
    body = "assert candidate([2, 1]) == [1, 2]"
    example = answered(checked("def f(x):\n    x.sort()\n    return x\n", body), python)
    (case,) = example.cases
    assert isinstance(case, Case)
    assert (case.args, case.expected, case.after) == (([2, 1],), [1, 2], ((0, [1, 2]),))


@pytest.mark.parametrize(
    ("text", "body", "says"),
    [
        ("def f(x):\n    return x\n", "assert candidate(1) == 2", "fails its check"),
        ("def f(x):\n    return x\n", "import os\nos._exit(0)", "ended with 0"),
        ("1 / 0\ndef f(x):\n    return x\n", "candidate(1)", "ZeroDivisionError"),
    ],
)
def test_a_check_that_does_not_pass_gives_no_cases(
    python: Python, text: str, body: str, says: str
) -> None:
    """A canonical solution that its own check refuses is evidence of nothing."""
    check_fault(checked(text, body), python, says=says)


def test_a_long_check_gives_a_bounded_number_of_cases(python: Python) -> None:
    """Of a check that calls ten thousand times the first calls are kept."""
    body = "for x in range(10000):\n    assert candidate(x) == x"
    assert len(answered(checked("def f(x):\n    return x\n", body), python).cases) == 50


def test_a_check_that_draws_its_inputs_draws_them_again(python: Python) -> None:
    """Random inputs of a check are the same ones every time the corpus is read."""
    body = "import random\nfor _ in range(5):\n    candidate(random.randint(0, 10**9))"
    source = checked("def f(x):\n    return x\n", body)
    assert answers(answered(source, python)) == answers(answered(source, python))


def test_a_program_that_names_its_file_is_left_out(python: Python) -> None:
    """Output with the script's own name cannot be met by a program of another name."""
    check_fault(program("import sys\nprint(sys.argv[0])"), python, says="name of the script")
