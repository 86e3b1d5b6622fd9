"""Command: two results in, what got better and what worse between them on the terminal."""

from __future__ import annotations

import json as json_format
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sse_steps.errors import QueryError
from sse_steps.printable import printable
from sse_steps.report.answer import print_answer
from sse_steps.report.compared import Change, Compared, ComparedModel, Tolerances, compared
from sse_steps.settings import GateSettings
from sse_steps.sql.evaluation import read_evaluation
from sse_steps.sql.query import Answer

_WORDS = {
    Change.BETTER: "is better",
    Change.WORSE: "is worse",
    Change.NOT_SHOWN: "is not shown to differ",
}
_COLUMNS = (
    *("task", "model", "there", "here", "difference", "low", "high"),
    *("only there", "only here", "p", "p (Holm)", "change", "cost ratio", "latency ratio"),
)


def run(
    settings: GateSettings, database: Path, *, fail_on_regression: bool, json: bool, **other: str
) -> bool:
    """Print what differs; return False where something got worse and that is to be a failure.

    Args:
        settings: by how much cost and latency may grow.
        database: these results.
        fail_on_regression: whether a regression is a failure.
        json: whether to print JSON instead of words and a table.
        other: under `with`, the other results: a folder, or its database.

    Raises:
        QueryError: a database is missing or of another version, or nothing is in both.
    """
    there = _database(other["with"])
    tolerances = Tolerances(settings.tolerated_cost_increase, settings.tolerated_latency_increase)
    found = compared(read_evaluation(database), read_evaluation(there), tolerances)
    if not found.models:
        why = found.not_alike[0] if found.not_alike else "No candidate is in both."
        raise QueryError(
            f"{database} and {there} have nothing to compare. {why}",
            "Evaluate the same model on the same examples in both.",
        )
    if json:
        sys.stdout.write(f"{json_format.dumps(_as_data(found, there), indent=2)}\n")
    else:
        _print(found, there)
    return not (fail_on_regression and found.has_regression)


def _database(other: str) -> Path:
    """Return the database of a results folder, or the one that is named itself."""
    if not other:
        raise QueryError(
            "There is nothing to compare with.",
            "Name the other results: doit compare --with FOLDER",
        )
    path = Path(other)
    return path / "results.duckdb" if path.is_dir() else path


def _as_data(found: Compared, there: Path) -> dict[str, Any]:
    return {"with": str(there), "has_regression": found.has_regression, **asdict(found)}


def _print(found: Compared, there: Path) -> None:
    lines = [f"There: {there}", *(f"NOT ALIKE  {each}" for each in found.not_alike)]
    for where, pairs in (("here", found.only_here), ("there", found.only_there)):
        lines += [f"Only {where}: {model} on {task}" for task, model in pairs]
    sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))
    print_answer(Answer(_COLUMNS, tuple(_row(model) for model in found.models)))
    for model in found.models:
        sys.stdout.write("".join(f"{printable(line)}\n" for line in _in_words(model)))


def _row(model: ComparedModel) -> tuple[object, ...]:
    each = model.comparison
    return (
        *(model.task, model.model, model.pass_rate_there, model.pass_rate_here),
        *(each.difference, each.low, each.high, each.only_second, each.only_first),
        *(each.p_mcnemar, model.p_holm, str(model.change), model.cost_ratio, model.latency_ratio),
    )


def _in_words(model: ComparedModel) -> Iterator[str]:
    each = model.comparison
    points = f"{100 * each.difference:+.3g} points of pass@1 on {each.examples} examples"
    chance = "more than chance" if model.change is not Change.NOT_SHOWN else "may be chance"
    if each.difference == 0:
        chance = "no difference"
    yield f"{model.model} {_WORDS[model.change]} on {model.task}: {points}, {chance}."
    for regression in model.regressions:
        yield f"REGRESSION  {model.model} on {model.task}: {regression}."
    if each.note:
        yield f"  {each.note}"
