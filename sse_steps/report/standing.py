"""How the candidates of one task rank."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sse_steps.report.rows import FrontierRow, ModelMetrics


@dataclass(frozen=True, slots=True)
class Standing:
    """One candidate with a measured accuracy: its rank from 1, its figures, its trade-offs."""

    rank: int
    metrics: ModelMetrics
    frontier: FrontierRow

    @property
    def accuracy(self) -> float:
        """Pass@1, a share of 1."""
        return self.metrics.pass_at_1 or 0.0


def standings(
    metrics: Sequence[ModelMetrics], frontier: Sequence[FrontierRow]
) -> tuple[Standing, ...]:
    """Return the candidates, most accurate first; ties to the cheaper, the faster, by name.

    The same order that the frontier's trade-offs are measured by, so the first is their yardstick.
    """
    by_model = {row.model: row for row in metrics}
    ranked = sorted(frontier, key=lambda row: _rank_key(by_model[row.model]))
    return tuple(
        Standing(rank, by_model[row.model], row) for rank, row in enumerate(ranked, start=1)
    )


def _rank_key(row: ModelMetrics) -> tuple[float, float, float, str]:
    latency = math.inf if row.latency_p50_ms is None else row.latency_p50_ms
    cost = math.inf if row.usd_per_example is None else row.usd_per_example
    return -(row.pass_at_1 or 0.0), cost, latency, row.model
