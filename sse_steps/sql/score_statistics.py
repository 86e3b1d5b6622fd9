"""Rows of `intervals`, `spread` and `pass_at_k`: what one candidate's attempts show alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sse_steps.sql.scores import Scores
from sse_steps.sql.statistic_rows import (
    IntervalMethod,
    IntervalRow,
    PassAtKRow,
    SpreadRow,
    Uncertainty,
)
from sse_steps.stats.bootstrap import bootstrap_intervals
from sse_steps.stats.cost import cost_adjusted_pass_rate
from sse_steps.stats.intervals import (
    Interval,
    clustered_wilson_interval,
    example_means,
    pooled_interval,
    student_t_interval,
    wilson_interval,
)
from sse_steps.stats.pass_at_k import mean_pass_at_k
from sse_steps.stats.spread import RECOMMENDED_RUNS, run_means, spread

Intervals = dict[IntervalMethod, Interval | None]

# What benchmarks/bench_coverage.py finds to hold its 95 % where the others do not.
_RECOMMENDED = (IntervalMethod.POOLED, IntervalMethod.CLUSTERED_WILSON)


def interval_rows(candidate: Scores) -> Iterator[IntervalRow]:
    """Yield a row for each method, over runs and then over examples."""
    kinds = (
        (Uncertainty.RUNS, _over_runs(candidate), _run_note(candidate)),
        (Uncertainty.EXAMPLES, _over_examples(candidate), _example_note(candidate)),
    )
    for uncertainty, intervals, note in kinds:
        for method, interval in intervals.items():
            yield IntervalRow(
                task=candidate.task,
                model=candidate.model,
                uncertainty=uncertainty,
                method=method,
                low=None if interval is None else max(0.0, interval.low),
                high=None if interval is None else min(1.0, interval.high),
                is_recommended=method in _RECOMMENDED,
                note=note,
            )


def spread_row(candidate: Scores) -> SpreadRow:
    """Return how far the candidate's pass rate varies, and what a pass costs."""
    found = spread(candidate.passed)
    costs = candidate.cost_usd[np.isfinite(candidate.passed)]
    is_priced = bool(np.isfinite(costs).all())
    cost_adjusted = cost_adjusted_pass_rate(found.mean, float(costs.mean())) if is_priced else None
    unpriced = "It costs nothing." if is_priced else "What it costs is not known."
    notes = (
        _run_note(candidate),
        _example_note(candidate),
        unpriced if cost_adjusted is None else "",
    )
    return SpreadRow(
        task=candidate.task,
        model=candidate.model,
        runs=found.runs,
        examples=found.examples,
        pass_at_1=found.mean,
        cost_adjusted=cost_adjusted,
        consistent=found.consistent,
        between_runs=found.between_runs,
        between_examples=found.between_examples,
        within_examples=found.within_examples,
        note=" ".join(note for note in notes if note),
    )


def pass_at_k_rows(candidate: Scores) -> Iterator[PassAtKRow]:
    """Yield the estimate for every k up to the number of runs."""
    attempts = np.isfinite(candidate.passed).sum(axis=1)
    for k in range(1, candidate.runs + 1):
        estimate = mean_pass_at_k(candidate.passed, k)
        left_out = int(((attempts > 0) & (attempts < k)).sum())
        notes = (
            "The runs are copies of one, so more attempts add nothing."
            if candidate.is_copied and k > 1
            else "",
            f"Examples left out, with fewer attempts: {left_out}." if left_out else "",
        )
        if estimate is not None:
            note = " ".join(note for note in notes if note)
            yield PassAtKRow(candidate.task, candidate.model, k, estimate, note)


def _over_runs(candidate: Scores) -> Intervals:
    rates = [float(rate) for rate in run_means(candidate.passed)]
    return {
        IntervalMethod.STUDENT_T: student_t_interval(rates),
        # Copies are no second attempts: how much an example varies was not seen.
        IntervalMethod.POOLED: None if candidate.is_copied else pooled_interval(candidate.passed),
    }


def _over_examples(candidate: Scores) -> Intervals:
    means = example_means(candidate.passed)
    bootstrap = bootstrap_intervals(means)
    return {
        IntervalMethod.WILSON: wilson_interval(float(means.sum()), len(means)),
        IntervalMethod.CLUSTERED_WILSON: clustered_wilson_interval(candidate.passed),
        IntervalMethod.PERCENTILE: bootstrap.percentile if bootstrap else None,
        IntervalMethod.BCA: bootstrap.bca if bootstrap else None,
    }


def _run_note(candidate: Scores) -> str:
    rates = run_means(candidate.passed)
    if len(rates) == 1:
        return "One run: nothing is known between runs."
    few = f"Fewer than {RECOMMENDED_RUNS} runs." if len(rates) < RECOMMENDED_RUNS else ""
    equal = "Every run scored the same." if np.ptp(rates) == 0 else ""
    copied = (
        "All runs but one reuse its replies, since equal requests without randomness have one "
        "answer: the spread between runs is zero by construction, not by measurement."
    )
    return " ".join(note for note in (few, copied if candidate.is_copied else equal) if note)


def _example_note(candidate: Scores) -> str:
    means = example_means(candidate.passed)
    if len(means) == 1:
        return "One example: resampling has nothing to draw from."
    if np.ptp(means) == 0:
        return "Every example scored the same: resampling shows no spread, Wilson's interval does."
    return ""
