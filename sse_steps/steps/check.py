"""Step: examples and completions in, verdicts out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sse_steps.console import progress
from sse_steps.corpus.examples_file import cases_to_json, read_examples
from sse_steps.equivalence.probe import probe_for
from sse_steps.errors import SandboxError
from sse_steps.records import (
    Completion,
    EquivalenceStatus,
    Example,
    Judgement,
    Outcome,
    Verdict,
)
from sse_steps.rust.judge import Judge, Sample, not_judged
from sse_steps.settings import CheckSlice, EquivalenceCounts, EquivalenceSettings
from sse_steps.steps import machine
from sse_steps.store import RecordStore, content_key, read_parquet, write_parquet


def run(settings: CheckSlice, examples: Path, completions: Path, cache: Path, target: Path) -> None:
    """Write a verdict on each completion.

    Verdicts are kept under the address of program, cases and judge, so equal Rust is judged once,
    whichever model or run it came from.

    Args:
        settings: limits, isolation, and how passing functions are compared with their Python.
        examples: what the corpus step wrote.
        completions: what the transpile step wrote.
        cache: where finished verdicts are kept.
        target: the verdicts, Parquet.
    """
    judge = Judge(
        machine.toolchain(cache),
        machine.sandbox(cache, allow_weak=settings.allow_weak_isolation),
        machine.limits(settings.limits),
    )
    check = _Check(judge, settings.equivalence)
    by_id = {example.id: example for example in read_examples(examples)}
    rows = read_parquet(completions, Completion)
    pairs = [(row, by_id[row.example]) for row in rows]
    store = RecordStore(cache / "records.sqlite")
    records = _judged(check, pairs, store)
    write_parquet([_verdict(check, *pair, records) for pair in pairs], Verdict, target)


@dataclass(frozen=True, slots=True)
class _Check:
    """How completions are judged."""

    judge: Judge
    equivalence: EquivalenceSettings

    def sample(self, row: Completion, example: Example) -> Sample:
        """Return what the judge is given."""
        probe = probe_for(example, self.equivalence.inputs)
        return Sample(row.rust or "", example.cases, probe)

    def key(self, row: Completion, example: Example) -> str:
        """Return the address of all that a judgement follows from."""
        probe = self.sample(row, example).probe
        probed = probe.identity if probe else None
        cases = cases_to_json(example.cases)
        return content_key("verdict", self.judge.identity, row.rust, cases, probed)

    def counted(self, judgement: Judgement) -> Judgement:
        """Return a judgement as it counts: a divergence may be a wrong answer, or only be told."""
        diverged = judgement.equivalence is EquivalenceStatus.DIVERGED
        if not diverged or self.equivalence.counts is EquivalenceCounts.REPORT:
            return judgement
        detail = f"on a generated input: {judgement.equivalence_detail}"
        return replace(judgement, outcome=Outcome.WRONG_ANSWER, diagnostics=detail)


def _judged(
    check: _Check, pairs: list[tuple[Completion, Example]], store: RecordStore
) -> dict[str, dict[str, Any]]:
    """Return a record for each distinct program and cases, judging those that are new."""
    with_code = [pair for pair in pairs if pair[0].rust is not None]
    # From the back, so that the first of equal programs is the one that the record is of.
    wanted = {check.key(*pair): pair for pair in reversed(with_code)}
    records = store.get_many(wanted)
    missing = [key for key in wanted if key not in records]

    def keep(index: int, judgement: Judgement) -> None:
        key = missing[index]
        records[key] = {"judgement": asdict(judgement), "origin": _origin(wanted[key][0])}
        if judgement.outcome is not Outcome.INFRASTRUCTURE_ERROR:  # it may be gone next time
            store.put_many({key: records[key]})
        advance(1)

    samples = [check.sample(*wanted[key]) for key in missing]
    with progress(_title(pairs), len(missing)) as advance:
        check.judge.judge_many(samples, on_finish=keep)
    _raise_for_infrastructure(records)
    return records


def _raise_for_infrastructure(records: dict[str, dict[str, Any]]) -> None:
    """Raise SandboxError where the sandbox could not start a program: that is no verdict."""
    lost = [
        record["judgement"]["diagnostics"]
        for record in records.values()
        if record["judgement"]["outcome"] == Outcome.INFRASTRUCTURE_ERROR
    ]
    if lost:
        raise SandboxError(
            f"The sandbox could not start {len(lost)} programs; the first said: {lost[0]:.300}",
            "Run the same command again; finished verdicts are kept. If it stays so, the machine "
            "is out of processes or memory, or its isolation changed.",
        )


def _title(pairs: list[tuple[Completion, Example]]) -> str:
    if not pairs:
        return "check"
    first = pairs[0][0]
    return f"check {first.task} {first.model} run {first.run}"


def _origin(row: Completion) -> list[object]:
    return [row.task, row.model, row.run, row.example]


def _verdict(
    check: _Check, row: Completion, example: Example, records: dict[str, dict[str, Any]]
) -> Verdict:
    if row.rust is None:
        judgement, cached = _without_code(row, check.judge), False
    else:
        record = records[check.key(row, example)]
        judgement = check.counted(_read(record["judgement"]))
        cached = record["origin"] != _origin(row)
    return Verdict(
        task=row.task,
        model=row.model,
        run=row.run,
        example=row.example,
        level=row.level,
        tests_total=len(example.cases),
        cached=cached,
        **asdict(judgement),
    )


def _read(record: dict[str, Any]) -> Judgement:
    """Return the judgement of a record, which is JSON or was not written yet."""
    compared = record["equivalence"]
    status = None if compared is None else EquivalenceStatus(compared)
    return Judgement(**{**record, "outcome": Outcome(record["outcome"]), "equivalence": status})


def _without_code(row: Completion, judge: Judge) -> Judgement:
    outcome = Outcome.NO_ANSWER if row.finish_reason.is_failure else Outcome.NO_CODE
    diagnostics = row.error or f"the engine stopped with {row.finish_reason} and gave no Rust"
    return not_judged(outcome, diagnostics, judge.sandbox.level)
