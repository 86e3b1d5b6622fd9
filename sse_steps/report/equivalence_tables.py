"""Tables about passing functions beside their Python, on inputs that no case has."""

from __future__ import annotations

from sse_steps.report.report_data import TaskReport
from sse_steps.report.table import Column, Table
from sse_steps.report.wording import plural


def equivalence_table(task: TaskReport) -> Table:
    """Return how many passing functions of each candidate were compared, and how many diverged."""
    found = {row.model: row for row in task.equivalence}
    models = [standing.metrics.model for standing in task.standings]
    rows = tuple(
        (
            row.model,
            f"{row.checked:,}",
            f"{row.inputs:,}",
            f"{row.diverged:,}",
            f"{row.not_checked:,}",
        )
        for row in (found[model] for model in models if model in found)
    )
    names = ("Compared", "Inputs", "Diverged", "Not to be compared")
    return Table(
        "Beside the Python",
        (Column("Model", numeric=False, row_header=True), *map(Column, names)),
        rows,
        note="Functions that passed their cases, over all runs, beside the Python that they were "
        "made from, on generated inputs.",
    )


def divergence_table(task: TaskReport) -> Table:
    """Return the smallest input on which each diverging function answers otherwise."""
    order = {standing.metrics.model: place for place, standing in enumerate(task.standings)}
    found = [row for row in task.divergences if row.model in order]
    found.sort(key=lambda row: (order[row.model], row.example, row.detail))
    columns = ("Model", "Example", "Smallest input", "Found in")
    return Table(
        "Divergences",
        tuple(Column(name, numeric=False, row_header=name == "Model") for name in columns),
        tuple(
            (row.model, row.example, row.detail, plural(row.verdicts, "verdict")) for row in found
        ),
    )
