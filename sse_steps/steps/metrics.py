"""Step: completions and verdicts in, a database of metrics out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from sse_steps.corpus.levels import LEVELS
from sse_steps.corpus.summary import read_counts
from sse_steps.settings import MetricsSlice
from sse_steps.sql.database import build_database
from sse_steps.sql.sources import CorpusRow, ModelRow, Sources


def run(
    settings: MetricsSlice,
    completions: Sequence[Path],
    verdicts: Sequence[Path],
    weights: dict[str, Path | None],
    corpora: dict[str, Path],
    target: Path,
) -> None:
    """Build the results database and check that it does not contradict itself.

    Args:
        settings: the models and the prices.
        completions: what the transpile step wrote, Parquet.
        verdicts: what the check step wrote, Parquet.
        weights: where each model's weights are, None for a model without any.
        corpora: what the corpus step wrote about each task's corpus.
        target: the database.

    Raises:
        ControlError: a control missed the score that it must have.
        DataCheckError: another check of the data failed.
    """
    prices = settings.prices
    note = f"{prices.usd_per_hour} $/h, {prices.machine}, {prices.date}, {prices.source}"
    models = tuple(
        ModelRow(name, model.role, model.description, _size(weights[name]), model.engine, note)
        for name, model in settings.models.items()
    )
    counts = tuple(CorpusRow(task, **asdict(read_counts(path))) for task, path in corpora.items())
    build_database(target, Sources(tuple(completions), tuple(verdicts), models, LEVELS, counts))


def _size(path: Path | None) -> int | None:
    return path.stat().st_size if path is not None else None
