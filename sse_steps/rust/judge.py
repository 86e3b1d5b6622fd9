"""The judge: a candidate and its cases in, a judgement out.

Expected values never enter a candidate's process. The judge sends arguments, reads typed answers
and compares them here; exit codes and standard output of a called function count for nothing. A
program is judged by its standard output and exit code against what the Python original did.
"""

from __future__ import annotations

import reprlib
import signal
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from sse_steps.records import Case, Judgement, Outcome, ProgramCase
from sse_steps.rust.compare import equal
from sse_steps.rust.compiler import COMPILE_WALL_S, Compiled, Compiler
from sse_steps.rust.frames import Failed, Unordered
from sse_steps.rust.sandbox import Access, Finished, Limits, Sandbox, signal_of
from sse_steps.rust.session import Answer, Answered, Died, Panicked, Session, TimedOut, Unfit
from sse_steps.rust.toolchain import Toolchain
from sse_steps.source_hash import source_hash


@dataclass(frozen=True, slots=True)
class _CaseResult:
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges candidates with one toolchain, in one sandbox, under one set of limits."""

    toolchain: Toolchain
    sandbox: Sandbox
    limits: Limits

    @property
    def identity(self) -> str:
        """Everything about the judge that a verdict depends on, as a text."""
        parts = (source_hash("rust"), self.toolchain.version)
        return "\n".join(map(str, (*parts, self.sandbox.level, self.limits)))

    def judge(self, rust: str, cases: tuple[Case, ...] | tuple[ProgramCase, ...]) -> Judgement:
        """Compile `rust`, run every case, and return what was found."""
        if not cases:
            return not_compiled(Outcome.UNTESTED, "the example has no case", self.sandbox.level)
        with tempfile.TemporaryDirectory(prefix="judge-") as name:
            folder = Path(name)
            compiled = self._compile(rust, cases, folder)
            if compiled.executable is None:
                return self._not_compiled(compiled)
            started = time.perf_counter()
            results = self._run(compiled.executable, cases)
            return self._conclude(compiled, results, time.perf_counter() - started)

    def ended_by_the_clock(self, judgement: Judgement) -> bool:
        """Return whether the clock on the wall decided, which a busy machine can bring about."""
        out_of_time = judgement.run_s >= self.limits.wall_s or judgement.compile_s >= COMPILE_WALL_S
        return judgement.outcome is Outcome.TIMEOUT and out_of_time

    def _compile(
        self, rust: str, cases: tuple[Case, ...] | tuple[ProgramCase, ...], folder: Path
    ) -> Compiled:
        compiler = Compiler(self.toolchain, self.sandbox)
        first = cases[0]
        if isinstance(first, Case):
            return compiler.compile_function(rust, first, folder)
        return compiler.compile_program(rust, folder)

    def _run(
        self, executable: Path, cases: tuple[Case, ...] | tuple[ProgramCase, ...]
    ) -> list[_CaseResult]:
        calls = tuple(case for case in cases if isinstance(case, Case))
        runs = tuple(case for case in cases if isinstance(case, ProgramCase))
        return self._run_calls(executable, calls) + self._run_programs(executable, runs)

    def _run_calls(self, executable: Path, cases: tuple[Case, ...]) -> list[_CaseResult]:
        """Ask one process all questions; a process that dies is replaced for the next question."""
        results: list[_CaseResult] = []
        while len(results) < len(cases):
            with Session(self.sandbox, executable, self.limits) as session:
                for case in cases[len(results) :]:
                    answer = session.ask(case.args, case.expected)
                    results.append(_judge_answer(case, answer))
                    if isinstance(answer, TimedOut):
                        return results
                    if isinstance(answer, Died):
                        break
        return results

    def _run_programs(self, executable: Path, cases: tuple[ProgramCase, ...]) -> list[_CaseResult]:
        results: list[_CaseResult] = []
        for case in cases:
            command = [str(executable), *case.arguments]
            access = Access(executable.parent)
            stdin = case.stdin.encode()
            done = self.sandbox.run(command, access, self.limits, stdin=stdin)
            results.append(_judge_output(case, done))
            if results[-1].outcome is Outcome.TIMEOUT:
                break
        return results

    def _not_compiled(self, compiled: Compiled) -> Judgement:
        judgement = not_compiled(compiled.outcome, compiled.diagnostics, self.sandbox.level)
        return replace(judgement, compile_s=compiled.seconds, error_code=compiled.error_code)

    def _conclude(self, compiled: Compiled, results: list[_CaseResult], run_s: float) -> Judgement:
        failed = [result for result in results if result.outcome is not Outcome.PASSED]
        return Judgement(
            outcome=failed[0].outcome if failed else Outcome.PASSED,
            compiles=True,
            tests_run=len(results),
            tests_passed=len(results) - len(failed),
            compile_s=compiled.seconds,
            run_s=run_s,
            error_code=None,
            diagnostics=failed[0].detail if failed else "",
            isolation=self.sandbox.level,
        )


def not_compiled(outcome: Outcome, diagnostics: str, isolation: str) -> Judgement:
    """Return the judgement on something that no case was put to."""
    return Judgement(
        outcome=outcome,
        compiles=False,
        tests_run=0,
        tests_passed=0,
        compile_s=0.0,
        run_s=0.0,
        error_code=None,
        diagnostics=diagnostics,
        isolation=isolation,
    )


def _judge_answer(case: Case, answer: Answer) -> _CaseResult:
    call = f"{case.function}({', '.join(map(repr, case.args))})"
    match answer:
        case Answered(value):
            return _judge_value(case, value, call)
        case Panicked():
            return _CaseResult(Outcome.PANICKED, f"{call} panicked")
        case Unfit(why):
            return _CaseResult(Outcome.WRONG_ANSWER, f"{call}: {why}")
        case TimedOut():
            return _CaseResult(Outcome.TIMEOUT, f"{call} gave no answer in time")
        case Died(exit_code, stderr, launched):
            said = stderr.decode(errors="replace")
            outcome = _death(exit_code, stderr) if launched else Outcome.INFRASTRUCTURE_ERROR
            return _CaseResult(outcome, f"{call} ended the process: {said}")


def _judge_value(case: Case, value: object, call: str) -> _CaseResult:
    if case.raises is not None:
        right = isinstance(value, Failed)
        wanted = f"an Err, because the Python raised {case.raises}"
    else:
        right = equal(case.expected, value)
        wanted = repr(case.expected)
    if right:
        return _CaseResult(Outcome.PASSED)
    return _CaseResult(Outcome.WRONG_ANSWER, f"{call} gave {_short(value)}, expected {wanted:.500}")


def _short(value: object) -> str:
    """Return a value for a message; a large one is not written out first and cut afterwards."""
    if isinstance(value, Unordered):
        return f"{'map' if value.is_map else 'set'} of {reprlib.repr(value.items)}"
    return reprlib.repr(value)


def _judge_output(case: ProgramCase, done: Finished) -> _CaseResult:
    run = f"the program with arguments {list(case.arguments)!r} and stdin {case.stdin!r:.200}"
    if done.timed_out:
        return _CaseResult(Outcome.TIMEOUT, f"{run} did not end in time")
    stderr = done.stderr[:2000].decode(errors="replace")
    if not done.launched:
        return _CaseResult(Outcome.INFRASTRUCTURE_ERROR, f"{run} could not be started: {stderr}")
    if done.signal_number is not None:
        return _CaseResult(_death(done.exit_code, done.stderr), f"{run} was ended: {stderr}")
    stdout = done.stdout.decode(errors="replace")
    if (stdout.rstrip("\n"), done.exit_code) == (case.stdout.rstrip("\n"), case.exit_code):
        return _CaseResult(Outcome.PASSED)
    outcome = Outcome.PANICKED if done.exit_code == 101 else Outcome.WRONG_ANSWER
    detail = (
        f"{run} ended with {done.exit_code} and printed {stdout!r:.500}, "
        f"expected {case.exit_code} and {case.stdout!r:.500}\n{stderr}"
    )
    return _CaseResult(outcome, detail)


def _death(exit_code: int, stderr: bytes) -> Outcome:
    """Return what a process died of. What it wrote can only choose between ways of failing."""
    number = signal_of(exit_code)
    if number == signal.SIGXCPU:
        return Outcome.TIMEOUT
    if number in (signal.SIGXFSZ, signal.SIGKILL) or b"memory allocation of" in stderr:
        return Outcome.RESOURCE_LIMIT
    return Outcome.PANICKED
