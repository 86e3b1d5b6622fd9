"""How often a 95 % interval holds the truth, and how often equal models are told apart by mistake.

Usage: python benchmarks/bench_coverage.py [DRAWS] [--seed SEED] [--processes N]    (3,000, 0 and 2)

Corpora of 96 examples are drawn from populations with known pass rates, and attempts at them. An
example's own pass rate is drawn from a beta distribution whose mean is the population's: "equal"
examples all have that rate, "differing" ones lie anywhere (the two parameters add up to 1), and
"decided" ones nearly always pass or nearly never do (they add up to 0.05), as with a model that is
next to deterministic. An interval over examples is to hold the population's pass rate, one over
runs the mean rate of the examples drawn, and one of a difference the population's difference. The
bootstrap draws 2,000 resamples here, to be done in minutes; the project draws 10,000.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from multiprocessing.pool import Pool

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sse_steps.stats.bootstrap import BootstrapIntervals, bootstrap_intervals
from sse_steps.stats.comparison import mcnemar_exact
from sse_steps.stats.correction import holm
from sse_steps.stats.intervals import (
    Interval,
    clustered_wilson_interval,
    example_means,
    pooled_interval,
    student_t_interval,
    wilson_interval,
)
from sse_steps.stats.spread import run_means

FloatArray = NDArray[np.float64]

EXAMPLES = 96
RATES = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
DIFFICULTIES = {"equal": np.inf, "differing": 1.0, "decided": 0.05}
SETTINGS = (("equal", 1), *((difficulty, 5) for difficulty in DIFFICULTIES))
GAP = 0.1
MODELS = 5
AIM = (0.93, 0.97)


@dataclass(frozen=True, slots=True)
class Case:
    """What is drawn, how often, and from which seed."""

    rate: float
    difficulty: str
    runs: int
    draws: int
    seed: int

    def generator(self) -> np.random.Generator:
        """Return the source of this case's chance, no other case's."""
        kind = list(DIFFICULTIES).index(self.difficulty)
        return np.random.default_rng([self.seed, round(1000 * self.rate), kind, self.runs])


Coverage = dict[str, float]


def over_examples(case: Case) -> Coverage:
    """Return how often each interval over examples holds the population's pass rate."""
    hits: dict[str, int] = {}
    for _, scores in corpora(case):
        means = example_means(scores)
        for name, interval in example_intervals(scores, means):
            hits[name] = hits.get(name, 0) + holds(interval, case.rate)
    return {name: count / case.draws for name, count in hits.items()}


def over_runs(case: Case) -> Coverage:
    """Return how often each interval over runs holds the mean rate of the examples drawn."""
    hits: dict[str, int] = {}
    for difficulties, scores in corpora(case):
        intervals = {
            "Student's t": student_t_interval([float(rate) for rate in run_means(scores)]),
            "pooled": pooled_interval(scores),
        }
        for name, interval in intervals.items():
            hits[name] = hits.get(name, 0) + holds(interval, float(difficulties.mean()))
    return {name: count / case.draws for name, count in hits.items()}


def of_differences(case: Case) -> Coverage:
    """Return how often the bootstrap holds the difference of two models, GAP or nothing apart."""
    hits: dict[str, int] = {}
    chance = case.generator()
    for gap in (0.0, GAP):
        for _ in range(case.draws):
            places = chance.random(EXAMPLES)
            first = attempts(difficulties_at(places, case.rate, case.difficulty), case.runs, chance)
            second = attempts(
                difficulties_at(places, case.rate + gap, case.difficulty), case.runs, chance
            )
            found = resampled(example_means(second) - example_means(first))
            for name, interval in (("percentile", found.percentile), ("BCa", found.bca)):
                key = f"{name}, {100 * gap:g} points"
                hits[key] = hits.get(key, 0) + holds(interval, gap)
    return {name: count / case.draws for name, count in hits.items()}


def false_alarms(case: Case) -> Coverage:
    """Return how often any pair of equal models differs significantly, corrected and not."""
    chance = case.generator()
    alarms = {"no correction": 0, "Holm": 0}
    for _ in range(case.draws):
        difficulties = draw_difficulties(case, chance)
        passed = [attempts(difficulties, 1, chance)[:, 0] for _ in range(MODELS)]
        p_values = [
            mcnemar(int((first > second).sum()), int((second > first).sum()))
            for first, second in combinations(passed, 2)
        ]
        alarms["no correction"] += min(p_values) <= 0.05
        alarms["Holm"] += min(holm(p_values)) <= 0.05
    return {name: count / case.draws for name, count in alarms.items()}


mcnemar = lru_cache(maxsize=None)(mcnemar_exact)


def example_intervals(scores: FloatArray, means: FloatArray) -> Iterator[tuple[str, Interval]]:
    """Yield each method's interval over examples."""
    plain = wilson_interval(float(means.sum()), len(means))
    clustered = clustered_wilson_interval(scores)
    assert plain is not None
    assert clustered is not None
    found = resampled(means)
    yield "Wilson", plain
    yield "Wilson, clustered", clustered
    yield "percentile", found.percentile
    yield "BCa", found.bca


def resampled(values: FloatArray) -> BootstrapIntervals:
    """Return the bootstrap of values, which do not depend on their order, kept for equal ones."""
    return sorted_bootstrap(tuple(np.sort(np.round(values, 9)).tolist()))


@lru_cache(maxsize=4096)
def sorted_bootstrap(values: tuple[float, ...]) -> BootstrapIntervals:
    """Return the bootstrap of values in order."""
    found = bootstrap_intervals(np.array(values), resamples=2_000, seed=0)
    assert found is not None
    return found


def corpora(case: Case) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield the examples' own pass rates, [examples], and attempts at them, [examples, runs]."""
    chance = case.generator()
    for _ in range(case.draws):
        difficulties = draw_difficulties(case, chance)
        yield difficulties, attempts(difficulties, case.runs, chance)


def draw_difficulties(case: Case, chance: np.random.Generator) -> FloatArray:
    """Return the pass rates of a corpus's examples."""
    total = DIFFICULTIES[case.difficulty]
    if np.isinf(total):
        return np.full(EXAMPLES, case.rate)
    return chance.beta(case.rate * total, (1 - case.rate) * total, EXAMPLES)


def difficulties_at(places: FloatArray, rate: float, difficulty: str) -> FloatArray:
    """Return pass rates at quantiles of their distribution: hard examples are hard for everyone."""
    total = DIFFICULTIES[difficulty]
    if np.isinf(total):
        return np.full(len(places), rate)
    found: FloatArray = special.betaincinv(rate * total, (1 - rate) * total, places)
    return found


def attempts(difficulties: FloatArray, runs: int, chance: np.random.Generator) -> FloatArray:
    """Return attempts, [examples, runs], each passing at its example's rate."""
    return (chance.random((len(difficulties), runs)) < difficulties[:, None]).astype(float)


def holds(interval: Interval | None, truth: float) -> bool:
    """Return whether an interval holds the truth, up to rounding."""
    return interval is not None and interval.low - 1e-9 <= truth <= interval.high + 1e-9


Measure = Callable[[Case], Coverage]


def measured(job: tuple[Measure, Case]) -> Coverage:
    """Run one measure on one case, in a process of the pool."""
    measure, case = job
    return measure(case)


def table(title: str, measure: Measure, cases: Sequence[Case], pool: Pool) -> None:
    """Print a row for each pass rate and a column for each setting and method."""
    results = pool.map(measured, [(measure, case) for case in cases], chunksize=1)
    settings = list(dict.fromkeys((case.difficulty, case.runs) for case in cases))
    found = {
        (case.rate, case.difficulty, case.runs): result
        for case, result in zip(cases, results, strict=True)
    }
    print(f"\n### {title}\n")
    for difficulty, runs in settings:
        names = list(found[cases[0].rate, difficulty, runs])
        print(f"{difficulty} examples, {runs} run{'s' if runs > 1 else ''}\n")
        print("| pass rate |", " | ".join(names), "|\n| ---: |", " ---: |" * len(names))
        for rate in dict.fromkeys(case.rate for case in cases):
            result = found[rate, difficulty, runs]
            print(f"| {rate:g} |", " | ".join(cell(result[name], measure) for name in names), "|")
        print(flush=True)


def cell(share: float, measure: Measure) -> str:
    """Return a share in percent, marked where it misses the aim."""
    low, high = (0, 0.05) if measure is false_alarms else AIM
    return f"{100 * share:.1f}" if low <= share <= high else f"**{100 * share:.1f}**"


def main() -> None:
    """Print the four tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("draws", nargs="?", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()

    def cases(
        settings: Sequence[tuple[str, int]], rates: Sequence[float], times: int = 1
    ) -> list[Case]:
        return [
            Case(rate, difficulty, runs, times * options.draws, options.seed)
            for (difficulty, runs), rate in product(settings, rates)
        ]

    repeated = [setting for setting in SETTINGS if setting[1] > 1]
    once = [(difficulty, 1) for difficulty in ("equal", "differing")]
    pairs = [("differing", 1), ("differing", 5)]
    error = 100 * (0.95 * 0.05 / options.draws) ** 0.5
    print(f"{EXAMPLES} examples, {options.draws:,} draws: standard error {error:.1f} points.")
    with Pool(options.processes) as pool:
        table("Over runs", over_runs, cases(repeated, RATES), pool)
        table("Over examples", over_examples, cases(SETTINGS, RATES), pool)
        table("False alarms, 5 equal models", false_alarms, cases(once, RATES, times=5), pool)
        table("Differences", of_differences, cases(pairs, (0.05, 0.1, 0.3, 0.5, 0.8)), pool)


if __name__ == "__main__":
    main()
