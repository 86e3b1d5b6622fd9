"""Our bootstrap beside scipy.stats.bootstrap: the same data, 10,000 resamples, time and endpoints.

Usage: python benchmarks/bench_bootstrap.py [ROUNDS]                                 (5 unless told)

The data are examples' mean scores over five runs, and differences of two such means. SciPy draws
every example, with its vectorised mean and in batches that fit into memory; ours draws how often
each distinct value occurs. "Spread" is how far apart SciPy's own ends lie from seed to seed: two
sound bootstraps of the same data agree no better than that. The rivals take turns; median time.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sse_steps.stats.bootstrap import bootstrap_intervals
from sse_steps.stats.intervals import Interval

FloatArray = NDArray[np.float64]

RESAMPLES = 10_000
RUNS = 5
SIZES = (96, 1_000, 10_000)
CELLS_AT_A_TIME = 10_000_000


@dataclass(frozen=True, slots=True)
class Timing:
    """Median seconds of one rival, and its intervals by seed."""

    seconds: float
    percentile: tuple[Interval, ...]
    bca: tuple[Interval, ...]


def ours(values: FloatArray, seed: int) -> tuple[Interval, Interval]:
    """Return our percentile and BCa intervals, which share their resamples."""
    found = bootstrap_intervals(values, resamples=RESAMPLES, seed=seed)
    assert found is not None
    return found.percentile, found.bca


def scipys(values: FloatArray, seed: int) -> tuple[Interval, Interval]:
    """Return SciPy's, the second computed from the resamples of the first."""
    batch = max(1, CELLS_AT_A_TIME // len(values))
    first = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=RESAMPLES,
        batch=batch,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    second = stats.bootstrap(
        (values,), np.mean, n_resamples=0, bootstrap_result=first, batch=batch, method="BCa"
    )
    percentile, bca = first.confidence_interval, second.confidence_interval
    return Interval(percentile.low, percentile.high), Interval(bca.low, bca.high)


Rival = Callable[[FloatArray, int], tuple[Interval, Interval]]


def timed(rivals: tuple[Rival, ...], values: FloatArray, rounds: int) -> list[Timing]:
    """Let the rivals take turns, a seed a round, after one that is not counted."""
    seconds: list[list[float]] = [[] for _ in rivals]
    found: list[list[tuple[Interval, Interval]]] = [[] for _ in rivals]
    for seed in range(rounds + 1):
        for place, rival in enumerate(rivals):
            begin = time.perf_counter()
            intervals = rival(values, seed)
            seconds[place].append(time.perf_counter() - begin)
            found[place].append(intervals)
    return [
        Timing(
            statistics.median(times[1:]),
            tuple(percentile for percentile, _ in intervals[1:]),
            tuple(bca for _, bca in intervals[1:]),
        )
        for times, intervals in zip(seconds, found, strict=True)
    ]


def data_sets(chance: np.random.Generator) -> Iterator[tuple[str, FloatArray]]:
    """Yield means over runs, differences of them, and values that are all distinct."""
    for examples in SIZES:
        difficulties = chance.beta(0.5, 0.8, examples)
        first, second = (chance.binomial(RUNS, difficulties) / RUNS for _ in range(2))
        yield f"means, {examples:,}", first
        yield f"differences, {examples:,}", np.round(first - second, 9)
    yield "all distinct, 1,000", chance.random(1_000)


def apart(first: Interval, second: Interval) -> float:
    """Return how far apart two intervals are at the end where they differ more."""
    return max(abs(first.low - second.low), abs(first.high - second.high))


def spread(intervals: tuple[Interval, ...]) -> float:
    """Return how far apart the ends of one rival's intervals are from seed to seed."""
    return max(apart(first, second) for first in intervals for second in intervals)


def main() -> None:
    """Print a row for each data set."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(
        "| data | distinct | ours, ms | SciPy, ms | faster | percentile apart | BCa apart |", end=""
    )
    print(" SciPy's spread |\n| --- |" + " ---: |" * 7)
    for name, values in data_sets(np.random.default_rng(0)):
        mine, theirs = timed((ours, scipys), values, rounds)
        cells = (
            name,
            f"{len(np.unique(values))}",
            f"{1000 * mine.seconds:.1f}",
            f"{1000 * theirs.seconds:.1f}",
            f"{theirs.seconds / mine.seconds:.1f}x",
            f"{max(map(apart, mine.percentile, theirs.percentile)):.4f}",
            f"{max(map(apart, mine.bca, theirs.bca)):.4f}",
            f"{max(spread(theirs.percentile), spread(theirs.bca)):.4f}",
        )
        print("|", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
