"""How far two sets of logits agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sse_steps.models.logit_agreement import agreeing, compare_logits, likeliest
from sse_steps.models.stored_model import FloatArray

LOGITS = arrays.arrays(
    np.float32, st.integers(10, 40), elements=st.floats(-30, 30, width=32, allow_nan=False)
)


@given(LOGITS)
def test_logits_agree_with_themselves(logits: FloatArray) -> None:
    """Equal logits have all ten tokens in common, and no difference, at a tolerance of zero."""
    found = compare_logits(logits, logits.copy(), 0.0)
    assert (found.overlap, found.close, found.largest, found.agreement) == (1.0, 1.0, 0.0, 1.0)


@given(LOGITS, st.randoms())
def test_shares_lie_between_zero_and_one(logits: FloatArray, random: st.DataObject) -> None:
    """Whatever the other logits are, overlap, closeness and agreement are shares."""
    other = logits.copy()
    random.shuffle(other)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    found = compare_logits(logits, other, 0.1)
    assert 0 <= found.overlap <= 1
    assert 0 <= found.close <= 1
    assert found.largest >= 0


def test_half_of_the_agreement_is_tokens_and_half_is_values() -> None:
    """Ten tokens in common, of which half are further apart than the tolerance, agree to 75 %."""
    source = np.arange(12, dtype=np.float32) * 10
    converted = source.copy()
    converted[7:] += np.float32(0.5)
    found = compare_logits(source, converted, 0.1)
    assert (found.overlap, found.close, found.agreement) == (1.0, 0.5, 0.75)
    assert found.largest == pytest.approx(0.5)


def test_tokens_that_changed_places_with_others_do_not_overlap() -> None:
    """Three of the ten likeliest tokens replaced by others leave an overlap of 70 %."""
    source = np.arange(20, dtype=np.float32)
    converted = source.copy()
    converted[[19, 18, 17]] = -1
    assert compare_logits(source, converted, 100.0).overlap == pytest.approx(0.7)


def test_of_equally_likely_tokens_the_first_count() -> None:
    """Ties are broken by the token's place, on both sides alike."""
    assert likeliest(np.zeros(15, np.float32)) == list(range(10))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_a_fault(bad: float) -> None:
    """A logit that is no number cannot agree with anything, and does not pass for far apart."""
    broken = np.zeros(12, np.float32)
    broken[3] = bad
    with pytest.raises(ValueError, match="no number"):
        compare_logits(np.zeros(12, np.float32), broken, 0.1)


def test_vocabularies_of_two_sizes_are_a_fault() -> None:
    """Logits of two different vocabularies cannot be compared."""
    with pytest.raises(ValueError, match="12 logits beside 11"):
        compare_logits(np.zeros(12, np.float32), np.zeros(11, np.float32), 0.1)


def test_the_share_of_agreeing_prompts() -> None:
    """Two of three prompts that agree to at least the least are two thirds."""
    zeros, far = np.zeros(12, np.float32), np.arange(12, dtype=np.float32) * 9
    found = [compare_logits(zeros, other, 0.1) for other in (zeros, zeros, far)]
    assert agreeing(found, 0.9) == pytest.approx(2 / 3)
