"""sql/questions: each answers what it is named after, and the docs give its answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from example_results import example_results

from sse_steps.sql.query import ask
from sse_steps.sql.questions import in_words, questions
from sse_steps.sql.scripts import Script
from sse_steps.sql.statistic_rows import (
    FrontierProbabilityRow,
    PairRow,
    PowerRow,
    SpreadRow,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

DOCS = Path(__file__).parents[1] / "docs/sql.md"
PAIR = PairRow(
    *("task", "large", "small", 6, 1, 0, 1 / 6, -0.1, 0.4, 1.0, 1.0, 0.03, True),
    *(None, None, None, "a note"),
)
STATISTICS: dict[str, Sequence[DataclassInstance]] = {
    "pairwise_tests": (PAIR,),
    "frontier_probability": (FrontierProbabilityRow("task", "large", 1.0, 0.75, 100, ""),),
    "power": (PowerRow("task", 6, 3, 0.05 / 3, 0.5, None, "too few examples"),),
    "spread": (SpreadRow("task", "large", 2, 6, 0.5, 50.0, 1.0, 0.0, 0.2, 0.0, ""),),
}
# model, quantization, worst_kl, size_bytes, pass_at_1
QUANTIZATIONS = (("large", "none", 0.0, 4000, 0.5), ("small", "q4_0", 0.01, 600, 1 / 3))
COLUMNS_AND_ROWS: dict[str, tuple[str, list[tuple[object, ...]]]] = {
    "can_the_judge_be_trusted": (
        "control, score, expected, isolation",
        [("reference", 1.0, 1.0, ["full"]), ("stub", 0.0, 0.0, ["full"])],
    ),
    "do_runs_agree": ("model, runs, between_runs, within_examples", [("large", 2, 0.0, 0.0)]),
    "how_certain_is_the_frontier": (
        "model, on_frontier, probability, convex_probability",
        [("large", True, 1.0, 0.75), ("dear", False, None, None), ("small", True, None, None)],
    ),
    "how_far_up_the_levels_does_a_model_get": (
        "model, level, pass_rate, is_passed",
        [
            *(("dear", 1, 0.5, True), ("dear", 2, 0.0, False), ("dear", 3, 0.0, False)),
            *(("large", 1, 1.0, True), ("large", 2, 0.5, True), ("large", 3, 0.0, False)),
            *(("small", 1, 1.0, True), ("small", 2, 0.0, False), ("small", 3, 0.0, False)),
        ],
    ),
    "how_long_does_a_reply_take": (
        "model, latency_p50_ms, latency_measurements",
        [("small", 100.0, 12), ("large", 1000.0, 12), ("dear", 2000.0, 12)],
    ),
    "how_small_a_difference_can_be_seen": (
        "examples, pairs, smallest_difference, note",
        [(6, 3, None, "too few examples")],
    ),
    "is_the_small_model_good_enough": (
        "model, most_accurate, round(times_cheaper, 6), gap_is_significant",
        [("small", "large", 10.0, True), ("dear", "large", 0.5, None)],
    ),
    "what_does_a_pass_cost": (
        "model, round(usd_per_pass, 6)",
        [("small", 0.003), ("large", 0.02), ("dear", 0.12)],
    ),
    "what_does_quantisation_cost": (
        "model, quantization, round(pass_at_1_change, 6)",
        [("large", "none", 0.0), ("small", "q4_0", -0.166667)],
    ),
    "what_would_a_repair_turn_bring": (
        "model, turn, asked, passed_here, pass_rate_so_far",
        [("dear", 1, 12, 2, 1 / 6), ("large", 1, 12, 6, 0.5), ("small", 1, 12, 4, 1 / 3)],
    ),
    "where_do_passing_programs_differ_from_python": (
        "model, example, detail",
        [("large", "e00", "f(1): 2, not 1")],
    ),
    "which_compiler_errors_are_most_frequent": (
        "error_code, verdicts, models, examples, seen_in_model, seen_in_example",
        [("E0308", 11, 3, 4, "dear", "e01")],
    ),
    "which_differences_are_significant": (
        "model, other, only_model, only_other, is_significant",
        [("large", "small", 1, 0, True)],
    ),
    "which_examples_does_nobody_pass": (
        "level, examples, names",
        [(2, 1, ["e03"]), (3, 2, ["e04", "e05"])],
    ),
    "which_examples_does_only_one_model_pass": (
        "model, examples, names",
        [("large", 1, ["e02"])],
    ),
    "which_mixture_beats_a_model": (
        "model, cheaper, probability, dearer, accuracy, own_accuracy",
        [("dear", "large", 1.0, None, 0.5, 1 / 6)],
    ),
    "which_model_is_the_best_buy": (
        "measure, model, figure",
        [("accuracy per dollar", "small", 1000 / 3), ("value score", "small", 250 / 3)],
    ),
    "which_models_are_pareto_optimal": (
        "model, on_convex_frontier",
        [("large", True), ("small", True)],
    ),
    "why_do_models_fail": (
        "model, outcome, verdicts, most_frequent_errors",
        [
            ("dear", "compile_error", 5, ["E0308 x 5"]),
            *(("dear", "wrong_answer", 5, None), ("dear", "passed", 2, None)),
            *(("large", "passed", 6, None), ("large", "compile_error", 2, ["E0308 x 2"])),
            *(("large", "no_code", 2, None), ("large", "wrong_answer", 2, None)),
            *(("small", "compile_error", 4, ["E0308 x 4"]), ("small", "passed", 4, None)),
            ("small", "wrong_answer", 4, None),
        ],
    ),
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database in which every table that a question asks has rows."""
    path = example_results(tmp_path_factory.mktemp("results"))
    with duckdb.connect(path) as connection:
        for table, rows in STATISTICS.items():
            replace_rows(connection, table, rows)
        connection.execute(
            "insert into divergences values ('task', 'large', 'e00', 'f(1): 2, not 1', 1)"
        )
        for row in QUANTIZATIONS:
            connection.execute(
                "insert into quantizations by name select 'task' as task, 'source' as source, "
                "$1 as model, $2 as quantization, $3 as worst_kl, $4 as size_bytes, "
                "$5 as pass_at_1",
                row,
            )
    return path


def replace_rows(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[DataclassInstance]
) -> None:
    """Let a table of statistics hold these rows and no other."""
    connection.execute(f"delete from {table}")  # noqa: S608 -- a name of ours
    marks = ", ".join("?" for _ in fields(rows[0]))
    connection.executemany(
        f"insert into {table} values ({marks})",  # noqa: S608 -- a name of ours
        [astuple(row) for row in rows],
    )


def answer_to(database: Path, question: Script, columns: str) -> list[tuple[object, ...]]:
    """Return some columns of the rows that a question comes to, in its order."""
    with duckdb.connect(database, read_only=True) as connection:
        query = f"select {columns} from ({question.text})"  # noqa: S608 -- both are in this repository
        return connection.execute(query).fetchall()


def rounded(row: tuple[object, ...]) -> tuple[object, ...]:
    """Return a row with its figures to nine digits, which is what sums in any order agree to."""
    return tuple(round(value, 9) if isinstance(value, float) else value for value in row)


@pytest.mark.parametrize("question", questions(), ids=lambda each: each.name)
def test_a_question_is_answered(database: Path, question: Script) -> None:
    """On results that are known, each question returns the rows that they come to."""
    columns, expected = COLUMNS_AND_ROWS[question.name]
    found = answer_to(database, question, columns)
    assert list(map(rounded, found)) == list(map(rounded, expected))


def test_every_question_has_a_known_answer() -> None:
    """No question goes untested, and none that is tested is gone."""
    assert {each.name for each in questions()} == set(COLUMNS_AND_ROWS)


@pytest.mark.parametrize("question", questions(), ids=lambda each: each.name)
def test_a_question_begins_with_its_words(question: Script) -> None:
    """The first line of each file is the question, as one sentence."""
    assert re.fullmatch(r"[A-Z][^?]*\?", in_words(question))


@pytest.mark.parametrize("question", questions(), ids=lambda each: each.name)
def test_the_answer_is_in_the_docs(database: Path, question: Script) -> None:
    """docs/sql.md has a section for each question, with its words and the columns of its answer."""
    page = DOCS.read_text(encoding="utf-8")
    section = page.partition(f"\n### {question.name}\n")[2].partition("\n##")[0]
    assert in_words(question) in section
    block = section.partition("```\n")[2].partition("\n```")[0]
    answer = ask(database, question.text)
    assert tuple(block.splitlines()[0].split()) == answer.columns


def test_the_docs_have_no_other_question() -> None:
    """docs/sql.md names no question that is not there."""
    page = DOCS.read_text(encoding="utf-8")
    assert sorted(re.findall(r"^### (\w+)$", page, re.MULTILINE)) == [
        each.name for each in questions()
    ]
