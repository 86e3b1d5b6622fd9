"""Command: the Pareto analysis of results, or of figures in a file, on the terminal."""

from __future__ import annotations

import csv
import json as json_format
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sse_steps.errors import InputFileError, UserError
from sse_steps.pareto_analysis import EvalResult, ParetoAnalysis, analyze_pareto
from sse_steps.printable import printable
from sse_steps.records import Role
from sse_steps.report.answer import print_answer
from sse_steps.sql.query import Answer, read_existing

_NEEDED = ("model_id", "task_id", "accuracy")
_KNOWN = (*_NEEDED, "cost", "latency_s", "metadata")
_BEYOND = "(beyond the heads of the columns)"
_COLUMNS = (
    "model",
    "accuracy",
    "cost",
    "latency",
    "frontier",
    "gap",
    "cost x",
    "latency x",
    "value",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """The columns of `model_metrics` that the analysis is about."""

    task: str
    model: str
    role: str
    pass_at_1: float | None
    usd_per_example: float | None
    latency_p50_ms: float | None


def run(database: Path, here: Path, *, input: str, json: bool) -> bool:  # noqa: A002 - the option's name
    """Print, for each task, who is worth having and what the others give up.

    Args:
        database: this project's results.
        here: the folder that relative paths start from.
        input: a folder of results, a results.duckdb, or a JSON or CSV file of figures; empty: this
            project's results.
        json: whether to print JSON instead of tables.

    Raises:
        QueryError: there is no database, or it was built by another version.
        InputFileError: the file holds no figures that can be read.
        UserError: a figure is out of its range, or a model has several at one task.
    """
    results = _results(here / input if input else database)
    tasks = list(dict.fromkeys(result.task_id for result in results))
    found = {task: [result for result in results if result.task_id == task] for task in tasks}
    analyses = {task: analyze_pareto(figures) for task, figures in found.items()}
    if json:
        data = [{"task_id": task, **asdict(analysis)} for task, analysis in analyses.items()]
        sys.stdout.write(f"{json_format.dumps(data, indent=2)}\n")
        return True
    for task, analysis in analyses.items():
        _print(task, found[task], analysis)
    return True


def _results(path: Path) -> list[EvalResult]:
    path = path / "results.duckdb" if path.is_dir() else path
    if path.suffix in (".json", ".csv"):
        return _of_file(path)
    rows = read_existing(path, "model_metrics", Measured)
    return [
        _of_row(row) for row in rows if row.role == Role.CANDIDATE and row.pass_at_1 is not None
    ]


def _of_row(row: Measured) -> EvalResult:
    latency = row.latency_p50_ms
    return EvalResult(
        model_id=row.model,
        task_id=row.task,
        accuracy=row.pass_at_1 or 0.0,
        cost=row.usd_per_example,
        latency_s=None if latency is None else latency / 1000,
    )


def _of_file(path: Path) -> list[EvalResult]:
    try:
        text = path.read_text(encoding="utf-8")
        rows = json_format.loads(text) if path.suffix == ".json" else _csv_rows(text)
    except OSError as fault:
        raise InputFileError(
            f"'{path}' cannot be read: {fault.strerror}.", "Name a file of figures, or a folder."
        ) from fault
    except (ValueError, RecursionError, csv.Error) as fault:
        raise InputFileError(f"'{path}' cannot be read: {fault}.", "Mend the file.") from fault
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise InputFileError(
            f"'{path}' holds no list of results.",
            f"Give each result an object, or a line, with {', '.join(_KNOWN[:-1])}.",
        )
    return [_of_entry(row, f"'{path}', result {number}") for number, row in enumerate(rows, 1)]


def _csv_rows(text: str) -> list[dict[str, Any]]:
    return [dict(row) for row in csv.DictReader(text.splitlines(), restkey=_BEYOND)]


def _of_entry(row: Mapping[str, Any], where: str) -> EvalResult:
    missing = [key for key in _NEEDED if row.get(key) in (None, "")]
    unknown = [str(key) for key in row if key not in _KNOWN]
    if missing or unknown:
        wrong = f"lacks {missing[0]}" if missing else f"has the unknown key '{unknown[0]}'"
        raise InputFileError(f"{where} {wrong}.", f"Its keys are {', '.join(_KNOWN)}.")
    try:
        return EvalResult(
            model_id=str(row["model_id"]),
            task_id=str(row["task_id"]),
            accuracy=_number(row["accuracy"]) or 0.0,
            cost=_number(row.get("cost")),
            latency_s=_number(row.get("latency_s")),
        )
    except ValueError as fault:
        raise InputFileError(f"{where}: {fault}.", "Write a number, or nothing.") from fault
    except UserError as fault:
        raise InputFileError(f"{where}: {fault.wrong}", fault.remedy) from fault


def _number(value: object) -> float | None:
    """Return a figure; nothing, in either format, is "not known"."""
    return None if value is None or value == "" else float(str(value))


def _print(task: str, results: Sequence[EvalResult], analysis: ParetoAnalysis) -> None:
    by_name = {result.model_id: result for result in results}
    rows = tuple(
        (
            trade_off.model_id,
            by_name[trade_off.model_id].accuracy,
            by_name[trade_off.model_id].cost,
            by_name[trade_off.model_id].latency_s,
            _place(trade_off.model_id, analysis),
            trade_off.accuracy_gap,
            trade_off.cost_ratio,
            trade_off.latency_ratio,
            trade_off.value_score,
        )
        for trade_off in analysis.trade_offs
    )
    sys.stdout.write(f"{printable(task)}\n")
    print_answer(Answer(_COLUMNS, rows))
    sys.stdout.write("".join(f"{printable(line)}\n" for line in _in_words(analysis)))


def _place(model: str, analysis: ParetoAnalysis) -> str:
    if model not in analysis.frontier_models:
        return "behind"
    return "convex" if model in analysis.convex_frontier_models else "on it"


def _in_words(analysis: ParetoAnalysis) -> Iterator[str]:
    for each in analysis.dominations:
        gain = f"{100 * each.accuracy_gain:.3g} points more"
        yield (
            f"{each.dominated_by} dominates {each.model_id}: {gain}, cost "
            f"{_times(each.cost_ratio)}, latency {_times(each.latency_ratio)}."
        )
    for mixture in analysis.mixtures:
        yield (
            f"A mixture beats {mixture.model_id}: {mixture.cheaper} for "
            f"{100 * mixture.probability:.3g} % of requests"
            f"{f', {mixture.dearer} for the rest' if mixture.dearer else ''}."
        )
    if analysis.value_leader is not None:
        yield f"Highest value score: {analysis.value_leader}."
    if analysis.per_dollar_leader is not None:
        yield f"Most accuracy for its cost: {analysis.per_dollar_leader}."


def _times(ratio: float | None) -> str:
    return "not known" if ratio is None else f"{ratio:.3g}x"
