"""What an optimiser makes small: dollars per example, of whoever passes often enough."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sse_steps.records import Completion, Outcome, VerdictRow
from sse_steps.store import read_parquet

PENALTY_USD = 1000.0  # more than any example costs


def objective(folder: Path, least_pass_at_1: float) -> float:
    """Return dollars per example, or a penalty where pass@1 is below what is demanded.

    The further below, the larger the penalty, so that there is a way back.

    Args:
        folder: the results of one job; without rows it has passed nothing.
        least_pass_at_1: a share of 1.
    """
    missing = least_pass_at_1 - _pass_at_1(folder.glob("verdicts/*/*/*.parquet"))
    if missing > 0:
        return PENALTY_USD * (1 + missing)
    return _usd_per_example(folder.glob("completions/*/*/*.parquet"))


def worst(least_pass_at_1: float | None) -> float | None:
    """Return the objective of whoever came to nothing: it passed nothing; None: nobody asks."""
    return None if least_pass_at_1 is None else PENALTY_USD * (1 + least_pass_at_1)


def _pass_at_1(paths: Iterable[Path]) -> float:
    rows = [row for path in paths for row in read_parquet(path, VerdictRow)]
    first = [row for row in rows if row.turn == 1 and row.outcome is not Outcome.UNTESTED]
    return sum(row.outcome is Outcome.PASSED for row in first) / len(first) if first else 0.0


def _usd_per_example(paths: Iterable[Path]) -> float:
    rows = [row for path in paths for row in read_parquet(path, Completion)]
    known = [row.cost_usd for row in rows if row.turn == 1 and row.cost_usd is not None]
    return sum(known) / len(known) if known else PENALTY_USD
