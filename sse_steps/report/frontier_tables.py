"""Tables about who is worth having: on the frontier or behind whom, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping

from sse_steps.report.frontier_details import DominationRow, MixtureRow, ValueLeader
from sse_steps.report.report_data import TaskReport
from sse_steps.report.standing import Standing
from sse_steps.report.table import Column, Table
from sse_steps.report.wording import ABSENT, dollars, number, percent, points, ratio
from sse_steps.sql.statistic_rows import FrontierProbabilityRow, HypervolumeRow

_MODEL = Column("Model", numeric=False, row_header=True)


def membership_table(task: TaskReport) -> Table:
    """Return how sure each candidate's place on the frontier is, and what it adds; none of one."""
    chances = {row.model: row for row in task.frontier.frontier_probability}
    volumes = {row.model: row for row in task.frontier.hypervolume}
    columns = ("On the frontier", "Convex frontier", "With size", "Adds to the volume")
    rows = tuple(_membership_cells(each, chances, volumes) for each in task.standings)
    return Table(
        "How sure the frontier is",
        (_MODEL, *(Column(name) for name in columns)),
        rows if len(task.standings) > 1 else (),
        note=_membership_note(task, chances, volumes.get(None)),
    )


def domination_table(task: TaskReport) -> Table:
    """Return who is behind whom, and by how much."""
    ranks = {standing.metrics.model: standing.rank for standing in task.standings}
    found = sorted(
        task.frontier.dominations, key=lambda row: (ranks[row.model], ranks[row.dominated_by])
    )
    return Table(
        "Who is behind whom, and by how much",
        (
            _MODEL,
            Column("Behind", numeric=False),
            Column("Passes less by"),
            Column("Costs"),
            Column("Takes"),
        ),
        tuple(map(_domination_cells, found)),
        note="Behind: the other passes no less, costs no more and takes no longer, and is better "
        "in one of the three. Costs and takes: how many times as much as the other. "
        f"{ABSENT}: not known, or the other spends nothing.",
    )


def mixture_table(task: TaskReport) -> Table:
    """Return what mixing two models achieves at no more than the cost of one that it beats."""
    found = {row.model: row for row in task.frontier.mixtures}
    models = [standing.metrics.model for standing in task.standings]
    return Table(
        "What a mixture does better",
        (_MODEL, Column("Better", numeric=False), Column("Passes more by")),
        tuple(
            (model, _mixture_words(found[model]), points(found[model].accuracy_gain))
            for model in models
            if model in found
        ),
        note="A mixture asks one model with a probability, and the other otherwise; what it passes "
        "and costs lies on the line between them. It costs no more than the model that it beats. "
        "Latency has no say here.",
    )


def value_table(task: TaskReport) -> Table:
    """Return who is the best buy, by each measure; no rows where there is one candidate."""
    rows = tuple(
        (row.measure.capitalize(), row.model, _value_words(row))
        for row in task.frontier.value_leaders
    )
    return Table(
        "The best buys",
        (
            Column("Measure", numeric=False, row_header=True),
            Column("Model", numeric=False),
            Column("Figure"),
        ),
        rows if len(task.standings) > 1 else (),
        note="Of the candidates that pass anything. A high figure can be that of a model which "
        "passes little for next to nothing.",
    )


def _membership_cells(
    standing: Standing,
    chances: Mapping[str, FrontierProbabilityRow],
    volumes: Mapping[str | None, HypervolumeRow],
) -> tuple[str, ...]:
    model, with_size = standing.metrics.model, standing.frontier.on_frontier_with_size
    chance, whole, without = chances.get(model), volumes.get(None), volumes.get(model)
    added = None if whole is None or without is None else whole.hypervolume - without.hypervolume
    return (
        model,
        percent(None if chance is None else chance.on_frontier),
        percent(None if chance is None else chance.on_convex_frontier),
        ABSENT if with_size is None else "yes" if with_size else "no",
        percent(added, digits=2),
    )


def _membership_note(
    task: TaskReport, chances: Mapping[str, FrontierProbabilityRow], whole: HypervolumeRow | None
) -> str:
    resamples = max((row.resamples for row in chances.values()), default=0)
    notes = [
        f"Share of {resamples:,} resamples of the examples, the same for every model, in which it "
        "is on the frontier; 100 % says that the choice of examples does not matter. With size: "
        "whether it is on the frontier when a smaller file counts as well."
    ]
    if whole is not None:
        notes.append(
            f"Together the models cover {percent(whole.hypervolume)} of the volume between the "
            "largest cost and latency here and passing all for nothing; the last column is what "
            "would be lost without the model. The dearest and the slowest add nothing by "
            f"definition.{f' {whole.note[0].upper()}{whole.note[1:]}.' if whole.note else ''}"
        )
    named = [standing.metrics.model for standing in task.standings]
    notes += [f"{name}: {chances[name].note}." for name in named if _note(chances, name)]
    return " ".join(notes)


def _note(chances: Mapping[str, FrontierProbabilityRow], name: str) -> str:
    return chances[name].note if name in chances else ""


def _domination_cells(row: DominationRow) -> tuple[str, ...]:
    return (
        row.model,
        row.dominated_by,
        points(row.accuracy_gain),
        ratio(row.cost_ratio),
        ratio(row.latency_ratio),
    )


def _mixture_words(row: MixtureRow) -> str:
    achieved = f"passes {percent(row.accuracy)} at {dollars(row.usd_per_example)}"
    if row.dearer is None:
        return f"{row.cheaper} alone {achieved}"
    shares = (_probability(row.probability), _probability(1 - row.probability))
    return (
        f"{row.cheaper} with probability {shares[0]} and {row.dearer} with {shares[1]} {achieved}"
    )


def _probability(share: float) -> str:
    """Return two digits, of either share what is not certain: 0.70, 0.0013, 0.9987."""
    small = min(share, 1 - share)
    decimals = 2
    while round(small, decimals) == 0 and decimals < 9:
        decimals += 1
    return f"{share:.{decimals}f}"


def _value_words(row: ValueLeader) -> str:
    if row.figure is None:
        return "costs nothing"
    if row.measure == "accuracy per dollar":
        return f"{number(row.figure)} passes per dollar"
    return number(row.figure)
