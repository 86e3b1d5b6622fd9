"""Step: examples and completions in, verdicts out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path

from sse_steps.build_progress import VERDICTS, build_progress
from sse_steps.console import attempts_progress
from sse_steps.corpus.examples_file import read_any_examples, read_examples
from sse_steps.equivalence.probe import probe_for
from sse_steps.errors import SandboxError
from sse_steps.labels.verdicts import label_verdicts
from sse_steps.records import (
    Completion,
    EquivalenceStatus,
    Example,
    LabelledExample,
    Outcome,
    Verdict,
    VerdictRow,
)
from sse_steps.rust.judge import Judge, Sample, not_judged
from sse_steps.rust.kept_verdicts import Kept, KeptVerdicts
from sse_steps.settings import EquivalenceCounts
from sse_steps.slices import CheckSlice, Origin
from sse_steps.steps import machine
from sse_steps.store import RecordStore, read_parquet, write_parquet


def run(
    settings: CheckSlice,
    examples: Path,
    completions: Path,
    lock_folder: Path,
    cache: Path,
    target: Path,
) -> None:
    """Write a verdict on each completion.

    Verdicts are kept under the address of program, cases and judge, so equal Rust is judged once,
    whichever model or run it came from.

    Args:
        settings: limits, isolation, the crates that the task allows, and how passing functions are
            compared with their Python.
        examples: what the corpus step wrote.
        completions: what the transpile step wrote.
        lock_folder: pins the crates.
        cache: where finished verdicts are kept.
        target: the verdicts, Parquet.
    """
    if settings.answers is not None:
        named = {each.id: each for each in read_any_examples(examples)}
        labelled = {id_: each for id_, each in named.items() if isinstance(each, LabelledExample)}
        answered = read_parquet(completions, Completion)
        _write_labels(label_verdicts(answered, labelled, settings.answers), target)
        return
    judge = Judge(
        machine.toolchain(cache),
        machine.sandbox(cache, allow_weak=settings.allow_weak_isolation),
        machine.limits(settings.limits),
        machine.crates(
            settings.crates,
            lock_folder,
            cache,
            allow_weak=settings.allow_weak_isolation,
        ),
    )
    by_id = {example.id: example for example in read_examples(examples)}
    rows = read_parquet(completions, Completion)
    inputs = settings.equivalence.inputs
    pairs = [(row, _sample(row, by_id[row.example], inputs)) for row in rows]
    kept = KeptVerdicts(judge, RecordStore(cache / "records.sqlite"))
    verdicts = _judged(kept, pairs, settings.equivalence.counts)
    table = [_row(kept, *pair, verdicts) for pair in pairs]
    counted = [_counted(row, settings.equivalence.counts) for row in table]
    write_parquet(counted, VerdictRow, target)


def _write_labels(rows: list[VerdictRow], target: Path) -> None:
    if rows:
        first, passed = rows[0], sum(row.outcome is Outcome.PASSED for row in rows)
        origin = Origin(first.task, first.model, first.run, first.turn)
        build_progress().judged(origin, passed, len(rows))
    write_parquet(rows, VerdictRow, target)


def _sample(row: Completion, example: Example, inputs: int) -> Sample:
    return Sample(row.rust or "", example.cases, probe_for(example, inputs))


def _counted(row: VerdictRow, counts: EquivalenceCounts) -> VerdictRow:
    """Return a verdict as it counts: a divergence is a wrong answer, or is only told."""
    diverged = row.equivalence is EquivalenceStatus.DIVERGED
    if not diverged or counts is EquivalenceCounts.REPORT:
        return row
    detail = f"on a generated input: {row.equivalence_detail}"
    return replace(row, outcome=Outcome.WRONG_ANSWER, diagnostics=detail)


def _judged(
    kept: KeptVerdicts, pairs: list[tuple[Completion, Sample]], counts: EquivalenceCounts
) -> dict[str, Kept]:
    """Return the verdict on each distinct sample, judging those that are new."""
    with_code = [pair for pair in pairs if pair[0].rust is not None]
    # From the back, so that the first of equal programs is the one that the verdict is kept with.
    wanted = {kept.key(pair[1]): pair for pair in reversed(with_code)}
    found = kept.find(wanted)
    missing = {key: sample for key, (_, sample) in wanted.items() if key not in found}
    if not pairs:
        return found
    origin, told = _origin_of(pairs[0][0]), build_progress()
    attempts = Counter(kept.key(sample) for _, sample in with_code)

    def tell(key: str, known: Kept) -> None:
        told.judged(origin, attempts[key] * _passes(known.verdict, counts), attempts[key])

    told.judged(origin, 0, len(pairs) - len(with_code))
    for key, known in found.items():
        tell(key, known)
    with attempts_progress(VERDICTS, origin, len(missing)) as advance:

        def finish(key: str, reached: Kept) -> None:
            advance(1)
            tell(key, reached)

        origins = {key: _origin(pair[0]) for key, pair in wanted.items()}
        found |= kept.reach(missing, origins=origins, on_finish=finish)
    _raise_for_infrastructure(found.values())
    return found


def _passes(verdict: Verdict, counts: EquivalenceCounts) -> bool:
    diverged = verdict.equivalence is EquivalenceStatus.DIVERGED
    return verdict.passes() and not (diverged and counts is EquivalenceCounts.VERDICT)


def _raise_for_infrastructure(found: Iterable[Kept]) -> None:
    """Raise SandboxError where the sandbox could not start a program: that is no verdict."""
    verdicts = [kept.verdict for kept in found]
    lost = [
        verdict.diagnostics
        for verdict in verdicts
        if verdict.outcome is Outcome.INFRASTRUCTURE_ERROR
    ]
    if lost:
        raise SandboxError(
            f"The sandbox could not start {len(lost)} programs; the first said: {lost[0]:.300}",
            "Run the same command again; finished verdicts are kept. If it stays so, the machine "
            "is out of processes or memory, or its isolation changed.",
        )


def _origin_of(row: Completion) -> Origin:
    return Origin(row.task, row.model, row.run, row.turn)


def _origin(row: Completion) -> list[object]:
    """Return what says whose a kept verdict is; one of before there were turns is a first."""
    turn = [row.turn] if row.turn > 1 else []
    return [row.task, row.model, row.run, row.example, *turn]


def _row(kept: KeptVerdicts, row: Completion, sample: Sample, found: dict[str, Kept]) -> VerdictRow:
    if row.rust is None:
        known = Kept(_without_code(row, kept.judge), _origin(row))
    else:
        known = found[kept.key(sample)]
    verdict = asdict(known.verdict)
    del verdict["method"]  # cases are always put from outside
    return VerdictRow(
        task=row.task,
        model=row.model,
        run=row.run,
        example=row.example,
        level=row.level,
        tests_total=len(sample.cases),
        cached=known.origin != _origin(row),
        turn=row.turn,
        **verdict,
    )


def _without_code(row: Completion, judge: Judge) -> Verdict:
    outcome = Outcome.NO_ANSWER if row.finish_reason.is_failure else Outcome.NO_CODE
    diagnostics = row.error or f"the engine stopped with {row.finish_reason} and gave no Rust"
    return not_judged(outcome, diagnostics, judge.sandbox)
