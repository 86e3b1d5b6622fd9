"""Tables about levels as a whole, and about what another try brings."""

from __future__ import annotations

from collections.abc import Sequence

from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.rows import Py2rsScore, TurnMetrics
from sse_steps.report.table import Column, Table
from sse_steps.report.wording import (
    ABSENT,
    dollars,
    listed,
    milliseconds,
    number,
    percent,
    percent_range,
)

PASSED_MARK, LATER_MARK, MISSED_MARK = "●", "◐", "○"
MARKS = (
    f"{PASSED_MARK} passed at the first turn: at least half of the level's examples pass. "
    f"{LATER_MARK} so at a later turn. {MISSED_MARK} not passed."
)


def score_table(report: Report, task: TaskReport) -> Table:
    """Return each candidate's Py2Rs score: levels passed, composite score, and a line of marks."""
    names = ("Levels passed", "Which", "At a later turn", marks_heading(report))
    columns = (
        Column("Model", numeric=False, row_header=True),
        Column("Score of 100"),
        *(Column(name, numeric=False) for name in names),
    )
    rows = tuple(
        (
            score.model,
            number(score.composite_score),
            f"{score.levels_passed} of {len(report.levels)}",
            _levels(score.passed_levels),
            _levels(score.levels_passed_later),
            score.marks,
        )
        for score in _ranked(task)
    )
    note = "The score counts first turns alone: 100 times the weights of the levels passed, over "
    total = f"{sum(level.weight for level in report.levels):g}"
    unseen = f"{ABSENT} has no tested example."
    return Table("Py2Rs score", columns, rows, note=f"{note}{total}. {MARKS} {unseen}")


def mark_lines(report: Report, task: TaskReport) -> tuple[str, ...]:
    """Return a line of marks for each candidate, best first."""
    heading = marks_heading(report)
    return tuple(f"{heading}: {score.marks}  {score.model}" for score in _ranked(task))


def marks_heading(report: Report) -> str:
    """Return which levels a line of marks is about; they are not known where nobody took part."""
    levels = [level.level for level in report.levels]
    return f"Levels {min(levels)}-{max(levels)}" if levels else "Levels"


def turn_table(task: TaskReport) -> Table:
    """Return what each turn of each candidate brought and cost; empty where all had one turn."""
    names = ("Turn", "Asked", "No reply", "Passed here", "Passed so far", "95 % over examples")
    costs = ("Tokens so far", "$ so far", "$ per pass so far", "Latency p50", "Latency p50 so far")
    columns = (
        Column("Model", numeric=False, row_header=True),
        *(Column(name) for name in (*names, *costs)),
    )
    several = {row.model for row in task.turns if row.turn > 1}
    ranked = [standing.metrics.model for standing in task.standings]
    rows = tuple(
        _turn(row)
        for model in ranked
        for row in task.turns
        if row.model == model and model in several
    )
    return Table(
        "Turns",
        columns,
        rows,
        note="The ranking counts turn 1. Later turns ask again what did not pass, with the "
        "compiler's message or the case that failed, over all runs. Tokens, dollars and latency "
        "add up over turns; the latency so far is that of all an example's tries together.",
    )


def _turn(row: TurnMetrics) -> tuple[str, ...]:
    tokens = (row.prompt_tokens_so_far, row.completion_tokens_so_far)
    return (
        row.model,
        f"{row.turn}",
        f"{row.asked:,}",
        f"{row.unanswered:,}",
        f"{row.passed_here:,}",
        percent(row.pass_rate_so_far),
        percent_range(row.wilson_low_so_far, row.wilson_high_so_far),
        " + ".join(ABSENT if count is None else f"{count:,}" for count in tokens),
        dollars(row.cost_usd_so_far),
        dollars(row.usd_per_pass_so_far),
        milliseconds(row.latency_p50_ms),
        milliseconds(row.latency_so_far_p50_ms),
    )


def _ranked(task: TaskReport) -> Sequence[Py2rsScore]:
    scores = {score.model: score for score in task.scores}
    models = (standing.metrics.model for standing in task.standings)
    return [scores[model] for model in models if model in scores]


def _levels(levels: Sequence[int]) -> str:
    return listed([f"{level}" for level in levels]) or ABSENT
