"""How long the frontier of random points takes, beside moocore, paretoset and plain NumPy.

Usage: python benchmarks/bench_pareto.py [--bootstrap]        (pip install paretoset numba)

Points are uniform in three objectives, or lie on a plane so that all are on the frontier. The
rivals take turns with us in the same run; every answer is compared with ours. `NumPy alone` drops
all that one point dominates, point by point. Medians in milliseconds, on a busy machine the least
as well. A rival that would take minutes is not run.

With --bootstrap it is the probability of being on the frontier that is timed: 5 models, 5 runs,
10,000 examples, 10,000 resamples.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable

import numpy as np
from moocore import is_nondominated
from paretoset import paretoset

from sse_steps.stats.frontier_bootstrap import frontier_probability
from sse_steps.stats.pareto import BoolArray, FloatArray, non_dominated
from sse_steps.stats.pass_matrix import PassMatrix

Frontier = Callable[[FloatArray], BoolArray]
SIZES = {500: 300, 10_000: 60, 1_000_000: 7}  # and how often each is measured


def with_moocore(points: FloatArray) -> BoolArray:
    """Return the frontier by moocore, equal points kept."""
    return np.asarray(is_nondominated(points, keep_weakly=True), dtype=bool)


def with_paretoset(points: FloatArray) -> BoolArray:
    """Return the frontier by paretoset, compiled by Numba, equal points kept."""
    sense = ["min"] * points.shape[1]
    return np.asarray(paretoset(points, sense=sense, distinct=False, use_numba=True), dtype=bool)


def with_numpy(points: FloatArray) -> BoolArray:
    """Return the frontier by dropping, point by point, what each one dominates."""
    order = np.argsort(points.sum(axis=1), kind="stable")
    rest, kept = points[order], order
    place = 0
    while place < len(rest):
        own = rest[place]
        stays = (rest < own).any(axis=1) | (rest == own).all(axis=1)
        place = int(stays[: place + 1].sum())
        rest, kept = rest[stays], kept[stays]
    mask = np.zeros(len(points), dtype=bool)
    mask[kept] = True
    return mask


CONTENDERS: dict[str, Frontier] = {
    "ours": non_dominated,
    "moocore": with_moocore,
    "paretoset": with_paretoset,
    "NumPy alone": with_numpy,
}


def milliseconds(contenders: dict[str, Frontier], points: FloatArray, times: int) -> list[str]:
    """Return each contender's median and least time, in turns after one that is not counted."""
    expected = non_dominated(points)
    for name, frontier in contenders.items():
        assert (frontier(points) == expected).all(), name
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(times):
        for name, frontier in contenders.items():
            # Whoever comes second finds the points in the caches: here everybody does.
            frontier(points)
            started = time.perf_counter()
            frontier(points)
            taken[name].append(1000 * (time.perf_counter() - started))
    cells = {name: f"{statistics.median(ms):.3f} ({min(ms):.3f})" for name, ms in taken.items()}
    return [cells.get(name, "not run") for name in CONTENDERS]


def print_frontiers() -> None:
    """Print a row for each shape and size."""
    print(f"| points | on the frontier | {' | '.join(CONTENDERS)} |")
    print(f"| --- | ---: |{' ---: |' * len(CONTENDERS)}")
    random = np.random.default_rng(1)
    for count, times in SIZES.items():
        points = random.random((count, 3))
        print_row("uniform", points, CONTENDERS, times)
    for count in (500, 10_000):
        points = random.random((count, 3))
        points[:, 0] = 2 - points[:, 1] - points[:, 2]
        some = CONTENDERS if count < 1_000 else {"ours": non_dominated, "moocore": with_moocore}
        print_row("on a plane", points, some, 20)


def print_row(shape: str, points: FloatArray, contenders: dict[str, Frontier], times: int) -> None:
    """Measure one set of points and print it."""
    cells = milliseconds(contenders, points, times)
    members = int(non_dominated(points).sum())
    print(f"| {shape} {len(points):,} | {members:,} | {' | '.join(cells)} |", flush=True)


def print_bootstrap() -> None:
    """Print how long the probabilities take, and how much memory they need beyond the input."""
    random = np.random.default_rng(0)
    shape = (5, 10_000, 5)
    rates = np.linspace(0.2, 0.8, 5)[:, np.newaxis, np.newaxis]
    passed = (random.random(shape) < rates).astype(float)
    figures = (random.random(shape) * rates, random.lognormal(0, 1, shape))
    examples = tuple(map(str, range(shape[1])))
    matrix = PassMatrix("task", tuple("abcde"), examples, passed, *figures)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, processor = time.perf_counter(), time.process_time()
    found = frontier_probability(matrix)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{found.resamples:,} resamples: {wall:.1f} s, {processor:.1f} s of processor time, ")
    print(f"{grown:.0f} MiB more than before")


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--bootstrap", action="store_true")
    if parser.parse_args().bootstrap:
        print_bootstrap()
    else:
        print_frontiers()


if __name__ == "__main__":
    main()
