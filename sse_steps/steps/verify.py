"""Command: one Rust file in, its verdict on the terminal."""

from __future__ import annotations

import json as json_format
import sys
from dataclasses import asdict
from pathlib import Path

from sse_steps.cases_file import read_cases, read_input
from sse_steps.errors import InputFileError
from sse_steps.printable import printable
from sse_steps.records import Method, Outcome, Verdict
from sse_steps.slices import CheckSlice
from sse_steps.steps import machine
from sse_steps.verifier import CompilerVerifier

_LARGEST_SOURCE_BYTES = 4 << 20
_METHODS = {
    Method.ANSWERS: "answers, compared outside of the program's process",
    Method.IN_PROCESS: "in-process: the tests ran in the program's own process, which is weaker",
}


def run(  # noqa: PLR0913 - four of them are the command's options
    settings: CheckSlice,
    lock_folder: Path,
    cache: Path,
    *,
    source: str,
    tests: str,
    cases: str,
    json: bool,
) -> bool:
    """Print the verdict on a Rust file and return whether it passed.

    Args:
        settings: limits, isolation and crates.
        lock_folder: pins the crates.
        cache: where finished verdicts are kept.
        source: the file of Rust.
        tests: a file of Rust tests, or nothing.
        cases: a file of cases, or nothing.
        json: whether to print one JSON object instead of text.

    Raises:
        InputFileError: a file cannot be read.
        CasesError: the cases cannot be used.
        RustTestsError: the tests cannot be used.
    """
    if not source:
        raise InputFileError(
            "There is no Rust to judge.", "Name a file: doit verify --source out.rs"
        )
    rust = read_input(Path(source), largest_bytes=_LARGEST_SOURCE_BYTES)
    with_tests = read_input(Path(tests), largest_bytes=_LARGEST_SOURCE_BYTES) if tests else None
    with_cases = read_cases(Path(cases)) if cases else None
    machine.toolchain(cache)  # shows that the judge's own programs are being built
    verifier = CompilerVerifier(
        cache=cache,
        limits=machine.limits(settings.limits),
        crates=machine.crates(
            settings.crates, lock_folder, cache, allow_weak=settings.allow_weak_isolation
        ),
        allow_weak_isolation=settings.allow_weak_isolation,
    )
    verdict = verifier.verify(rust, with_tests, with_cases)
    sys.stdout.write(_as_json(verdict) if json else _as_text(verdict))
    return verdict.passes()


def _as_json(verdict: Verdict) -> str:
    return f"{json_format.dumps({**asdict(verdict), 'passes': verdict.passes()})}\n"


def _as_text(verdict: Verdict) -> str:
    what = "tests" if verdict.method is Method.IN_PROCESS else "cases"
    lines = [verdict.outcome.value]
    if verdict.tests_run:
        lines[0] += f": {verdict.tests_passed} of {verdict.tests_run} {what} that ran passed"
    if verdict.diagnostics:
        lines += ["", printable(verdict.diagnostics, keep="\n\t").strip(), ""]
    if verdict.outcome is Outcome.UNTESTED:
        lines += ["Add --cases cases.json or --tests tests.rs: without any, nothing can pass."]
    if verdict.tests_run:
        lines += [f"method     {_METHODS[verdict.method]}"]
    lines += [
        f"isolation  {verdict.isolation}; {verdict.not_enforced}",
        f"time       compiled in {verdict.compile_s:.2f} s, ran in {verdict.run_s:.2f} s",
    ]
    return "\n".join(lines) + "\n"
