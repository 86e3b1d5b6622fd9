"""Batches: every sample gets the verdict that it gets alone, whoever sits beside it."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from sse_steps.records import Case, Outcome, ProgramCase, Verdict
from sse_steps.rust.judge import Judge, Sample
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.toolchain import Toolchain

LIMITS = Limits(cpu_s=1, wall_s=4.0, memory_bytes=512 << 20, output_bytes=256 << 10)
ADD_CASES = (Case("add", (1, 2), 3), Case("add", (-5, 6), 1))
ADD = "pub fn add(a: i64, b: i64) -> i64 { a + b }"
HELLO = (ProgramCase(("Zoë",), "in\n", "Hello Zoë: in\n", 3),)

SAMPLES: dict[str, Sample] = {
    "right": Sample(ADD, ADD_CASES),
    "right with a helper of a common name": Sample(
        "fn helper(a: i64) -> i64 { a }\npub fn add(a: i64, b: i64) -> i64 { helper(a) + b }",
        ADD_CASES,
    ),
    "right in another way": Sample(
        "struct P(i64);\nimpl std::ops::Add for P { type Output = i64; "
        "fn add(self, o: P) -> i64 { self.0 + o.0 } }\n"
        "fn add(a: i64, b: i64) -> i64 { P(a) + P(b) }",
        ADD_CASES,
    ),
    "wrong": Sample("pub fn add(a: i64, b: i64) -> i64 { a - b }", ADD_CASES),
    "panics": Sample('pub fn add(a: i64, b: i64) -> i64 { panic!("{a}{b}") }', ADD_CASES),
    "leaves": Sample("pub fn add(a: i64, b: i64) -> i64 { std::process::exit(0) }", ADD_CASES),
    "never ends": Sample("pub fn add(a: i64, b: i64) -> i64 { loop {} }", ADD_CASES),
    "does not parse": Sample("pub fn add(a: i64, b: i64 -> i64 { a + b", ADD_CASES),
    "unbalanced": Sample(f"{ADD} }} mod x {{", ADD_CASES),
    "an unknown name": Sample("pub fn add(a: i64, b: i64) -> i64 { a + c }", ADD_CASES),
    "an unknown crate": Sample(f"use regex::Regex;\n{ADD}", ADD_CASES),
    "another function": Sample("pub fn sub(a: i64, b: i64) -> i64 { a - b }", ADD_CASES),
    "another type": Sample("pub fn add(a: i64, b: Vec<String>) -> i64 { a }", ADD_CASES),
    "a wrong type inside": Sample('pub fn add(a: i64, b: i64) -> i64 { "3" }', ADD_CASES),
    "a borrow that does not live": Sample(
        "pub fn add(a: i64, b: i64) -> i64 { let r; { let x = a; r = &x; } *r + b }", ADD_CASES
    ),
    "an arithmetic overflow that is seen": Sample(
        "pub fn add(a: i64, b: i64) -> i64 { let x: u8 = 255 + 1; a + b + x as i64 }", ADD_CASES
    ),
    "a trait for f64, alone": Sample(
        f"struct V; impl std::ops::Mul<V> for f64 {{ type Output = V; fn mul(self, v: V) -> V "
        f"{{ v }} }}\n{ADD}",
        ADD_CASES,
    ),
    "a program": Sample(
        "fn main() { let mut line = String::new(); std::io::stdin().read_line(&mut line).unwrap();"
        "let name = std::env::args().nth(1).unwrap(); assert_eq!(std::env::args().count(), 2);"
        'assert!(std::env::var("JUDGE_CHOICE").is_err());'
        'println!("Hello {name}: {}", line.trim()); std::process::exit(3) }',
        HELLO,
    ),
    "a program that fails by its result": Sample(
        'fn main() -> Result<(), String> { println!("x"); Err("no".into()) }',
        (ProgramCase((), "", "x", 1),),
    ),
    "a program with an exit code": Sample(
        "use std::process::ExitCode;\nfn main() -> ExitCode { ExitCode::from(7) }",
        (ProgramCase((), "", "", 7),),
    ),
    "a program without main": Sample("fn start() {}", HELLO),
    "a program with a strange main": Sample("fn main(x: i64) {}", HELLO),
    "without a case": Sample(ADD, ()),
    "without a case, broken": Sample("fn f( {", ()),
}


@pytest.fixture(scope="module")
def judge(toolchain: Toolchain, sandbox: Sandbox) -> Judge:
    """Return the judge under small limits."""
    return Judge(toolchain, sandbox, LIMITS)


def finding(verdict: Verdict) -> Verdict:
    """Return a verdict without what may differ: seconds, and the words of a message."""
    return replace(verdict, compile_s=0.0, run_s=0.0, diagnostics="")


@pytest.fixture(scope="module")
def together(judge: Judge) -> dict[str, Verdict]:
    """Return what every sample gets among all the others."""
    return dict(zip(SAMPLES, judge.judge_many(list(SAMPLES.values())), strict=True))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_verdict_among_others_is_the_verdict_alone(
    judge: Judge, together: dict[str, Verdict], name: str
) -> None:
    """Outcome, counts and error code do not depend on the company."""
    sample = SAMPLES[name]
    assert finding(together[name]) == finding(judge.judge(sample.rust, sample.cases))


EXPECTED = {
    "right": Outcome.PASSED,
    "right in another way": Outcome.PASSED,
    "wrong": Outcome.WRONG_ANSWER,
    "panics": Outcome.PANICKED,
    "never ends": Outcome.TIMEOUT,
    "unbalanced": Outcome.COMPILE_ERROR,
    "a program": Outcome.PASSED,
    "a program that fails by its result": Outcome.PASSED,
    "a program with an exit code": Outcome.PASSED,
    "without a case": Outcome.UNTESTED,
    "without a case, broken": Outcome.UNTESTED,
}


@pytest.mark.parametrize(("name", "outcome"), EXPECTED.items())
def test_samples_get_what_they_deserve(
    together: dict[str, Verdict], name: str, outcome: Outcome
) -> None:
    """The batch tells right from wrong."""
    assert together[name].outcome is outcome, together[name].diagnostics


def test_whether_an_untested_sample_compiles_is_known(together: dict[str, Verdict]) -> None:
    """Without a case there is no pass, but the compiler's word is kept."""
    assert together["without a case"].compiles
    assert not together["without a case, broken"].compiles


def test_a_fault_is_told_as_it_would_be_alone(together: dict[str, Verdict]) -> None:
    """Rustc's message names the candidate's own file and line, and nothing of the batch."""
    text = together["an unknown name"].diagnostics
    assert "candidate.rs:1:41" in text
    assert "E0425" in text
    assert all(
        word not in verdict.diagnostics
        for verdict in together.values()
        for word in ("candidates.rs", "mod c", "judge-")
    )


def honest(count: int) -> list[Sample]:
    """Return distinct right samples."""
    return [Sample(f"// {number}\n{ADD}", ADD_CASES) for number in range(count)]


def check_neighbours(judge: Judge, hostile: Sample) -> Verdict:
    """Judge a sample in the middle of 20 honest ones, which must pass, and return its verdict."""
    neighbours = honest(20)
    samples = [*neighbours[:9], hostile, *neighbours[9:]]
    verdicts = judge.judge_many(samples)
    assert all(verdict.passes() for verdict in [*verdicts[:9], *verdicts[10:]])
    return verdicts[9]


BOMBS = {
    "an endless constant": "const X: u64 = { let mut i = 0u64; while i < u64::MAX { i += 1 } i };"
    "\npub fn add(a: i64, b: i64) -> i64 { a + b + X as i64 }",
    "types that grow": "struct P<T>(T);\n"
    "fn g<T>(n: u32, _: P<T>) { if n > 0 { g(n - 1, P(P(n))) } }\n"
    "fn h<T>(n: u32, t: P<T>) { if n > 0 { h(n - 1, P(t)) } }\n"
    "pub fn add(a: i64, b: i64) -> i64 { h(9, P(0)); g(9, P(1)); a - b }",
    "an array beyond memory": "static X: [u8; 1 << 40] = [7; 1 << 40];\n"
    "pub fn add(a: i64, b: i64) -> i64 { a - b + X[a as usize] as i64 }",
    "deep nesting": "pub fn add(a: i64, b: i64) -> i64 { "
    + "(" * 20_000
    + "1"
    + ")" * 20_000
    + " }",
}


@pytest.mark.slow
@pytest.mark.parametrize("rust", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_harms_no_neighbour(judge: Judge, rust: str) -> None:
    """A sample that stalls or crashes the compiler is split off; the honest ones pass."""
    assert not check_neighbours(judge, Sample(rust, ADD_CASES)).passes()


def test_neighbours_cannot_be_called(judge: Judge) -> None:
    """A sample cannot borrow the right answer from beside it: names of modules are not known."""
    stealing = (
        "mod x { pub use super::super::*; }\npub fn add(a: i64, b: i64) -> i64 { x::add(a, b) }"
    )
    assert check_neighbours(judge, Sample(stealing, ADD_CASES)).outcome is Outcome.COMPILE_ERROR


JOIN_CASES = (Case("join", (["a", "b"],), "ab"),)
JOIN = (
    "pub fn join(all: Vec<String>) -> String "
    "{ let mut s = String::new(); for t in all { s += &t; } s }"
)
MEDDLING = {
    "by the size of an array": "struct W<T>(T);\nimpl std::ops::AddAssign<W<[u8; 3]>> for String "
    "{ fn add_assign(&mut self, _: W<[u8; 3]>) {} }",
    "by a constant": "struct W<const N: usize>;\nimpl std::ops::AddAssign<W<{ 1 }>> for String "
    "{ fn add_assign(&mut self, _: W<1>) {} }",
    "by a name in another scope": "fn g() { struct String; }\nstruct V;\n"
    "impl std::ops::AddAssign<V> for String { fn add_assign(&mut self, _: V) {} }",
    "by a macro": "macro_rules! m { ($($x:tt)*) => { impl $($x)* }; }\nstruct V;\n"
    "m!(std::ops::AddAssign<V> for String { fn add_assign(&mut self, _: V) {} });",
}


@pytest.mark.parametrize("rust", MEDDLING.values(), ids=MEDDLING.keys())
def test_a_trait_for_a_type_of_others_harms_no_neighbour(judge: Judge, rust: str) -> None:
    """A sample that makes its neighbour's inference ambiguous takes no verdict away from it."""
    samples = [Sample(JOIN, JOIN_CASES), Sample(f"{rust}\n{ADD}", ADD_CASES)]
    assert [verdict.outcome for verdict in judge.judge_many(samples)] == [Outcome.PASSED] * 2


REVEALING = {
    "an alias of a macro": "use std::module_path as m;\nfn name() -> &'static str { m!() }",
    "a macro that is handed over": "macro_rules! c { ($m:ident) => { $m!() } }\n"
    "fn name() -> &'static str { c!(file) }",
    "a white space of rustc's own": "fn name() -> &'static str { module_path!\u200e() }",
    "a place": "fn name() -> &'static str { std::panic::Location::caller().file() }",
    "an attribute at the wrong place": '#![test]\nfn name() -> &\'static str { "" }',
    "a neighbour's type": 'struct Token;\nfn name() -> &\'static str { "" }',
    "a type of the neighbour's that is missing": "fn name() -> &'static str { Token { a: 1 } }",
}


@pytest.mark.parametrize("rust", REVEALING.values(), ids=REVEALING.keys())
def test_a_sample_cannot_tell_that_it_has_company(judge: Judge, rust: str) -> None:
    """What a sample learns of its own place, and what rustc says of it, is the same alone."""
    cases = (Case("name", (), "candidate.rs"),)
    neighbours = [*honest(3), Sample("pub struct Token { pub a: i64 }\n" + ADD, ADD_CASES)]
    among = judge.judge_many([Sample(rust, cases), *neighbours])[0]
    alone = judge.judge(rust, cases)
    assert finding(among) == finding(alone)
    assert among.diagnostics == alone.diagnostics


HANGING = [
    "fn f<" + "'a  " * 3000 + "(x: i64) -> i64 { x }",
    "impl " * 13_000,
    "impl <" * 10_000,
    "fn add(x: impl A<" * 4000,
    "use std::" * 7000,
    "'\\" * 20_000,
    "/*/" * 20_000,
]


@pytest.mark.parametrize("rust", HANGING, ids=range(len(HANGING)))
def test_looking_at_a_sample_takes_no_time(rust: str) -> None:
    """No text keeps the judge itself busy, which no limit bounds."""
    started = time.process_time()
    Sample(rust, (Case("f", (1,), 1), Case("add", (1,), 1))).is_ordinary()
    assert time.process_time() - started < 2


def test_equal_samples_can_share_a_batch(judge: Judge) -> None:
    """The same text twice is two modules and two verdicts."""
    verdicts = judge.judge_many([Sample(ADD, ADD_CASES)] * 3)
    assert [verdict.outcome for verdict in verdicts] == [Outcome.PASSED] * 3


def test_verdicts_come_in_order_and_are_announced_once(judge: Judge) -> None:
    """Each sample's number is announced exactly once, with the verdict that is returned."""
    samples = [SAMPLES[name] for name in ("right", "wrong", "does not parse", "a program")]
    announced: list[tuple[int, Verdict]] = []
    verdicts = judge.judge_many(samples, on_finish=lambda *each: announced.append(each))
    assert dict(announced) == dict(enumerate(verdicts))
    assert len(announced) == len(samples)


def test_no_samples_are_no_verdicts(judge: Judge) -> None:
    """There is nothing to do, and nothing is done."""
    assert judge.judge_many([]) == []


def test_a_sleeper_is_tried_again_alone(judge: Judge) -> None:
    """A time-out of the clock on the wall is announced only after another try without company."""
    sleeping = (
        "pub fn add(a: i64, b: i64) -> i64 "
        "{ std::thread::sleep(std::time::Duration::from_secs(9)); a }"
    )
    short = replace(judge, limits=replace(LIMITS, wall_s=1.0))
    announced: list[int] = []
    samples = [Sample(sleeping, ADD_CASES), Sample(ADD, ADD_CASES)]
    verdicts = short.judge_many(samples, on_finish=lambda number, _: announced.append(number))
    assert [verdict.outcome for verdict in verdicts] == [Outcome.TIMEOUT, Outcome.PASSED]
    assert announced == [1, 0]
