"""Made-up completions and verdicts for tests; nothing here was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from sse_steps.corpus.levels import LEVELS
from sse_steps.records import Completion, FinishReason, JudgementRow, Outcome, Role, VerdictRow
from sse_steps.sql.sources import ConversionRow, CorpusRow, ModelRow, PriceRow, Sources

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

COMPLETION = Completion(
    task="task",
    model="model",
    run=1,
    example="e1",
    level=1,
    rust="fn main() {}",
    reply="fn main() {}",
    finish_reason=FinishReason.STOP,
    prompt_tokens=100,
    completion_tokens=50,
    latency_s=0.5,
    machine_s=0.25,
    batch_size=8,
    cold=False,
    cost_usd=0.001,
    cached=False,
    engine="engine 1.0",
    error=None,
)

VERDICT = VerdictRow(
    task="task",
    model="model",
    run=1,
    example="e1",
    level=1,
    outcome=Outcome.PASSED,
    compiles=True,
    tests_run=4,
    tests_passed=4,
    tests_total=4,
    error_code=None,
    diagnostics="",
    isolation="full",
    not_enforced="Memory is limited for each process.",
)


PRICES = PriceRow(
    date="2026-01-01",
    machine="a machine",
    usd_per_hour=3.6,
    source="somebody",
    watts=0.0,
    usd_per_kwh=0.0,
    energy_source="",
    usd_per_second=0.001,
    sha256="0" * 64,
)


def candidate(name: str, *, size_bytes: int | None = None, role: Role = Role.CANDIDATE) -> ModelRow:
    """Return a declared model."""
    return ModelRow(name, role, f"{name}, described", size_bytes, "engine", "declared for tests")


def converted(model: str, quantization: str, size: int, kl: float) -> ConversionRow:
    """Return a conversion whose number of parameters is its size."""
    engine = "engine"
    return ConversionRow(
        model, "source", quantization, size, kl, 0.9, 4, "ab" * 32, 1 - kl, kl, engine
    )


def attempt(
    completion: Completion, outcome: Outcome = Outcome.PASSED
) -> tuple[Completion, VerdictRow]:
    """Return `completion` with a verdict that fits it."""
    compiles = outcome not in (Outcome.COMPILE_ERROR, Outcome.NO_CODE, Outcome.NO_ANSWER)
    passed = 4 if outcome is Outcome.PASSED else 0
    verdict = replace(
        VERDICT,
        task=completion.task,
        model=completion.model,
        run=completion.run,
        example=completion.example,
        level=completion.level,
        turn=completion.turn,
        outcome=outcome,
        compiles=compiles,
        tests_run=4 if compiles else 0,
        tests_passed=passed,
        error_code="E0308" if outcome is Outcome.COMPILE_ERROR else None,
    )
    return completion, verdict


def judgement(verdict: VerdictRow) -> JudgementRow:
    """Return what it took to reach a verdict."""
    row = verdict
    whose = (row.task, row.model, row.run, row.example)
    return JudgementRow(*whose, compile_s=0.1, run_s=0.01, cached=False, turn=row.turn)


def scripted(
    model: str, runs: Sequence[str], *, template: Completion = COMPLETION, per_level: int = 2
) -> list[tuple[Completion, VerdictRow]]:
    """Return one attempt per letter: p passed, w wrong answer, c compile error, n no code.

    `runs` holds a string per run, a letter per example; levels rise every `per_level` of them.
    """
    outcomes = {
        "p": Outcome.PASSED,
        "w": Outcome.WRONG_ANSWER,
        "c": Outcome.COMPILE_ERROR,
        "n": Outcome.NO_CODE,
    }
    return [
        attempt(
            replace(
                template,
                model=model,
                run=run,
                example=f"e{index:02}",
                level=index // per_level + 1,
                rust=None if letter == "n" else f"// {model} {index} {letter}",
            ),
            outcomes[letter],
        )
        for run, letters in enumerate(runs, start=1)
        for index, letter in enumerate(letters)
    ]


def write_parquet(path: Path, rows: Sequence[DataclassInstance]) -> Path:
    """Write records of one type to a Parquet file, a column per field."""
    names = [field.name for field in fields(rows[0])]
    kinds = {"run": "bigint", "level": "bigint"}
    columns = ", ".join(
        f"unnest(cast(${name} as {kinds.get(name, _kind(rows, name))}[])) as {name}"
        for name in names
    )
    with duckdb.connect() as connection:
        connection.execute(
            f"create table rows as select {columns}",
            {name: [getattr(row, name) for row in rows] for name in names},
        )
        connection.table("rows").write_parquet(str(path))
    return path


def write_sources(
    folder: Path,
    attempts: Sequence[tuple[Completion, VerdictRow]],
    models: Sequence[ModelRow],
    corpora: Sequence[CorpusRow] = (),
) -> Sources:
    """Write the attempts as Parquet under `folder` and return what a database is built from."""
    completions = [completion for completion, _ in attempts]
    verdicts = [verdict for _, verdict in attempts]
    judgements = [judgement(verdict) for verdict in verdicts]
    return Sources(
        completions=(write_parquet(folder / "completions.parquet", completions),),
        verdicts=(write_parquet(folder / "verdicts.parquet", verdicts),),
        judgements=(write_parquet(folder / "judgements.parquet", judgements),),
        models=tuple(models),
        levels=LEVELS,
        corpora=tuple(corpora),
        prices=(PRICES,),
    )


def _kind(rows: Sequence[DataclassInstance], name: str) -> str:
    """Return a column's SQL type by its first value; a column of nulls loses its type."""
    values = [getattr(row, name) for row in rows]
    first = next((value for value in values if value is not None), None)
    if isinstance(first, bool):
        return "boolean"
    return {int: "bigint", float: "double", type(None): "integer"}.get(type(first), "varchar")
