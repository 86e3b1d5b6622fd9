"""The frontier in SQL: dominance, mixtures, trade-offs."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sse_steps.sql.scripts import scripts_in


@dataclass(frozen=True, slots=True)
class Point:
    """One candidate: accuracy, dollars per example, milliseconds."""

    model: str
    accuracy: float
    cost: float
    latency: float | None


@functools.cache
def database() -> duckdb.DuckDBPyConnection:
    """Open one database for all examples: opening takes longer than the query."""
    return duckdb.connect(config={"threads": 1})


def frontier(points: Sequence[Point]) -> dict[str, dict[str, object]]:
    """Run frontier.sql over `points` and a control, and return its rows by model."""
    (script,) = (script for script in scripts_in("marts") if script.name == "frontier")
    database().execute(
        "create or replace temp table model_metrics (task varchar, model varchar, role varchar, "
        "pass_at_1 double, usd_per_example double, latency_p50_ms double)"
    )
    rows = [(p.model, "candidate", p.accuracy, p.cost, p.latency) for p in points]
    database().executemany(
        "insert into model_metrics values ('task', ?, ?, ?, ?, ?)",
        [*rows, ("control", "control_pass", 1, 0, 0)],
    )
    cursor = database().execute(script.text)
    names = [column[0] for column in cursor.description or ()]
    found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["model"]: row for row in found}


CHECK_TABLE = (
    (Point("slm-100m", 0.92, 0.0001, 15), 129333.3),
    (Point("gemini-flash", 0.93, 0.075, 400), 6.5),
    (Point("gpt-4o-mini", 0.94, 0.15, 600), 2.2),
    (Point("claude-haiku", 0.95, 0.25, 800), 1.0),
)


@pytest.mark.parametrize(("point", "value"), CHECK_TABLE)
def test_value_scores_of_the_check_table(point: Point, value: float) -> None:
    """The four published rows give the four published value scores, to the digit."""
    row = frontier([known for known, _ in CHECK_TABLE])[point.model]
    assert round(float(str(row["value_score"])), 1) == value
    assert row["on_frontier"]


def test_controls_are_not_on_the_frontier() -> None:
    """A control is never a candidate, however good and cheap it is."""
    assert set(frontier([Point("a", 0.5, 1, 1)])) == {"a"}


def test_dominated_by_names_every_dominator() -> None:
    """A model that two others beat names both, in order of name."""
    rows = frontier([Point("c", 0.5, 2, 2), Point("b", 0.5, 1, 2), Point("a", 0.6, 2, 2)])
    assert rows["c"]["dominated_by"] == ["a", "b"]
    assert (rows["a"]["on_frontier"], rows["c"]["on_frontier"]) == (True, False)


def test_a_mixture_beats_what_no_single_model_beats() -> None:
    """Below the line between its neighbours a model is off the convex frontier only."""
    rows = frontier([Point("a", 0.1, 1, 1), Point("b", 0.2, 2, 2), Point("c", 0.9, 3, 3)])
    assert (rows["b"]["on_frontier"], rows["b"]["on_convex_frontier"]) == (True, False)


def test_on_the_line_between_neighbours_is_on_the_convex_frontier() -> None:
    """A mixture that only equals a model does not beat it."""
    rows = frontier([Point("a", 0.25, 1, 1), Point("b", 0.5, 2, 2), Point("c", 0.75, 3, 3)])
    assert rows["b"]["on_convex_frontier"]


def test_zero_cost_has_no_value_score_and_no_crash() -> None:
    """What costs nothing beside a best that costs something has no finite ratio: NULL."""
    rows = frontier([Point("free", 0.5, 0, 1), Point("best", 0.9, 1, 10)])
    assert (rows["free"]["cost_ratio"], rows["free"]["value_score"]) == (None, None)
    assert rows["best"]["value_score"] == 1


def test_free_models_trade_one_for_one() -> None:
    """Where both cost nothing and take no time, the ratios are one."""
    rows = frontier([Point("a", 0.5, 0, 0), Point("b", 0.75, 0, 0)])
    assert (rows["a"]["cost_ratio"], rows["a"]["value_score"]) == (1, 0.75)


def test_a_latency_that_was_not_measured_is_no_advantage() -> None:
    """Without a latency a model can be dominated and has no value score."""
    row = frontier([Point("a", 0.5, 1, None), Point("b", 0.5, 1, 100)])["a"]
    assert (row["dominated_by"], row["value_score"]) == (["b"], None)


def dominates(left: Point, right: Point) -> bool:
    """No worse in accuracy, cost and latency, strictly better in one."""
    assert left.latency is not None
    assert right.latency is not None
    ours = (left.accuracy, -left.cost, -left.latency)
    theirs = (right.accuracy, -right.cost, -right.latency)
    return ours != theirs and all(a >= b for a, b in zip(ours, theirs, strict=True))


def mixture_beats(left: Point, right: Point, target: Point) -> bool:
    """Whether p·left + (1-p)·right beats `target`: p is 0, 1, or where their costs meet."""
    shares = {Fraction(0), Fraction(1)}
    if left.cost != right.cost:
        share = (Fraction(target.cost) - Fraction(right.cost)) / (
            Fraction(left.cost) - Fraction(right.cost)
        )
        shares |= {share} if 0 <= share <= 1 else set()
    for share in shares:
        cost = share * Fraction(left.cost) + (1 - share) * Fraction(right.cost)
        accuracy = share * Fraction(left.accuracy) + (1 - share) * Fraction(right.accuracy)
        no_worse = cost <= target.cost and accuracy >= target.accuracy
        if no_worse and (cost < target.cost or accuracy > target.accuracy):
            return True
    return False


# Eighths, so that ties and collinear points are frequent and every product is exact.
eighths = st.integers(0, 8).map(lambda count: count / 8)
points_strategy = st.lists(st.tuples(eighths, eighths, eighths), min_size=1, max_size=9).map(
    lambda rows: [Point(f"m{index}", *row) for index, row in enumerate(rows)]
)


@settings(deadline=None, max_examples=150)
@given(points_strategy)
def test_frontier_equals_brute_force(points: list[Point]) -> None:
    """On random sets with ties and duplicates, SQL finds what comparing every pair finds."""
    rows = frontier(points)
    for point in points:
        dominators = [other.model for other in points if dominates(other, point)]
        assert rows[point.model]["dominated_by"] == sorted(dominators)
        assert rows[point.model]["on_frontier"] == (not dominators)


@settings(deadline=None, max_examples=150)
@given(points_strategy)
def test_convex_frontier_equals_brute_force(points: list[Point]) -> None:
    """On random sets, SQL finds what mixing every pair in exact fractions finds."""
    rows = frontier(points)
    for point in points:
        others = [other for other in points if other is not point]
        pairs = itertools.combinations_with_replacement(others, 2)
        beaten = any(mixture_beats(left, right, point) for left, right in pairs)
        assert rows[point.model]["on_convex_frontier"] == (not beaten)


@settings(deadline=None, max_examples=100)
@given(points_strategy)
def test_trade_offs_are_against_the_best_on_the_frontier(points: list[Point]) -> None:
    """The yardstick is the most accurate, ties to the cheaper, the faster: undominated."""
    rows = frontier(points)
    best = min(points, key=lambda point: (-point.accuracy, point.cost, point.latency, point.model))
    assert rows[best.model]["on_frontier"]
    for point in points:
        assert rows[point.model]["accuracy_gap"] == best.accuracy - point.accuracy
        if point.cost > 0:
            assert rows[point.model]["cost_ratio"] == best.cost / point.cost
