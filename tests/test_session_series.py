"""Functions that share a sandbox, one after the other, get the verdicts that they get alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sse_steps.records import Case, Outcome, Verdict
from sse_steps.rust.judge import Judge, Sample
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.session_series import MOST_AT_ONCE, can_share
from sse_steps.rust.toolchain import Toolchain

LIMITS = Limits(cpu_s=1, wall_s=60.0, memory_bytes=512 << 20, output_bytes=1 << 20)
CASES = (Case("f", (1,), 2), Case("f", (3,), 6), Case("f", (-4,), -8))
RIGHT = "pub fn f(x: i64) -> i64 {{ x * 2 + {0} - {0} }}"
# Programs that leave the conversation, and some that only answer wrongly.
OTHERS = {
    "wrong": "pub fn f(x: i64) -> i64 { x * 2 + 1 }",
    "panics": 'pub fn f(x: i64) -> i64 { if x == 3 { panic!("three") } x * 2 }',
    "unfit": "pub fn f(x: u8) -> u8 { x * 2 }",
    "ends": "pub fn f(x: i64) -> i64 { if x == 3 { std::process::exit(0) } x * 2 }",
    "ends at first": "pub fn f(_: i64) -> i64 { std::process::exit(0) }",
    "aborts": "pub fn f(x: i64) -> i64 { if x == 3 { std::process::abort() } x * 2 }",
    "spins": "pub fn f(x: i64) -> i64 { loop { std::hint::black_box(x); } }",
    "leaves a thread": "pub fn f(x: i64) -> i64 { std::thread::spawn(|| loop {}); x * 2 }",
    "prints": 'pub fn f(x: i64) -> i64 { println!("{}", x); eprintln!("said"); x * 2 }',
    "remembers": "use std::cell::Cell;\n"
    "thread_local! { static SEEN: Cell<i64> = const { Cell::new(0) }; }\n"
    "pub fn f(x: i64) -> i64 { SEEN.set(SEEN.get() + 1); x * 2 + SEEN.get() - 1 }",
}


def told(verdict: Verdict) -> Verdict:
    """Return a verdict without what the clock decides."""
    return replace(verdict, compile_s=0.0, run_s=0.0)


@pytest.fixture(scope="module")
def quick(toolchain: Toolchain, sandbox: Sandbox) -> Judge:
    """Return a judge that soon stops what spins, by processor seconds."""
    return Judge(toolchain, sandbox, LIMITS)


@pytest.mark.parametrize("name", OTHERS)
def test_a_neighbour_changes_no_verdict(name: str, quick: Judge) -> None:
    """Whatever one program does, it and those before and behind it get what they get alone."""
    samples = [Sample(RIGHT.format(number), CASES) for number in range(8)]
    samples.insert(2, Sample(OTHERS[name], CASES))
    together = quick.judge_many(samples)
    alone = [quick.judge(sample.rust, sample.cases) for sample in samples]
    assert [told(each) for each in together] == [told(each) for each in alone]
    assert [each.outcome for each in together].count(Outcome.PASSED) >= 8


def test_more_than_one_sandbox_holds_come_back_in_order(quick: Judge) -> None:
    """Many programs are told apart: each answers its own number."""
    count = 2 * MOST_AT_ONCE + 5
    samples = [
        Sample(f"pub fn f(x: i64) -> i64 {{ x + {number} }}", (Case("f", (1,), 1 + number),))
        for number in range(count)
    ]
    assert [each.outcome for each in quick.judge_many(samples)] == [Outcome.PASSED] * count


def test_without_a_filter_each_has_a_sandbox(sandbox: Sandbox) -> None:
    """Where a candidate could leave a process behind, none shares a sandbox."""
    assert can_share(replace(sandbox, filtered=True))
    assert not can_share(replace(sandbox, filtered=False))
