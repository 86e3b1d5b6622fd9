"""Whether each candidate may take the most accurate one's place, told in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sse_steps.report.rows import AcceptanceRow
from sse_steps.report.standing import Standing
from sse_steps.report.wording import listed, milliseconds, percent, points, ratio
from sse_steps.sql.sources import Criterion


class Viability(StrEnum):
    """What the criteria say of a candidate, taken together."""

    VIABLE = "production-viable"
    NOT_VIABLE = "not production-viable"
    NOT_KNOWN = "not known"
    YARDSTICK = "the yardstick"  # the most accurate: what the others are held against


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One candidate's checklist, a row per criterion in the order of `Criterion`, and verdict."""

    model: str
    viability: Viability
    sentence: str
    criteria: tuple[AcceptanceRow, ...]


def acceptances(
    ranked: Sequence[Standing], rows: Sequence[AcceptanceRow]
) -> tuple[Acceptance, ...]:
    """Return the checklist of each candidate, best first; none where no criterion is declared."""
    order = {str(criterion): place for place, criterion in enumerate(Criterion)}
    found = []
    for standing in ranked:
        model = standing.metrics.model
        mine = [row for row in rows if row.model == model]
        criteria = tuple(sorted(mine, key=lambda row: order[row.criterion]))
        if criteria:
            found.append(_acceptance(standing, criteria, rivals=len(ranked) - 1))
    return tuple(found)


def requirement(row: AcceptanceRow) -> str:
    """Return a criterion's threshold in words, as `at most 5 points`."""
    return {
        Criterion.ACCURACY_GAP: f"at most {points(row.threshold)}",
        Criterion.COST_RATIO: f"at least {ratio(row.threshold)}",
        Criterion.LATENCY_P99_MS: f"under {milliseconds(row.threshold)}",
        Criterion.DETERMINISTIC: f"over {percent(row.threshold)}",
        Criterion.FRONTIER_DISTANCE: f"at most {points(row.threshold)}",
    }[Criterion(row.criterion)]


def finding(row: AcceptanceRow) -> str:
    """Return the figure that was found, or nothing where there is none."""
    if row.found is None:
        return ""
    return {
        Criterion.ACCURACY_GAP: points,
        Criterion.COST_RATIO: ratio,
        Criterion.LATENCY_P99_MS: milliseconds,
        Criterion.DETERMINISTIC: percent,
        Criterion.FRONTIER_DISTANCE: points,
    }[Criterion(row.criterion)](row.found)


def _acceptance(
    standing: Standing, criteria: tuple[AcceptanceRow, ...], *, rivals: int
) -> Acceptance:
    model = standing.metrics.model
    missed = list(dict.fromkeys(_missed(row) for row in criteria if row.is_met is False))
    unknown = _unknown([row for row in criteria if row.is_met is None])
    if rivals and standing.rank == 1 and standing.accuracy > 0:
        sentence = f"{model} is the most accurate: the yardstick that the others are held against."
        return Acceptance(model, Viability.YARDSTICK, sentence, criteria)
    if missed:
        sentence = f"{model} is not production-viable: {'; '.join(missed)}.{_told(unknown)}"
        return Acceptance(model, Viability.NOT_VIABLE, sentence, criteria)
    if unknown or not rivals:
        sentence = f"Whether {model} is production-viable is not known.{_told(unknown)}"
        return Acceptance(model, Viability.NOT_KNOWN, sentence, criteria)
    sentence = f"{model} is production-viable: it meets all {len(criteria)} criteria."
    return Acceptance(model, Viability.VIABLE, sentence, criteria)


def _missed(row: AcceptanceRow) -> str:
    if row.found is None and row.note:
        return row.note.rstrip(".").lower()  # it passes nothing, so no figure says anything
    said = {
        Criterion.ACCURACY_GAP: f"its accuracy lies {finding(row)} below the most accurate model's",
        Criterion.COST_RATIO: _cost(row),
        Criterion.LATENCY_P99_MS: f"one reply in a hundred takes {finding(row)} or longer",
        Criterion.DETERMINISTIC: f"{finding(row)} of the examples have the same reply in every run",
        Criterion.FRONTIER_DISTANCE: f"it lacks {finding(row)} of accuracy to the frontier",
    }[Criterion(row.criterion)]
    return f"{said} ({requirement(row)})"


def _cost(row: AcceptanceRow) -> str:
    found = row.found or 0.0
    if found == 1:
        return "it costs the same"
    if found > 1:
        return f"it is only {ratio(found)} cheaper"
    return f"it costs {ratio(1 / found)} more" if found else "the most accurate model costs nothing"


def _unknown(rows: Sequence[AcceptanceRow]) -> list[str]:
    """Return why criteria are not known: each reason once, with all that it holds for."""
    subjects: dict[str, list[str]] = {}
    for row in rows:
        subjects.setdefault(row.note, []).append(_SUBJECTS[Criterion(row.criterion)])
    return [f"{listed(names)} ({reason.rstrip('.').lower()})" for reason, names in subjects.items()]


def _told(unknown: Sequence[str]) -> str:
    return f" Open: {'; '.join(unknown)}." if unknown else ""


_SUBJECTS = {
    Criterion.ACCURACY_GAP: "the gap in accuracy",
    Criterion.COST_RATIO: "what it saves",
    Criterion.LATENCY_P99_MS: "its latency",
    Criterion.DETERMINISTIC: "whether its replies repeat themselves",
    Criterion.FRONTIER_DISTANCE: "how far the frontier is",
}
