"""Attempts in the results database as arrays."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np

from sse_steps.stats.pass_matrix import PassMatrix

_ATTEMPTS = """
select
    task,
    dense_rank() over (partition by task order by model) - 1 as model,
    dense_rank() over (partition by task order by example) - 1 as example,
    dense_rank() over (partition by task order by run) - 1 as run,
    cast(passes as double) as passed,
    cost_usd,
    case
        when is_cached or not is_answered then null
        -- As in model_latency: the first batch counts only where there is no other.
        when is_cold and not bool_and(is_cold) filter (where not is_cached and is_answered)
            over (partition by model) then null
        else latency_ms
    end as latency_ms
from attempts
inner join models using (model)
where is_tested and role = 'candidate' and task = $task
"""
_NAMES = """
select
    list(distinct model order by model) as models,
    list(distinct example order by example) as examples,
    count(distinct run) as runs
from attempts
inner join models using (model)
where is_tested and role = 'candidate' and task = $task
"""


def pass_matrices(connection: duckdb.DuckDBPyConnection) -> Iterator[PassMatrix]:
    """Yield the attempts of each task that has candidates with tested examples, by name."""
    rows = connection.execute("select distinct task from attempts order by task").fetchall()
    for (task,) in rows:
        models, examples, runs = connection.execute(_NAMES, {"task": task}).fetchall()[0]
        if models:
            yield _matrix(connection, task, tuple(models), tuple(examples), runs)


def _matrix(
    connection: duckdb.DuckDBPyConnection,
    task: str,
    models: tuple[str, ...],
    examples: tuple[str, ...],
    runs: int,
) -> PassMatrix:
    columns = connection.execute(_ATTEMPTS, {"task": task}).fetchnumpy()
    place = tuple(columns[name].astype(np.int64) for name in ("model", "example", "run"))
    arrays = {}
    for name in ("passed", "cost_usd", "latency_ms"):
        array = np.full((len(models), len(examples), runs), np.nan)
        array[place] = np.ma.filled(columns[name].astype(float), np.nan)
        arrays[name] = array
    return PassMatrix(task, models, examples, **arrays)
