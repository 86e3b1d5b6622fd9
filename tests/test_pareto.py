"""Dominance, mixtures, value and hypervolume on arrays, beside their definitions."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slow_frontier import (
    Point,
    best_mixture,
    candidates,
    dominates,
    on_convex_frontier,
    on_frontier,
    point_lists,
    random_sets,
    ranking,
)

from sse_steps.stats.frontier_members import Achieved, members
from sse_steps.stats.pareto import (
    Candidates,
    FloatArray,
    dominations,
    non_dominated,
)
from sse_steps.stats.pareto import on_frontier as frontier_of
from sse_steps.stats.pareto_hypervolume import hypervolume, hypervolume_without
from sse_steps.stats.pareto_mixtures import mixtures
from sse_steps.stats.pareto_mixtures import on_convex_frontier as convex_frontier_of


def by_all_pairs(objectives: FloatArray) -> list[bool]:
    """Return which rows no other row dominates, each held against each."""
    return [
        not np.any((objectives <= row).all(axis=1) & (objectives < row).any(axis=1))
        for row in objectives
    ]


def test_ten_thousand_random_sets_equal_brute_force() -> None:
    """Sets with ties, duplicates and unknown figures: who is on the frontier, and who dominates."""
    for points in random_sets(10_000, seed=11):
        arrays = candidates(points)
        assert frontier_of(arrays).tolist() == [on_frontier(each, points) for each in points]
        pairs = [(points[each.dominated], points[each.by]) for each in dominations(arrays)]
        assert pairs == [
            (low, high)
            for low in ranking(points)
            for high in ranking(points)
            if on_frontier(high, points) and dominates(high, low)
        ]


def test_ten_thousand_random_sets_have_the_convex_frontier_of_all_mixtures() -> None:
    """No mixture of any pair beats who is on it, and who is not is beaten by the best mixture."""
    for points in random_sets(10_000, seed=12):
        arrays = candidates(points)
        expected = [on_convex_frontier(each, points) for each in points]
        assert convex_frontier_of(arrays).tolist() == expected
        for mixture in mixtures(arrays):
            best = best_mixture(points[mixture.beaten], points)
            assert mixture.accuracy == pytest.approx(best)
            assert 0 < mixture.probability <= 1


@pytest.mark.parametrize("columns", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("steps", [3, 12, 10**6])
@pytest.mark.parametrize("count", [0, 1, 40, 1_200])
def test_any_number_of_objectives(columns: int, steps: int, count: int) -> None:
    """From one objective to five, few values or many, sifted or not, it is what all pairs say."""
    random = np.random.default_rng(columns)
    objectives = random.integers(0, steps, (count, columns)) / steps - 0.5
    assert non_dominated(objectives).tolist() == by_all_pairs(objectives)


@settings(max_examples=500)
@example([(-2.0, -0.5, -2.0), (math.inf, -2.0, -0.5)], 1)  # what moocore alone gets wrong
@given(
    st.lists(st.tuples(*[st.sampled_from([-2.0, -0.5, 0.0, 1.0, math.inf])] * 3), max_size=12),
    st.sampled_from([1, 1_000]),
)
def test_equal_and_infinite_rows(rows: list[tuple[float, float, float]], times: int) -> None:
    """Copies stand or fall together, also so many that they are sifted; infinity is a figure."""
    objectives = np.array(rows * times).reshape(-1, 3)
    found = non_dominated(objectives).tolist()
    assert found == by_all_pairs(np.array(rows).reshape(-1, 3)) * times


@given(point_lists, st.randoms(use_true_random=False))
def test_order_and_unit_do_not_matter(points: list[Point], random: object) -> None:
    """Shuffled, and with cost and latency in other units, the same models are on the frontiers."""
    order = list(range(len(points)))
    random.shuffle(order)  # type: ignore[attr-defined]  # Hypothesis gives a random.Random
    arrays = candidates(points)
    other = Candidates(arrays.accuracy[order], 4 * arrays.cost[order], arrays.latency[order] / 8)
    assert frontier_of(other).tolist() == frontier_of(arrays)[order].tolist()
    assert convex_frontier_of(other).tolist() == convex_frontier_of(arrays)[order].tolist()


def test_many_resamples_at_once_equal_one_at_a_time() -> None:
    """2,000 sets of six as one array: the same members as set by set, unknown and zero included."""
    sets = [points for points in random_sets(20_000, seed=3) if len(points) == 6]
    every = [candidates(points) for points in sets]
    found = members(
        Achieved(
            np.array([each.accuracy for each in every]),
            np.array([each.cost for each in every]),
            np.array([each.latency for each in every]),
        )
    )
    assert len(sets) > 1_500
    assert found.on_frontier.tolist() == [frontier_of(each).tolist() for each in every]
    convex = [convex_frontier_of(each).tolist() for each in every]
    assert found.on_convex_frontier.tolist() == convex


def by_inclusion_and_exclusion(points: list[Point]) -> float:
    """Return the volume of a union of boxes in eighths, box by box of the grid."""
    known = [point for point in points if point.cost is not None and point.latency is not None]
    costs = [point.cost or 0 for point in known]
    latencies = [point.latency or 0 for point in known]
    sides = (max(costs, default=0) or 1, max(latencies, default=0) or 1)
    grid = [np.arange(8) / 8, np.arange(8) / 8 * sides[0], np.arange(8) / 8 * sides[1]]
    covered = 0
    # A cell is covered by whoever reaches its far corner: all of its accuracy, for no more.
    for accuracy, cost, latency in itertools.product(*grid):
        covered += any(
            point.accuracy >= accuracy + 1 / 8
            and (point.cost or 0) <= cost
            and (point.latency or 0) <= latency
            for point in known
        )
    return covered / 8**3


def box(points: list[Point]) -> list[Point]:
    """Return the points with one that makes the box a cube of side 1, and adds nothing."""
    return [*points, Point("corner", 0, 1, 1)]


@given(point_lists)
def test_hypervolume_is_what_a_grid_counts(points: list[Point]) -> None:
    """The share of the box's cells that somebody dominates, and what is left without each."""
    arrays = candidates(box(points))
    assert hypervolume(arrays) == pytest.approx(by_inclusion_and_exclusion(box(points)))
    left = hypervolume_without(arrays)
    for index in range(len(points)):
        others = [*points[:index], *points[index + 1 :]]
        assert left[index] == pytest.approx(by_inclusion_and_exclusion(box(others)))


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([], 0),
        ([Point("alone", 0.5, 1, 1)], 0),  # it is the dearest and the slowest itself
        ([Point("free", 0.5, 0, 0)], 0.5),
        ([Point("half", 0.5, 1, 1), Point("dear", 0.25, 2, 4)], 0.5 * 0.5 * 0.75),
        ([Point("unknown", 1, None, 1), Point("half", 0.5, 0, 0)], 0.5),
    ],
)
def test_hypervolume_by_hand(points: list[Point], expected: float) -> None:
    """Nobody, one alone, all for nothing, and an unknown cost have a defined volume."""
    assert hypervolume(candidates(points)) == pytest.approx(expected)
