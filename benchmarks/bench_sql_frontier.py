"""How long the frontier takes in SQL, over random candidates, beside DuckDB comparing all pairs.

Usage: python benchmarks/bench_sql_frontier.py [--repeat N]      (5)

The mart files themselves are run, from model_metrics to frontier, as a build runs them: each into a
table, on one thread. Shapes: `random` is uniform in accuracy, cost and latency; `with size` has a
size as well; `all on it` lies on a plane, so that nothing dominates anything; `tied` has 20 values
of each objective. The rival marks who is dominated by a join of all pairs, and nothing else. The
table has medians of wall-clock seconds; processor seconds say more where other work is going on.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import duckdb
import numpy as np
from numpy.typing import NDArray

from sse_steps.sql.scripts import Script, in_order, scripts_in

FloatArray = NDArray[np.float64]
MARTS = (
    "frontier_candidates",
    "non_dominated",
    "non_dominated_with_size",
    "convex_hull",
    "mixtures",
    "dominators",
    "frontier",
)
PAIRS = """
select distinct worse.model
from frontier_candidates as worse
inner join frontier_candidates as better
    on
        better.accuracy >= worse.accuracy
        and better.cost <= worse.cost
        and better.latency <= worse.latency
        and (
            better.accuracy > worse.accuracy
            or better.cost < worse.cost
            or better.latency < worse.latency
        )
"""


def uniform(count: int, columns: int = 3) -> FloatArray:
    """Return random points, [count, columns]."""
    return np.random.default_rng(1).random((count, columns))


def on_a_plane(count: int) -> FloatArray:
    """Return points none of which dominates another: what accuracy gains, cost and latency lose."""
    points = uniform(count)
    points[:, 0] = (points[:, 1] + points[:, 2]) / 2
    return points


def tied(count: int) -> FloatArray:
    """Return points with twenty values of each objective."""
    return np.ceil(20 * uniform(count)) / 20


SHAPES: dict[str, Callable[[int], FloatArray]] = {
    "random": uniform,
    "with size": lambda count: uniform(count, 4),
    "tied": tied,
    "all on it": on_a_plane,
}


def database(points: FloatArray) -> duckdb.DuckDBPyConnection:
    """Return a database in memory whose model_metrics are `points`."""
    connection = duckdb.connect(config={"threads": 1})
    sizes = (1e9 * points[:, 3]).astype(np.int64).tolist() if points.shape[1] > 3 else None
    columns = [points[:, column].tolist() for column in range(3)]
    connection.execute(
        "create table model_metrics as select 'task' as task, 'candidate' as role, "
        "'m' || row_number() over () as model, * "
        "from (select unnest($1) as pass_at_1, unnest($2) as usd_per_example, "
        "unnest($3) as latency_p50_ms, "
        + ("unnest($4::bigint[])" if sizes else "null::bigint")
        + " as size_bytes)",
        [*columns, sizes] if sizes else columns,
    )
    return connection


def frontier_seconds(
    connection: duckdb.DuckDBPyConnection, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Build the marts once and return the seconds of each."""
    seconds = {}
    for script in marts():
        started = clock()
        connection.execute(f"create or replace table {script.name} as {script.text}")
        seconds[script.name] = clock() - started
    return seconds


def marts() -> tuple[Script, ...]:
    """Return the scripts of the frontier in the order of a build."""
    return in_order(script for script in scripts_in("marts") if script.name in MARTS)


def pair_seconds(connection: duckdb.DuckDBPyConnection) -> float:
    """Return the seconds that comparing all pairs takes."""
    started = time.perf_counter()
    connection.execute(f"create or replace table pairs as {PAIRS}")
    return time.perf_counter() - started


def main() -> None:
    """Print a row for each shape and size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    print("| shape | candidates | on it | all marts | processor | slowest mart | all pairs |")
    print("| --- | ---: | ---: | ---: | ---: | --- | ---: |")
    for shape, points in SHAPES.items():
        for count in (1_000, 10_000, 100_000):
            print_row(shape, points(count), repeat)


def print_row(shape: str, points: FloatArray, repeat: int) -> None:
    """Measure one set of points and print it."""
    with database(points) as connection:
        rounds = [frontier_seconds(connection) for _ in range(repeat)]
        medians = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
        total = statistics.median(sum(each.values()) for each in rounds)
        worked = [sum(frontier_seconds(connection, time.process_time).values()) for _ in rounds]
        slowest = max(medians, key=lambda name: medians[name])
        members = connection.execute("select count(*) from frontier where on_frontier").fetchall()
        pairs = f"{pair_seconds(connection):.3f}" if len(points) <= 10_000 else "not run"
    print(
        f"| {shape} | {len(points):,} | {members[0][0]:,} | {total:.3f} | "
        f"{statistics.median(worked):.3f} | "
        f"{slowest} {medians[slowest]:.3f} | {pairs} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
