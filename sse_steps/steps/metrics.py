"""Step: completions and verdicts in, a database of metrics out."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sse_steps import declarations
from sse_steps.build_files import Rows
from sse_steps.corpus.levels import LEVELS
from sse_steps.models.line import read_stage
from sse_steps.slices import MetricsSlice
from sse_steps.sql.database import build_database
from sse_steps.sql.sources import ProgramRow, Sources
from sse_steps.steps import machine
from sse_steps.store import write_parquet


def run(
    settings: MetricsSlice,
    rows: Rows,
    corpora: dict[str, Path],
    examples: dict[str, Path],
    records: dict[str, Path],
    target: Path,
) -> None:
    """Build the results database and check that it does not contradict itself.

    Args:
        settings: the models, the prices and the prompts.
        rows: what the transpile and the check step wrote.
        corpora: what the corpus step wrote about each task's corpus.
        examples: the examples themselves, by task.
        records: what the validate step wrote about each model with weights.
        target: the database.

    Raises:
        ControlError: a control missed the score that it must have.
        DataCheckError: another check of the data failed.
    """
    stages = {model: read_stage(path) for model, path in records.items()}
    tasks = settings.tasks
    with tempfile.TemporaryDirectory(prefix="programs-") as folder:
        programs = Path(folder) / "programs.parquet"
        write_parquet(tuple(declarations.program_rows(tasks, examples)), ProgramRow, programs)
        sources = Sources(
            completions=rows.completions,
            verdicts=rows.verdicts,
            judgements=rows.judgements,
            skipped=rows.skipped,
            programs=(programs,),
            levels=LEVELS,
            models=declarations.model_rows(settings, stages),
            corpora=declarations.corpus_rows(corpora),
            conversions=declarations.conversion_rows(stages),
            gates=tuple(declarations.gate_rows(stages)),
            prices=(declarations.price_row(settings.prices),),
            facts=declarations.fact_rows(machine.compiler_version()),
            criteria=declarations.criterion_rows(settings.acceptance),
            tasks=tuple(declarations.task_row(name, task) for name, task in tasks.items()),
        )
        build_database(target, sources)
