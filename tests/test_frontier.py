"""The frontier in SQL: dominance, mixtures, trade-offs, and that the arrays agree."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pytest
from hypothesis import given, settings
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

from sse_steps.sql.scripts import Script, in_order, scripts_in
from sse_steps.stats import pareto, pareto_mixtures, pareto_value

MARTS = (
    "frontier_candidates",
    "non_dominated",
    "non_dominated_with_size",
    "convex_hull",
    "mixtures",
    "dominators",
    "dominations",
    "frontier",
    "value_leaders",
)
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Marts:
    """What the marts say of one task: rows by model, and those of several rows in order."""

    frontier: dict[str, Row]
    mixtures: dict[str, Row]
    dominations: list[Row]
    value_leaders: dict[str, Row]


@functools.cache
def database() -> duckdb.DuckDBPyConnection:
    """Open one database for all examples: opening takes longer than the queries."""
    return duckdb.connect(config={"threads": 1})


@functools.cache
def scripts() -> tuple[Script, ...]:
    """Return the marts in the order of a build."""
    return in_order(script for script in scripts_in("marts") if script.name in MARTS)


def marts_of(tasks: Mapping[str, Sequence[Point]]) -> dict[str, Marts]:
    """Run the marts over the points of each task, and a control, and return their rows by task."""
    database().execute(
        "create or replace temp table model_metrics (task varchar, model varchar, role varchar, "
        "pass_at_1 double, usd_per_example double, latency_p50_ms double, size_bytes bigint)"
    )
    columns = zip(
        *(
            (task, p.model, p.accuracy, p.cost, p.latency, p.size)
            for task in tasks
            for p in tasks[task]
        ),
        strict=True,
    )
    database().execute(
        "insert into model_metrics select task, model, 'candidate', accuracy, cost, latency, size "
        "from (select unnest($1) task, unnest($2) model, unnest($3) accuracy, unnest($4::double[]) "
        "cost, unnest($5::double[]) latency, unnest($6::bigint[]) size) "
        "union all values ('task', 'control', 'control_pass', 1, 0, 0, 0)",
        [list(column) for column in columns],
    )
    for script in scripts():
        database().execute(f"create or replace temp table {script.name} as {script.text}")
    rows = {name: _rows(name) for name in ("frontier", "mixtures", "dominations", "value_leaders")}
    return {
        task: Marts(
            {str(row["model"]): row for row in rows["frontier"][task]},
            {str(row["model"]): row for row in rows["mixtures"][task]},
            rows["dominations"][task],
            {str(row["measure"]): row for row in rows["value_leaders"][task]},
        )
        for task in tasks
    }


def _rows(relation: str) -> dict[str, list[Row]]:
    cursor = database().execute(f"select * from {relation} order by all")  # noqa: S608 -- ours
    names = [column[0] for column in cursor.description or ()]
    by_task: dict[str, list[Row]] = defaultdict(list)
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        by_task[row["task"]].append(row)
    return by_task


def marts(points: Sequence[Point]) -> Marts:
    """Return what the marts say of one task with these points."""
    return marts_of({"task": points})["task"]


def frontier(points: Sequence[Point]) -> dict[str, Row]:
    """Return the rows of frontier by model."""
    return marts(points).frontier


# Somebody's published example, with the value scores that they published; nobody here measured it.
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


@pytest.mark.filterwarnings("error")
def test_a_quotient_that_is_too_large_for_a_number_is_none() -> None:
    """Next to nothing, and beside it a fortune: no ratio is infinite, in SQL or in the arrays."""
    points = [Point("dear", 1.0, 1e300, 1.0), Point("cheap", 0.5, 1e-300, 0.5)]
    row = frontier(points)["cheap"]
    assert (row["cost_ratio"], row["latency_ratio"], row["value_score"]) == (None, 2.0, None)
    _, offer = pareto_value.trade_offs(candidates(points))
    assert (offer.cost_ratio, offer.latency_ratio, offer.value_score) == (None, 2.0, None)
    worse = [Point("dear", 0.5, 1e300, 1.0), Point("cheap", 1.0, 1e-300, 1.0)]
    assert [row["cost_ratio"] for row in marts(worse).dominations] == [None]


def test_controls_are_not_on_the_frontier() -> None:
    """A control is never a candidate, however good and cheap it is."""
    assert set(frontier([Point("a", 0.5, 1, 1)])) == {"a"}


def test_dominated_by_names_the_members_that_dominate_best_first() -> None:
    """A model that two members and a dominated one beat names the members, most accurate first."""
    points = [
        Point("worst", 0.5, 2, 2),
        Point("a_little_better", 0.5, 2, 1.5),
        Point("cheap", 0.5, 1, 1),
        Point("accurate", 0.6, 2, 1),
    ]
    rows = frontier(points)
    assert rows["worst"]["dominated_by"] == ["accurate", "cheap"]
    assert (rows["accurate"]["on_frontier"], rows["worst"]["on_frontier"]) == (True, False)


def test_of_many_that_dominate_ten_are_named() -> None:
    """The list stays short: the ten most accurate of twenty."""
    better = [Point(f"m{k:02}", (20 + k) / 64, 1 + k, 1) for k in range(20)]
    rows = frontier([*better, Point("worst", 0.125, 30, 2)])
    assert rows["worst"]["dominated_by"] == [f"m{k:02}" for k in range(19, 9, -1)]


def test_dominations_say_by_how_much() -> None:
    """The gain in accuracy, and how many times the model costs and takes of the member's."""
    (row,) = marts([Point("bad", 0.5, 8, 3), Point("good", 0.75, 2, 1)]).dominations
    assert (row["model"], row["dominated_by"]) == ("bad", "good")
    assert (row["accuracy_gain"], row["cost_ratio"], row["latency_ratio"]) == (0.25, 4, 3)


def test_a_mixture_beats_what_no_single_model_beats() -> None:
    """Below the line between its neighbours a model is off the convex frontier, which says why."""
    found = marts([Point("a", 0.25, 1, 1), Point("b", 0.375, 2, 2), Point("c", 0.75, 3, 3)])
    row = found.frontier["b"]
    assert (row["on_frontier"], row["on_convex_frontier"]) == (True, False)
    assert found.mixtures["b"] == {
        "task": "task",
        "model": "b",
        "cheaper": "a",
        "dearer": "c",
        "probability": 0.5,
        "accuracy": 0.5,
        "usd_per_example": 2,
        "accuracy_gain": 0.125,
    }


def test_on_the_line_between_neighbours_is_on_the_convex_frontier() -> None:
    """A mixture that only equals a model does not beat it, in tenths either."""
    rows = frontier([Point("a", 0.1, 0.1, 1), Point("b", 0.2, 0.2, 2), Point("c", 0.3, 0.3, 3)])
    assert [row["on_convex_frontier"] for row in rows.values()] == [True, True, True]


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


def test_who_passes_nothing_is_on_no_frontier() -> None:
    """However cheap it is: it has no value score, leads nothing, and dominates nobody."""
    found = marts([Point("useless", 0, 0.1, 1, 1), Point("b", 0.5, 1, 100, 2)])
    row = found.frontier["useless"]
    flags = ("on_frontier", "on_convex_frontier", "on_frontier_with_size")
    assert [row[name] for name in flags] == [False, False, False]
    assert (row["dominated_by"], row["value_score"]) == ([], None)
    assert {leader["model"] for leader in found.value_leaders.values()} == {"b"}
    assert marts([Point("useless", 0, 1, 1)]).value_leaders == {}


def test_a_smaller_model_is_on_the_frontier_with_size() -> None:
    """Dominated in all but size it is on that frontier; of an unknown size nothing is said."""
    points = [Point("large", 0.5, 1, 1, 9), Point("small", 0.5, 2, 2, 1), Point("tool", 0.4, 9, 9)]
    rows = frontier(points)
    assert [rows[each.model]["on_frontier"] for each in points] == [True, False, False]
    found = [rows[each.model]["on_frontier_with_size"] for each in points]
    assert found == [True, True, None]


def test_value_leaders_are_the_best_buys() -> None:
    """The most accuracy per dollar and the highest value score; free and useful beats any price."""
    points = [Point("slow", 0.5, 0.25, 100), Point("fast", 0.5, 0.5, 1), Point("best", 1, 1, 100)]
    leaders = marts(points).value_leaders
    assert (leaders["accuracy per dollar"]["model"], leaders["value score"]["model"]) == (
        "slow",
        "fast",
    )
    assert (leaders["accuracy per dollar"]["figure"], leaders["value score"]["figure"]) == (2, 100)
    free = marts([*points, Point("free", 0.01, 0, 1)]).value_leaders["accuracy per dollar"]
    assert (free["model"], free["figure"]) == ("free", None)


def assert_is_what_brute_force_finds(points: Sequence[Point], found: Marts) -> None:
    """Compare every flag, every dominating member and every mixture."""
    members = [each for each in ranking(points) if on_frontier(each, points)]
    for point in points:
        row = found.frontier[point.model]
        assert row["on_frontier"] == (point in members)
        assert row["on_convex_frontier"] == on_convex_frontier(point, points)
        sized = None if point.size is None else on_frontier(point, points, with_size=True)
        assert row["on_frontier_with_size"] == sized
        assert row["dominated_by"] == [each.model for each in members if dominates(each, point)]
        mixture = found.mixtures.get(point.model)
        if mixture is not None:
            assert mixture["accuracy"] == pytest.approx(best_mixture(point, points))


def assert_is_what_the_arrays_find(points: Sequence[Point], found: Marts) -> None:
    """Compare the marts with sse_steps.stats, figure by figure."""
    arrays = candidates(points)
    names = [point.model for point in points]
    rows = [found.frontier[name] for name in names]
    assert [row["on_frontier"] for row in rows] == pareto.on_frontier(arrays).tolist()
    convex = pareto_mixtures.on_convex_frontier(arrays).tolist()
    assert [row["on_convex_frontier"] for row in rows] == convex
    offers = pareto_value.trade_offs(arrays)
    for name in ("accuracy_gap", "cost_ratio", "latency_ratio", "value_score"):
        assert [row[name] for row in rows] == [getattr(offer, name) for offer in offers]
    pairs = {(names[each.dominated], names[each.by]): each for each in pareto.dominations(arrays)}
    assert {(row["model"], row["dominated_by"]) for row in found.dominations} == set(pairs)
    for row in found.dominations:
        each = pairs[str(row["model"]), str(row["dominated_by"])]
        gains = (each.accuracy_gain, each.cost_ratio, each.latency_ratio)
        assert (row["accuracy_gain"], row["cost_ratio"], row["latency_ratio"]) == gains
    mixtures = {names[each.beaten]: each for each in pareto_mixtures.mixtures(arrays)}
    assert set(found.mixtures) == set(mixtures)
    for name, mixture in mixtures.items():
        row = found.mixtures[name]
        assert row["cheaper"] == names[mixture.cheaper]
        assert row["dearer"] == (None if mixture.dearer is None else names[mixture.dearer])
        numbers = [row["probability"], row["accuracy"], row["usd_per_example"]]
        assert numbers == [mixture.probability, mixture.accuracy, mixture.cost]
    assert_leaders_agree(found, pareto_value.value_leaders(arrays), names)


def assert_leaders_agree(
    found: Marts, leaders: pareto_value.ValueLeaders, names: Sequence[str]
) -> None:
    """Compare the best buys."""
    expected = {"accuracy per dollar": leaders.per_dollar, "value score": leaders.value_score}
    by_measure = {measure: row["model"] for measure, row in found.value_leaders.items()}
    assert by_measure == {
        measure: names[index] for measure, index in expected.items() if index is not None
    }


@settings(max_examples=40)
@given(point_lists)
def test_the_marts_equal_brute_force_and_the_arrays(points: list[Point]) -> None:
    """On any set with ties, duplicates, unknown and zero figures, all three say the same."""
    found = marts(points)
    assert_is_what_brute_force_finds(points, found)
    assert_is_what_the_arrays_find(points, found)


def test_ten_thousand_random_sets_equal_brute_force_and_the_arrays() -> None:
    """10,000 tasks of up to ten candidates in one database: every set stands by itself."""
    tasks = {f"t{index:05}": points for index, points in enumerate(random_sets(10_000, seed=5))}
    found = marts_of(tasks)
    for task, points in tasks.items():
        assert_is_what_brute_force_finds(points, found[task])
        assert_is_what_the_arrays_find(points, found[task])
    distinct = [len({each.objectives for each in points}) for points in tasks.values()]
    assert sum(map(len, tasks.values())) - sum(distinct) > 1_000
    mixtures = [row for each in found.values() for row in each.mixtures.values()]
    assert sum(row["dearer"] is not None for row in mixtures) > 1_000


def test_a_large_set_equals_the_arrays() -> None:
    """3,000 candidates near a plane: many halves of many bits, and a sieve that helps little."""
    points = [Point(f"m{k:04}", *row) for k, row in enumerate(_large(3000))]
    rows = frontier(points)
    expected = pareto.on_frontier(candidates(points)).tolist()
    assert [rows[point.model]["on_frontier"] for point in points] == expected
    assert 0 < sum(expected) < len(points)


def _large(count: int) -> list[tuple[float, float, float]]:
    """Return points of few values near a plane, so that many are on the frontier."""
    rows = [(k * 7919 % 101 / 128, k * 104729 % 97 / 128) for k in range(count)]
    return [((a + b + k % 5 / 64) / 2, a, b) for k, (a, b) in enumerate(rows)]


@settings(max_examples=40)
@given(point_lists)
def test_trade_offs_are_against_the_best(points: list[Point]) -> None:
    """The yardstick is the most accurate, ties to the cheaper, the faster: undominated."""
    rows = frontier(points)
    best = ranking(points)[0]
    assert rows[best.model]["on_frontier"] == (best.accuracy > 0)
    for point in points:
        assert rows[point.model]["accuracy_gap"] == best.accuracy - point.accuracy
        if point.cost and best.cost is not None:
            assert rows[point.model]["cost_ratio"] == best.cost / point.cost
