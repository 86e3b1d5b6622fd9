"""The report on a task whose answers are texts, and which tables a task's metrics ask for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from synthetic_results import COMPLETION, candidate, scripted, write_sources

from sse_steps.labels.rules import AnswerMetric, AnswerRules
from sse_steps.labels.verdicts import label_verdicts
from sse_steps.records import Completion, LabelledExample, VerdictRow
from sse_steps.report.chart import report_chart
from sse_steps.report.html import render_html
from sse_steps.report.label_tables import answer_table, label_table
from sse_steps.report.markdown import render_markdown
from sse_steps.report.options import ReportOptions
from sse_steps.report.report_data import Provenance, Report, load_report
from sse_steps.report.report_json import render_json
from sse_steps.report.sections import sections
from sse_steps.sql.database import build_database
from sse_steps.sql.sources import TaskRow

CERTAINTY = "Other intervals of the pass rates"
HOSTILE = "</script><img src=x onerror=alert(1)>"
ALL = '["accuracy", "exact_match", "f1", "cost", "latency"]'
CLOSED = AnswerRules("label", labels=("yes", HOSTILE))
FREE = AnswerRules("answer", AnswerMetric.F1)
CLOSED_TASK = TaskRow("task", "labels", "exact_match", json.dumps(CLOSED.labels), ALL)
FREE_TASK = TaskRow("task", "labels", "f1", "[]", ALL)
CODE_TASK = TaskRow("task", "compiler", None, "[]", '["accuracy", "cost", "latency"]')
Attempts = list[tuple[Completion, VerdictRow]]
Make = Callable[..., Report]


def said(rules: AnswerRules, replies: Sequence[str], model: str = "m") -> Attempts:
    """Return a model's replies to examples whose right answers are, in turn, the two labels."""
    found: Attempts = []
    for place, reply in enumerate(replies):
        name, right = f"e{place}", ("yes", HOSTILE)[place % 2]
        row = replace(
            COMPLETION, model=model, example=name, level=None, rust=None, reply=reply
        )  # fmt: skip
        verdicts = label_verdicts([row], {name: LabelledExample(name, (right,), {})}, rules)
        found.append((row, verdicts[0]))
    return found


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a function that takes attempts at one declared task to a loaded report."""

    def make_report(attempts: Attempts, task: TaskRow) -> Report:
        models = [candidate(name) for name in sorted({row.model for row, _ in attempts})]
        sources = replace(write_sources(tmp_path, attempts, models), tasks=(task,))
        build_database(tmp_path / "results.duckdb", sources)
        return load_report(tmp_path / "results.duckdb", ReportOptions(), Provenance("0"))

    return make_report


def captions(report: Report) -> list[str]:
    """Return what the tables of the only task are called."""
    (task,) = report.tasks
    return [table.caption for section in sections(report, task) for table in section.tables]


def column_names(report: Report) -> set[str]:
    """Return the names of all columns of the only task."""
    (task,) = report.tasks
    tables = [table for section in sections(report, task) for table in section.tables]
    return {column.name for table in tables for column in table.columns}


def test_labels_have_tables_of_their_own(make: Make) -> None:
    """A closed set of labels: accuracy, macro F1, and precision, recall and F1 of each label."""
    report = make(said(CLOSED, ["yes", HOSTILE, "yes", "yes", "?", "yes"]), CLOSED_TASK)
    (task,) = report.tasks
    answers = answer_table(task)
    assert [column.name for column in answers.columns] == [
        *("Model", "Answered", "Accuracy", "Macro F1"),
    ]
    assert answers.rows == (("m", "83.3 %", "50 %", "53.6 %"),)
    assert label_table(task).rows == (
        ("m", HOSTILE, "3", "1", "100 %", "33.3 %", "50 %"),
        ("m", "yes", "3", "4", "50 %", "66.7 %", "57.1 %"),
    )


def test_free_answers_have_exact_match_and_f1(make: Make) -> None:
    """Without labels there is no table by label; F1 of words stands beside exact match."""
    report = make(said(FREE, ["Yes!", "no", "yes sir", "no"]), FREE_TASK)
    (task,) = report.tasks
    assert answer_table(task).rows == (("m", "100 %", "25 %", "41.7 %"),)
    assert "Label by label" not in captions(report)


@pytest.mark.parametrize(("rules", "task"), [(CLOSED, CLOSED_TASK), (FREE, FREE_TASK)])
def test_what_only_code_has_is_not_shown(make: Make, rules: AnswerRules, task: TaskRow) -> None:
    """No level, no compiler, no composite score; costs and latency are all there."""
    report = make(said(rules, ["yes", "no"]), task)
    found = captions(report)
    assert not {"Levels", "Most frequent compiler errors"} & set(found)
    assert not {"Compiles", "Composite score"} & column_names(report)
    assert {"Ranking", "Answers", "Cost", "Latency", "Outcomes"} <= set(found)
    text = render_markdown(report) + render_html(report, ReportOptions())
    assert "compile" not in text.lower().replace("compiled", "")


def test_a_task_of_code_is_told_as_before(make: Make) -> None:
    """Levels and compiler errors are there, tables of answers are not."""
    found = captions(make(scripted("m", ["pcwn"]), CODE_TASK))
    assert {"Levels", "Most frequent compiler errors"} <= set(found)
    assert "Answers" not in found


@pytest.mark.parametrize(
    ("metrics", "gone"),
    [
        ('["accuracy", "cost"]', {"Latency"}),
        ('["accuracy", "latency"]', {"Cost"}),
        ('["cost"]', {"Latency", CERTAINTY}),
        ('["accuracy"]', {"Latency", "Cost"}),
        ("[]", {"Latency", "Cost", CERTAINTY}),
    ],
)
def test_a_task_s_metrics_decide_which_tables_are_shown(
    make: Make, metrics: str, gone: set[str]
) -> None:
    """A task that leaves a metric out has the report without its table, and nothing else less."""
    attempts = scripted("m", ["pcwn"])
    everything = captions(make(attempts, CODE_TASK))
    fewer = captions(make(attempts, replace(CODE_TASK, metrics=metrics)))
    assert fewer == [caption for caption in everything if caption not in gone]
    assert gone <= set(everything)


def test_labels_of_strangers_stay_text(make: Make) -> None:
    """A label that is HTML is shown and never becomes an element; every rendering works."""
    report = make(said(CLOSED, ["yes", HOSTILE]), CLOSED_TASK)
    page, text = render_html(report, ReportOptions()), render_markdown(report)
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img" not in text
    assert "<img" not in report_chart(report, width=6, height=4)
    (task,) = json.loads(render_json(report))["tasks"]
    assert task["definition"]["labels"] == ["yes", HOSTILE]
    assert {row["label"] for row in task["label_rates"]} == {"yes", HOSTILE}
    assert [row["macro_f1"] for row in task["answers"]] == [1.0]
