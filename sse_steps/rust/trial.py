"""Putting cases to a compiled candidate, and what each of them came to."""

from __future__ import annotations

import reprlib
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from sse_steps.records import Case, Failure, Outcome, ProgramCase
from sse_steps.rust.bridge import Cases, function_of, functions_of
from sse_steps.rust.compare import equal
from sse_steps.rust.compiler import Compiled, steady
from sse_steps.rust.frames import Failed, Unordered, UnrepresentableError, encode
from sse_steps.rust.sandbox import Finished, Limits, Sandbox, signal_of
from sse_steps.rust.series import Run, run_series
from sse_steps.rust.session import Answer, Answered, Died, Panicked, Session, TimedOut, Unfit
from sse_steps.rust.session_series import Call


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What one case came to; `detail` says what was wrong."""

    outcome: Outcome
    detail: str = ""


def put_cases(
    sandbox: Sandbox, compiled: Compiled, cases: Cases, limits: Limits
) -> list[CaseResult]:
    """Put each case to the candidate. After one that ran out of time the rest is not asked."""
    calls = [case for case in cases if isinstance(case, Case)]
    runs = [case for case in cases if isinstance(case, ProgramCase)]
    return [
        *_put_calls(sandbox, compiled, calls, limits),
        *_put_runs(sandbox, compiled, runs, limits),
    ]


def calls_of(cases: Sequence[Case]) -> list[Call]:
    """Return what a process is asked to put these cases to it."""
    numbers = {function: number for number, function in enumerate(functions_of(cases))}
    return [
        Call(numbers[function_of(case)], case.args, expected_bytes=_size_of_answer(case))
        for case in cases
    ]


def told_of(cases: Sequence[Case], answers: Sequence[Answer]) -> list[CaseResult]:
    """Return what each case came to, by the answer to it."""
    return list(map(judge_answer, cases, answers))


def _put_calls(
    sandbox: Sandbox, compiled: Compiled, cases: Sequence[Case], limits: Limits
) -> list[CaseResult]:
    """Ask one process all questions; a process that dies is replaced for the next question."""
    calls = calls_of(cases)
    results: list[CaseResult] = []
    while len(results) < len(cases):
        with Session(sandbox, compiled, limits) as session:
            for case, call in list(zip(cases, calls, strict=True))[len(results) :]:
                answer = session.ask(call.function, call.args, expected_bytes=call.expected_bytes)
                results.append(judge_answer(case, answer))
                if results[-1].outcome is Outcome.TIMEOUT:
                    return results
                if isinstance(answer, Died):
                    break
    return results


def _size_of_answer(case: Case) -> int:
    try:
        return len(encode([case.expected, [value for _, value in case.after]]))
    except UnrepresentableError:
        return 0  # no Rust can give it; what it gives instead is still told


def _put_runs(
    sandbox: Sandbox, compiled: Compiled, cases: Sequence[ProgramCase], limits: Limits
) -> list[CaseResult]:
    runs = [Run(tuple(case.arguments), case.stdin, compiled.choice) for case in cases]
    done = run_series(sandbox, str(compiled.executable), runs, compiled.access(), limits)
    results: list[CaseResult] = []
    for case, finished in zip(cases, done, strict=False):
        results.append(_judge_output(case, finished))
        if results[-1].outcome is Outcome.TIMEOUT:
            break
    return results


def judge_answer(case: Case, answer: Answer) -> CaseResult:
    """Compare what a function answered with what its case expects."""
    call = f"{case.function}({', '.join(map(repr, case.args))})"
    match answer:
        case Answered():
            return _judge_value(case, answer, call)
        case Panicked() if case.raises is not None and case.failure == Failure.PANIC:
            return CaseResult(Outcome.PASSED)
        case Panicked(stderr):
            return CaseResult(Outcome.PANICKED, f"{call} panicked: {_text(stderr)}")
        case Unfit(why):
            return CaseResult(Outcome.WRONG_ANSWER, f"{call}: {why}")
        case TimedOut():
            return CaseResult(Outcome.TIMEOUT, f"{call} gave no answer in time")
        case Died(exit_code, stderr, launched):
            outcome = death_of(exit_code, stderr) if launched else Outcome.INFRASTRUCTURE_ERROR
            return CaseResult(outcome, f"{call} {_ending(exit_code)} {_text(stderr)}".rstrip())


def _text(said: bytes) -> str:
    return steady(said.decode(errors="replace").strip())


def _ending(exit_code: int) -> str:
    """Return in words how a process ended that was to answer."""
    number = signal_of(exit_code)
    if number == signal.SIGXCPU:
        return "used up its processor seconds."
    if number is None:
        return f"ended the process with exit code {exit_code}."
    return f"ended the process by the signal {signal.Signals(number).name}."


def _judge_value(case: Case, answer: Answered, call: str) -> CaseResult:
    wrong = next(_differences(case, answer), None)
    if wrong is None:
        return CaseResult(Outcome.PASSED)
    return CaseResult(Outcome.WRONG_ANSWER, f"{call} {wrong}")


def _differences(case: Case, answer: Answered) -> Iterator[str]:
    """Yield in words each difference between an answer and what its case expects."""
    if case.raises is not None:
        if not _says_failure(case, answer.value):
            failure = f"{_FAILURES[case.failure]}, because the Python raised {case.raises}"
            yield f"gave {_short(answer.value)}, expected {failure}"
        return
    if not equal(case.expected, answer.value, tolerance=case.tolerance):
        yield f"gave {_short(answer.value)}, expected {case.expected!r:.500}{_hint(case, answer)}"
    for position, wanted in case.after:
        if position not in answer.after:
            yield f"does not borrow argument {position + 1} mutably, which the Python changes"
        elif not equal(wanted, answer.after[position], tolerance=case.tolerance):
            held = _short(answer.after[position])
            yield f"left {held} in argument {position + 1}, expected {wanted!r:.500}"


def _hint(case: Case, answer: Answered) -> str:
    """Return a remark for numbers that differ in nothing but their type."""
    kinds = {type(case.expected), type(answer.value)}
    if kinds == {int, float} and case.expected == answer.value:
        return " (an int is no float: write 2.0 where the Rust gives an f64)"
    return ""


_FAILURES = {Failure.ERR: "an Err", Failure.NONE: "None", Failure.PANIC: "a panic"}


def _says_failure(case: Case, value: object) -> bool:
    if case.failure == Failure.ERR:
        return isinstance(value, Failed)
    return case.failure == Failure.NONE and value is None


def _short(value: object) -> str:
    """Return a value for a message; a large one is not written out first and cut afterwards."""
    if isinstance(value, Unordered):
        items = sorted(value.items, key=repr)  # Rust's own order differs from run to run
        return f"{'map' if value.is_map else 'set'} of {reprlib.repr(items)}"
    return reprlib.repr(value)


def _judge_output(case: ProgramCase, done: Finished) -> CaseResult:
    run = f"the program with arguments {list(case.arguments)!r} and stdin {case.stdin!r:.200}"
    if done.timed_out:
        return CaseResult(Outcome.TIMEOUT, f"{run} did not end in time")
    stderr = steady(done.stderr[:2000].decode(errors="replace"))
    if not done.launched:
        return CaseResult(Outcome.INFRASTRUCTURE_ERROR, f"{run} could not be started: {stderr}")
    if done.exit_code < 0:  # a series tells signals from exit codes, which may be any number
        return CaseResult(death_of(done.exit_code, done.stderr), f"{run} was ended: {stderr}")
    stdout = done.stdout.decode(errors="replace")
    if (stdout.rstrip("\n"), done.exit_code) == (case.stdout.rstrip("\n"), case.exit_code):
        return CaseResult(Outcome.PASSED)
    outcome = Outcome.PANICKED if done.exit_code == 101 else Outcome.WRONG_ANSWER
    wrong = f"{run} ended with {done.exit_code}, expected {case.exit_code}"
    return CaseResult(outcome, f"{wrong}; {_first_difference(case.stdout, stdout)}\n{stderr}")


def _first_difference(expected: str, printed: str) -> str:
    """Return in words where what was printed first differs from what was expected."""
    lines = zip_longest(printed.rstrip("\n").split("\n"), expected.rstrip("\n").split("\n"))
    for number, (found, wanted) in enumerate(lines, start=1):
        if found != wanted:
            return f"line {number} of its output is {_line(found)}, expected {_line(wanted)}"
    return "it printed what was expected"


def _line(text: str | None) -> str:
    return "missing" if text is None else f"{text!r:.300}"


def death_of(exit_code: int, stderr: bytes) -> Outcome:
    """Return what a process died of. What it wrote can only choose between ways of failing."""
    number = signal_of(exit_code)
    if number == signal.SIGXCPU:
        return Outcome.TIMEOUT
    if number in (signal.SIGXFSZ, signal.SIGKILL) or b"memory allocation of" in stderr:
        return Outcome.RESOURCE_LIMIT
    return Outcome.PANICKED
