"""What the tables of `sse_steps.sql.statistic_rows` say of one task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from sse_steps.sql.database import read_records
from sse_steps.sql.statistic_rows import IntervalRow, PairRow, PassAtKRow, PowerRow, SpreadRow


class _OfTask(Protocol):
    @property
    def task(self) -> str: ...


Row = TypeVar("Row", bound=_OfTask)


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
        intervals=_of(task, read_records(database, "intervals", IntervalRow)),
        spread=_of(task, read_records(database, "spread", SpreadRow)),
        pass_at_k=_of(task, read_records(database, "pass_at_k", PassAtKRow)),
        pairwise_tests=_of(task, read_records(database, "pairwise_tests", PairRow)),
        power=_of(task, read_records(database, "power", PowerRow)),
    )


def _of(task: str, rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.task == task)
