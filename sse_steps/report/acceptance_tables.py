"""The acceptance checklist as tables: candidates by criteria, and a verdict for each."""

from __future__ import annotations

from sse_steps.report.acceptance import finding, requirement
from sse_steps.report.report_data import TaskReport
from sse_steps.report.rows import AcceptanceRow
from sse_steps.report.table import Column, Table
from sse_steps.report.wording import ABSENT, percent
from sse_steps.sql.sources import Criterion

_NAME = Column("Model", numeric=False, row_header=True)
_TITLES = {
    Criterion.ACCURACY_GAP: "Below the most accurate",
    Criterion.COST_RATIO: "Cheaper than it",
    Criterion.LATENCY_P99_MS: "Latency p99",
    Criterion.DETERMINISTIC: "Same reply in every run",
    Criterion.FRONTIER_DISTANCE: "Below the frontier",
}
_MARKS = {True: "met", False: "not met", None: "not known"}


def acceptance_table(task: TaskReport) -> Table:
    """Return candidates by criteria: met, not met or not known, with the figure that was found."""
    rows = tuple(
        (each.model, str(each.viability), *(_cell(row) for row in each.criteria))
        for each in task.acceptances
    )
    first = task.acceptances[0].criteria if task.acceptances else ()
    columns = (
        _NAME,
        Column("Verdict", numeric=False),
        *(Column(_heading(row), numeric=False) for row in first),
    )
    return Table("Acceptance checklist", columns, rows, note=_note(task))


def verdict_table(task: TaskReport) -> Table:
    """Return a sentence for each candidate, and what limits its figures."""
    rows = tuple((each.model, each.sentence, _remarks(each.criteria)) for each in task.acceptances)
    columns = (_NAME, Column("Verdict", numeric=False), Column("To be read with", numeric=False))
    return Table("Verdicts", columns, rows)


def _heading(row: AcceptanceRow) -> str:
    return f"{_TITLES[Criterion(row.criterion)]}: {requirement(row)}"


def _cell(row: AcceptanceRow) -> str:
    figure = finding(row)
    return f"{_MARKS[row.is_met]}, {figure}" if figure else _MARKS[row.is_met]


def _remarks(criteria: tuple[AcceptanceRow, ...]) -> str:
    """Return the notes on criteria that are decided; the sentence has the reasons of the others."""
    notes = [row.note for row in criteria if row.is_met is not None and row.note]
    return " ".join(dict.fromkeys(notes)) or ABSENT


def _note(task: TaskReport) -> str:
    best = task.standings[0].accuracy if task.standings else None
    return (
        "A small model may take a large one's place where all is met. The thresholds are declared "
        "in conf/acceptance/. Below the frontier: the accuracy that a model lacks at its own cost "
        f"and latency. The most accurate candidate passes {percent(best)}: being close to it says "
        "no more than that."
    )
