"""One candidate's attempts at one task, with what is known of how they came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from sse_steps.stats.pass_matrix import FloatArray, PassMatrix

_COPIED = """
select
    task,
    model
from attempts
where is_tested
group by task, model
having count(distinct run) > 1 and count(distinct run) filter (where not is_cached) < 2
"""


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """`passed` and `cost_usd` are [examples, runs], NaN for no attempt or no known cost.

    `is_copied` says that all runs but one reuse replies of an equal request, as greedy decoding
    makes them: they agree by construction, and nothing was measured between runs.
    """

    task: str
    model: str
    passed: FloatArray
    cost_usd: FloatArray
    is_copied: bool

    @property
    def runs(self) -> int:
        """Return how many runs have an attempt."""
        return int(np.isfinite(self.passed).any(axis=0).sum())

    @property
    def examples(self) -> int:
        """Return how many examples were attempted."""
        return int(np.isfinite(self.passed).any(axis=1).sum())


def scores(
    connection: duckdb.DuckDBPyConnection, matrices: Sequence[PassMatrix]
) -> tuple[Scores, ...]:
    """Return every candidate with an attempt, by task and name."""
    copied = set(connection.execute(_COPIED).fetchall())
    return tuple(
        Scores(
            task=matrix.task,
            model=model,
            passed=matrix.passed[index],
            cost_usd=matrix.cost_usd[index],
            is_copied=(matrix.task, model) in copied,
        )
        for matrix in matrices
        for index, model in enumerate(matrix.models)
    )
