"""Later turns in the results database: what another try brings, and that the first turn stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_results import COMPLETION, attempt, candidate, write_sources

from sse_steps.errors import DataCheckError
from sse_steps.records import Completion, FinishReason, Outcome, Role, VerdictRow
from sse_steps.report.wording import ABSENT
from sse_steps.sql.database import build_database
from sse_steps.sql.sources import ModelRow
from sse_steps.stats.intervals import wilson_interval

Attempts = list[tuple[Completion, VerdictRow]]
OUTCOMES = {
    "p": Outcome.PASSED,
    "w": Outcome.WRONG_ANSWER,
    "c": Outcome.COMPILE_ERROR,
    "x": Outcome.NO_ANSWER,
}


def tried(
    histories: Sequence[str], *, run: int = 1, template: Completion = COMPLETION, per_level: int = 2
) -> Attempts:
    """Return the tries of one run: a string an example, a letter a turn, as `OUTCOMES` has them."""
    return [
        attempt(
            replace(
                template,
                run=run,
                example=f"e{index:02}",
                level=index // per_level + 1,
                turn=turn,
                finish_reason=FinishReason.ERROR if letter == "x" else FinishReason.STOP,
            ),
            OUTCOMES[letter],
        )
        for index, history in enumerate(histories)
        for turn, letter in enumerate(history, start=1)
    ]


def built(folder: Path, attempts: Attempts, models: Sequence[ModelRow] = ()) -> Path:
    """Build a database in which every example may be tried by `model`."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "results.duckdb"
    build_database(target, write_sources(folder, attempts, models or [candidate("model")]))
    return target


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """Return what a query finds."""
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_later_turn_adds_passes_tokens_and_dollars(tmp_path: Path) -> None:
    """Of four examples one passes at once, one at the second and one at the third try."""
    database = built(tmp_path, tried(["p", "cp", "wwp", "ccw"]))
    columns = "turn, attempts, asked, passed_here, passed_so_far, pass_rate_so_far"
    assert rows(database, f"select {columns} from turns") == [  # noqa: S608 -- ours
        (1, 4, 4, 1, 1, 0.25),
        (2, 4, 3, 1, 2, 0.5),
        (3, 4, 2, 1, 3, 0.75),
    ]
    columns = "prompt_tokens, completion_tokens, prompt_tokens_so_far, completion_tokens_so_far"
    assert rows(database, f"select {columns} from turns") == [  # noqa: S608 -- ours
        (400, 200, 400, 200),
        (300, 150, 700, 350),
        (200, 100, 900, 450),
    ]
    dollars = rows(database, "select cost_usd, cost_usd_so_far, usd_per_pass_so_far from turns")
    assert dollars == [
        pytest.approx(row)
        for row in ((0.004, 0.004, 0.004), (0.003, 0.007, 0.0035), (0.002, 0.009, 0.003))
    ]


def test_the_latency_of_tries_adds_up(tmp_path: Path) -> None:
    """What passed at once keeps its time; what was tried again took the sum of its tries."""
    attempts = tried(["p", "cp", "cc"])
    slow = [
        (replace(completion, latency_s=float(completion.turn)), verdict)
        for completion, verdict in attempts
    ]
    database = built(tmp_path, slow)
    found = rows(database, "select turn, latency_p50_ms, latency_so_far_p50_ms from turns")
    assert found == [(1, 1000, 1000), (2, 2000, 3000)]


def test_reused_and_failed_tries_are_not_timed(tmp_path: Path) -> None:
    """A second run that reuses the first one's replies, and a failed request, have no latency."""
    first = tried(["cp", "cx"])
    reused = [
        (replace(completion, run=2, cached=True, latency_s=9.0), replace(verdict, run=2))
        for completion, verdict in first
    ]
    database = built(tmp_path, [*first, *reused])
    found = rows(database, "select turn, unanswered, latency_so_far_p50_ms from turns")
    assert found == [(1, 0, 500), (2, 2, 1000)]


def test_an_unknown_cost_of_a_later_turn_leaves_the_first_one_known(tmp_path: Path) -> None:
    """A missing figure makes sums unknown from its turn on, and not before."""
    attempts = [(replace(c, cost_usd=None) if c.turn == 2 else c, v) for c, v in tried(["cp", "p"])]
    database = built(tmp_path, attempts)
    known = [
        tuple(value is not None for value in row)
        for row in rows(database, "select cost_usd_so_far, usd_per_pass_so_far from turns")
    ]
    assert known == [(True, True), (False, False)]


HISTORIES = st.lists(
    st.sampled_from(["p", "c", "w", "x", "cp", "cc", "wx", "ccp", "cwp", "ccc", "cwx"]),
    min_size=1,
    max_size=8,
)


@settings(max_examples=12, deadline=None)
@given(histories=HISTORIES)
def test_turns_agree_with_a_count_by_hand(
    tmp_path_factory: pytest.TempPathFactory, histories: list[str]
) -> None:
    """Passes so far, their interval and the marks are those that a loop over the tries finds."""
    database = built(tmp_path_factory.mktemp("turns"), tried(histories))
    count = len(histories)
    for turn, rate, low, high in rows(
        database,
        "select turn, pass_rate_so_far, wilson_low_so_far, wilson_high_so_far from turns",
    ):
        passed = sum("p" in history[:turn] for history in histories)
        interval = wilson_interval(passed, count)
        assert interval is not None
        assert (rate, low, high) == pytest.approx((passed / count, interval.low, interval.high))
    for level, mark in rows(database, "select level, mark from level_metrics"):
        own = histories[2 * (level - 1) : 2 * level]
        at_once = sum(history[0] == "p" for history in own)
        in_the_end = sum("p" in history for history in own)
        expected = "●" if 2 * at_once >= len(own) else "◐" if 2 * in_the_end >= len(own) else "○"
        assert mark == expected


def without_later_turns(attempts: Attempts) -> Attempts:
    """Return the attempts of a build with one turn."""
    return [(completion, verdict) for completion, verdict in attempts if completion.turn == 1]


def test_the_first_turn_stays_the_headline(tmp_path: Path) -> None:
    """Every table but the ones about turns is the same with later turns and without them."""
    attempts = [
        (replace(completion, latency_s=0.1 * completion.turn), verdict)
        for run in (1, 2)
        for completion, verdict in tried(["p", "cp", "wwp", "ccw", "x"], run=run)
    ]
    several = built(tmp_path / "several", attempts)
    one = built(tmp_path / "one", without_later_turns(attempts))
    tables = [name for (name,) in rows(one, "show tables")]
    about_turns = {"completions", "verdicts", "tries", "try_latency", "turns", "level_metrics"}
    about_turns |= {"composite_scores", "isolation_levels", "wilson_intervals"}
    assert {"attempts", "model_metrics", "frontier", "outcome_counts"} <= set(tables) - about_turns
    for table in sorted(set(tables) - about_turns):
        query = f"select * from {table} order by all"  # noqa: S608 -- names of our own
        assert rows(several, query) == rows(one, query), table
    scores = "select task, model, composite_score, levels_passed from composite_scores"
    assert rows(several, scores) == rows(one, scores)


def test_one_turn_agrees_with_the_headline_s_figures(tmp_path: Path) -> None:
    """At turn 1 the table of turns says what model_metrics says."""
    attempts = [each for run in (1, 2, 3) for each in tried(["p", "c", "p", "w", "x"], run=run)]
    database = built(tmp_path, attempts)
    shared = "usd_per_pass{0}, wilson_low{0}, wilson_high{0}, latency_p50_ms"
    ours = f"select pass_rate_so_far, {shared.format('_so_far')} from turns"  # noqa: S608 -- ours
    theirs = f"select pass_at_1, {shared.format('')} from model_metrics"  # noqa: S608 -- ours
    assert rows(database, ours) == [pytest.approx(row) for row in rows(database, theirs)]


def test_the_py2rs_score_counts_first_turns_and_marks_later_ones(tmp_path: Path) -> None:
    """Levels 1 and 3 pass at once, 2 later, 4 never: 3 of 68.5 points, and ten marks."""
    database = built(tmp_path, tried(["p", "cp", "c", "p"], per_level=1))
    columns = "composite_score, levels_tested, levels_passed, passed_levels, levels_passed_later"
    found = rows(database, f"select {columns}, marks from composite_scores")  # noqa: S608 -- ours
    assert found == [(pytest.approx(100 * 4.0 / 68.5), 4, 2, [1, 4], [2], f"●◐○●{ABSENT * 6}")]


def test_controls_have_no_row_about_another_try(tmp_path: Path) -> None:
    """A control does not converse: its score is checked elsewhere."""
    control = [
        (replace(completion, model="good"), replace(verdict, model="good"))
        for completion, verdict in tried(["p"])
    ]
    models = [candidate("model"), candidate("good", role=Role.CONTROL_PASS)]
    database = built(tmp_path, [*tried(["cp"]), *control], models)
    assert rows(database, "select distinct model from turns") == [("model",)]


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (lambda rows: [*rows, rows[1]], "completions_are_unique"),
        (lambda rows: rows[:1] + rows[2:], "later_turns_follow_failures"),
        (
            lambda rows: [attempt(rows[0][0], Outcome.PASSED), *rows[1:]],
            "later_turns_follow_failures",
        ),
    ],
)
def test_turns_that_contradict_each_other_stop_the_report(
    tmp_path: Path, spoil: Callable[[Attempts], Attempts], check: str
) -> None:
    """A doubled try, a turn left out, and another try at what had passed are no results."""
    attempts = spoil(tried(["ccp"], per_level=1))
    with pytest.raises(DataCheckError, match=check):
        built(tmp_path, attempts)


def test_a_later_verdict_on_weaker_isolation_stops_the_report(tmp_path: Path) -> None:
    """One table never mixes isolation levels, in any turn."""
    first, second = tried(["cp"])
    weak = (second[0], replace(second[1], isolation="limits"))
    with pytest.raises(DataCheckError, match="isolation_levels_are_not_mixed"):
        built(tmp_path, [first, weak])
