"""Corpora kept as folders: what is read, and that no file in them can do harm."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sse_steps.corpus.folder import read_folder
from sse_steps.corpus.source import Call, Run, Source
from sse_steps.errors import CorpusError
from sse_steps.records import Failure

ROOT = Path(__file__).parents[1]
PYTHON = "def f(x: int) -> int:\n    return x\n"


def put(root: Path, inputs: str | bytes, python: str | bytes = PYTHON) -> Path:
    """Write one example below `root` and return its folder."""
    folder = root / "03_functions" / "same"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("inputs.yaml", inputs), ("example.py", python)):
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def read_one(root: Path) -> Source:
    """Read the only example below `root`."""
    corpus = read_folder(root)
    assert corpus.unusable == ()
    (source,) = corpus.sources
    return source


def fault_of(root: Path) -> str:
    """Return why the only example below `root` is unusable."""
    corpus = read_folder(root)
    assert corpus.sources == ()
    (unusable,) = corpus.unusable
    assert unusable.origin.endswith("same")
    return unusable.why


def check_message(why: str, *, names: str) -> None:
    """Check that a reason is one line that names the file."""
    assert len(why.splitlines()) == 1
    assert names in why


def test_calls_are_read_as_literals(tmp_path: Path) -> None:
    """Calls become a function's name and plain arguments of every kind."""
    folder = put(
        tmp_path,
        "calls:\n"
        "  - f(1)\n"
        "  - \"f(-2.5, 'a', None, True)\"\n"
        "  - \"f([1, (2, 'x')], {1: {2, 3}}, set())\"\n"
        "  - f()\n",
    )
    source = read_one(tmp_path)
    assert source.id == "03_functions/same"
    assert source.python == PYTHON
    assert source.reference is None
    assert source.origin == str(folder)
    assert source.inputs == (
        Call("f", (1,)),
        Call("f", (-2.5, "a", None, True)),
        Call("f", ([1, (2, "x")], {1: {2, 3}}, set())),
        Call("f", ()),
    )


def test_runs_are_read_with_defaults(tmp_path: Path) -> None:
    """A run has arguments and standard input, both empty unless given."""
    put(tmp_path, 'runs:\n  - {}\n  - arguments: ["a", "b c"]\n    stdin: "x\\ny"\n')
    assert read_one(tmp_path).inputs == (Run(), Run(("a", "b c"), "x\ny"))


def test_a_reference_solution_is_read(tmp_path: Path) -> None:
    """A reference.rs beside the example is its known good solution."""
    (put(tmp_path, "calls: [f(1)]") / "reference.rs").write_text("fn f() {}", encoding="utf-8")
    assert read_one(tmp_path).reference == "fn f() {}"


def test_examples_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    """The order does not depend on the file system; files beside examples are left alone."""
    for name in ("b/two", "a/three", "b/one"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "example.py").write_text(PYTHON, encoding="utf-8")
        (folder / "inputs.yaml").write_text("calls: [f(1)]", encoding="utf-8")
    (tmp_path / "README.md").write_text("a corpus", encoding="utf-8")
    assert [source.id for source in read_folder(tmp_path).sources] == ["a/three", "b/one", "b/two"]


def test_the_project_s_own_corpus_is_read() -> None:
    """Every example that this project ships is read, with a solution beside it."""
    corpus = read_folder(ROOT / "tasks" / "py2rs")
    sources = corpus.sources
    assert corpus.unusable == ()
    assert len(sources) >= 50
    assert len({source.id for source in sources}) == len(sources)
    assert all(source.reference and source.inputs for source in sources)


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_folder_without_examples_is_an_error(tmp_path: Path, name: str) -> None:
    """A corpus that is missing or empty says which folder was meant."""
    with pytest.raises(CorpusError) as caught:
        read_folder(tmp_path / name)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert str(tmp_path / name) in lines[0]


def test_one_broken_example_does_not_stop_the_others(tmp_path: Path) -> None:
    """What can be read is read; what cannot is listed beside it."""
    put(tmp_path, "calls: [f(1)]")
    broken = tmp_path / "03_functions" / "broken"
    broken.mkdir()
    (broken / "example.py").write_text("def f(:", encoding="utf-8")
    corpus = read_folder(tmp_path)
    assert [source.id for source in corpus.sources] == ["03_functions/same"]
    assert [unusable.origin for unusable in corpus.unusable] == [str(broken)]
    assert corpus.entries == 2


def test_how_failures_and_floats_are_judged_is_declared(tmp_path: Path) -> None:
    """`raises` and `tolerance` are read; without them an exception is an Err."""
    put(tmp_path, "raises: panic\ntolerance: 1.0e-6\ncalls: [f(1)]")
    source = read_one(tmp_path)
    assert (source.failure, source.tolerance) == (Failure.PANIC, 1e-6)
    put(tmp_path, "calls: [f(1)]")
    source = read_one(tmp_path)
    assert (source.failure, source.tolerance) == (Failure.ERR, 1e-9)


@pytest.mark.parametrize(
    "declared",
    ["raises: error", "raises: [err]", "tolerance: 0", "tolerance: -1", "tolerance: .inf",
     "tolerance: .nan", "tolerance: 1.0", "tolerance: wide"],
)  # fmt: skip
def test_declarations_that_mean_nothing_are_refused(tmp_path: Path, declared: str) -> None:
    """A way to fail that there is none of, or a tolerance that lets all or nothing pass."""
    folder = put(tmp_path, f"{declared}\ncalls: [f(1)]")
    check_message(fault_of(tmp_path), names=str(folder / "inputs.yaml"))


HOSTILE_YAML = {
    "a tag that calls a function": "calls: !!python/object/apply:os.system ['touch pwned']",
    "a tag that makes an object": "calls: [!!python/object:pathlib.Path {}]",
    "a tag that imports a module": "calls: [!!python/module:antigravity x]",
    "a tag that names a function": "calls: [!!python/name:os.system x]",
    "a tag of its own": "calls: !mine [f(1)]",
    "both keys": "calls: [f(1)]\nruns: [{}]",
    "neither key": "{}",
    "an empty file": "",
    "a comment alone": "# nothing",
    "a list": "- f(1)",
    "a text": "f(1)",
    "a number": "3",
    "an unknown key": "call: [f(1)]",
    "a key that is no text": "1: [f(1)]",
    "calls that are no list": "calls: f(1)",
    "calls that are numbers": "calls: [1]",
    "calls that are mappings": "calls: [f: 1]",
    "runs that are no mappings": "runs: [f(1)]",
    "an unknown key in a run": "runs: [{stdn: x}]",
    "an argument that is no text": "runs: [{arguments: [1]}]",
    "standard input that is no text": "runs: [{stdin: 3}]",
    "no YAML": "calls: [f(1)",
    "a tab": "calls:\n\t- f(1)",
    "an alias without anchor": "calls: *x",
    "two documents": "calls: [f(1)]\n---\ncalls: [f(2)]",
    "a control character": "calls: ['f(\x00)']",
    "deep nesting": "calls: " + "[" * 5000 + "]" * 5000,
}


@pytest.mark.parametrize("inputs", HOSTILE_YAML.values(), ids=HOSTILE_YAML.keys())
def test_hostile_and_broken_inputs_are_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inputs: str
) -> None:
    """An inputs.yaml that does not fit is an error that names the file, and nothing is run."""
    monkeypatch.chdir(tmp_path)
    folder = put(tmp_path, inputs)
    check_message(fault_of(tmp_path), names=str(folder / "inputs.yaml"))
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    "inputs",
    [
        "calls: [2024-13-45]",
        "calls: [!!int x]",
        "calls: [!!float x]",
        "calls: [!!bool x]",
        "calls: [!!timestamp x]",
        "calls: [0x_]",
    ],
)
def test_scalars_that_yaml_cannot_make_are_errors(tmp_path: Path, inputs: str) -> None:
    """A scalar that looks like a date or a number and is none is an error like any other."""
    folder = put(tmp_path, inputs)
    check_message(fault_of(tmp_path), names=str(folder / "inputs.yaml"))


HOSTILE_CALLS = {
    "an import": "f(__import__('os').system('touch pwned'))",
    "a call of a call": "__import__('os').system('touch pwned')",
    "a method": "os.system('touch pwned')",
    "a name": "f(x)",
    "an attribute": "f(a.b)",
    "a comprehension": "f([x for x in range(3)])",
    "a lambda": "f(lambda: 3)",
    "a format string": "f(f'{open(1)}')",
    "arithmetic": "f(10 ** 10 ** 10)",
    "a starred argument": "f(*[1, 2])",
    "a keyword": "f(x=1)",
    "keywords in a dict": "f(**{'x': 1})",
    "an assignment expression": "f((x := 3))",
    "a nested call": "f(g(3))",
    "no call": "1 + 1",
    "a bare name": "f",
    "two calls": "f(1); f(2)",
    "two lines": "f(1)\nf(2)",
    "a statement": "import os",
    "nothing": "",
    "no Python": "f(1",
    "a null byte": "f('\0')\0",
    "deep brackets": "f(" + "(" * 500 + ")" * 500 + ")",
    "deep lists": "f(" + "[" * 150 + "]" * 150 + ")" + "]",
    "deep signs": "f(" + "-" * 20000 + "1)",
    "a number with too many digits": "f(" + "9" * 5000 + ")",
}


@pytest.mark.parametrize("call", HOSTILE_CALLS.values(), ids=HOSTILE_CALLS.keys())
def test_calls_that_are_code_are_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """A call that is anything but a name and literals is refused, and never evaluated."""
    monkeypatch.chdir(tmp_path)
    escaped = "".join(f"\\x{ord(letter):02x}" for letter in call)
    folder = put(tmp_path, f'calls:\n  - "{escaped}"\n')
    check_message(fault_of(tmp_path), names=str(folder / "inputs.yaml"))
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("call", ["f({[1]: 2})", "f({[1], [2]})", "f({{}: 1})"])
def test_keys_that_cannot_be_hashed_are_errors(tmp_path: Path, call: str) -> None:
    """A literal that is no value at all is refused like any other wrong call."""
    folder = put(tmp_path, f'calls: ["{call}"]')
    check_message(fault_of(tmp_path), names=str(folder / "inputs.yaml"))


@pytest.mark.parametrize("inputs", ["calls: []", "runs: []"])
def test_an_example_without_inputs_is_an_error(tmp_path: Path, inputs: str) -> None:
    """An example that nothing would be asked of is refused, for no case can be made of it."""
    folder = put(tmp_path, inputs)
    check_message(fault_of(tmp_path), names=str(folder / "inputs.yaml"))


def test_a_misspelt_key_in_a_run_gets_the_nearest(tmp_path: Path) -> None:
    """The remedy for an unknown key inside a list names the key that was meant."""
    put(tmp_path, "runs: [{stdn: x}]")
    assert "'stdin'" in fault_of(tmp_path)


def test_a_misspelt_key_gets_the_nearest(tmp_path: Path) -> None:
    """The remedy for an unknown key names the key that was meant."""
    put(tmp_path, "call: [f(1)]")
    assert "'calls'" in fault_of(tmp_path)


@pytest.mark.parametrize("name", ["inputs.yaml", "example.py", "reference.rs"])
@pytest.mark.parametrize("content", [b"\xff\xfe", b"caf\xe9", b"\xed\xa0\x80"])
def test_files_that_are_not_utf8_are_errors(tmp_path: Path, name: str, content: bytes) -> None:
    """A file in another encoding is an error that names it, whichever file it is."""
    folder = put(tmp_path, "calls: [f(1)]")
    (folder / name).write_bytes(content)
    check_message(fault_of(tmp_path), names=str(folder / name))


def test_a_missing_inputs_file_is_an_error(tmp_path: Path) -> None:
    """An example without inputs.yaml says which file is missing."""
    folder = put(tmp_path, "calls: [f(1)]")
    (folder / "inputs.yaml").unlink()
    check_message(fault_of(tmp_path), names=str(folder / "inputs.yaml"))


def test_a_folder_in_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    """A folder named example.py is an error, not a crash."""
    folder = put(tmp_path, "calls: [f(1)]")
    (folder / "example.py").unlink()
    (folder / "example.py").mkdir()
    check_message(fault_of(tmp_path), names=str(folder / "example.py"))


BOMB = "\n".join(
    [
        "a: &a [x, x, x, x, x, x, x, x, x, x]",
        *(
            f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]"
            for before, name in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        "calls: *i",
    ]
)


def test_a_bomb_of_aliases_is_refused_in_little_memory(tmp_path: Path) -> None:
    """A kilobyte whose aliases stand for a billion texts costs neither time nor memory."""
    put(tmp_path, BOMB)
    script = (
        "import resource, pathlib, sys\n"
        "from sse_steps.corpus.folder import read_folder\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (2, 2))\n"
        "sys.exit(77 if read_folder(pathlib.Path(sys.argv[1])).unusable else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 77


@given(st.text(max_size=60) | st.binary(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_inputs_file_is_read_or_unusable(tmp_path: Path, inputs: str | bytes) -> None:
    """Whatever inputs.yaml holds, it is read, or unusable for a reason of one line."""
    data = inputs if isinstance(inputs, bytes) else inputs.encode(errors="surrogatepass")
    folder = put(tmp_path, data)
    for unusable in read_folder(tmp_path).unusable:
        check_message(unusable.why, names=str(folder / "inputs.yaml"))


LITERALS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.integers() | st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)  # fmt: skip


@given(st.lists(LITERALS, max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_literal_arguments_are_read_back(tmp_path: Path, arguments: list[object]) -> None:
    """Arguments written with `repr` are read as the values that they were."""
    call = f"f({', '.join(map(repr, arguments))})"
    escaped = "".join(f"\\U{ord(letter):08x}" for letter in call)
    put(tmp_path, f'calls: ["{escaped}"]')
    assert read_one(tmp_path).inputs == (Call("f", tuple(arguments)),)
