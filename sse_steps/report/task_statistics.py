"""What the tables of `sse_steps.sql.statistic_rows` say of one task."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sse_steps.sql.database import read_records
from sse_steps.sql.statistic_rows import IntervalRow, PairRow, PassAtKRow, PowerRow, SpreadRow


@dataclass(frozen=True, slots=True)
class TaskStatistics:
    """Rows of one task; each field is a table of that name."""

    intervals: tuple[IntervalRow, ...]
    spread: tuple[SpreadRow, ...]
    pass_at_k: tuple[PassAtKRow, ...]
    pairwise_tests: tuple[PairRow, ...]
    power: tuple[PowerRow, ...]


def task_statistics(database: Path, task: str) -> TaskStatistics:
    """Read the statistics of one task from the results database."""
    return TaskStatistics(
        intervals=read_records(database, "intervals", IntervalRow, task=task),
        spread=read_records(database, "spread", SpreadRow, task=task),
        pass_at_k=read_records(database, "pass_at_k", PassAtKRow, task=task),
        pairwise_tests=read_records(database, "pairwise_tests", PairRow, task=task),
        power=read_records(database, "power", PowerRow, task=task),
    )
