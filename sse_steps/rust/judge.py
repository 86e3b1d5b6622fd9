"""The judge: candidates and their cases in, a verdict on each out.

Expected values never enter a candidate's process. The judge sends arguments, reads typed answers
and compares them here; exit codes and standard output of a called function count for nothing. A
program is judged by its standard output and exit code against what the Python original did.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import Protocol

from sse_steps.records import Case, Equivalence, Outcome, Verdict
from sse_steps.rust.bridge import Candidate, Cases
from sse_steps.rust.compiler import COMPILE_LIMITS, Compiled, Compiler
from sse_steps.rust.crates import NO_CRATES, Crates
from sse_steps.rust.open_files import allowed, group_size
from sse_steps.rust.ordinary import is_ordinary
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.session_series import FILES_EACH, MOST_AT_ONCE, ask_in_turn, can_share
from sse_steps.rust.toolchain import Toolchain, cpu_count
from sse_steps.rust.trial import CaseResult, calls_of, put_cases, told_of
from sse_steps.source_hash import source_hash

_LARGEST_BATCH = 192
_RUNS_AT_ONCE = 3  # of one batch: most of the start of a sandbox is waiting for the kernel


class Probe(Protocol):
    """Compares a candidate that passed its cases with its Python on further inputs."""

    @property
    def identity(self) -> str:
        """Everything that the comparison depends on beside the candidate and the judge."""

    def __call__(self, sandbox: Sandbox, compiled: Compiled, limits: Limits) -> Equivalence:
        """Return what the comparison came to."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A program, the cases that are put to it, and what is asked of it where it passes them."""

    rust: str
    cases: Cases
    probe: Probe | None = None

    def is_ordinary(self) -> bool:
        """Return whether the program may share a crate with others."""
        candidate = Candidate(self.rust, self.cases)
        if candidate.is_generic:
            return False
        return is_ordinary(self.rust, is_program=candidate.is_program)


_Pair = tuple[Compiled, Sample]
Told = tuple[list[CaseResult], float]  # what each case came to, and seconds of the wall clock


def _ignore(_index: int, _verdict: Verdict) -> None:
    """Do nothing with a verdict that was just reached."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges candidates with one toolchain and crates, in one sandbox, under one set of limits."""

    toolchain: Toolchain
    sandbox: Sandbox
    limits: Limits
    crates: Crates = NO_CRATES
    compile_limits: Limits = COMPILE_LIMITS

    @property
    def identity(self) -> str:
        """Everything about the judge that a verdict depends on, as a text."""
        parts = (source_hash("rust"), _parser(), self.toolchain.version, self.crates.identity)
        where = (self.sandbox.level, *self.sandbox.gaps, self.limits, self.compile_limits)
        return "\n".join(map(str, (*parts, *where)))

    def judge(self, rust: str, cases: Cases) -> Verdict:
        """Compile `rust` in a crate of its own, put every case to it, and tell what was found."""
        return self._judge_together([Sample(rust, cases)])[0]

    def judge_many(
        self,
        samples: Sequence[Sample],
        *,
        on_finish: Callable[[int, Verdict], None] = _ignore,
    ) -> list[Verdict]:
        """Judge samples on all processors and return the verdicts in the samples' order.

        Ordinary samples share crates, unusual ones are compiled alone; a verdict is the same
        either way. One that the clock on the wall decided is reached once more, alone, because a
        busy machine must not decide. `on_finish` is given each sample's number and its final
        verdict as soon as there is one, from any thread.
        """
        found: dict[int, Verdict] = {}

        def judge_group(group: list[int]) -> None:
            together = self._judge_together([samples[index] for index in group])
            for index, verdict in zip(group, together, strict=True):
                found[index] = verdict
                if not self.ended_by_the_clock(verdict):
                    on_finish(index, verdict)

        with ThreadPoolExecutor(cpu_count()) as pool:
            for _ in pool.map(judge_group, _groups(samples)):
                pass
        for index, verdict in found.items():
            if self.ended_by_the_clock(verdict):
                found[index] = self._judge_together([samples[index]])[0]
                on_finish(index, found[index])
        return [found[index] for index in range(len(samples))]

    def ended_by_the_clock(self, verdict: Verdict) -> bool:
        """Return whether the clock on the wall decided."""
        compiled_too_long = verdict.compile_s >= self.compile_limits.wall_s
        out_of_time = compiled_too_long or verdict.run_s >= self.limits.wall_s
        return verdict.outcome is Outcome.TIMEOUT and out_of_time

    def _judge_together(self, samples: Sequence[Sample]) -> list[Verdict]:
        compiler = Compiler(self.toolchain, self.sandbox, self.crates, self.compile_limits)
        candidates = [Candidate(sample.rust, sample.cases) for sample in samples]
        with tempfile.TemporaryDirectory(prefix="judge-") as name:
            compiled = compiler.compile_batch(candidates, Path(name))
            pairs = list(zip(compiled, samples, strict=True))
            with ThreadPoolExecutor(_RUNS_AT_ONCE) as pool:
                groups = _sharing(pairs) if can_share(self.sandbox) else []
                told = pool.map(lambda group: self._told([pairs[at] for at in group]), groups)
                heard = dict(zip(chain(*groups), chain(*told), strict=True))
                known = [heard.get(at) for at in range(len(pairs))]
                return list(pool.map(self._probed_verdict, compiled, samples, known))

    def _told(self, pairs: Sequence[_Pair]) -> list[Told | None]:
        """Put the cases of each of several functions to it; None: that has to be done alone."""
        calls = [calls_of(_calls(sample)) for _, sample in pairs]
        heard = ask_in_turn(self.sandbox, [each for each, _ in pairs], calls, self.limits)
        return [
            None if each is None else (told_of(_calls(sample), each.answers), each.seconds)
            for each, (_, sample) in zip(heard, pairs, strict=True)
        ]

    def _probed_verdict(self, compiled: Compiled, sample: Sample, told: Told | None) -> Verdict:
        verdict = self._verdict(compiled, sample.cases, told)
        if sample.probe is None or not verdict.passes():
            return verdict
        found = sample.probe(self.sandbox, compiled, self.limits)
        return replace(
            verdict,
            equivalence=found.status,
            equivalence_inputs=found.inputs,
            equivalence_detail=found.detail,
        )

    def _verdict(self, compiled: Compiled, cases: Cases, told: Told | None = None) -> Verdict:
        if compiled.executable is None or not cases:
            results, run_s = list[CaseResult](), 0.0
            wrong = _without_a_run(compiled, cases)
        else:
            results, run_s = told or self._put(compiled, cases)
            wrong = next(filter(_is_wrong, results), CaseResult(Outcome.PASSED))
        return Verdict(
            outcome=wrong.outcome,
            compiles=compiled.executable is not None,
            tests_run=len(results),
            tests_passed=len(results) - sum(map(_is_wrong, results)),
            compile_s=compiled.seconds,
            run_s=run_s,
            error_code=compiled.error_code,
            diagnostics=wrong.detail,
            isolation=self.sandbox.level,
            not_enforced=self.sandbox.not_enforced,
        )

    def _put(self, compiled: Compiled, cases: Cases) -> Told:
        started = time.perf_counter()
        results = put_cases(self.sandbox, compiled, cases, self.limits)
        return results, time.perf_counter() - started


def _sharing(pairs: Sequence[_Pair]) -> list[list[int]]:
    """Return the places of functions that are asked one after the other in one sandbox."""
    groups = cpu_count() * _RUNS_AT_ONCE
    size = group_size(MOST_AT_ONCE, files_each=FILES_EACH, groups=groups, limit=allowed())
    shared: dict[Path, list[int]] = {}
    for at, (compiled, sample) in enumerate(pairs):
        if compiled.executable is not None and sample.cases and _calls(sample) == [*sample.cases]:
            shared.setdefault(compiled.executable, []).append(at)
    return [
        places[start : start + size]
        for places in shared.values()
        for start in range(0, len(places), size)
        if len(places) > 1
    ]


def _calls(sample: Sample) -> list[Case]:
    return [case for case in sample.cases if isinstance(case, Case)]


@cache
def _parser() -> str:
    """Return the versions of what reads the headers of generic functions."""
    return " ".join(metadata.version(name) for name in ("tree-sitter", "tree-sitter-rust"))


def _is_wrong(result: CaseResult) -> bool:
    return result.outcome is not Outcome.PASSED


def _without_a_run(compiled: Compiled, cases: Cases) -> CaseResult:
    """Return what is to be said of a program that no case was put to."""
    if not cases and compiled.outcome in (Outcome.PASSED, Outcome.COMPILE_ERROR):
        return CaseResult(Outcome.UNTESTED, compiled.diagnostics or "there is no case")
    return CaseResult(compiled.outcome, compiled.diagnostics)


def not_judged(outcome: Outcome, diagnostics: str, sandbox: Sandbox) -> Verdict:
    """Return the verdict on a reply without a program."""
    return Verdict(
        outcome=outcome,
        compiles=False,
        tests_run=0,
        tests_passed=0,
        compile_s=0.0,
        run_s=0.0,
        error_code=None,
        diagnostics=diagnostics,
        isolation=sandbox.level,
        not_enforced=sandbox.not_enforced,
    )


def _groups(samples: Sequence[Sample]) -> Iterator[list[int]]:
    """Yield the numbers of samples that are compiled together: batches, then each unusual one."""
    usual = [index for index, sample in enumerate(samples) if sample.is_ordinary()]
    size = min(_LARGEST_BATCH, -(-len(usual) // cpu_count()))
    for start in range(0, len(usual), max(1, size)):
        yield usual[start : start + size]
    unusual = set(range(len(samples))) - set(usual)
    yield from ([index] for index in sorted(unusual))
