"""The acceptance checklist: thresholds of the configuration against what SQL found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from synthetic_results import COMPLETION, candidate, scripted, write_sources

from sse_steps.records import Completion, VerdictRow
from sse_steps.report.acceptance import Viability
from sse_steps.report.acceptance_tables import acceptance_table, verdict_table
from sse_steps.report.options import ReportOptions
from sse_steps.report.provenance_data import Provenance
from sse_steps.report.report_data import TaskReport, load_report
from sse_steps.report.rows import AcceptanceRow
from sse_steps.sql.database import build_database
from sse_steps.sql.sources import Criterion, CriterionRow

Attempts = Sequence[tuple[Completion, VerdictRow]]
Judge = Callable[[Attempts], TaskReport]

CRITERIA = (
    CriterionRow(Criterion.ACCURACY_GAP, 0.05),
    CriterionRow(Criterion.COST_RATIO, 100),
    CriterionRow(Criterion.LATENCY_P99_MS, 100),
    CriterionRow(Criterion.DETERMINISTIC, 0.99),
    CriterionRow(Criterion.FRONTIER_DISTANCE, 0.02),
)
ALONE = replace(COMPLETION, batch_size=1)
FAST = replace(ALONE, latency_s=0.05, cost_usd=0.001)
DEAR = replace(ALONE, latency_s=2.0, cost_usd=0.1)


@pytest.fixture
def judged(tmp_path: Path) -> Judge:
    """Return a function that takes attempts to the report of their only task."""

    def judge(attempts: Attempts) -> TaskReport:
        models = [candidate(name) for name in sorted({row.model for row, _ in attempts})]
        sources = replace(write_sources(tmp_path, attempts, models), criteria=CRITERIA)
        build_database(tmp_path / "results.duckdb", sources)
        report = load_report(tmp_path / "results.duckdb", ReportOptions(), Provenance(""))
        (task,) = report.tasks
        return task

    return judge


def row_of(task: TaskReport, model: str, criterion: Criterion) -> AcceptanceRow:
    """Return what was found about one criterion of one model."""
    (found,) = [each for each in task.acceptances if each.model == model]
    (row,) = [row for row in found.criteria if row.criterion == criterion]
    return row


def small_and_big(small: str, big: str, *, template: Completion = FAST) -> Attempts:
    """Return two runs of each, equal ones, over as many examples as there are letters."""
    count = -(-len(big) // 10)
    return [
        *scripted("small", [small] * 2, template=template, per_level=count),
        *scripted("big", [big] * 2, template=DEAR, per_level=count),
    ]


def test_a_model_that_meets_all_is_viable(judged: Judge) -> None:
    """4 points below, 100 times cheaper, 50 ms, always the same reply: every criterion is met."""
    task = judged(small_and_big("p" * 46 + "w" * 4, "p" * 48 + "w" * 2))
    big, small = task.acceptances
    assert (small.viability, big.viability) == (Viability.VIABLE, Viability.YARDSTICK)
    assert [row.is_met for row in small.criteria] == [True] * 5
    assert [row.criterion for row in small.criteria] == list(Criterion)
    assert small.sentence == "small is production-viable: it meets all 5 criteria."
    assert big.criteria[0].is_met is None
    assert "most accurate" in big.sentence


def test_the_reasons_are_told_with_figures(judged: Judge) -> None:
    """Each criterion that is missed has its figure and its threshold in the sentence."""
    slow = replace(ALONE, latency_s=3.0, cost_usd=0.01)
    runs = ["p" * 10 + "w" * 10, "p" * 10 + "c" * 10]
    attempts = [
        *scripted("small", runs, template=slow),
        *scripted("big", ["p" * 16 + "w" * 4] * 2, template=DEAR),
    ]
    task = judged(attempts)
    (small,) = [each for each in task.acceptances if each.model == "small"]
    assert small.viability is Viability.NOT_VIABLE
    assert small.sentence == (
        "small is not production-viable: its accuracy lies 30 points below the most accurate "
        "model's (at most 5 points); it is only 10× cheaper (at least 100×); one reply in a "  # noqa: RUF001 -- times
        "hundred takes 3.0 s or longer (under 100 ms); 50 % of the examples have the same reply in "
        "every run (over 99 %)."
    )
    assert row_of(task, "small", Criterion.FRONTIER_DISTANCE).is_met is True


@pytest.mark.parametrize(("passed", "is_met"), [(45, True), (44, False)])
def test_a_gap_of_just_the_threshold_is_met(judged: Judge, passed: int, is_met: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    """60 of 100 minus 55 of 100 is 0.05 as people count, though not in binary."""
    small = "p" * (passed + 10) + "w" * (90 - passed)
    task = judged(small_and_big(small, "p" * 60 + "w" * 40))
    assert row_of(task, "small", Criterion.ACCURACY_GAP).is_met is is_met


def test_reused_replies_say_nothing_about_determinism(judged: Judge) -> None:
    """Where later runs reused the first one's replies the criterion is not known, and says why."""
    attempts = [
        (replace(completion, cached=completion.run > 1), verdict)
        for completion, verdict in small_and_big("p" * 20, "p" * 20)
    ]
    task = judged(attempts)
    row = row_of(task, "big", Criterion.DETERMINISTIC)
    assert (row.found, row.is_met) == (None, None)
    assert row.note == "Every later run reused the replies of an earlier one."
    (big,) = [each for each in task.acceptances if each.model == "big"]
    assert big.viability is Viability.NOT_VIABLE
    assert "Open: whether its replies repeat themselves (every later run" in big.sentence


def test_one_candidate_has_nothing_to_be_held_against(judged: Judge) -> None:
    """Alone, gap, savings and distance are not known, and so is the verdict."""
    task = judged(scripted("only", ["ppww"], template=FAST))
    (only,) = task.acceptances
    assert only.viability is Viability.NOT_KNOWN
    assert [row.is_met for row in only.criteria] == [None, None, True, None, None]
    assert "there is no other candidate" in only.sentence
    assert "one run repeats nothing" in only.sentence


def test_what_costs_nothing_is_cheap_enough(judged: Judge) -> None:
    """A cost of zero has no finite ratio, and meets the criterion all the same."""
    free = replace(FAST, cost_usd=0.0)
    task = judged(small_and_big("p" * 20, "p" * 20, template=free))
    row = row_of(task, "big", Criterion.COST_RATIO)
    assert (row.found, row.is_met) == (0.0, False)
    free_and_worse = judged(small_and_big("p" * 19 + "w", "p" * 20, template=free))
    row = row_of(free_and_worse, "small", Criterion.COST_RATIO)
    assert (row.found, row.is_met, row.note) == (None, True, "It costs nothing.")


def test_an_unknown_cost_leaves_the_verdict_open(judged: Judge) -> None:
    """Where nobody says what a model costs, what it saves is not known."""
    unknown = replace(FAST, cost_usd=None)
    task = judged(small_and_big("p" * 19 + "w", "p" * 20, template=unknown))
    row = row_of(task, "small", Criterion.COST_RATIO)
    assert (row.is_met, row.note) == (None, "What it costs is not known.")
    assert task.acceptances[1].viability is Viability.NOT_KNOWN


def test_a_model_that_passes_nothing_is_never_viable(judged: Judge) -> None:
    """Close to a best that passes next to nothing is not good enough where nothing passes."""
    task = judged(small_and_big("w" * 50, "p" + "w" * 49))
    assert row_of(task, "small", Criterion.ACCURACY_GAP).is_met is False
    assert task.acceptances[1].viability is Viability.NOT_VIABLE
    assert "it passes nothing" in task.acceptances[1].sentence


def test_the_tables_have_a_row_for_each_model_and_a_column_for_each_criterion(
    judged: Judge,
) -> None:
    """The checklist names thresholds in its headings and figures in its cells."""
    task = judged(small_and_big("p" * 10 + "w" * 10, "p" * 20))
    table = acceptance_table(task)
    assert [column.name for column in table.columns][2:4] == [
        "Below the most accurate: at most 5 points",
        "Cheaper than it: at least 100×",  # noqa: RUF001 -- times
    ]
    assert table.rows[1][:4] == (
        "small",
        "not production-viable",
        "not met, 50 points",
        "met, 100×",  # noqa: RUF001 -- times
    )
    assert table.rows[0][1] == "the yardstick"
    (_, (name, sentence, remarks)) = verdict_table(task).rows
    assert (name, sentence[:29]) == ("small", "small is not production-viabl")
    assert "too few for one in a hundred" in remarks


def brute_distance(points: Sequence[tuple[int, int, int]], index: int) -> int:
    """Return by looking at all pairs how many more passes a model needs to be non-dominated."""
    passed, cost, latency = points[index]
    return max(
        other[0] - passed
        for other in points
        if other[0] >= passed and other[1] <= cost and other[2] <= latency
    )


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(1, 3), st.integers(1, 3)), min_size=2, max_size=6
    )
)
def test_the_distance_to_the_frontier_is_that_over_all_pairs(
    judged: Judge, points: list[tuple[int, int, int]]
) -> None:
    """The accuracy that a model lacks is the same where only the frontier is looked at."""
    attempts: list[tuple[Completion, VerdictRow]] = []
    for index, (passed, cost, latency) in enumerate(points):
        template = replace(ALONE, cost_usd=cost / 100, latency_s=float(latency))
        attempts += scripted(f"m{index}", ["p" * passed + "w" * (4 - passed)], template=template)
    task = judged(attempts)
    for index in range(len(points)):
        row = row_of(task, f"m{index}", Criterion.FRONTIER_DISTANCE)
        if points[index][0] == 0:  # it passes nothing, and no distance makes up for that
            assert (row.found, row.is_met) == (None, False)
        else:
            assert row.found == pytest.approx(brute_distance(points, index) / 4)
