"""The probability of being on the frontier, beside a bootstrap one resample at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slow_frontier import Point, on_convex_frontier, on_frontier

from sse_steps.stats.frontier_bootstrap import frontier_probability
from sse_steps.stats.pareto import FloatArray
from sse_steps.stats.pass_matrix import PassMatrix
from sse_steps.stats.resampled_median import ResampledMedian


def matrix(passed: FloatArray, cost: FloatArray, latency: FloatArray) -> PassMatrix:
    """Return a matrix with made-up names; arrays are [models, examples, runs]."""
    models, examples, _ = passed.shape
    return PassMatrix(
        "task",
        tuple(f"m{index}" for index in range(models)),
        tuple(f"e{index:04}" for index in range(examples)),
        passed,
        cost,
        latency,
    )


def random_matrix(models: int, examples: int, runs: int, *, seed: int) -> PassMatrix:
    """Return attempts of few values, with ties; some latencies and one attempt are not there."""
    random = np.random.default_rng(seed)
    shape = (models, examples, runs)
    passed = random.integers(0, 2, shape).astype(float)
    cost = random.integers(1, 5, shape) / 4
    latency = np.where(random.random(shape) < 0.3, np.nan, random.integers(1, 9, shape) / 8)
    passed[0, 0, 0] = cost[0, 0, 0] = latency[0, 0, 0] = np.nan
    return matrix(passed, cost, latency)


def one_at_a_time(given_: PassMatrix, resamples: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return both probabilities from the same draws, by definition."""
    examples = len(given_.examples)
    draws = np.random.default_rng(seed).integers(0, examples, (resamples, examples))
    found = []
    for drawn in draws:
        points = [
            Point(
                name,
                float(np.nanmean(given_.passed[index, drawn])),
                round(float(np.nanmean(given_.cost_usd[index, drawn])), 12),
                float(np.nanmedian(given_.latency_ms[index, drawn])),
            )
            for index, name in enumerate(given_.models)
        ]
        found.append(
            [(on_frontier(each, points), on_convex_frontier(each, points)) for each in points]
        )
    shares = np.mean(np.array(found, dtype=float), axis=0)
    return shares[:, 0], shares[:, 1]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_it_is_the_share_of_resamples_by_definition(seed: int) -> None:
    """The same draws one at a time, with NumPy's mean and median and every pair, agree exactly."""
    attempts = random_matrix(4, 12, 3, seed=seed)
    found = frontier_probability(attempts, resamples=300, seed=seed)
    on_it, on_convex = one_at_a_time(attempts, 300, seed)
    assert found.on_frontier.tolist() == pytest.approx(on_it.tolist())
    assert found.on_convex_frontier.tolist() == pytest.approx(on_convex.tolist())


def test_chunks_do_not_change_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Held in many small pieces, the resamples are the same."""
    attempts = random_matrix(3, 20, 2, seed=7)
    whole = frontier_probability(attempts, resamples=200, seed=1)
    monkeypatch.setattr("sse_steps.stats.frontier_bootstrap._HELD", 60)
    parts = frontier_probability(attempts, resamples=200, seed=1)
    assert parts.on_frontier.tolist() == whole.on_frontier.tolist()


def test_who_wins_every_example_is_always_on_it() -> None:
    """A model that passes all is on it in every resample, one that passes none in none."""
    passed = np.stack([np.ones((30, 2)), np.zeros((30, 2))])
    cost = np.stack([np.full((30, 2), 0.5), np.full((30, 2), 0.25)])
    found = frontier_probability(matrix(passed, cost, cost.copy()), resamples=100)
    assert found.on_frontier.tolist() == found.on_convex_frontier.tolist() == [1, 0]


def test_twins_stand_and_fall_together() -> None:
    """Two models with equal attempts are on the frontier in the same resamples, costs included."""
    random = np.random.default_rng(1)
    passed = np.repeat(random.integers(0, 2, (1, 40, 2)), 7, axis=0).astype(float)
    cost = np.repeat(random.random((1, 40, 2)), 7, axis=0)
    found = frontier_probability(matrix(passed, cost, cost.copy()), resamples=500)
    assert found.on_frontier.tolist() == [1] * 7
    assert found.on_convex_frontier.tolist() == [1] * 7


def test_an_unknown_cost_and_a_latency_never_measured_are_no_advantage() -> None:
    """They are infinite in every resample, and the figures stay finite shares."""
    passed = np.ones((2, 10, 1))
    cost = np.full((2, 10, 1), 0.5)
    cost[0, 3, 0] = np.nan
    latency = np.full((2, 10, 1), 0.5)
    latency[0] = np.nan
    found = frontier_probability(matrix(passed, cost, latency), resamples=50)
    assert found.on_frontier.tolist() == [0, 1]


values = st.lists(
    st.lists(st.sampled_from([math.nan, 0.125, 0.25, 0.5, 3.0, 8.0]), min_size=2, max_size=2),
    min_size=1,
    max_size=30,
)


@given(values, st.integers(0, 2**32 - 1))
def test_medians_are_numpys(rows: list[list[float]], seed: int) -> None:
    """Each resample's median is NumPy's of the values repeated, also far off the middle."""
    array = np.array(rows)
    random = np.random.default_rng(seed)
    weights = random.integers(0, 4, (8, len(rows))).astype(float)
    weights[0] = 0
    # One example alone: its median may lie anywhere, outside of where it is looked for first.
    weights[1:4] = 0
    weights[[1, 2, 3], random.integers(0, len(rows), 3)] = 5
    found = ResampledMedian(array).of(weights)
    for row, median in zip(weights.astype(int), found, strict=True):
        repeated = np.repeat(array, row, axis=0)
        repeated = repeated[np.isfinite(repeated)]
        assert median == (np.median(repeated) if len(repeated) else math.inf)


def test_a_median_outside_the_window_is_found() -> None:
    """Of 4,000 values few are counted at first; one example drawn alone lies far outside."""
    array = np.arange(4000.0).reshape(-1, 1)
    weights = np.zeros((2, 4000))
    weights[0, 17] = 4000
    weights[1] = 1
    assert ResampledMedian(array).of(weights).tolist() == [17, 1999.5]
