"""What the check step writes of a verdict: the row that counts, and what it took to reach it."""

from __future__ import annotations

from dataclasses import asdict, replace

from sse_steps.records import Completion, EquivalenceStatus, JudgementRow, Outcome, VerdictRow
from sse_steps.rust.judge import Sample
from sse_steps.rust.kept_verdicts import Kept
from sse_steps.settings import EquivalenceCounts
from sse_steps.slices import Origin


def as_it_counts(row: VerdictRow, counts: EquivalenceCounts) -> VerdictRow:
    """Return a verdict as it counts: a divergence is a wrong answer, or is only told."""
    diverged = row.equivalence is EquivalenceStatus.DIVERGED
    if not diverged or counts is EquivalenceCounts.REPORT:
        return row
    detail = f"on a generated input: {row.equivalence_detail}"
    return replace(row, outcome=Outcome.WRONG_ANSWER, diagnostics=detail)


def origin_of(row: Completion) -> Origin:
    """Return whose answer a completion is."""
    return Origin(row.task, row.model, row.run, row.turn)


def whose(row: Completion) -> list[object]:
    """Return what says whose a kept verdict is; one of before there were turns is a first."""
    turn = [row.turn] if row.turn > 1 else []
    return [row.task, row.model, row.run, row.example, *turn]


def verdict_row(row: Completion, sample: Sample, found: Kept) -> VerdictRow:
    """Return the row of a verdict, which has nothing measured: equal answers have equal rows."""
    verdict = asdict(found.verdict)
    # Cases are always put from outside, and seconds are another table's.
    for field in ("method", "compile_s", "run_s"):
        del verdict[field]
    return VerdictRow(
        task=row.task,
        model=row.model,
        run=row.run,
        example=row.example,
        level=row.level,
        tests_total=len(sample.cases),
        turn=row.turn,
        **verdict,
    )


def judgement_row(row: Completion, found: Kept) -> JudgementRow:
    """Return what it took to reach a verdict; it is cached where it was reached for another row."""
    verdict = found.verdict
    cached = found.origin != whose(row)
    return judgement(row, compile_s=verdict.compile_s, run_s=verdict.run_s, cached=cached)


def judgement(row: Completion, *, compile_s: float, run_s: float, cached: bool) -> JudgementRow:
    """Return the row of a judgement that took these seconds."""
    return JudgementRow(
        row.task, row.model, row.run, row.example, compile_s, run_s, cached, row.turn
    )
