"""Corrected p values are those of statsmodels, and keep their order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from sse_steps.stats.correction import bonferroni, holm

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_holm_worked_by_hand() -> None:
    """0.005 x 4 = 0.02, 0.01 x 3 = 0.03, 0.03 x 2 = 0.06, and 0.04 x 1 is raised to that."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


def test_bonferroni_worked_by_hand() -> None:
    """Each times four, and no more than 1."""
    assert bonferroni([0.01, 0.04, 0.3, 0.005]) == pytest.approx((0.04, 0.16, 1.0, 0.02))


@given(P_VALUES)
def test_both_equal_statsmodels(p_values: list[float]) -> None:
    """Holm and Bonferroni are what statsmodels computes, ties and zeros included."""
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])
    assert bonferroni(p_values) == pytest.approx(multipletests(p_values, method="bonferroni")[1])


@given(P_VALUES)
def test_holm_lies_between_the_raw_value_and_bonferroni(p_values: list[float]) -> None:
    """Correcting never makes a p value smaller, and Holm never larger than Bonferroni."""
    for raw, stepped, largest in zip(p_values, holm(p_values), bonferroni(p_values), strict=True):
        assert raw <= stepped <= largest <= 1


@given(P_VALUES)
def test_holm_keeps_the_order(p_values: list[float]) -> None:
    """A smaller p value stays the smaller one, or they become equal."""
    pairs = sorted(zip(p_values, holm(p_values), strict=True))
    corrected = [stepped for _, stepped in pairs]
    assert corrected == sorted(corrected)


def test_nothing_to_correct() -> None:
    """No tests have no p values; one test keeps its own."""
    assert holm([]) == bonferroni([]) == ()
    assert holm([0.04]) == bonferroni([0.04]) == (0.04,)
