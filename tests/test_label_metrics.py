"""The tables about answers and labels, beside scikit-learn, and null levels through every mart."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics
from synthetic_results import COMPLETION, attempt, candidate, scripted, write_sources

from sse_steps.errors import ControlError, DataCheckError
from sse_steps.labels.rules import AnswerMetric, AnswerRules
from sse_steps.labels.verdicts import label_verdicts
from sse_steps.records import Completion, LabelledExample, Role, VerdictRow
from sse_steps.sql.database import build_database
from sse_steps.sql.sources import ModelRow, TaskRow

NAMES = ("a", "b", "c")
RULES = AnswerRules("label", labels=NAMES)
FREE = AnswerRules("answer", AnswerMetric.F1)
CLOSED_TASK = TaskRow("task", "labels", "exact_match", '["a", "b", "c"]', '["accuracy", "f1"]')
FREE_TASK = TaskRow("task", "labels", "f1", "[]", '["f1"]')
Pair = tuple[str, str]  # the right answer, the reply
Attempts = list[tuple[Completion, VerdictRow]]


def judged(model: str, pairs: Sequence[Pair], rules: AnswerRules, run: int = 1) -> Attempts:
    """Return what a model said to one example a pair, judged by the real judge."""
    rows = [
        replace(
            COMPLETION, model=model, run=run, example=f"e{place:02}", level=None, rust=None,
            reply=reply,
        )
        for place, (_, reply) in enumerate(pairs)
    ]  # fmt: skip
    examples = {
        row.example: LabelledExample(row.example, (right,), {})
        for row, (right, _) in zip(rows, pairs, strict=True)
    }
    return list(zip(rows, label_verdicts(rows, examples, rules), strict=True))


def build(
    folder: Path, attempts: Attempts, task: TaskRow = CLOSED_TASK, models: Sequence[ModelRow] = ()
) -> Path:
    """Build a database from attempts at one declared task."""
    models = models or [candidate(name) for name in sorted({row.model for row, _ in attempts})]
    sources = write_sources(folder, attempts, models)
    build_database(folder / "results.duckdb", replace(sources, tasks=(task,)))
    return folder / "results.duckdb"


def rows_of(database: Path, query: str) -> list[tuple[object, ...]]:
    """Return what `query` gives."""
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(query).fetchall()


def nothing_for_nan(value: float) -> float | None:
    """Return None for what scikit-learn calls undefined."""
    return None if np.isnan(value) else pytest.approx(value, abs=1e-12)


@settings(max_examples=20)
@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from(NAMES), st.sampled_from([*NAMES, "I cannot say"])),
            min_size=4,
            max_size=4,
        ),
        min_size=1,
        max_size=3,
    )
)
def test_rates_of_labels_are_scikit_learn_s(runs: list[list[Pair]]) -> None:
    """Precision, recall, F1, support, macro F1 and accuracy equal scikit-learn's over all runs."""
    runs = [[(runs[0][place][0], reply) for place, (_, reply) in enumerate(run)] for run in runs]
    attempts = [
        each for run, pairs in enumerate(runs, start=1) for each in judged("m", pairs, RULES, run)
    ]
    right = [verdict.label for _, verdict in attempts]
    given_answers = [verdict.answer or "none" for _, verdict in attempts]
    with tempfile.TemporaryDirectory() as folder:
        database = build(Path(folder), attempts)
        query = "select label, precision, recall, f1, support from label_metrics order by label"
        found = {str(row[0]): row[1:] for row in rows_of(database, query)}
        ((accuracy, macro_f1, answered),) = rows_of(
            database, "select accuracy, macro_f1, answered from answer_metrics"
        )
    expected = sklearn_metrics.precision_recall_fscore_support(
        right, given_answers, labels=list(found), zero_division=np.nan
    )
    for place, label in enumerate(found):
        *rates, support = (column[place] for column in expected)
        assert found[label] == (*map(nothing_for_nan, rates), support)
    assert set(found) == {*right, *given_answers} - {"none"}
    assert accuracy == pytest.approx(sklearn_metrics.accuracy_score(right, given_answers))
    macro = sklearn_metrics.f1_score(
        right, given_answers, labels=list(found), average="macro", zero_division=np.nan
    )
    assert macro_f1 == pytest.approx(macro)
    assert answered == pytest.approx(1 - given_answers.count("none") / len(given_answers))


def test_a_large_table_is_scikit_learn_s(tmp_path: Path) -> None:
    """Two models with 400 random answers each have their own rates, equal to scikit-learn's."""
    draw = random.Random(5)  # noqa: S311 - a test's data
    pairs = {
        model: [(draw.choice(NAMES), draw.choice([*NAMES, "?"])) for _ in range(400)]
        for model in ("one", "two")
    }
    # Both are asked the same questions.
    pairs["two"] = [
        (right, reply) for (right, _), (_, reply) in zip(pairs["one"], pairs["two"], strict=True)
    ]
    attempts = [each for model, said in pairs.items() for each in judged(model, said, RULES)]
    database = build(tmp_path, attempts)
    for model, said in pairs.items():
        right, answers = zip(*said, strict=True)
        expected = sklearn_metrics.precision_recall_fscore_support(
            right, answers, labels=list(NAMES)
        )
        query = f"from label_metrics where model = '{model}' order by label"
        rates = f"select precision, recall, f1, support {query}"
        np.testing.assert_allclose(np.array(rows_of(database, rates), float).T, expected)


def test_rates_without_a_denominator_are_null_and_say_why(tmp_path: Path) -> None:
    """Never answered, right to nothing, and neither: no NaN, a note, and a mean without them."""
    said = {"one": [("a", "a"), ("b", "a")], "two": [("a", "c"), ("b", "?")]}
    attempts = [each for model, pairs in said.items() for each in judged(model, pairs, RULES)]
    database = build(tmp_path, attempts)
    query = "select label, precision, recall, f1, note from label_metrics where model = 'one'"
    rows = {row[0]: row[1:] for row in rows_of(database, f"{query} order by label")}
    assert rows["a"] == (0.5, 1.0, pytest.approx(2 / 3), "")
    assert rows["b"][:3] == (None, 0.0, 0.0)
    assert "never answered" in str(rows["b"][3])
    assert rows["c"][:3] == (None, None, None)
    assert "neither" in str(rows["c"][3])
    ((note,),) = rows_of(
        database, "select note from label_metrics where model = 'two' and label = 'c'"
    )
    assert "right answer to nothing" in str(note)
    macro = rows_of(database, "select macro_f1 from answer_metrics order by model")
    assert macro == [(pytest.approx(1 / 3),), (0.0,)]


def test_free_answers_have_mean_f1_and_no_labels(tmp_path: Path) -> None:
    """Mean F1 is the mean of the scores; what passes is exact match; nothing is by label."""
    pairs = [("two black cats", "two cats"), ("oak", "Oak."), ("the sea", "hills"), ("x", "")]
    database = build(tmp_path, judged("m", pairs, FREE), FREE_TASK)
    columns = "exact_match, mean_f1, accuracy, macro_f1, answered"
    assert rows_of(database, f"select {columns} from answer_metrics") == [  # noqa: S608 - ours
        (0.25, pytest.approx((0.8 + 1 + 0 + 0) / 4), None, None, 0.75)
    ]
    assert rows_of(database, "from label_metrics") == []
    assert rows_of(database, "select pass_at_1 from model_metrics") == [(0.25,)]


def test_a_task_without_levels_goes_through_every_mart(tmp_path: Path) -> None:
    """Frontier, intervals and costs are there; levels, compile rate and score are null or empty."""
    said = {"one": [("a", "a"), ("b", "b")], "two": [("a", "a"), ("b", "?")]}
    attempts = [each for model, pairs in said.items() for each in judged(model, pairs, RULES)]
    database = build(tmp_path, attempts)
    columns = "pass_at_1, wilson_low is not null, usd_per_example, latency_p50_ms, compile_rate"
    rows = rows_of(database, f"select {columns}, composite_score from model_metrics order by model")  # noqa: S608 - ours
    assert rows == [(1.0, True, 0.001, 500.0, None, None), (0.5, True, 0.001, 500.0, None, None)]
    assert rows_of(database, "from level_metrics") == []
    assert rows_of(database, "select distinct level from examples") == [(None,)]
    assert rows_of(database, "select model from frontier where on_frontier") == [("one",)]
    assert rows_of(database, "select isolation from isolation_levels") == [("no code",)]


def test_answers_are_compared_for_consistency(tmp_path: Path) -> None:
    """Other words with the same answer are consistent, another answer is not."""
    first = judged("m", [("a", "a"), ("b", "b"), ("c", "?")], RULES)
    second = judged("m", [("a", "It is A."), ("b", "c"), ("c", "??")], RULES, run=2)
    database = build(tmp_path, first + second)
    ((found,),) = rows_of(database, "select consistency from model_metrics")
    assert found == pytest.approx(2 / 3)


@pytest.mark.parametrize("level", [3, 99])
def test_only_programs_have_levels(tmp_path: Path, level: int) -> None:
    """A level in a task of labels, known or not, is a contradiction that stops the report."""
    ((row, verdict),) = judged("m", [("a", "a")], RULES)
    attempts = [(replace(row, level=level), replace(verdict, level=level))]
    with pytest.raises(DataCheckError, match="levels_are_known"):
        build(tmp_path, attempts)


def test_a_program_without_a_level_stops_the_report(tmp_path: Path) -> None:
    """A null level is no way around the check where the compiler judges."""
    row, verdict = attempt(COMPLETION)
    attempts = [(replace(row, level=None), replace(verdict, level=None))]
    for declared in ((), (TaskRow("task", "compiler", None, "[]", "[]"),)):
        sources = write_sources(tmp_path, attempts, [candidate("model")])
        with pytest.raises(DataCheckError, match="levels_are_known"):
            build_database(tmp_path / "results.duckdb", replace(sources, tasks=declared))


def test_a_control_that_misses_stops_a_task_of_labels(tmp_path: Path) -> None:
    """A reference that is judged wrong once, or a stub that is right once, ends the report."""
    for role, pairs in (
        (Role.CONTROL_PASS, [("a", "a"), ("b", "a")]),
        (Role.CONTROL_FAIL, [("a", "a"), ("b", "?")]),
    ):
        attempts = judged("control", pairs, RULES)
        with pytest.raises(ControlError):
            build(tmp_path, attempts, models=[candidate("control", role=role)])


def test_compile_rates_of_code_are_as_they_were(tmp_path: Path) -> None:
    """Beside a task of labels the share of programs that compile is still over all programs."""
    labels = judged("m", [("a", "a")], RULES)
    code = [
        (replace(row, task="code"), replace(verdict, task="code"))
        for row, verdict in scripted("m", ["pcwn"])
    ]
    database = build(tmp_path, labels + code)
    query = "select task, compile_rate from model_metrics order by task"
    assert rows_of(database, query) == [("code", 0.5), ("task", None)]
