"""Two candidates on the same examples: by how much they differ, and whether that is chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sse_steps.stats.bootstrap import bootstrap_intervals
from sse_steps.stats.intervals import example_means
from sse_steps.stats.spread import RECOMMENDED_RUNS, run_means

FloatArray = NDArray[np.float64]

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two candidates' attempts at the same examples say; differences are first minus second.

    `only_first` and `only_second` count the examples that one solved and the other did not at its
    first attempt; `p_mcnemar` is computed from them. `difference` is of the mean scores, over runs
    and then over examples; `low` and `high` are its 95 % interval over examples (bootstrap,
    percentile: where few examples differ it holds its promise better than BCa does).
    `p_paired_t` is over examples, `p_welch` over runs, `effect_size` Cohen's d of the paired
    differences. `is_contradicted`: the first attempts tell the two apart, and over all runs the
    difference is 0 or points the other way. None is "not defined", and `note` says why.
    """

    examples: int
    only_first: int
    only_second: int
    difference: float
    low: float | None
    high: float | None
    p_mcnemar: float
    p_paired_t: float | None
    p_welch: float | None
    effect_size: float | None
    is_contradicted: bool
    note: str


def compare(
    first: FloatArray, second: FloatArray, *, resamples: int = 10_000, seed: int = 0
) -> Comparison:
    """Compare attempts at the same examples: scores 0 to 1, [examples, runs], NaN for no attempt.

    Only examples that both attempted count; the two may have different numbers of runs.

    Raises:
        ValueError: they attempted no example in common, or have different numbers of examples.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} examples: rows must be the same examples")
    shared = np.isfinite(first).any(axis=1) & np.isfinite(second).any(axis=1)
    if not shared.any():
        raise ValueError("no example was attempted by both")
    first, second = first[shared], second[shared]
    differences = example_means(first) - example_means(second)
    firsts, seconds = _first_attempts(first), _first_attempts(second)
    only_first, only_second = int((firsts > seconds).sum()), int((seconds > firsts).sum())
    intervals = bootstrap_intervals(differences, resamples=resamples, seed=seed)
    rates = run_means(first), run_means(second)
    left_out = int((~shared).sum())
    balance = only_first - only_second
    is_contradicted = balance != 0 and balance * float(differences.mean()) <= _ROUNDING
    notes = (
        *_notes(differences, left_out=left_out, is_contradicted=is_contradicted),
        *_run_notes(*rates),
    )
    return Comparison(
        examples=len(differences),
        only_first=only_first,
        only_second=only_second,
        difference=float(differences.mean()),
        low=None if intervals is None else intervals.percentile.low,
        high=None if intervals is None else intervals.percentile.high,
        p_mcnemar=mcnemar_exact(only_first, only_second),
        p_paired_t=paired_t_test(differences),
        p_welch=welch_t_test(*rates),
        effect_size=cohens_d(differences),
        is_contradicted=is_contradicted,
        note=" ".join(notes),
    )


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Return the exact two-sided p value of McNemar's test; 1 where nothing tells the two apart.

    If they were equally good, each example that only one solves would be a fair coin's throw.

    Source: McNemar, "Note on the sampling error of the difference between correlated proportions
    or percentages", Psychometrika 12 (1947), with the binomial distribution in place of chi-square.
    """
    discordant = only_first + only_second
    return float(stats.binomtest(only_first, discordant).pvalue) if discordant else 1.0


def paired_t_test(differences: FloatArray) -> float | None:
    """Return the two-sided p value that paired `differences`, [examples], have mean 0.

    None where all are equal or there is one: nothing to measure the mean against.
    """
    return None if _is_constant(differences) else float(stats.ttest_1samp(differences, 0).pvalue)


def welch_t_test(first: FloatArray, second: FloatArray) -> float | None:
    """Return the two-sided p value that rates of runs, [runs] each, have the same mean.

    None for fewer than two runs of either, or where neither's runs differ.

    Source: Welch, "The generalization of Student's problem when several different population
    variances are involved", Biometrika 34 (1947).
    """
    if min(len(first), len(second)) < 2 or (_is_constant(first) and _is_constant(second)):
        return None
    # From means and deviations: SciPy warns of equal values where only one of the two has them.
    moments = (*_moments(first), *_moments(second))
    return float(stats.ttest_ind_from_stats(*moments, equal_var=False).pvalue)


def cohens_d(differences: FloatArray) -> float | None:
    """Return the mean of paired `differences` over their standard deviation; None if that is 0.

    Source: Cohen, Statistical Power Analysis for the Behavioral Sciences (1988), 2.3.5, where it
    is called d_z.
    """
    if _is_constant(differences):
        return None
    return float(differences.mean() / differences.std(ddof=1))


def _moments(values: FloatArray) -> tuple[float, float, int]:
    deviation = 0.0 if _is_constant(values) else float(values.std(ddof=1))
    return float(values.mean()), deviation, len(values)


def _is_constant(values: FloatArray) -> bool:
    # Equal shares may differ by rounding, and a deviation of 1e-17 would make any mean significant.
    return len(values) < 2 or bool(np.ptp(values) <= _ROUNDING)


def _first_attempts(scores: FloatArray) -> FloatArray:
    """Return the score of each example's first attempt, [examples]."""
    first: FloatArray = scores[np.arange(len(scores)), np.isfinite(scores).argmax(axis=1)]
    return first


def _notes(differences: FloatArray, *, left_out: int, is_contradicted: bool) -> Iterator[str]:
    if left_out:
        yield f"Examples left out because only one of the two attempted them: {left_out}."
    if len(differences) == 1:
        yield "One example shows no spread: there is no interval and no t-test over examples."
    elif _is_constant(differences):
        yield (
            "Every example differs by the same amount: the interval is a point, and a t-test over "
            "examples is not defined."
        )
    if is_contradicted:
        yield "What the first attempts show, the mean over runs does not."


def _run_notes(first: FloatArray, second: FloatArray) -> Iterator[str]:
    if min(len(first), len(second)) < 2:
        yield "A test over runs needs two runs of each."
    elif _is_constant(first) and _is_constant(second):
        yield "No run of either differs from its others, so there is no test over runs."
    elif min(len(first), len(second)) < RECOMMENDED_RUNS:
        yield f"Fewer than {RECOMMENDED_RUNS} runs: the test over runs is weak."
