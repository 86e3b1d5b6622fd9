"""The choice of a token: the fast version against a slow clear one, and what may never happen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from sse_steps.errors import EngineError
from sse_steps.infer.sampling import choose, nucleus
from sse_steps.models.stored_model import FloatArray


def normal_scores(seed: int, size: int) -> FloatArray:
    """Return as many scores as a vocabulary of several heads has."""
    return np.random.default_rng(seed).normal(0, 2, size).astype(np.float32)


# Few different values, so that many are equal; any values; and many values.
SCORES = st.one_of(
    arrays(np.float32, st.integers(1, 30), elements=st.sampled_from([-np.inf, -2, 0, 0.5, 3])),
    arrays(np.float32, st.integers(1, 30), elements=st.floats(-30, 30, width=32)),
    st.builds(normal_scores, st.integers(0, 2**32), st.integers(250, 5000)),
)
TEMPERATURES = st.sampled_from([1e-300, 0.01, 0.7, 1.0, 2.0, 100.0])
TOP_K = st.one_of(st.just(0), st.integers(1, 40), st.integers(250, 3000))
TOP_P = st.one_of(st.just(1.0), st.floats(0.001, 0.999))


def slow_kept(scores: FloatArray, temperature: float, top_k: int, top_p: float) -> list[int]:
    """Return the tokens that may be drawn, the likeliest first, by sorting all of them."""
    order = sorted(range(len(scores)), key=lambda token: (-scores[token], token))
    order = order[:top_k] if top_k else order
    if top_p == 1:
        return order
    weights = slow_weights(scores, temperature)
    wanted = top_p * weights[sorted(order)].sum()
    kept, reached = [], 0.0
    for token in order:
        kept.append(token)
        reached += float(weights[token])
        if reached >= wanted:
            break
    return kept


def slow_weights(scores: FloatArray, temperature: float) -> NDArray[np.float64]:
    """Return numbers in proportion to the probabilities."""
    with np.errstate(all="ignore"):
        weights: NDArray[np.float64] = np.exp(
            (scores.astype(np.float64) - scores.max()) / temperature
        )
    return weights


def slow_choose(
    scores: FloatArray, temperature: float, top_k: int, top_p: float, random: np.random.Generator
) -> int:
    """Walk over the tokens that may be drawn until their weight has passed a random part of all."""
    kept = sorted(slow_kept(scores, temperature, top_k, top_p))
    weights = slow_weights(scores, temperature)[kept]
    sums = np.cumsum(weights)
    drawn = random.random()
    return next(token for token, sum_ in zip(kept, sums, strict=True) if sum_ / sums[-1] > drawn)


@given(SCORES, TEMPERATURES, TOP_K, TOP_P, st.integers(0, 2**32))
def test_fast_choice_equals_the_slow_clear_one(
    scores: FloatArray, temperature: float, top_k: int, top_p: float, seed: int
) -> None:
    """Partial sorts and none at all draw the very token that sorting everything draws."""
    assume(np.isfinite(scores).any())
    fast = choose(scores, temperature, top_k, top_p, np.random.default_rng(seed))
    slow = slow_choose(scores, temperature, top_k, top_p, np.random.default_rng(seed))
    assert fast == slow


@given(SCORES, TEMPERATURES, st.integers(1, 40), TOP_P, st.integers(0, 2**32))
def test_no_token_outside_the_likeliest_is_drawn(
    scores: FloatArray, temperature: float, top_k: int, top_p: float, seed: int
) -> None:
    """Fewer than `top_k` tokens are better than the one drawn, and it is possible at all."""
    assume(np.isfinite(scores).any())
    token = choose(scores, temperature, top_k, top_p, np.random.default_rng(seed))
    better = (scores > scores[token]).sum() + (scores[:token] == scores[token]).sum()
    assert better < top_k
    assert np.isfinite(scores[token])


@given(SCORES, TEMPERATURES, st.floats(0.001, 0.999))
def test_the_nucleus_is_enough_and_no_more(
    scores: FloatArray, temperature: float, top_p: float
) -> None:
    """The kept tokens reach the part that is asked for, and without the last they do not."""
    assume(np.isfinite(scores).any())
    weights = slow_weights(scores, temperature)
    kept = nucleus(scores, weights, top_p, None)
    sums = np.cumsum(weights[kept])
    wanted = top_p * weights.sum()
    assert sums[-1] >= wanted * (1 - 1e-12)
    assert len(kept) == 1 or sums[-2] < wanted


@given(SCORES, TOP_K, TOP_P)
def test_at_temperature_0_the_first_of_the_likeliest_wins(
    scores: FloatArray, top_k: int, top_p: float
) -> None:
    """Without temperature nothing is drawn, and of equal scores the smallest id is taken."""
    assume(np.isfinite(scores).any())
    random = np.random.default_rng(0)
    assert choose(scores, 0.0, top_k, top_p, random) == list(scores).index(scores.max())
    assert random.random() == np.random.default_rng(0).random()


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_scores_that_are_no_numbers_are_a_fault(temperature: float, wrong: float) -> None:
    """A broken model is named as such; it would draw its tokens from nothing."""
    scores = np.array([0.0, wrong, 3.0], np.float32)
    with pytest.raises(EngineError, match=r"scores are no numbers: token 1 has (nan|inf)"):
        choose(scores, temperature, 0, 1.0, np.random.default_rng(0))


def test_scores_that_leave_no_token_are_a_fault() -> None:
    """Where every token is impossible there is none to choose."""
    with pytest.raises(EngineError, match="token 0 has -inf"):
        choose(np.full(3, -np.inf, np.float32), 1.0, 2, 0.5, np.random.default_rng(0))


def test_draws_follow_the_softmax() -> None:
    """Draws at temperature 2 occur as often as the softmax of half the scores says."""
    scores = np.array([0.0, 2.0, -np.inf], np.float32)
    random = np.random.default_rng(0)
    draws = [choose(scores, 2.0, 0, 1.0, random) for _ in range(4000)]
    assert np.bincount(draws, minlength=3) / 4000 == pytest.approx([0.269, 0.731, 0.0], abs=0.02)
