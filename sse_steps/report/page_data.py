"""What the interactive page computes with: a task's attempts and points as plain JSON data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sse_steps.printable import on_one_line
from sse_steps.report.page_texts import pack_texts
from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.standing import Standing
from sse_steps.sql.page_queries import (
    AttemptGrid,
    LevelPoint,
    read_attempt_grid,
    read_level_points,
)

_FIRST_LETTER = 48  # "0", which stands for nothing


@dataclass(frozen=True, slots=True)
class Explorer:
    """The data of one task's interactive part, and its packed texts."""

    data: dict[str, Any]
    texts: tuple[str, ...]


def load_explorers(database: Path, report: Report, *, page_mb: float) -> dict[str, Explorer]:
    """Read what every task's interactive part shows.

    Args:
        database: the results database.
        report: the report that was read from it.
        page_mb: the most megabytes that texts add to the page, shared evenly by its tasks.

    Returns:
        By task; a task without an attempt of a candidate has none.
    """
    share = int(page_mb * 1e6 / max(1, len(report.tasks)))
    explorers = {}
    for task in report.tasks:
        grid = read_attempt_grid(database, task.task)
        if grid is None:
            continue
        texts = pack_texts(database, task.task, grid, most_bytes=share)
        points = read_level_points(database, task.task)
        data = task_data(report, task, grid, points) | {
            "textsOf": texts.chunk_of,
            "database": on_one_line(database.name),
        }
        explorers[task.task] = Explorer(data, texts.chunks)
    return explorers


def task_data(
    report: Report, task: TaskReport, grid: AttemptGrid, points: Sequence[LevelPoint]
) -> dict[str, Any]:
    """Return the attempts as strings with a letter per example, and each candidate's figures.

    Candidates are in the order of the ranking. `outcomes[model][run][example]` is the character
    `chr(48 + place)` of the outcome's place in `outcomeNames`, counted from 1; 0 is no attempt.
    `passedLater` has a 1 where a later turn passed, and is empty where none did.
    """
    names = {level.level: level.name for level in report.levels}
    rows = [grid.models.index(standing.metrics.model) for standing in task.standings]
    return {
        "task": task.task,
        "shownTask": on_one_line(task.task),
        "isCode": task.definition.is_code,
        "models": [_model(standing, points) for standing in task.standings],
        "runs": list(grid.runs),
        "examples": [[name, on_one_line(name)] for name in grid.examples],
        "levels": grid.levels,
        "levelNames": {level: names.get(level, "") for level in grid.levels if level is not None},
        "outcomeNames": list(grid.outcomes),
        "errorCodes": [on_one_line(code) for code in grid.error_codes],
        "outcomes": [_letters(grid.outcome[row]) for row in rows],
        "errors": [_letters(grid.error_code[row]) for row in rows],
        "passedLater": [_letters(grid.passed_later[row]) for row in rows]
        if grid.passed_later.any()
        else [],
    }


def _letters(places: NDArray[np.int64]) -> list[str]:
    """Return a string for each run: [runs, examples] places as characters from "0" on."""
    return ["".join(map(chr, run + _FIRST_LETTER)) for run in places]


def _model(standing: Standing, points: Sequence[LevelPoint]) -> dict[str, Any]:
    metrics = standing.metrics
    return {
        "name": metrics.model,
        "shown": on_one_line(metrics.model),
        "passAt1": metrics.pass_at_1,
        "low": metrics.wilson_low,
        "high": metrics.wilson_high,
        "cost": metrics.usd_per_example,
        "latency": metrics.latency_p50_ms,
        "size": metrics.size_bytes,
        "byLevel": {
            point.level: {
                "low": point.wilson_low,
                "high": point.wilson_high,
                "cost": point.usd_per_example,
                "latency": point.latency_p50_ms,
            }
            for point in points
            if point.model == metrics.model
        },
    }
