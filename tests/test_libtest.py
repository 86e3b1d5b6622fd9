"""Reading what libtest printed and what the witnesses sent."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sse_steps.records import Outcome
from sse_steps.rust.libtest import Names, Ran, outcome_of, witnesses_in
from sse_steps.rust.sandbox import Finished

SECRET = "5" * 32
REPORT = (
    "\nrunning 2 tests\ntest m::a ... ok\ntest m::b - should panic ... ok\n\n"
    "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 1 filtered out; in 0.00s\n"
)
PATHS = ("m::a", "m::b")


def ran(report: str = REPORT, *, exit_code: int = 0, finished: tuple[int, ...] = (0, 1)) -> Ran:
    """Return a run of two tests with this report."""
    done = Finished(exit_code, report.encode(), b"", 0.1, timed_out=False)
    return Ran(done, Counter(finished))


def outcome(run: Ran) -> Outcome:
    """Return the outcome, with the counting of witnesses that the caller does."""
    each = [run.reported.get(path) and run.finished[index] == 1 for index, path in enumerate(PATHS)]
    return outcome_of(run, PATHS, Names(), all_passed=all(each))[0]


def test_a_report_that_agrees_with_its_witnesses_is_a_pass() -> None:
    """Names, counts, exit code and witnesses together are a pass."""
    assert outcome(ran()) is Outcome.PASSED


def test_anything_that_does_not_agree_is_none() -> None:
    """A name, count, witness or exit code that is missing, wrong or there twice is no pass."""
    runs = [
        ran(exit_code=1),
        ran(finished=(0,)),
        ran(finished=()),
        ran(finished=(0, 0, 1)),
        ran(REPORT.replace("test m::a ... ok\n", "")),
        ran(REPORT.replace("test m::a ... ok", "test m::a ... FAILED")),
        ran(REPORT.replace("test m::a ... ok", "test m::a ... ok\ntest m::a ... ok")),
        ran(REPORT.replace("test m::a ... ok", "x test m::a ... ok")),
        ran(REPORT.replace("2 passed", "1 passed")),
        ran(REPORT.replace("0 ignored", "1 ignored")),
        ran(REPORT + REPORT.splitlines()[-1] + "\n"),
        ran(""),
    ]
    assert [outcome(run) for run in runs if outcome(run) is Outcome.PASSED] == []


@given(st.binary(max_size=300))
def test_without_the_secret_there_is_no_witness(written: bytes) -> None:
    """Whatever is sent counts for nothing unless it begins with the secret."""
    assert not witnesses_in(written, SECRET)
    line = f"{SECRET} 3\n".encode()
    assert witnesses_in(line + written.replace(b"\n", b""), SECRET)[3] == 1


def test_names_are_not_shown() -> None:
    """Messages read as if the tests were in a file of that name."""
    names = Names()
    said = f"panicked at {names.module}.rs:1:2 in {names.module}::m::t, {names.witness}"
    assert names.removed(said) == "panicked at tests.rs:1:2 in m::t, witness"
    assert Names() != names
