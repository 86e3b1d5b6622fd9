"""A verdict is the same in a batch, alone, from plain cargo, and on a busy machine.

`benchmarks/bench_agreement.py` shows it for the whole corpus; here it is a part of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from bench_agreement import (
    busy_processors,
    differences,
    differences_from_cargo,
    in_batches,
    one_by_one,
)
from rivals import Machine, with_cargo
from samples import (
    LIMITS,
    Candidate,
    model_output,
    read_examples,
    references,
    shuffled_mutants,
    spread,
)

from sse_steps.corpus.interpreter import Python
from sse_steps.records import Verdict
from sse_steps.rust.judge import Judge
from sse_steps.rust.sandbox import Sandbox
from sse_steps.rust.toolchain import Toolchain, cpu_count

LEVELS = ("01", "06", "09")  # programs, functions that fail, unsafe code


@pytest.fixture(scope="module")
def judge(toolchain: Toolchain, sandbox: Sandbox) -> Judge:
    """Return the judge as the benchmarks have it."""
    return Judge(toolchain, sandbox, LIMITS)


@pytest.fixture(scope="module")
def candidates(sandbox: Sandbox) -> list[Candidate]:
    """Return the references of three levels, and a few mutants and model outputs of theirs."""
    examples = read_examples(Python(sandbox, LIMITS), LEVELS)
    mutants, written = shuffled_mutants(examples, seed=1), model_output(examples)
    return references(examples) + spread(mutants, 10) + spread(written, 10)


@pytest.fixture(scope="module")
def alone(judge: Judge, candidates: Sequence[Candidate]) -> list[Verdict]:
    """Return the verdicts on candidates that are compiled by themselves."""
    return one_by_one("alone", lambda each: judge.judge(each.rust, each.example.cases), candidates)


@pytest.mark.slow
def test_references_pass_and_others_are_of_every_kind(
    candidates: Sequence[Candidate], alone: Sequence[Verdict]
) -> None:
    """What is compared has passes, wrong answers and compile errors in it."""
    outcomes = {verdict.outcome for verdict in alone}
    assert {"passed", "wrong_answer", "compile_error"} <= outcomes
    pairs = zip(candidates, alone, strict=True)
    failed = [each.name for each, found in pairs if not found.passes()]
    assert not [name for name in failed if name.startswith("reference")]


@pytest.mark.slow
def test_a_batch_says_what_is_said_alone(
    judge: Judge, candidates: Sequence[Candidate], alone: Sequence[Verdict]
) -> None:
    """Outcome, counts and error code do not depend on the company of a candidate."""
    batch = in_batches(judge, candidates, seed=1)
    assert differences("batch and alone", candidates, batch, alone) == []


@pytest.mark.slow
def test_a_busy_machine_changes_no_verdict(
    judge: Judge, candidates: Sequence[Candidate], alone: Sequence[Verdict]
) -> None:
    """With twice as many spinning processes as processors every verdict stays."""
    with busy_processors(2 * cpu_count()):
        busy = in_batches(judge, candidates, seed=2)
    assert differences("busy and idle", candidates, busy, alone) == []


@pytest.mark.slow
def test_plain_cargo_agrees(
    judge: Judge, candidates: Sequence[Candidate], alone: Sequence[Verdict]
) -> None:
    """A fresh cargo project, built and tested, finds what the judge finds."""
    machine = Machine(judge.toolchain, judge.sandbox)
    few, judged = candidates[::6], alone[::6]
    plain = [with_cargo(machine, each)[0] for each in few]
    assert any(each.passes for each in plain)
    assert not all(each.passes for each in plain)
    assert differences_from_cargo(few, judged, plain) == ([], [])
