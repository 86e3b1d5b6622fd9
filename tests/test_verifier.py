"""The verifier as a user of the package has it."""

from __future__ import annotations

import gc
import math
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import sse_steps
from sse_steps import Case, CompilerVerifier, Limits, Method, Outcome, ProgramCase, UserError
from sse_steps.errors import CasesError
from sse_steps.rust.isolation import Isolation
from sse_steps.rust.toolchain import Toolchain
from sse_steps.settings import LimitSettings
from sse_steps.steps import machine
from sse_steps.verifier import DEFAULT_LIMITS

ADD = "pub fn add(a: i64, b: i64) -> i64 { a + b }"
CASES = [Case(function="add", args=[2, 3], expected=5), Case("add", (0, 0), 0)]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory, toolchain: Toolchain) -> Path:
    """Return a cache that already holds the judge's own programs."""
    folder = tmp_path_factory.mktemp("cache")
    shutil.copytree(toolchain.folder, folder / "judge" / toolchain.folder.name)
    return folder


@pytest.fixture(scope="module")
def verifier(cache: Path) -> CompilerVerifier:
    """Return a verifier that keeps its verdicts."""
    return CompilerVerifier(cache=cache)


def test_a_right_function_passes(verifier: CompilerVerifier) -> None:
    """Calls whose answers are right are a pass, reached by comparing answers."""
    verdict = verifier.verify(ADD, cases=CASES)
    assert verdict.passes()
    assert (verdict.tests_run, verdict.tests_passed) == (2, 2)
    assert verdict.method is Method.ANSWERS
    assert verdict.isolation in set(Isolation)


def test_a_program_is_run(verifier: CompilerVerifier) -> None:
    """A program is judged by what it prints and its exit code."""
    rust = 'fn main() { println!("{}", std::env::args().count()); }'
    assert verifier.verify(rust, cases=[ProgramCase(arguments=("a",), stdout="2\n")]).passes()
    wrong = verifier.verify(rust, cases=[ProgramCase(stdout="2\n")])
    assert wrong.outcome is Outcome.WRONG_ANSWER


def test_tests_are_run_and_labelled(verifier: CompilerVerifier) -> None:
    """Rust tests give a verdict that says that they ran in the program's process."""
    verdict = verifier.verify(ADD, tests="#[test] fn t() { assert_eq!(add(1, 2), 3); }")
    assert verdict.passes()
    assert verdict.method is Method.IN_PROCESS


@pytest.mark.parametrize("cases", [None, []])
def test_without_tests_and_cases_a_program_is_only_compiled(
    verifier: CompilerVerifier, cases: list[Case] | None
) -> None:
    """Nothing to run is no pass, and whether the program compiles is known."""
    verdict = verifier.verify(ADD, cases=cases)
    assert (verdict.outcome, verdict.compiles) == (Outcome.UNTESTED, True)
    broken = verifier.verify("fn add(", cases=cases)
    assert (broken.outcome, broken.compiles) == (Outcome.COMPILE_ERROR, False)
    assert "error" in broken.diagnostics


def test_many_verdicts_come_in_order(verifier: CompilerVerifier) -> None:
    """`verify_many` gives each program the verdict that it gets alone, at its place."""
    samples: list[tuple[str, Sequence[Case]]] = [
        (ADD, CASES),
        ("pub fn add(a: i64, b: i64) -> i64 { a - b }", CASES),
        ("pub fn add(", CASES),
        (ADD, []),
        (ADD, CASES),
    ]
    verdicts = verifier.verify_many(samples)
    assert [verdict.outcome for verdict in verdicts] == [
        Outcome.PASSED,
        Outcome.WRONG_ANSWER,
        Outcome.COMPILE_ERROR,
        Outcome.UNTESTED,
        Outcome.PASSED,
    ]
    assert verdicts == [verifier.verify(rust, cases=cases) for rust, cases in samples]
    assert verifier.verify_many([]) == []


def test_a_verdict_is_kept(cache: Path, verifier: CompilerVerifier) -> None:
    """Another verifier with the same cache gives the very same verdict, times and all."""
    tests = "#[test] fn t() { assert_eq!(add(4, 4), 8); }"
    first = [verifier.verify(ADD, cases=CASES), verifier.verify(ADD, tests), verifier.verify(ADD)]
    again = CompilerVerifier(cache=str(cache))
    assert [again.verify(ADD, cases=CASES), again.verify(ADD, tests), again.verify(ADD)] == first
    assert first[0].compile_s > 0


def test_other_limits_are_another_verdict(cache: Path, verifier: CompilerVerifier) -> None:
    """What was found under other limits is not taken over."""
    slow = "pub fn add(a: i64, b: i64) -> i64 { let mut n = a; while n != b { n += 0; } n }"
    limits = Limits(cpu_s=1, wall_s=5.0, memory_bytes=1 << 30, output_bytes=1 << 20)
    verdict = CompilerVerifier(cache=cache, limits=limits).verify(slow, cases=CASES)
    assert verdict.outcome is Outcome.TIMEOUT
    assert verdict.run_s < 4
    kept = CompilerVerifier(cache=cache, limits=limits).verify(slow, cases=CASES)
    assert kept == verdict
    assert verifier.verify(ADD, cases=CASES).passes()


def test_what_the_wall_clock_decided_for_tests_is_not_kept(cache: Path) -> None:
    """A time-out by the clock on the wall, which a busy machine can bring about, is not kept."""
    asleep = "pub fn add(_: i64, _: i64) -> i64 { std::thread::sleep(std::time::Duration::MAX); 0 }"
    limits = Limits(cpu_s=5, wall_s=0.5, memory_bytes=1 << 30, output_bytes=1 << 20)
    verifier = CompilerVerifier(cache=cache, limits=limits)
    first, second = (verifier.verify(asleep, "#[test] fn t() { add(1, 1); }") for _ in range(2))
    assert (first.outcome, second.outcome) == (Outcome.TIMEOUT, Outcome.TIMEOUT)
    assert first.run_s != second.run_s


def test_without_a_cache_nothing_is_kept_and_nothing_left() -> None:
    """`cache=None` judges afresh each time, and its folder goes with the verifier."""
    verifier = CompilerVerifier(cache=None)
    folder = verifier._judge.toolchain.folder.parents[1]
    first, second = verifier.verify(ADD, cases=CASES), verifier.verify(ADD, cases=CASES)
    assert first.passes()
    assert first.run_s != second.run_s
    assert folder.is_dir()
    del verifier
    gc.collect()
    assert not folder.exists()


@pytest.mark.parametrize(
    ("cases", "wrong"),
    [
        ([Case("add", (1, 2), 3), ProgramCase()], "2 cases are not all"),
        ([Case("add); evil(", (1,), 3)], "no name of a function"),
        ([Case("add", (object(),), 3)], "Case 1 holds <object"),
        ([Case("add", (1, 2), Path())], "type PosixPath is no plain data"),
        ([Case("add", (1, 2), 3, after=((2, 1),))], "argument 2 of 2"),
        ([ProgramCase(), ProgramCase(("a\0",))], "Case 2 has arguments"),
        ([ProgramCase(stdin="\ud800")], "Case 1 has arguments or an input"),
    ],
)
def test_cases_that_do_not_fit_together_are_told(
    verifier: CompilerVerifier, cases: list[Case], wrong: str
) -> None:
    """Cases of two kinds or functions, and values that are no data, are a fault of two lines."""
    with pytest.raises(CasesError) as fault:
        verifier.verify(ADD, cases=cases)
    assert wrong in fault.value.wrong
    assert len(str(fault.value).splitlines()) == 2


def test_tests_and_cases_at_once_are_refused(verifier: CompilerVerifier) -> None:
    """A verdict comes from one of the two."""
    with pytest.raises(UserError, match="both tests and cases"):
        verifier.verify(ADD, "#[test] fn t() {}", CASES)


def test_odd_texts_are_judged(verifier: CompilerVerifier) -> None:
    """Text that no file can hold, NUL and values beyond JSON bring nothing down."""
    assert verifier.verify("fn f() {} // \ud800\0").outcome is not None
    identity = "pub fn f(x: f64) -> f64 { x }"
    cases = [Case("f", [value], value) for value in (math.nan, math.inf, -0.0)]
    assert verifier.verify(identity, cases=cases).passes()


def test_the_default_limits_are_those_of_a_build() -> None:
    """A verdict from Python and one of `doit` are reached under the same limits."""
    assert machine.limits(LimitSettings()) == DEFAULT_LIMITS


def test_all_that_is_public_is_there() -> None:
    """Every name in `__all__` can be imported, and a wrong one is an AttributeError."""
    assert all(getattr(sse_steps, name) is not None for name in sse_steps.__all__)
    assert dir(sse_steps) == sorted(sse_steps.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        sse_steps.nothing  # noqa: B018 - the access is what is tested


def test_importing_the_package_loads_next_to_nothing() -> None:
    """A build with nothing to do pays for no part of the API."""
    check = (
        "import sys, sse_steps; ours = [n for n in sys.modules if n.startswith('sse_steps.')]; "
        "assert not ours, ours; assert not {'duckdb', 'tree_sitter', 'pydantic'} & {*sys.modules}"
    )
    subprocess.run([sys.executable, "-c", check], check=True)
