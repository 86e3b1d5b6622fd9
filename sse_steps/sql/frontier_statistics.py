"""Rows about the frontier that SQL cannot compute: its probability, and its volume."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np

from sse_steps.sql.statistic_rows import FrontierProbabilityRow, HypervolumeRow
from sse_steps.stats.frontier_bootstrap import frontier_probability
from sse_steps.stats.pareto import Candidates
from sse_steps.stats.pareto_hypervolume import hypervolume, hypervolume_without, is_known
from sse_steps.stats.pass_matrix import PassMatrix

_CANDIDATES = """
select model, accuracy, comparable_cost, comparable_latency
from frontier_candidates
where task = $task
order by model
"""


def frontier_probability_rows(matrix: PassMatrix) -> Iterator[FrontierProbabilityRow]:
    """Yield a row for each model of a task."""
    found = frontier_probability(matrix)
    for index, model in enumerate(matrix.models):
        yield FrontierProbabilityRow(
            matrix.task,
            model,
            float(found.on_frontier[index]),
            float(found.on_convex_frontier[index]),
            found.resamples,
            _probability_note(matrix, index),
        )


def hypervolume_rows(connection: duckdb.DuckDBPyConnection) -> Iterator[HypervolumeRow]:
    """Yield for each task a row of the whole frontier, then one without each candidate."""
    tasks = connection.execute("select distinct task from frontier_candidates order by task")
    for (task,) in tasks.fetchall():
        columns = connection.execute(_CANDIDATES, {"task": task}).fetchnumpy()
        figures = (columns[name] for name in ("accuracy", "comparable_cost", "comparable_latency"))
        candidates = Candidates(*(np.ma.filled(each.astype(float), np.inf) for each in figures))
        known = is_known(candidates)
        note = f"{np.count_nonzero(~known)} without a known cost or latency count for nothing"
        whole = hypervolume(candidates)
        yield HypervolumeRow(task, None, whole, "" if known.all() else note)
        left = hypervolume_without(candidates)
        for model, share, is_counted in zip(columns["model"], left, known, strict=True):
            note = "" if is_counted else "cost or latency not known: counts for nothing"
            yield HypervolumeRow(task, str(model), float(share), note)


def _probability_note(matrix: PassMatrix, index: int) -> str:
    attempted = np.isfinite(matrix.passed[index])
    notes = (
        ("one example cannot be resampled", len(matrix.examples) == 1),
        ("some examples were not attempted", not attempted.any(axis=1).all()),
        ("cost not known", bool(np.isnan(matrix.cost_usd[index][attempted]).any())),
        ("latency not measured", bool(np.isnan(matrix.latency_ms[index]).all())),
    )
    return "; ".join(note for note, applies in notes if applies)
