"""Tests of two candidates are SciPy's and statsmodels', and come out as in published examples."""

from __future__ import annotations

import math
from dataclasses import fields
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.weightstats import ttest_ind

from sse_steps.stats.comparison import (
    Comparison,
    cohens_d,
    compare,
    mcnemar_exact,
    paired_t_test,
    welch_t_test,
)

FloatArray = NDArray[np.float64]

# Student (1908): hours of sleep that ten patients gained with either drug.
FIRST_DRUG = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
SECOND_DRUG = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])

SCORES = st.sampled_from([0.0, 1.0, math.nan])


@st.composite
def attempts(draw: st.DrawFn) -> tuple[FloatArray, FloatArray]:
    """Draw attempts at the same examples, with gaps, of two candidates with runs of their own."""
    examples = draw(st.integers(1, 12))
    first, second = (
        draw(hnp.arrays(float, (examples, draw(st.integers(1, 6))), elements=SCORES))
        for _ in range(2)
    )
    return first, second


def share_an_example(first: FloatArray, second: FloatArray) -> bool:
    """Return whether there is an example that both attempted."""
    return any(
        np.isfinite(one).any() and np.isfinite(other).any()
        for one, other in zip(first, second, strict=True)
    )


def test_mcnemar_of_the_published_example() -> None:
    """Agresti's approval ratings, 150 against 86: chi-square gives 3e-5, the exact test 3.7e-5."""
    exact = Fraction(2 * sum(math.comb(236, k) for k in range(87)), 2**236)
    assert mcnemar_exact(86, 150) == pytest.approx(float(exact))
    assert mcnemar_exact(86, 150) == pytest.approx(3.7e-5, rel=0.02)
    approximate = stats.chi2.sf((150 - 86) ** 2 / (150 + 86), 1)
    assert approximate == pytest.approx(3.1e-5, rel=0.02)


def test_mcnemar_worked_by_hand() -> None:
    """Nine wins and a loss: 2 x (1 + 10) of 1,024 throws of ten coins."""
    assert mcnemar_exact(9, 1) == pytest.approx(22 / 1024)


@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_equals_statsmodels(only_first: int, only_second: int) -> None:
    """The exact p value is that of statsmodels, and the same from either side."""
    expected = mcnemar([[0, only_first], [only_second, 0]], exact=True).pvalue
    assert mcnemar_exact(only_first, only_second) == pytest.approx(float(expected))
    assert mcnemar_exact(only_second, only_first) == mcnemar_exact(only_first, only_second)


def test_t_tests_of_the_published_example() -> None:
    """Student's sleep data: paired t = 4.0621 and p = 0.002833, Welch p = 0.07939, d_z = 1.2846."""
    differences = SECOND_DRUG - FIRST_DRUG
    assert paired_t_test(differences) == pytest.approx(0.002833, abs=5e-7)
    assert welch_t_test(FIRST_DRUG, SECOND_DRUG) == pytest.approx(0.07939, abs=5e-6)
    assert cohens_d(differences) == pytest.approx(4.0621 / math.sqrt(10), abs=5e-5)


@given(
    hnp.arrays(float, st.integers(2, 20), elements=st.integers(0, 10).map(float)),
    hnp.arrays(float, st.integers(2, 20), elements=st.integers(0, 10).map(float)),
)
def test_welch_equals_statsmodels(first: FloatArray, second: FloatArray) -> None:
    """For runs that differ at all, p is that of statsmodels with unequal variances."""
    if np.ptp(first) == np.ptp(second) == 0:
        assert welch_t_test(first, second) is None
        return
    _, expected, _ = ttest_ind(first, second, usevar="unequal")
    assert welch_t_test(first, second) == pytest.approx(float(expected))


@given(hnp.arrays(float, (10, 2), elements=st.integers(0, 5).map(lambda n: n / 5)))
def test_paired_t_equals_scipy(pairs: FloatArray) -> None:
    """For examples that differ unequally, p is that of scipy.stats.ttest_rel."""
    differences = pairs[:, 0] - pairs[:, 1]
    if np.ptp(differences) < 1e-12:
        assert paired_t_test(differences) is cohens_d(differences) is None
        return
    expected = stats.ttest_rel(pairs[:, 0], pairs[:, 1]).pvalue
    assert paired_t_test(differences) == pytest.approx(float(expected))


def test_comparison_worked_by_hand() -> None:
    """Four examples, two runs each: counts are of the first run, the difference of both."""
    first = np.array([[1.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    second = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 1.0], [1.0, 0.0]])
    found = compare(first, second)
    assert (found.examples, found.only_first, found.only_second) == (4, 2, 1)
    assert found.difference == pytest.approx((1 + 0.5 + 0 - 0.5) / 4)
    assert found.p_mcnemar == 1.0
    assert found.p_welch == pytest.approx(
        float(stats.ttest_ind([0.75, 0.5], [0.5, 0.25], equal_var=False).pvalue)
    )
    assert found.effect_size == pytest.approx(0.25 / np.std([1, 0.5, 0, -0.5], ddof=1))


@settings(max_examples=60, deadline=None)
@given(attempts())
def test_swapping_the_two_changes_signs_and_nothing_else(
    drawn: tuple[FloatArray, FloatArray],
) -> None:
    """Who is named first does not decide whether they differ; wherever it is defined."""
    first, second = drawn
    if not share_an_example(first, second):
        return
    there, back = compare(first, second, resamples=200), compare(second, first, resamples=200)
    assert (there.only_first, there.only_second) == (back.only_second, back.only_first)
    assert there.difference == pytest.approx(-back.difference)
    assert there.p_mcnemar == back.p_mcnemar
    for name in ("p_paired_t", "p_welch"):
        assert getattr(there, name) == pytest.approx(getattr(back, name))
    assert (there.effect_size is None) == (back.effect_size is None)


@settings(max_examples=100, deadline=None)
@given(attempts())
def test_no_figure_is_nan_and_what_is_not_defined_has_a_note(
    drawn: tuple[FloatArray, FloatArray],
) -> None:
    """Gaps, ties, one run, one example: each figure is finite or None, and None is explained."""
    first, second = drawn
    if not share_an_example(first, second):
        with pytest.raises(ValueError, match="no example was attempted by both"):
            compare(first, second)
        return
    found = compare(first, second, resamples=200)
    figures = [getattr(found, field.name) for field in fields(Comparison) if field.name != "note"]
    assert all(figure is None or math.isfinite(figure) for figure in figures)
    assert found.note or None not in figures
    assert 0 <= found.p_mcnemar <= 1
    if found.low is not None and found.high is not None:
        assert found.low - 1e-12 <= found.difference <= found.high + 1e-12


def test_missing_pairs_are_left_out_and_counted() -> None:
    """An example that only one attempted says nothing about the two, and the note says so."""
    first = np.array([[1.0], [0.0], [1.0], [math.nan]])
    second = np.array([[1.0], [1.0], [math.nan], [0.0]])
    found = compare(first, second)
    assert (found.examples, found.only_first, found.only_second) == (2, 0, 1)
    assert "Examples left out because only one of the two attempted them: 2." in found.note


def test_a_missing_first_run_is_replaced_by_the_first_attempt() -> None:
    """McNemar's test counts an example's first attempt, whichever run it was in."""
    first = np.array([[math.nan, 1.0]])
    assert compare(first, np.array([[0.0, 1.0]])).only_first == 1


def test_first_attempts_that_disagree_with_all_runs_are_noted() -> None:
    """Where the counts and the difference have different signs, or it is none, a reader is told."""
    first = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    second = np.array([[0.0, 1.0, 1.0], [0.0, 1.0, 0.0]])
    found = compare(first, second)
    assert found.is_contradicted
    assert "What the first attempts show, the mean over runs does not." in found.note
    assert compare(first[:1], 1 - first[:1]).is_contradicted
    assert not compare(second, first[:, [1]]).is_contradicted


@pytest.mark.parametrize(
    ("runs", "note"),
    [(1, "needs two runs"), (2, "Fewer than 5 runs"), (5, "")],
)
def test_few_runs_are_flagged(runs: int, note: str) -> None:
    """A test over fewer than five runs is flagged as weak; over one it is not there."""
    chance = np.random.default_rng(3)
    found = compare(*(chance.integers(0, 2, (30, runs)).astype(float) for _ in range(2)))
    assert note in found.note
    assert bool(note) == bool(found.note)
    assert (found.p_welch is None) == (runs == 1)


def test_rows_must_be_the_same_examples() -> None:
    """Arrays of different lengths cannot be paired."""
    with pytest.raises(ValueError, match="1 and 2 examples: rows must be the same examples"):
        compare(np.zeros((1, 1)), np.zeros((2, 1)))
