"""The check step: what becomes a verdict, and what must not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from synthetic_results import COMPLETION

from sse_steps.build_files import CheckFiles
from sse_steps.corpus.examples_file import write_examples
from sse_steps.errors import SandboxError
from sse_steps.records import (
    Case,
    Completion,
    EquivalenceStatus,
    Example,
    FinishReason,
    JudgementRow,
    Outcome,
    VerdictRow,
)
from sse_steps.rust.sandbox import Sandbox
from sse_steps.rust.toolchain import Toolchain
from sse_steps.settings import EquivalenceCounts, EquivalenceSettings, LimitSettings
from sse_steps.slices import CheckSlice
from sse_steps.steps import check, machine
from sse_steps.store import read_parquet, write_parquet

SLICE = CheckSlice(LimitSettings(), allow_weak_isolation=False)
EXAMPLE = Example("e1", 3, "", (Case("double", (2,), 4),), "pub fn double(n: i64) -> i64")
RIGHT = "pub fn double(n: i64) -> i64 { n * 2 }"


def verdicts_on(
    folder: Path, *rows: Completion, example: Example = EXAMPLE, settings: CheckSlice = SLICE
) -> list[VerdictRow]:
    """Run the step on completions of one example."""
    files = check_files(folder)
    write_examples([example], files.examples)
    write_parquet(rows, Completion, files.completions)
    check.run(settings, files, folder, folder / "cache")
    return read_parquet(files.verdicts, VerdictRow)


def check_files(folder: Path) -> CheckFiles:
    """Return the step's files, all in one folder."""
    names = ("completions", "verdicts", "judgements")
    return CheckFiles(folder / "examples.jsonl", *(folder / f"{name}.parquet" for name in names))


def judgements_in(folder: Path) -> list[JudgementRow]:
    """Return what the last verdicts took."""
    return read_parquet(check_files(folder).judgements, JudgementRow)


@pytest.fixture
def folder(tmp_path: Path, toolchain: Toolchain) -> Path:
    """Return a folder whose cache already holds the judge's own programs."""
    shutil.copytree(toolchain.folder, tmp_path / "cache/judge" / toolchain.folder.name)
    return tmp_path


def test_equal_programs_are_judged_once(folder: Path) -> None:
    """Completions with the same Rust share one verdict; the second is marked as cached."""
    first, second = verdicts_on(
        folder, replace(COMPLETION, rust=RIGHT), replace(COMPLETION, run=2, rust=RIGHT)
    )
    assert (first.outcome, second.outcome) == (Outcome.PASSED, Outcome.PASSED)
    judged, reused = judgements_in(folder)
    assert (judged.cached, reused.cached) == (False, True)
    assert judged.run_s == reused.run_s > 0


GRADED = Example(
    "e1",
    3,
    "def grade(points: int) -> bool:\n    return points >= 50\n",
    (Case("grade", (90,), expected=True), Case("grade", (10,), expected=False)),
    "pub fn grade(points: i64) -> bool",
)
MISSES_49 = "pub fn grade(points: i64) -> bool { points >= 49 }"


def test_a_divergence_is_shown_or_counts(folder: Path) -> None:
    """What diverges passes with a remark, or is a wrong answer; the setting judges nothing anew."""
    row = replace(COMPLETION, rust=MISSES_49)
    [shown] = verdicts_on(folder, row, example=GRADED)
    [before] = judgements_in(folder)
    counting = EquivalenceSettings(counts=EquivalenceCounts.VERDICT)
    settings = replace(SLICE, equivalence=counting)
    [counted] = verdicts_on(folder, row, example=GRADED, settings=settings)
    assert shown.outcome is Outcome.PASSED
    assert shown.equivalence is counted.equivalence is EquivalenceStatus.DIVERGED
    assert shown.equivalence_detail == "grade(49) gave True, expected False"
    assert counted.outcome is Outcome.WRONG_ANSWER
    assert shown.equivalence_detail in counted.diagnostics
    assert counted.tests_passed == counted.tests_total == 2
    assert judgements_in(folder) == [before]


def test_without_inputs_nothing_is_compared(folder: Path) -> None:
    """A setting of 0 inputs leaves the comparison out, and another number is another verdict."""
    off = replace(SLICE, equivalence=EquivalenceSettings(inputs=0))
    row = replace(COMPLETION, rust=MISSES_49)
    [verdict] = verdicts_on(folder, row, example=GRADED, settings=off)
    assert (verdict.outcome, verdict.equivalence) == (Outcome.PASSED, None)
    [verdict] = verdicts_on(folder, row, example=GRADED)
    assert verdict.equivalence is EquivalenceStatus.DIVERGED


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (FinishReason.STOP, Outcome.NO_CODE),
        (FinishReason.LENGTH, Outcome.NO_CODE),
        (FinishReason.ERROR, Outcome.NO_ANSWER),
        (FinishReason.TIMEOUT, Outcome.NO_ANSWER),
    ],
)
def test_a_completion_without_rust_has_a_verdict(
    folder: Path, reason: FinishReason, outcome: Outcome
) -> None:
    """Nothing is left out: no code and no answer are verdicts of their own."""
    [verdict] = verdicts_on(folder, replace(COMPLETION, rust=None, finish_reason=reason))
    assert (verdict.outcome, verdict.tests_run, verdict.tests_total) == (outcome, 0, 1)


def test_a_fault_of_the_sandbox_is_no_verdict(
    folder: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a program could not be started the step fails, and nothing is kept of it."""
    broken = replace(sandbox, launcher=folder / "nowhere")
    with monkeypatch.context() as patch:
        patch.setattr(machine, "sandbox", lambda _, *, allow_weak: broken)  # noqa: ARG005 - its shape
        with pytest.raises((SandboxError, FileNotFoundError)):
            verdicts_on(folder, replace(COMPLETION, rust=RIGHT))
    assert not (folder / "verdicts.parquet").exists()
    [verdict] = verdicts_on(folder, replace(COMPLETION, rust=RIGHT))
    assert verdict.outcome is Outcome.PASSED
