"""What an optimiser makes small: dollars per example, of whoever passes often enough."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sse_steps.build_files import Rows
from sse_steps.records import Completion, Outcome, VerdictRow
from sse_steps.store import read_parquet
from sse_steps.sweep.records import Sweep

_PENALTY_USD = 1000.0  # more than any example costs


def objective(rows: Rows, sweep: Sweep) -> float | None:
    """Return dollars per example, or a penalty where pass@1 is below what the sweep demands.

    The further below, the larger the penalty, so that there is a way back. None: the sweep demands
    nothing, or there are no rows.
    """
    if sweep.least_pass_at_1 is None or not all(path.is_file() for path in rows.files):
        return None
    passed = _pass_at_1(rows.verdicts)
    cost = _usd_per_example(rows.completions)
    missing = sweep.least_pass_at_1 - passed
    return cost if missing <= 0 else _PENALTY_USD * (1 + missing)


def _pass_at_1(paths: Sequence[Path]) -> float:
    first = [
        row
        for path in paths
        for row in read_parquet(path, VerdictRow)
        if row.turn == 1 and row.outcome is not Outcome.UNTESTED
    ]
    return sum(row.outcome is Outcome.PASSED for row in first) / len(first) if first else 0.0


def _usd_per_example(paths: Sequence[Path]) -> float:
    first = [row for path in paths for row in read_parquet(path, Completion) if row.turn == 1]
    known = [row.cost_usd for row in first if row.cost_usd is not None]
    return sum(known) / len(known) if known else _PENALTY_USD
