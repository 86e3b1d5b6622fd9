"""Step: examples and completions in, verdicts out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from sse_steps.build_files import CheckFiles
from sse_steps.build_progress import VERDICTS, build_progress
from sse_steps.console import attempts_progress
from sse_steps.corpus.examples_file import read_any_examples, read_examples
from sse_steps.equivalence.probe import probe_for
from sse_steps.errors import SandboxError
from sse_steps.labels.rules import AnswerRules
from sse_steps.labels.verdicts import label_verdicts
from sse_steps.records import (
    Completion,
    EquivalenceStatus,
    Example,
    JudgementRow,
    LabelledExample,
    Outcome,
    Verdict,
    VerdictRow,
)
from sse_steps.rust.judge import Judge, Sample, not_judged
from sse_steps.rust.kept_verdicts import Kept, KeptVerdicts
from sse_steps.scale.judging import Judges
from sse_steps.scale.scale_out import scaled_out
from sse_steps.settings import EquivalenceCounts, ScaleSettings
from sse_steps.slices import CheckSlice
from sse_steps.steps import machine
from sse_steps.store import RecordStore, read_parquet, write_parquet
from sse_steps.verdict_rows import (
    as_it_counts,
    judgement,
    judgement_row,
    origin_of,
    verdict_row,
    whose,
)

HERE = ScaleSettings()


def run(
    settings: CheckSlice,
    files: CheckFiles,
    lock_folder: Path,
    cache: Path,
    scale: ScaleSettings = HERE,
) -> None:
    """Write a verdict on each completion.

    Verdicts are kept under the address of program, cases and judge, so equal Rust is judged once,
    whichever model or run it came from.

    Args:
        settings: limits, isolation, the crates that the task allows, and how passing functions are
            compared with their Python.
        files: what the corpus and the transpile step wrote, and where the verdicts go, Parquet.
        lock_folder: pins the crates.
        cache: where finished verdicts are kept.
        scale: who judges.
    """
    if settings.answers is not None:
        _grade(settings.answers, files)
        return
    by_id = {example.id: example for example in read_examples(files.examples)}
    rows = read_parquet(files.completions, Completion)
    inputs = settings.equivalence.inputs
    pairs = [(row, _sample(row, by_id[row.example], inputs)) for row in rows]
    kept = KeptVerdicts(_judge(settings, lock_folder, cache), RecordStore(cache / "records.sqlite"))
    judges = Judges(scaled_out(scale, cache), settings, lock_folder)
    reached = _judged(kept, pairs, judges)
    found = [(*pair, _found(kept, *pair, reached)) for pair in pairs]
    counts = settings.equivalence.counts
    table = [as_it_counts(verdict_row(*each), counts) for each in found]
    write_parquet(table, VerdictRow, files.verdicts)
    took = [judgement_row(row, each) for row, _, each in found]
    write_parquet(took, JudgementRow, files.judgements)


def _grade(rules: AnswerRules, files: CheckFiles) -> None:
    """Write verdicts on answers that are no code; each is found at once and anew."""
    named = {each.id: each for each in read_any_examples(files.examples)}
    labelled = {id_: each for id_, each in named.items() if isinstance(each, LabelledExample)}
    rows = read_parquet(files.completions, Completion)
    verdicts = label_verdicts(rows, labelled, rules)
    write_parquet(verdicts, VerdictRow, files.verdicts)
    took = [judgement(row, compile_s=0.0, run_s=0.0, cached=False) for row in rows]
    write_parquet(took, JudgementRow, files.judgements)
    for row, verdict in zip(rows, verdicts, strict=True):
        build_progress().judged(origin_of(row), verdict.outcome is Outcome.PASSED, 1)


def _judge(settings: CheckSlice, lock_folder: Path, cache: Path) -> Judge:
    weak = settings.allow_weak_isolation
    return Judge(
        machine.toolchain(cache),
        machine.sandbox(cache, allow_weak=weak),
        machine.limits(settings.limits),
        machine.crates(settings.crates, lock_folder, cache, allow_weak=weak),
    )


def _sample(row: Completion, example: Example, inputs: int) -> Sample:
    return Sample(row.rust or "", example.cases, probe_for(example, inputs))


def _judged(
    kept: KeptVerdicts, pairs: list[tuple[Completion, Sample]], judges: Judges
) -> dict[str, Kept]:
    """Return the verdict on each distinct sample, judging those that are new."""
    with_code = [pair for pair in pairs if pair[0].rust is not None]
    # From the back, so that the first of equal programs is the one that the verdict is kept with.
    wanted = {kept.key(pair[1]): pair for pair in reversed(with_code)}
    found = kept.find(wanted)
    missing = {key: sample for key, (_, sample) in wanted.items() if key not in found}
    if not pairs:
        return found
    origin, told = origin_of(pairs[0][0]), build_progress()
    counts = judges.settings.equivalence.counts
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

        origins = {key: whose(pair[0]) for key, pair in wanted.items()}
        found |= judges.reach(kept, f"check {origin.title}", wanted, missing, origins, finish)
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


def _found(
    kept: KeptVerdicts, row: Completion, sample: Sample, reached: Mapping[str, Kept]
) -> Kept:
    if row.rust is None:
        return Kept(_without_code(row, kept.judge), whose(row))
    return reached[kept.key(sample)]


def _without_code(row: Completion, judge: Judge) -> Verdict:
    outcome = Outcome.NO_ANSWER if row.finish_reason.is_failure else Outcome.NO_CODE
    diagnostics = row.error or f"the engine stopped with {row.finish_reason} and gave no Rust"
    return not_judged(outcome, diagnostics, judge.sandbox)
