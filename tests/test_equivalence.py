"""A passing candidate beside its Python: equal, diverged on the smallest input, or not checked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sse_steps.equivalence.probe import probe_for
from sse_steps.records import (
    Case,
    EquivalenceStatus,
    Example,
    Failure,
    Outcome,
    ProgramCase,
    Verdict,
)
from sse_steps.rust.judge import Judge, Sample
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.toolchain import Toolchain

LIMITS = Limits(cpu_s=2, wall_s=8.0, memory_bytes=512 << 20, output_bytes=256 << 10)

GRADE = "def grade(points: int) -> str:\n    return 'pass' if points >= 50 else 'fail'\n"
GRADE_CASES = (Case("grade", (90,), "pass"), Case("grade", (10,), "fail"))
OFF_BY_ONE = """pub fn grade(points: i64) -> String {
    if points > 50 { "pass".to_string() } else { "fail".to_string() }
}"""
RIGHT = OFF_BY_ONE.replace("> 50", ">= 50")


@pytest.fixture(scope="session")
def judge(toolchain: Toolchain, sandbox: Sandbox) -> Judge:
    """Return the judge under small limits."""
    return Judge(toolchain, sandbox, LIMITS)


def compared(judge: Judge, python: str, cases: tuple[Case, ...], rust: str) -> Verdict:
    """Judge a candidate that passes its cases, with 50 inputs of comparison."""
    probe = probe_for(Example("e", 1, python, cases, "a signature"), 50)
    [verdict] = judge.judge_many([Sample(rust, cases, probe)])
    assert verdict.outcome is Outcome.PASSED, verdict.diagnostics
    return verdict


def test_an_equal_candidate_is_equal_on_all_inputs(judge: Judge) -> None:
    """A right translation is compared on as many inputs as were asked for."""
    verdict = compared(judge, GRADE, GRADE_CASES, RIGHT)
    assert verdict.equivalence is EquivalenceStatus.EQUAL
    assert (verdict.equivalence_inputs, verdict.equivalence_detail) == (50, "")


def test_an_edge_that_no_case_has_is_found_exactly(judge: Judge) -> None:
    """A comparison that is off by one passes the cases and diverges on the one input it misses."""
    cases = (*GRADE_CASES, Case("grade", (51,), "pass"), Case("grade", (49,), "fail"))
    verdict = compared(judge, GRADE, cases, OFF_BY_ONE)
    assert verdict.equivalence is EquivalenceStatus.DIVERGED
    assert verdict.equivalence_detail == "grade(50) gave 'fail', expected 'pass'"


def test_the_input_is_the_smallest(judge: Judge) -> None:
    """A list that is too long by one item is shrunk to the fewest and simplest items."""
    python = "def total(items: list[int]) -> int:\n    return sum(items)\n"
    rust = "pub fn total(items: &[i64]) -> i64 { items.iter().take(3).sum() }"
    cases = (Case("total", ([4, 5],), 9), Case("total", ([],), 0))
    verdict = compared(judge, python, cases, rust)
    assert verdict.equivalence_detail == "total([0, 0, 0, 1]) gave 0, expected 1"


def test_two_comparisons_are_the_same(judge: Judge) -> None:
    """Status, number of inputs and the input itself do not change from one time to the next."""
    python = "def half(x: float, name: str) -> str:\n    return name.strip() + str(x > 77.0)\n"
    rust = """pub fn half(x: f64, name: &str) -> String {
        format!("{}{}", name.trim_start(), if x > 77.0 { "True" } else { "False" })
    }"""
    cases = (Case("half", (1.5, " a"), "aFalse"),)
    first, second = (compared(judge, python, cases, rust) for _ in range(2))
    assert first.equivalence is EquivalenceStatus.DIVERGED
    assert first.equivalence_detail == second.equivalence_detail
    assert first.equivalence_inputs == second.equivalence_inputs


def test_an_exception_that_no_case_shows_is_outside_the_domain(judge: Judge) -> None:
    """What raises in Python is skipped, so a candidate that panics there is equal."""
    python = "def divide(a: int, b: int) -> int:\n    return a // b if b != 7 else 1 // 0\n"
    rust = "pub fn divide(a: i64, b: i64) -> i64 { if b == 7 { panic!() } a.div_euclid(b) }"
    verdict = compared(judge, python, (Case("divide", (9, 3), 3),), rust)
    assert verdict.equivalence is EquivalenceStatus.EQUAL


@pytest.mark.parametrize(
    ("failure", "result", "wrong", "right"),
    [
        (Failure.ERR, "Result<i64, String>", "Ok(-1)", 'Err("no".into())'),
        (Failure.NONE, "Option<i64>", "Some(-1)", "None"),
        (Failure.PANIC, "i64", "-1", "panic!()"),
    ],
)
def test_an_exception_that_a_case_shows_has_to_be_answered_so(
    judge: Judge, failure: Failure, result: str, wrong: str, right: str
) -> None:
    """Where a case raises, generated inputs that raise the same need the declared failure."""
    python = (
        "def root(n: int) -> int:\n"
        "    if n < 0 or n == 3:\n        raise ValueError\n    return n + 1\n"
    )
    cases = (Case("root", (1,), 2), Case("root", (-4,), raises="ValueError", failure=failure))
    good = {Failure.ERR: "Ok(n + 1)", Failure.NONE: "Some(n + 1)", Failure.PANIC: "n + 1"}[failure]
    rust = (
        f"pub fn root(n: i64) -> {result} {{ if n < 0 {{ return {right}; }} "
        f"if n == 3 {{ return {wrong}; }} {good} }}"
    )
    assert compared(judge, python, cases, rust).equivalence_detail.startswith("root(3) gave")
    equal = rust.replace(f"return {wrong}", f"return {right}")
    assert compared(judge, python, cases, equal).equivalence is EquivalenceStatus.EQUAL


def test_changed_arguments_are_compared(judge: Judge) -> None:
    """Where cases show that an argument is changed, what is left in it has to agree."""
    python = "def grow(items: list[int]) -> None:\n    items.append(len(items))\n"
    case = Case("grow", ([7, 8],), None, after=((0, [7, 8, 2]),))
    rust = "pub fn grow(items: &mut Vec<i64>) { items.push(items.len() as i64) }"
    assert compared(judge, python, (case,), rust).equivalence is EquivalenceStatus.EQUAL
    wrong = rust.replace("items.push", "if items.len() < 5 { return items.push(2) } items.push")
    detail = compared(judge, python, (case,), wrong).equivalence_detail
    assert detail == "grow([0]) left [0, 2] in argument 1, expected [0, 1]"


def test_integers_beyond_rust_are_outside_the_domain(judge: Judge) -> None:
    """Where Python's answer does not fit an i64, an overflow is no divergence."""
    python = "def power(n: int) -> int:\n    return 3 ** n\n"
    rust = "pub fn power(n: u32) -> i64 { 3i64.pow(n) }"
    verdict = compared(judge, python, (Case("power", (2,), 9), Case("power", (30,), 3**30)), rust)
    assert verdict.equivalence is EquivalenceStatus.EQUAL
    assert 5 <= verdict.equivalence_inputs <= 40


def test_a_candidate_that_runs_out_of_time_diverges(judge: Judge) -> None:
    """An endless loop on an input that no case has is a divergence, and it is not shrunk."""
    rust = RIGHT.replace("{\n", "{\n    while points == 50 {}\n", 1)
    cases = (*GRADE_CASES, Case("grade", (49,), "fail"))
    verdict = compared(judge, GRADE, cases, rust)
    assert verdict.equivalence is EquivalenceStatus.DIVERGED
    assert "grade(50)" in verdict.equivalence_detail


def test_a_candidate_that_dies_diverges(judge: Judge) -> None:
    """A process that ends on an input is replaced, and the input is found."""
    rust = RIGHT.replace("{\n", "{\n    if points == 0 { std::process::exit(0) }\n", 1)
    verdict = compared(judge, GRADE, GRADE_CASES, rust)
    assert verdict.equivalence_detail.startswith("grade(0) ended the process")


def test_limits_used_up_over_many_inputs_are_no_divergence(judge: Judge) -> None:
    """A slow candidate that is right on every single input is not checked rather than blamed."""
    spin = "    let start = std::time::Instant::now(); while start.elapsed().as_millis() < 250 {}\n"
    rust = RIGHT.replace("{\n", "{\n" + spin, 1)
    hurried = replace(judge, limits=replace(LIMITS, cpu_s=1))
    verdict = compared(hurried, GRADE, GRADE_CASES, rust)
    assert verdict.equivalence is EquivalenceStatus.NOT_CHECKED
    assert "over many inputs together" in verdict.equivalence_detail


@pytest.mark.parametrize(
    ("python", "why"),
    [
        ("def grade(points):\n    return 'pass'\n", "annotation of points is missing"),
        ("def other() -> int:\n    return 1\n", "no function 'grade'"),
        (GRADE.replace("return", "raise KeyError\n    return"), "outside what the cases show"),
        (GRADE.replace("return", "exit()\n    return"), "no answer within its limits"),
        ("import time\ntime.sleep(0)\n1 / 0\n" + GRADE, "does not start"),
        ("import os\n" + GRADE.replace("return", "os._exit(0)\n    return"), "no answer within"),
    ],
)
def test_a_python_that_is_of_no_use_is_said_so(judge: Judge, python: str, why: str) -> None:
    """Whatever the Python does, the verdict stands and the reason is told."""
    verdict = compared(judge, python, GRADE_CASES, RIGHT)
    assert verdict.equivalence is EquivalenceStatus.NOT_CHECKED
    assert verdict.equivalence_inputs == 0
    assert why in verdict.equivalence_detail


def test_a_failing_candidate_is_not_compared(judge: Judge) -> None:
    """Only what passes its cases is put to further inputs."""
    probe = probe_for(Example("e", 1, GRADE, GRADE_CASES, "a signature"), 50)
    wrong = RIGHT.replace(">= 50", ">= 95")
    [verdict] = judge.judge_many([Sample(wrong, GRADE_CASES, probe)])
    assert verdict.outcome is Outcome.WRONG_ANSWER
    assert verdict.equivalence is None


def test_there_is_nothing_to_compare_in_a_program_or_with_no_inputs() -> None:
    """Programs, examples without cases and a setting of 0 have no probe."""
    example = Example("e", 1, GRADE, GRADE_CASES, "a signature")
    assert probe_for(example, 50) is not None
    assert probe_for(example, 0) is None
    assert probe_for(replace(example, cases=()), 50) is None
    assert probe_for(replace(example, cases=(ProgramCase(),), signature=None), 50) is None


def test_a_verdict_is_kept_under_all_that_it_depends_on() -> None:
    """Another Python, other cases or another number of inputs make another identity."""
    example = Example("e", 1, GRADE, GRADE_CASES, "a signature")
    changed = [
        example,
        replace(example, python=GRADE + "\n"),
        replace(example, cases=GRADE_CASES[:1]),
    ]
    probes = [*(probe_for(each, 50) for each in changed), probe_for(example, 51)]
    assert len({probe.identity for probe in probes if probe is not None}) == 4
