"""Expected values: what the Python of an example answers, found by running it in the sandbox."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sse_steps.corpus.folder import Call, Run, Source
from sse_steps.corpus.levels import classify
from sse_steps.corpus.values import from_json, to_json
from sse_steps.errors import CorpusError
from sse_steps.records import Case, Example, ProgramCase
from sse_steps.rust.frames import UnrepresentableError, encode
from sse_steps.rust.sandbox import Access, Finished, Limits, Sandbox
from sse_steps.rust.signature import AnnotationError, Signature, coerce, read_signature

_RUNNER = Path(__file__).with_name("runner.py")


@dataclass(frozen=True, slots=True)
class Python:
    """The interpreter that answers for the examples, and where it may run."""

    sandbox: Sandbox
    limits: Limits

    @property
    def identity(self) -> str:
        """What an expected value depends on beside the example."""
        return f"python {sys.version}\n{self.limits}"

    def run(self, arguments: list[str], folder: Path, stdin: str) -> Finished:
        """Run the interpreter with `folder` as its only place beside its own files."""
        readable = (Path(sys.base_prefix), _RUNNER.parent)
        command = [sys.executable, "-B", *arguments]
        if sys.prefix != sys.base_prefix:
            command[0] = str(Path(sys.executable).resolve())
        access = Access(folder, readable=readable, system=True, processes=True)
        return self.sandbox.run(command, access, self.limits, stdin=stdin.encode())


def with_expected(source: Source, python: Python) -> Example:
    """Run the example's Python on its inputs and return the example with complete cases.

    Raises:
        CorpusError: the program does not parse, has no usable annotations, or does not end well.
    """
    try:
        level = classify(source.python)
        if isinstance(source.inputs[0], Call):
            return _function_example(source, level, python)
        return _program_example(source, level, python)
    except SyntaxError as fault:
        raise _unusable(source, f"example.py does not parse: {fault}") from fault
    except AnnotationError as fault:
        raise _unusable(source, str(fault)) from fault


def _unusable(source: Source, why: str) -> CorpusError:
    return CorpusError(
        f"The example '{source.origin}' cannot be used: {why}.",
        "Mend the example, or take it out of the corpus.",
    )


def _function_example(source: Source, level: int, python: Python) -> Example:
    calls = [call for call in source.inputs if isinstance(call, Call)]
    signature = read_signature(source.python, calls[0].function)
    if any((call.function, len(call.args)) != _shape(signature) for call in calls):
        raise _unusable(source, f"not every call fits {signature.name}")
    cases = _call(source, calls, signature, python)
    fallible = any(case.raises for case in cases)
    rust = signature.rust(fallible=fallible)
    return Example(source.id, level, source.python, cases, rust, source.reference)


def _shape(signature: Signature) -> tuple[str, int]:
    return signature.name, len(signature.parameters)


def _call(
    source: Source, calls: list[Call], signature: Signature, python: Python
) -> tuple[Case, ...]:
    arguments = [
        tuple(
            coerce(value, kind)
            for value, (_, kind) in zip(call.args, signature.parameters, strict=True)
        )
        for call in calls
    ]
    request = {
        "source": source.python,
        "function": signature.name,
        "calls": [to_json(each) for each in arguments],
    }
    for args in arguments:
        _check_sendable(source, args)
    with tempfile.TemporaryDirectory() as folder:
        done = python.run([str(_RUNNER)], Path(folder), json.dumps(request))
    if done.timed_out:
        raise _unusable(source, f"running it took more than {python.limits.wall_s} s")
    lines = done.stdout.decode(errors="replace").splitlines()
    if done.exit_code != 0 or len(lines) != len(calls):
        raise _unusable(
            source, f"running it ended with {done.exit_code}: {_last_line(done.stderr)}"
        )
    return tuple(
        _case(source, signature, args, _read_answer(source, line))
        for args, line in zip(arguments, lines, strict=True)
    )


def _check_sendable(source: Source, value: object) -> None:
    """Raise CorpusError for a value that cannot be put to a Rust function."""
    try:
        encode(value)
    except UnrepresentableError as fault:
        raise _unusable(source, str(fault)) from fault


def _read_answer(source: Source, line: str) -> dict[str, object]:
    """Return an answer of the runner; a program can write to where they go."""
    try:
        answer = json.loads(line)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise _unusable(source, f"it wrote {line!r:.80} among its answers")
    return answer


def _case(
    source: Source, signature: Signature, args: tuple[object, ...], answer: dict[str, object]
) -> Case:
    if "strange" in answer:
        raise _unusable(source, f"it returned a {answer['strange']}, which is no plain data")
    if "raises" in answer:
        return Case(signature.name, args, raises=str(answer["raises"]))
    if "value" not in answer:
        raise _unusable(source, f"it wrote {answer!r:.80} among its answers")
    expected = coerce(from_json(answer["value"]), signature.result)
    _check_sendable(source, expected)
    return Case(signature.name, args, expected=expected)


def _program_example(source: Source, level: int, python: Python) -> Example:
    runs = [run for run in source.inputs if isinstance(run, Run)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "example.py").write_text(source.python, encoding="utf-8")
        cases = tuple(_program_case(source, run, python, folder) for run in runs)
    return Example(source.id, level, source.python, cases, None, source.reference)


def _is_text(text: str) -> bool:
    """Whether a process can be given a text: no NUL, no lone surrogate."""
    return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)


def _program_case(source: Source, run: Run, python: Python, folder: Path) -> ProgramCase:
    if not all(map(_is_text, (*run.arguments, run.stdin.replace("\0", "")))):
        raise _unusable(source, f"no process can be given the run {run!r:.120}")
    done = python.run(["example.py", *run.arguments], folder, run.stdin)
    if done.timed_out or done.signal_number is not None or not done.launched:
        raise _unusable(
            source, f"arguments {run.arguments!r} did not end well: {done.stderr!r:.200}"
        )
    if b"Traceback (most recent call last)" in done.stderr:
        raise _unusable(
            source, f"arguments {run.arguments!r} end in a traceback: {_last_line(done.stderr)}"
        )
    stdout = done.stdout.decode(errors="replace")
    return ProgramCase(tuple(run.arguments), run.stdin, stdout, done.exit_code)


def _last_line(stderr: bytes) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "nothing was said"
