"""Verdicts that are reached once and kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sse_steps.records import Case, Method, Outcome
from sse_steps.rust.judge import Judge, Sample
from sse_steps.rust.kept_verdicts import Kept, KeptVerdicts
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.toolchain import Toolchain
from sse_steps.store import RecordStore

LIMITS = Limits(cpu_s=2, wall_s=6.0, memory_bytes=1 << 30, output_bytes=256 << 10)
DOUBLE = Sample("pub fn double(n: i64) -> i64 { n * 2 }", (Case("double", (2,), 4),))
ASLEEP = Sample(
    "pub fn double(_: i64) -> i64 { std::thread::sleep(std::time::Duration::MAX); 0 }",
    DOUBLE.cases,
)


@pytest.fixture
def kept(tmp_path: Path, toolchain: Toolchain, sandbox: Sandbox) -> KeptVerdicts:
    """Return an empty store of verdicts."""
    return KeptVerdicts(Judge(toolchain, sandbox, LIMITS), RecordStore(tmp_path / "records"))


def test_a_verdict_is_found_as_it_was_reached(kept: KeptVerdicts) -> None:
    """What comes out of the store equals what went in, enumerations and origin included."""
    key = kept.key(DOUBLE)
    reached = kept.reach({key: DOUBLE}, origins={key: ["task", 1]})
    assert reached[key].verdict.passes()
    assert reached[key].origin == ["task", 1]
    assert kept.find([key]) == reached
    in_process = replace(reached[key].verdict, method=Method.IN_PROCESS)
    kept.keep("other", Kept(in_process))
    assert kept.find(["other", "none"]) == {"other": Kept(in_process)}


def test_a_key_is_of_everything_that_a_verdict_follows_from(kept: KeptVerdicts) -> None:
    """Another program, another case, and other limits have keys of their own."""
    other = replace(kept, judge=replace(kept.judge, limits=replace(LIMITS, cpu_s=3)))
    keys = {
        kept.key(DOUBLE),
        kept.key(replace(DOUBLE, rust=f"{DOUBLE.rust} ")),
        kept.key(replace(DOUBLE, cases=(Case("double", (2,), 4.0),))),
        kept.key(replace(DOUBLE, cases=(Case("double", (2,), 4, tolerance=0.5),))),
        other.key(DOUBLE),
    }
    assert len(keys) == 5


def test_a_fault_of_the_machine_is_not_kept(kept: KeptVerdicts, tmp_path: Path) -> None:
    """Where the sandbox could not start the program, the next time asks again."""
    verdict = kept.reach({"key": DOUBLE})["key"].verdict
    kept.keep("lost", Kept(replace(verdict, outcome=Outcome.INFRASTRUCTURE_ERROR)))
    assert not kept.find(["lost"])
    assert (tmp_path / "records").exists()


def test_what_the_wall_clock_decided_is_not_kept(kept: KeptVerdicts) -> None:
    """A verdict is kept as soon as it is final, and a sleeping program's not at all."""
    hasty = replace(kept, judge=replace(kept.judge, limits=replace(LIMITS, wall_s=0.5)))
    samples = {hasty.key(sample): sample for sample in (ASLEEP, DOUBLE)}
    seen_when_finished = []
    reached = hasty.reach(
        samples, on_finish=lambda _key, _kept: seen_when_finished.append(len(hasty.find(samples)))
    )
    assert [reached[key].verdict.outcome for key in samples] == [Outcome.TIMEOUT, Outcome.PASSED]
    assert seen_when_finished == [1, 1]
    assert list(hasty.find(samples)) == [hasty.key(DOUBLE)]


def test_without_a_store_nothing_is_found(kept: KeptVerdicts) -> None:
    """A verdict is reached afresh each time where there is nowhere to keep it."""
    afresh = replace(kept, store=None)
    key = afresh.key(DOUBLE)
    assert afresh.reach({key: DOUBLE})[key].verdict.passes()
    assert not afresh.find([key])
