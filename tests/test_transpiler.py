"""Transpilers: the real one, and stand-ins that behave as badly as a program can."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest
import yaml

from sse_steps.config import load_settings
from sse_steps.errors import EngineMissingError
from sse_steps.infer.engine import Request, Sampling
from sse_steps.infer.transpiler import TranspilerEngine
from sse_steps.records import Case, Example, FinishReason, Reply
from sse_steps.rust.sandbox import Limits, Sandbox

ROOT = Path(__file__).parents[1]
LIMITS = Limits(cpu_s=20, wall_s=30.0, memory_bytes=2 << 30, output_bytes=100_000)
PATIENT = Sampling(temperature=0.0, max_tokens=100, timeout_s=30.0)
HASTY = replace(PATIENT, timeout_s=0.5)
PYTHON = "def add(a: int, b: int) -> int:\n    return a + b\n"


def request(python: str = PYTHON) -> Request:
    """Return a request for one example."""
    return Request(Example("l/e", 3, python, (Case("add", (1, 2), 3),)), "system", "user")


def standing_in(sandbox: Sandbox, script: str, output: str = "example.rs") -> TranspilerEngine:
    """Return an engine whose command is a shell script."""
    return TranspilerEngine(sandbox, LIMITS, ("/bin/sh", "-c", script), output, "pytest")


def reply_of(engine: TranspilerEngine, python: str = PYTHON, sampling: Sampling = PATIENT) -> Reply:
    """Return the only reply to one request."""
    ((reply,),) = engine.complete([request(python)], sampling, on_finish=lambda _: None)
    return reply


def check_failed(reply: Reply, *, reason: FinishReason, says: str = "") -> None:
    """Check that a reply holds no code and says why."""
    assert reply.finish_reason is reason
    assert reply.text == ""
    assert not reply.is_code
    assert reply.error
    assert says in reply.error


@pytest.fixture(scope="module")
def py2many(sandbox: Sandbox) -> TranspilerEngine:
    """Return the real transpiler with the command of the project's own conf."""
    model = load_settings(["models=[py2many]", "controls=[]"], root=ROOT).models["py2many"]
    assert model.output is not None
    assert model.package is not None
    return TranspilerEngine(sandbox, LIMITS, model.command, model.output, model.package)


def test_the_real_transpiler_writes_rust(py2many: TranspilerEngine) -> None:
    """The transpiler of this project's conf runs in the sandbox and turns a function into Rust."""
    reply = reply_of(py2many)
    assert reply.finish_reason is FinishReason.STOP, reply.error
    assert "fn add(a: i32, b: i32) -> i32" in reply.text
    assert reply.is_code
    assert reply.error is None
    assert (reply.prompt_tokens, reply.completion_tokens) == (None, None)
    assert reply.latency_s == reply.machine_s > 0


def test_the_real_transpiler_fails_on_no_python(py2many: TranspilerEngine) -> None:
    """A program that does not parse gives no code and the transpiler's own words."""
    check_failed(reply_of(py2many, "def f(:"), reason=FinishReason.ERROR)


def test_the_version_is_the_package_s(py2many: TranspilerEngine) -> None:
    """The engine's version follows the installed package."""
    assert py2many.version == f"py2many {metadata.version('py2many')}"


def test_a_package_that_is_missing_is_an_error(sandbox: Sandbox) -> None:
    """A transpiler that is not installed is an error in two lines that names it."""
    engine = replace(standing_in(sandbox, "true"), package="no-such-transpiler")
    with pytest.raises(EngineMissingError) as caught:
        _ = engine.version
    assert len(str(caught.value).splitlines()) == 2
    assert "'no-such-transpiler'" in caught.value.wrong


def test_the_python_is_all_that_is_read(sandbox: Sandbox) -> None:
    """The reply depends on the program and the command, not on the prompt."""
    engine = standing_in(sandbox, "cp example.py example.rs")
    assert reply_of(engine, "print('Zoë 🦀')\n").text == "print('Zoë 🦀')\n"
    one, other = request(), replace(request(), system="another", user="prompt")
    greedy = Sampling(temperature=0.0, max_tokens=8, timeout_s=9.0)
    warm = replace(greedy, temperature=0.9, max_tokens=99, seed=3)
    assert engine.inputs(one, greedy) == engine.inputs(other, warm)
    assert engine.inputs(one, greedy) != engine.inputs(request("x = 1"), greedy)
    assert engine.inputs(one, greedy) != standing_in(sandbox, "true").inputs(one, greedy)


def test_replies_come_one_by_one_in_order(sandbox: Sandbox) -> None:
    """Each request is a batch of its own, and one that fails does not disturb the next."""
    engine = standing_in(sandbox, "grep -q bad example.py || cp example.py example.rs")
    requests = [request(text) for text in ("a", "bad", "b")]
    finished: list[int] = []
    batches = list(engine.complete(requests, PATIENT, on_finish=finished.append))
    assert finished == [1, 1, 1]
    assert [[reply.text for reply in batch] for batch in batches] == [["a"], [""], ["b"]]


def test_a_word_python_is_this_interpreter(sandbox: Sandbox) -> None:
    """A command that names python gets the interpreter that runs this, with its packages."""
    script = "import sys, yaml; open('example.rs', 'w').write(sys.version + yaml.__file__)"
    engine = replace(standing_in(sandbox, ""), command=("python", "-c", script))
    assert reply_of(engine).text == f"{sys.version}{yaml.__file__}"


def test_a_python_behind_a_link_is_found(sandbox: Sandbox, tmp_path: Path) -> None:
    """An interpreter that is reached over a link which the sandbox does not show runs as well."""
    link = tmp_path / "python"
    link.symlink_to(sys.executable)
    script = "import yaml; open('example.rs', 'w').write(yaml.__file__)"
    engine = replace(standing_in(sandbox, ""), command=("python", "-c", script))
    with pytest.MonkeyPatch.context() as environment:
        environment.setattr(sys, "executable", str(link))
        assert reply_of(engine).text == yaml.__file__


@pytest.mark.parametrize("script", ["sleep 60", "cp example.py example.rs; sleep 60", "sleep 60 &"])
def test_a_command_that_hangs_is_stopped(sandbox: Sandbox, script: str) -> None:
    """A command that does not end in the request's time is a timeout, whatever it has written."""
    started = time.perf_counter()
    reply = reply_of(standing_in(sandbox, script), sampling=HASTY)
    ends = script.endswith("&")  # a child in the background does not hold the engine up
    check_failed(reply, reason=FinishReason.ERROR if ends else FinishReason.TIMEOUT)
    assert time.perf_counter() - started < 10


def test_a_busy_command_is_stopped(sandbox: Sandbox) -> None:
    """A command that works for ever is stopped by the processor time that it may use."""
    engine = standing_in(sandbox, "while :; do :; done")
    engine = replace(engine, limits=replace(LIMITS, cpu_s=1))
    assert reply_of(engine).text == ""


FAILING = {
    "fails": ("echo broken >&2; exit 3", "broken"),
    "fails on standard output": ("echo broken; exit 3", "broken"),
    "fails in silence": ("exit 3", "it wrote nothing"),
    "ends well and writes nothing": ("true", "it wrote nothing"),
    "writes an empty file": (": > example.rs", "it wrote nothing"),
    "writes elsewhere": ("echo 'fn main() {}' > other.rs", "it wrote nothing"),
    "is killed": ("kill -9 $$", "it wrote nothing"),
    "is not there": ("exec /nowhere/transpiler", "/nowhere/transpiler"),
    "floods": ("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done", "xxx"),
    "floods with complaints": ("while :; do echo xxxxxxxxxxxxxxxxxxxxxxx >&2; done", "xxx"),
    "writes a folder": ("mkdir example.rs", "it wrote nothing"),
    "writes a pipe": ("mkfifo example.rs", "it wrote nothing"),
    "writes a symlink to the host": ("ln -s /etc/passwd example.rs", "it wrote nothing"),
    "writes a symlink to its input": ("ln -s example.py example.rs", "it wrote nothing"),
    "writes a symlink to itself": ("ln -s example.rs example.rs", "it wrote nothing"),
    "writes a symlink to nothing": ("ln -s nowhere example.rs", "it wrote nothing"),
}


@pytest.mark.parametrize(("script", "says"), FAILING.values(), ids=FAILING.keys())
def test_a_command_that_writes_no_file_gives_no_code(
    sandbox: Sandbox, script: str, says: str
) -> None:
    """Whatever a command does instead of writing a regular file, the reply is an error."""
    reply = reply_of(standing_in(sandbox, script))
    check_failed(reply, reason=FinishReason.ERROR, says=says)
    assert reply.error is not None
    assert "root:" not in reply.error
    assert len(reply.error) <= 2000


def test_a_folder_that_is_a_symlink_is_not_followed(sandbox: Sandbox) -> None:
    """An output in a folder is not read where the command has made that folder a symlink."""
    engine = standing_in(sandbox, "ln -s /etc out", output="out/passwd")
    check_failed(reply_of(engine), reason=FinishReason.ERROR, says="it wrote nothing")


def test_an_output_in_a_folder_is_read(sandbox: Sandbox) -> None:
    """A command may write below a folder of its own."""
    engine = standing_in(sandbox, "mkdir out; echo hi > out/example.rs", output="out/example.rs")
    assert reply_of(engine).text == "hi\n"


def test_a_file_that_floods_is_cut(sandbox: Sandbox) -> None:
    """A file grows and is read no further than the limit."""
    script = "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done > example.rs"
    assert len(reply_of(standing_in(sandbox, script)).text) <= LIMITS.output_bytes


def test_a_file_that_is_no_text_is_read_all_the_same(sandbox: Sandbox) -> None:
    """Bytes that are no UTF-8 become replacement characters."""
    reply = reply_of(standing_in(sandbox, r"printf 'fn \377' > example.rs"))
    assert reply.text == "fn \N{REPLACEMENT CHARACTER}"


def test_a_failure_behind_a_written_file_is_forgiven(sandbox: Sandbox) -> None:
    """A formatter that fails after the file was written costs nothing: the judge decides."""
    reply = reply_of(standing_in(sandbox, "echo 'fn main() {}' > example.rs; exit 1"))
    assert (reply.text, reply.finish_reason) == ("fn main() {}\n", FinishReason.STOP)


@pytest.mark.parametrize("path", ["/etc/passwd", __file__, "/root/.profile"])
def test_a_command_cannot_read_the_host(sandbox: Sandbox, path: str) -> None:
    """A command that copies a file of the host to its output gets nothing."""
    reply = reply_of(standing_in(sandbox, f"cat '{path}' > example.rs"))
    check_failed(reply, reason=FinishReason.ERROR)
