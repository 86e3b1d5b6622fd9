"""What a case declares: arguments that change, how a failure is said, tolerance; all judged so."""

from __future__ import annotations

import math

import pytest

from sse_steps.records import Case, Failure, Outcome, Verdict
from sse_steps.rust.judge import Judge, Sample
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.toolchain import Toolchain

LIMITS = Limits(cpu_s=2, wall_s=8.0, memory_bytes=512 << 20, output_bytes=256 << 10)


def changing(args: tuple[object, ...], after: object, expected: object = None) -> Case:
    """Return a case whose first argument holds `after` after the call."""
    return Case("f", args, expected, after=((0, after),))


def failing(failure: Failure) -> tuple[Case, ...]:
    """Return a case that succeeds and one that fails as declared."""
    return Case("f", (1,), 1), Case("f", (0,), raises="ValueError", failure=failure)


PASSING: dict[str, tuple[str, tuple[Case, ...]]] = {
    "a vector that is changed": (
        "fn f(x: &mut Vec<i64>) { x.push(9); x.sort(); }",
        (changing(([10, 1],), [1, 9, 10]), changing(([],), [9])),
    ),
    "a slice that is changed": (
        "fn f(x: &mut [f64]) { x[0] = 0.5; }",
        (changing(([1.0],), [0.5]),),
    ),
    "a map that is changed": (
        "use std::collections::HashMap;\n"
        "fn f(x: &mut HashMap<String, Vec<i64>>, k: &str) -> usize "
        "{ x.entry(k.to_string()).or_default().push(1); x.len() }",
        (changing(({}, "a"), {"a": [1]}, 1), changing(({"a": [2]}, "a"), {"a": [2, 1]}, 1)),
    ),
    "a set that is changed": (
        "fn f(x: &mut std::collections::BTreeSet<i64>) -> bool { x.insert(3) }",
        (changing(({1},), {3, 1}, expected=True),),
    ),
    "the second argument is changed": (
        "fn f(x: i64, y: &mut Vec<i64>) { y.clear(); y.push(x) }",
        (Case("f", (5, [1]), None, after=((1, [5]),)),),
    ),
    "two arguments are changed": (
        "fn f(x: &mut Vec<i64>, y: &mut Vec<i64>) { std::mem::swap(x, y) }",
        (Case("f", ([1], [2, 3]), None, after=((0, [2, 3]), (1, [1]))),),
    ),
    "what is changed is also returned": (
        "fn f(x: &mut Vec<i64>) -> &mut Vec<i64> { x.push(1); x }",
        (changing(([],), [1], [1]),),
    ),
    "a unit within a tuple": ("fn f() -> (i64, ()) { (1, ()) }", (Case("f", (), (1, None)),)),
    "a change that nobody asked about": (
        "fn f(x: &mut Vec<i64>) -> i64 { x.pop().unwrap_or(0) }",
        (Case("f", ([3],), 3),),
    ),
    "an Err": (
        "fn f(x: i64) -> Result<i64, ()> { (x > 0).then_some(x).ok_or(()) }",
        failing(Failure.ERR),
    ),
    "None": ("fn f(x: i64) -> Option<i64> { (x > 0).then_some(x) }", failing(Failure.NONE)),
    "a panic": ("fn f(x: i64) -> i64 { assert!(x > 0); x }", failing(Failure.PANIC)),
    "numbers that are close enough": (
        "fn f(x: f32) -> f32 { x / 3.0 }",
        (Case("f", (1.0,), 1 / 3, tolerance=1e-6),),
    ),
    "numbers that are no numbers": (
        "fn f(x: f64) -> Vec<f64> { vec![x / 0.0, -x / 0.0, 0.0 * (x / 0.0)] }",
        (Case("f", (1.0,), [math.inf, -math.inf, math.nan]),),
    ),
    "numbers beyond 127 bits": (
        "fn f(x: u128) -> u128 { x + 1 }",
        (Case("f", (2**127 + 5,), 2**127 + 6),),
    ),
    "several functions": (
        'fn f(x: i64) -> i64 { x + 1 }\nfn g(x: &str, y: &str) -> String { format!("{x}{y}") }',
        (Case("f", (1,), 2), Case("g", ("a", "b"), "ab"), Case("f", (2,), 3)),
    ),
    "nested collections": (
        "use std::collections::*;\n"
        "fn f(x: Vec<HashMap<String, (i64, Option<Vec<char>>)>>) "
        "-> Result<BTreeMap<String, Option<(i64, usize)>>, std::num::ParseIntError> "
        "{ Ok(x.into_iter().flatten().map(|(k, (n, c))| (k, c.map(|c| (n, c.len())))).collect()) }",
        (Case("f", ([{"a": (1, ["x", "y"])}, {"b": (2, None)}],), {"a": (1, 2), "b": None}),),
    ),
    "every letter": (
        "fn f(x: &str) -> String { x.chars().rev().collect() }",
        (Case("f", ("a\0\u0301\u202e\U0001f980\ufeff",), "\ufeff\U0001f980\u202e\u0301\0a"),),
    ),
}


@pytest.fixture(scope="module")
def judge(toolchain: Toolchain, sandbox: Sandbox) -> Judge:
    """Return the judge under small limits."""
    return Judge(toolchain, sandbox, LIMITS)


@pytest.fixture(scope="module")
def right(judge: Judge) -> dict[str, Verdict]:
    """Return the verdicts on the right samples, reached together."""
    samples = [Sample(rust, cases) for rust, cases in PASSING.values()]
    return dict(zip(PASSING, judge.judge_many(samples), strict=True))


@pytest.mark.parametrize("name", PASSING)
def test_what_is_declared_is_what_passes(right: dict[str, Verdict], name: str) -> None:
    """A function that does what its cases declare passes all of them."""
    verdict = right[name]
    assert verdict.outcome is Outcome.PASSED, verdict.diagnostics
    assert verdict.tests_passed == len(PASSING[name][1])


FAILING: dict[str, tuple[str, Case, str]] = {
    "what is left is wrong": (
        "fn f(x: &mut Vec<i64>) { x.push(8); }",
        changing(([],), [9]),
        "left [8] in argument 1, expected [9]",
    ),
    "the result is wrong, what is left is right": (
        "fn f(x: &mut Vec<i64>) -> i64 { x.push(9); 1 }",
        changing(([],), [9], 2),
        "gave 1, expected 2",
    ),
    "nothing is borrowed": (
        "fn f(mut x: Vec<i64>) { x.push(9); }",
        changing(([],), [9]),
        "does not borrow argument 1 mutably",
    ),
    "the wrong argument is borrowed": (
        "fn f(x: &[i64], y: &mut Vec<i64>) { y.extend(x); }",
        Case("f", ([1], []), None, after=((0, [1]),)),
        "does not borrow argument 1 mutably",
    ),
    "a stale change": (
        "fn f(x: &mut Vec<i64>) { *x = vec![9]; x.pop(); }",
        changing(([],), [9]),
        "left [] in argument 1",
    ),
    "an Err where None is declared": (
        "fn f(x: i64) -> Result<i64, ()> { Err(()) }",
        Case("f", (1,), raises="KeyError", failure=Failure.NONE),
        "expected None, because the Python raised KeyError",
    ),
    "an Err where a panic is declared": (
        "fn f(x: i64) -> Result<i64, ()> { Err(()) }",
        Case("f", (1,), raises="KeyError", failure=Failure.PANIC),
        "expected a panic",
    ),
    "an exit where a panic is declared": (
        "fn f(x: i64) -> i64 { std::process::exit(101) }",
        Case("f", (1,), raises="KeyError", failure=Failure.PANIC),
        "ended the process",
    ),
    "a panic where a value is expected": (
        "fn f(x: i64) -> i64 { panic!() }",
        Case("f", (1,), 1, failure=Failure.PANIC),
        "panicked",
    ),
    "nothing where None is declared": (
        "fn f(x: i64) {}",
        Case("f", (1,), raises="KeyError", failure=Failure.NONE),
        "expected None",
    ),
    "Ok of nothing where None is declared": (
        "fn f(x: i64) -> Result<(), String> { Ok(()) }",
        Case("f", (1,), raises="KeyError", failure=Failure.NONE),
        "expected None",
    ),
    "a change of what an argument holds inside": (
        "fn f(x: Vec<&mut Vec<i64>>) { for y in x { y.clear() } }",
        changing(([[1]],), [[]]),
        "does not borrow argument 1 mutably",
    ),
    "numbers that are not close enough": (
        "fn f(x: f32) -> f32 { x / 3.0 }",
        Case("f", (1.0,), 1 / 3),
        "expected 0.333",
    ),
    "an integer that no Rust has": (
        "fn f(x: i128) -> i128 { x.wrapping_mul(x) }",
        Case("f", (2**100,), 2**200),
        "expected",
    ),
}


@pytest.fixture(scope="module")
def wrong(judge: Judge) -> dict[str, Verdict]:
    """Return the verdicts on the wrong samples, reached together."""
    samples = [Sample(rust, (case,)) for rust, case, _ in FAILING.values()]
    return dict(zip(FAILING, judge.judge_many(samples), strict=True))


@pytest.mark.parametrize("name", FAILING)
def test_anything_else_fails_and_says_why(wrong: dict[str, Verdict], name: str) -> None:
    """A function that does something else compiles, fails, and is told what was expected."""
    verdict = wrong[name]
    assert verdict.outcome in (Outcome.WRONG_ANSWER, Outcome.PANICKED)
    assert verdict.compiles
    assert FAILING[name][2] in verdict.diagnostics
