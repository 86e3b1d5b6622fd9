"""Tables that say whether the differences can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sse_steps.report.report_data import TaskReport
from sse_steps.report.table import Column, Table
from sse_steps.report.wording import ABSENT, listed, percent, percent_range, points
from sse_steps.sql.statistic_rows import IntervalMethod, IntervalRow, PairRow, PowerRow, SpreadRow

_MODEL = Column("Model", numeric=False, row_header=True)
_METHODS = (
    ("95 % over runs", IntervalMethod.POOLED),
    ("Over runs, Student's t", IntervalMethod.STUDENT_T),
    ("Over examples, bootstrap", IntervalMethod.BCA),
)
_MOST_K = 6


def pair_table(task: TaskReport) -> Table:
    """Return a row for every two candidates, the better one first, the surest difference on top."""
    pairs = task.statistics.pairwise_tests
    ranks = {standing.metrics.model: standing.rank for standing in task.standings}
    ordered = sorted((_better_first(row) for row in pairs), key=lambda row: _pair_key(row, ranks))
    return Table(
        "Which differences are real",
        (
            Column("Better", numeric=False, row_header=True),
            Column("Than", numeric=False),
            Column("By, all runs"),
            Column("95 % over examples"),
            Column("Won : lost, first run"),
            Column("p, corrected"),
            Column("Significant", numeric=False),
        ),
        tuple(_pair_cells(row) for row in ordered),
        note=" ".join(
            [
                _PAIR_NOTE,
                *map(_power_sentence, task.statistics.power),
                *_noted((f"{row.model} beside {row.other}", row.note) for row in ordered),
            ]
        ),
    )


def interval_table(task: TaskReport) -> Table:
    """Return each candidate's intervals beside the one over examples, which the ranking has."""
    rows = task.statistics.intervals
    found = {(row.model, row.method): row for row in rows}
    return Table(
        "Other intervals of the pass rates",
        (_MODEL, *(Column(name) for name, _ in _METHODS)),
        tuple(
            (
                standing.metrics.model,
                *(
                    _interval_cell(found.get((standing.metrics.model, method)))
                    for _, method in _METHODS
                ),
            )
            for standing in task.standings
        ),
        note=" ".join(
            [
                "Over runs: on these programs, asked again. Pooled within examples; beside it "
                "Student's t over the runs' rates. Over examples: on others like these. "
                "The ranking has Wilson's interval, clustered by example; here is the bootstrap's "
                "(BCa).",
                *_noted((row.model, row.note) for row in rows),
            ]
        ),
    )


def spread_table(task: TaskReport) -> Table:
    """Return how far the pass rate varies between runs, between examples and within an example."""
    found = {row.model: row for row in task.statistics.spread}
    rows = [found[each.metrics.model] for each in task.standings if each.metrics.model in found]
    return Table(
        "Where the uncertainty comes from",
        (
            _MODEL,
            Column("Runs"),
            Column("Between runs"),
            Column("Between examples"),
            Column("Within an example"),
            Column("Same verdict"),
            Column("Passes per $"),
        ),
        tuple(_spread_cells(row) for row in rows),
        note="In points of the pass rate. Between runs: standard deviation of the runs' rates. "
        "Between examples: standard error from having these examples and no others. Within an "
        "example: how far its verdict varies from run to run. Same verdict: examples that pass in "
        "every run or in none. Where runs reuse the replies of one, the spread between them is "
        "zero by construction, not by measurement.",
    )


def pass_at_k_table(task: TaskReport) -> Table:
    """Return pass@k in columns; no rows where no candidate has two runs."""
    found = {(row.model, row.k): row.pass_at_k for row in task.statistics.pass_at_k}
    shown = _shown_k(max((k for _, k in found), default=1))
    rows = [
        (name, *(percent(found.get((name, k))) for k in shown))
        for name in (standing.metrics.model for standing in task.standings)
    ]
    notes = _noted((row.model, row.note) for row in task.statistics.pass_at_k)
    return Table(
        "If it may try k times",
        (_MODEL, *(Column(f"pass@{k}") for k in shown)),
        tuple(rows) if len(shown) > 1 else (),
        note=" ".join(
            ["The probability that one of k attempts passes, estimated without bias.", *notes]
        ),
    )


_PAIR_NOTE = (
    "By: difference of the pass rates over all runs, with its bootstrap interval. Won : lost: "
    "examples that only the one, or only the other, passed in the first run. p: McNemar's exact "
    "test of these, corrected for all pairs by Holm. Significant: p is at most 0.05, and the first "
    "run points the same way as all runs."
)


def _power_sentence(row: PowerRow) -> str:
    if row.smallest_difference is None:
        return row.note
    return (
        f"With 80 % probability {row.examples:,} examples show a difference of "
        f"{points(row.smallest_difference)}, or more, where the models disagree on "
        f"{percent(row.discordant)} of them, as here in the mean. A smaller one may well be there, "
        "and is not shown."
    )


def _better_first(row: PairRow) -> PairRow:
    if row.difference >= 0:
        return row
    return replace(
        row,
        model=row.other,
        other=row.model,
        only_model=row.only_other,
        only_other=row.only_model,
        difference=-row.difference,
        low=None if row.high is None else -row.high,
        high=None if row.low is None else -row.low,
    )


def _pair_key(row: PairRow, ranks: dict[str, int]) -> tuple[float, float, int, int]:
    return row.p_holm, row.p_mcnemar, ranks.get(row.model, 0), ranks.get(row.other, 0)


def _pair_cells(row: PairRow) -> tuple[str, ...]:
    return (
        row.model,
        row.other,
        points(row.difference),
        _points_range(row.low, row.high),
        f"{row.only_model:,} : {row.only_other:,}",
        _p_value(row.p_holm),
        "yes" if row.is_significant else "no",
    )


def _spread_cells(row: SpreadRow) -> tuple[str, ...]:
    return (
        row.model,
        f"{row.runs}",
        _share_points(row.between_runs),
        _share_points(row.between_examples),
        _share_points(row.within_examples),
        percent(row.consistent),
        ABSENT if row.cost_adjusted is None else f"{row.cost_adjusted:,.4g}",
    )


def _interval_cell(row: IntervalRow | None) -> str:
    return ABSENT if row is None else percent_range(row.low, row.high)


def _points_range(low: float | None, high: float | None) -> str:
    return ABSENT if low is None or high is None else f"{100 * low:.1f} to {100 * high:.1f}"


def _share_points(share: float | None) -> str:
    return ABSENT if share is None else f"{100 * share:.1f}"


def _p_value(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _shown_k(most: int) -> Sequence[int]:
    """Return up to six numbers of attempts, from one to the most there are."""
    if most <= _MOST_K:
        return range(1, most + 1)
    return sorted({round(most ** (step / (_MOST_K - 1))) for step in range(_MOST_K)})


def _noted(notes: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return each note once, after the names that it holds for, or alone where it is for all."""
    holders: dict[str, dict[str, None]] = {}
    everyone = set()
    for name, note in notes:
        everyone.add(name)
        if note:
            holders.setdefault(note, {})[name] = None
    return tuple(
        note if set(names) == everyone else f"{listed(tuple(names))}: {note}"
        for note, names in holders.items()
    )
