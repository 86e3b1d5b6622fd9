"""The tables that SciPy fills: what they say of a whole results database, and in the report."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from synthetic_results import COMPLETION, candidate, scripted, write_sources

from sse_steps.errors import DataCheckError
from sse_steps.records import Completion, Role, VerdictRow
from sse_steps.report.options import ReportOptions
from sse_steps.report.report_data import Provenance, TaskReport, load_report
from sse_steps.report.sections import sections
from sse_steps.report.statistics_tables import (
    interval_table,
    pair_table,
    pass_at_k_table,
    spread_table,
)
from sse_steps.sql.checks import failing_checks, raise_for_failures
from sse_steps.sql.database import build_database, read_records
from sse_steps.sql.sources import ModelRow
from sse_steps.sql.statistic_rows import (
    IntervalMethod,
    IntervalRow,
    PairRow,
    PassAtKRow,
    PowerRow,
    SpreadRow,
    Uncertainty,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Attempts = Sequence[tuple[Completion, VerdictRow]]
Build = Callable[..., Path]

TABLES: dict[str, type[DataclassInstance]] = {
    "intervals": IntervalRow,
    "spread": SpreadRow,
    "pass_at_k": PassAtKRow,
    "pairwise_tests": PairRow,
    "power": PowerRow,
}


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Return a function that builds a results database from attempts."""

    def build_from(attempts: Attempts, models: Sequence[ModelRow] = ()) -> Path:
        models = models or [candidate(name) for name in sorted({c.model for c, _ in attempts})]
        database = tmp_path / "results.duckdb"
        build_database(database, write_sources(tmp_path, attempts, models))
        return database

    return build_from


def drawn(model: str, rate: float, *, runs: int = 5, examples: int = 20) -> Attempts:
    """Return attempts that pass at a rate, drawn from a seed of the model's own."""
    chance = random.Random(model)  # noqa: S311 -- made-up verdicts, no secrets
    letters = [
        "".join("p" if chance.random() < rate else "w" for _ in range(examples))
        for _ in range(runs)
    ]
    return scripted(model, letters, per_level=examples)


def copied(attempts: Attempts) -> Attempts:
    """Return attempts all of whose runs but the first reuse its replies."""
    return [(replace(made, cached=made.run > 1), verdict) for made, verdict in attempts]


def task_of(database: Path) -> TaskReport:
    """Return the one task that is reported."""
    [task] = load_report(database, ReportOptions(), Provenance("0123abcd")).tasks
    return task


def test_five_runs_fill_every_table(build: Build) -> None:
    """Three candidates have six intervals each, a spread, five k, three pairs and one power."""
    database = build([*drawn("a", 0.9), *drawn("b", 0.5), *drawn("c", 0.4)])
    rows = {name: read_records(database, name, kind) for name, kind in TABLES.items()}
    assert {name: len(found) for name, found in rows.items()} == {
        "intervals": 18,
        "spread": 3,
        "pass_at_k": 15,
        "pairwise_tests": 3,
        "power": 1,
    }
    assert all(row.note == "" for row in read_records(database, "intervals", IntervalRow))


def test_one_interval_of_each_kind_is_recommended(build: Build) -> None:
    """A reader who asks which interval to read finds one over runs and one over examples."""
    rows = read_records(build(drawn("a", 0.5)), "intervals", IntervalRow)
    assert {(row.uncertainty, row.method) for row in rows if row.is_recommended} == {
        (Uncertainty.RUNS, IntervalMethod.POOLED),
        (Uncertainty.EXAMPLES, IntervalMethod.CLUSTERED_WILSON),
    }


@pytest.mark.parametrize(
    "attempts",
    [
        scripted("a", ["p"]),
        scripted("a", ["ppp"]),
        scripted("a", ["www", "www"]),
        [*scripted("a", ["p"] * 5), *scripted("b", ["p"] * 5)],
        [*scripted("a", ["pp", "ww"]), *scripted("b", ["ww", "pp"])],
        [*scripted("a", ["pwp"] * 5), *copied(scripted("b", ["pww"] * 5))],
        scripted("a", ["pw"], template=replace(COMPLETION, cost_usd=0.0)),
        scripted("a", ["pw"], template=replace(COMPLETION, cost_usd=None)),
        [*drawn("a", 0.5, runs=1), *drawn("b", 0.5, runs=5)],
    ],
)
def test_no_figure_is_nan_and_what_is_null_has_a_note(build: Build, attempts: Attempts) -> None:
    """One run, one example, ties, zero variance, no price: a figure, or null with a reason."""
    database = build(attempts)
    for name, kind in TABLES.items():
        for row in read_records(database, name, kind):
            values = astuple(row)
            assert all(math.isfinite(value) for value in values if isinstance(value, float))
            assert None not in values or values[-1], f"{name} has no reason for {values}"


def test_copied_runs_are_said_to_be_copies(build: Build) -> None:
    """Greedy runs that reuse one reply have no spread by construction, and the rows say so."""
    database = build(copied(scripted("a", ["pwpp"] * 5)))
    [spread] = read_records(database, "spread", SpreadRow)
    assert (spread.between_runs, spread.within_examples) == (0.0, 0.0)
    assert "zero by construction" in spread.note
    rows = read_records(database, "intervals", IntervalRow)
    intervals = {row.method: row for row in rows}
    assert intervals[IntervalMethod.POOLED].low is None
    assert "zero by construction" in intervals[IntervalMethod.POOLED].note
    assert intervals[IntervalMethod.WILSON].note == ""
    passes = read_records(database, "pass_at_k", PassAtKRow)
    assert [row.pass_at_k for row in passes] == [0.75] * 5
    assert "copies" in passes[1].note


def test_runs_that_agree_by_themselves_are_not_called_copies(build: Build) -> None:
    """Replies that were written anew and came out equal are a finding, not a construction."""
    [spread] = read_records(build(scripted("a", ["pwpp"] * 5)), "spread", SpreadRow)
    assert spread.note == "Every run scored the same."


def test_fewer_than_five_runs_are_flagged(build: Build) -> None:
    """Three runs have an interval, with a note that they are few."""
    rows = read_records(build(drawn("a", 0.5, runs=3)), "intervals", IntervalRow)
    over_runs = [row for row in rows if row.uncertainty == Uncertainty.RUNS]
    assert [row.note for row in over_runs] == ["Fewer than 5 runs."] * 2
    assert all(row.low is not None for row in over_runs)


def test_pairs_are_corrected_over_all_pairs(build: Build) -> None:
    """Three candidates make three pairs, and Bonferroni multiplies by three."""
    attempts = [*drawn("a", 0.9), *drawn("b", 0.5), *drawn("c", 0.4)]
    rows = read_records(build(attempts), "pairwise_tests", PairRow)
    assert [(row.model, row.other) for row in rows] == [("a", "b"), ("a", "c"), ("b", "c")]
    for row in rows:
        assert row.p_bonferroni == pytest.approx(min(1, 3 * row.p_mcnemar))
        assert row.p_mcnemar <= row.p_holm <= row.p_bonferroni
        assert row.is_significant == (row.p_holm <= 0.05)


def test_a_first_run_that_all_runs_contradict_is_not_significant(build: Build) -> None:
    """Six examples won in the first run, and lost in the two after it: no winner is named."""
    attempts = [
        *scripted("a", ["pppppp", "w" * 6, "w" * 6]),
        *scripted("b", ["wwwwww", *["p" * 6] * 2]),
    ]
    [row] = read_records(build(attempts), "pairwise_tests", PairRow)
    assert (row.only_model, row.only_other, row.difference < 0) == (6, 0, True)
    assert (row.p_holm <= 0.05, row.is_significant) == (True, False)


def test_controls_are_not_compared(build: Build) -> None:
    """The reference solutions pass everything and are no rival."""
    models = [candidate("a"), candidate("gold", role=Role.CONTROL_PASS)]
    database = build([*drawn("a", 0.5), *drawn("gold", 1.0)], models)
    assert read_records(database, "pairwise_tests", PairRow) == ()
    assert read_records(database, "power", PowerRow) == ()
    assert {row.model for row in read_records(database, "spread", SpreadRow)} == {"a"}


def test_passes_per_dollar_are_the_metrics_turned_round(build: Build) -> None:
    """cost_adjusted is one over usd_per_pass."""
    database = build(drawn("a", 0.5))
    with duckdb.connect(database, read_only=True) as connection:
        query = "select cost_adjusted * usd_per_pass from spread join model_metrics using (model)"
        assert connection.execute(query).fetchall() == [(pytest.approx(1),)]


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (
            "update intervals set low = low - 0.01 where method = 'Wilson, clustered by example'",
            "agree_with",
        ),
        ("update intervals set high = null where method = 'Student''s t'", "agree_with"),
        ("delete from intervals where method = 'Wilson, clustered by example'", "agree_with"),
        ("update spread set pass_at_1 = 0.123", "agree_with"),
        ("update spread set cost_adjusted = 2 * cost_adjusted", "agree_with"),
        ("update pairwise_tests set p_holm = 0", "p_values"),
        ("update pairwise_tests set p_welch = 'nan'", "p_values"),
        ("update pairwise_tests set is_significant = not is_significant", "p_values"),
        ("update intervals set low = 'nan' where method = 'bootstrap, BCa'", "ranges"),
        ("update pass_at_k set pass_at_k = 0.01 where k = 3", "ranges"),
        ("update power set smallest_difference = 1.5", "ranges"),
    ],
)
def test_a_figure_that_contradicts_the_marts_fails_its_check(
    build: Build, change: str, check: str
) -> None:
    """Each kind of damage to the statistics makes the check of its name return rows."""
    database = build([*drawn("a", 0.9), *drawn("b", 0.4)])
    with duckdb.connect(database) as connection:
        assert failing_checks(connection) == ()
        connection.execute(change)
        failures = failing_checks(connection)
    assert any(check in failure.check for failure in failures)
    with pytest.raises(DataCheckError):
        raise_for_failures(failures, database)


def test_the_report_asks_whether_differences_can_be_trusted(build: Build) -> None:
    """The section has the pairs, the intervals, the spread and pass@k, in this order."""
    database = build([*drawn("a", 0.9), *drawn("b", 0.4)])
    report = load_report(database, ReportOptions(), Provenance("0123abcd"))
    [section] = [each for each in sections(report, report.tasks[0]) if "trusted" in each.title]
    assert [table.caption for table in section.tables] == [
        "Which differences are real",
        "Other intervals of the pass rates",
        "Where the uncertainty comes from",
        "If it may try k times",
    ]


def test_pairs_name_the_better_one_first(build: Build) -> None:
    """A difference is positive, and its interval and counts are turned with it."""
    attempts = [*scripted("a", ["wwwwwwwwwp"]), *scripted("b", ["pppppppppw"])]
    table = pair_table(task_of(build(attempts)))
    [row] = table.rows
    assert row[:3] == ("b", "a", "80 points")
    assert row[4:] == ("9 : 1", "0.021", "yes")
    low, high = map(float, row[3].split(" to "))
    assert low < 80 <= high


def test_the_power_is_a_sentence(build: Build) -> None:
    """A reader learns how large a difference must be for this corpus to show it."""
    database = build([*drawn("a", 0.9, examples=60), *drawn("b", 0.4, examples=60)])
    [power] = read_records(database, "power", PowerRow)
    assert power.smallest_difference is not None
    note = pair_table(task_of(database)).note
    assert "With 80 % probability 60 examples show a difference of" in note
    assert f"{100 * power.smallest_difference:.1f} points, or more" in note


def test_a_corpus_that_can_show_nothing_says_so(build: Build) -> None:
    """Three examples cannot make any difference significant, and the note says what would."""
    note = pair_table(task_of(build([*scripted("a", ["ppp"]), *scripted("b", ["www"])]))).note
    assert "no difference can be shown" in note
    assert "6 examples won and none lost" in note


def test_between_runs_and_between_examples_are_named_apart(build: Build) -> None:
    """The spread has a column for each, and the intervals as well."""
    task = task_of(build(drawn("a", 0.5)))
    names = [column.name for column in spread_table(task).columns]
    assert {"Between runs", "Between examples", "Within an example"} <= set(names)
    names = [column.name for column in interval_table(task).columns]
    assert {"95 % over runs", "Over examples, bootstrap"} <= set(names)


def test_notes_are_said_once_with_the_models_that_they_hold_for(build: Build) -> None:
    """Two of three candidates are copies: one sentence names both."""
    greedy = [*copied(drawn("a", 0.9)), *copied(drawn("b", 0.4))]
    same = [(made, verdict) for made, verdict in greedy if made.run == 1]
    runs = [
        (replace(made, run=run, cached=run > 1), replace(verdict, run=run))
        for run in range(1, 6)
        for made, verdict in same
    ]
    note = interval_table(task_of(build([*runs, *drawn("c", 0.5)]))).note
    assert note.count("zero by construction") == 1
    assert "a and b: All runs but one reuse its replies" in note


def test_pass_at_k_has_few_columns(build: Build) -> None:
    """Twenty runs are shown at six numbers of attempts, the last of them all."""
    table = pass_at_k_table(task_of(build(drawn("a", 0.5, runs=20, examples=4))))
    assert [column.name for column in table.columns][1:] == [
        f"pass@{k}" for k in (1, 2, 3, 6, 11, 20)
    ]
    assert pass_at_k_table(task_of(build(drawn("a", 0.5, runs=1)))).rows == ()
