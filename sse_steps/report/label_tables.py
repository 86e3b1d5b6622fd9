"""Tables about tasks whose answers are texts: how many are right, and label by label."""

from __future__ import annotations

from collections.abc import Callable

from sse_steps.report.answer_rows import AnswerMetrics
from sse_steps.report.report_data import TaskReport
from sse_steps.report.table import Column, Table
from sse_steps.report.wording import ABSENT, percent
from sse_steps.tasks import Metric

_Cell = Callable[[AnswerMetrics], str]


def answer_table(task: TaskReport) -> Table:
    """Return the rates of each candidate that the task asks for; no rows for a task about code."""
    found = {row.model: row for row in task.answers}
    ranked = [standing.metrics.model for standing in task.standings]
    columns = [(name, cell) for name, cell, is_shown in _rates(task) if is_shown]
    return Table(
        "Answers",
        (_name("Model", header=True), *(Column(name) for name, _ in columns)),
        tuple(
            (model, *(cell(found[model]) for _, cell in columns))
            for model in ranked
            if model in found
        ),
        note="Over all runs; no answer is a wrong one. "
        + (
            "Macro F1 is the mean over labels."
            if task.definition.labels
            else "Pass@1 is exact match. Answers are compared as SQuAD v1.1 does."
        ),
    )


def label_table(task: TaskReport) -> Table:
    """Return precision, recall and F1 of each label and candidate; no rows without labels."""
    order = {standing.metrics.model: place for place, standing in enumerate(task.standings)}
    rates = [row for row in task.label_rates if row.model in order]
    rates.sort(key=lambda row: (order[row.model], row.label))
    return Table(
        "Label by label",
        (
            _name("Model", header=True),
            _name("Label"),
            *map(Column, ("Right answer", "Answered", "Precision", "Recall", "F1")),
        ),
        tuple(
            (
                row.model,
                row.label,
                f"{row.support:,}",
                f"{row.predicted:,}",
                *map(percent, (row.precision, row.recall, row.f1)),
            )
            for row in rates
        ),
        note="Right answer and answered count verdicts over all runs. "
        f"{ABSENT} stands where a rate has no denominator: a label never answered has no "
        "precision, one that is the right answer to nothing no recall.",
    )


def _rates(task: TaskReport) -> tuple[tuple[str, _Cell, bool], ...]:
    """Return each rate, how it is read, and whether the task shows it."""
    shown, is_closed = task.definition.metrics, bool(task.definition.labels)
    return (
        ("Answered", lambda row: percent(row.answered), True),
        (
            "Exact match",
            lambda row: percent(row.exact_match),
            Metric.EXACT_MATCH in shown and not is_closed,
        ),
        ("F1 of words", lambda row: percent(row.mean_f1), Metric.F1 in shown and not is_closed),
        # Exact match under the name that it has where answers are labels.
        ("Accuracy", lambda row: percent(row.accuracy), is_closed),
        ("Macro F1", lambda row: percent(row.macro_f1), Metric.F1 in shown and is_closed),
    )


def _name(name: str, *, header: bool = False) -> Column:
    return Column(name, numeric=False, row_header=header)
