"""Command: candidates of the results held to declared thresholds, one line each."""

from __future__ import annotations

import json as json_format
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from operator import ge, le
from pathlib import Path

from sse_steps.errors import ConfigError, nearest
from sse_steps.printable import printable
from sse_steps.records import Role
from sse_steps.settings import GateSettings, HeldAgainst
from sse_steps.sql.query import read_existing


@dataclass(frozen=True, slots=True)
class Measured:
    """The columns of `model_metrics` that a threshold can be held against."""

    task: str
    model: str
    role: str
    pass_at_1: float | None
    wilson_low: float | None
    compile_rate: float | None
    composite_score: float | None
    usd_per_example: float | None
    latency_p95_ms: float | None


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit on one column: `least` says whether figures must reach it or keep below it."""

    what: str
    column: str
    least: bool
    limit: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One candidate held to one threshold. A figure that nobody knows does not pass."""

    task: str
    model: str
    what: str
    found: float | None
    limit: float
    least: bool
    passed: bool

    def __str__(self) -> str:
        found = "not known" if self.found is None else f"{self.found:.6g}"
        verb = "at least" if self.least else "at most"
        mark = "passed" if self.passed else "FAILED"
        return printable(
            f"{mark}  {self.task} {self.model}: {self.what} {found}, {verb} {self.limit:g} wanted"
        )


def run(settings: GateSettings, database: Path, *, json: bool) -> bool:
    """Print what every threshold found, and return whether all candidates pass all of them.

    Args:
        settings: the thresholds, and whom to hold to them.
        database: the results.
        json: whether to print JSON instead of lines.

    Raises:
        ConfigError: no threshold is declared, or a model has no results.
        QueryError: there is no database, or it was built by another version.
    """
    thresholds = _thresholds(settings)
    if not thresholds:
        raise ConfigError(
            "No threshold is declared: every one in conf/gate/default.yaml is null.",
            "Declare one there or here: doit gate gate.least_pass_at_1=0.05",
        )
    candidates = _candidates(settings, read_existing(database, "model_metrics", Measured))
    findings = tuple(_findings(candidates, thresholds))
    if json:
        sys.stdout.write(f"{json_format.dumps([asdict(each) for each in findings], indent=2)}\n")
    else:
        sys.stdout.write("".join(f"{each}\n" for each in findings))
    return all(each.passed for each in findings)


def _thresholds(settings: GateSettings) -> tuple[Threshold, ...]:
    """Return what is declared, in the order of the file."""
    by_end = settings.pass_at_1_by is HeldAgainst.LOWER_END
    pass_name, pass_column = (
        ("lower end of pass@1", "wilson_low") if by_end else ("pass@1", "pass_at_1")
    )
    known = (
        (pass_name, pass_column, True, settings.least_pass_at_1),
        ("compile rate", "compile_rate", True, settings.least_compile_rate),
        ("composite score", "composite_score", True, settings.least_composite_score),
        ("$ per example", "usd_per_example", False, settings.largest_usd_per_example),
        ("latency p95 in ms", "latency_p95_ms", False, settings.largest_latency_p95_ms),
    )
    return tuple(
        Threshold(what, column, least, limit)
        for what, column, least, limit in known
        if limit is not None
    )


def _candidates(settings: GateSettings, rows: Sequence[Measured]) -> tuple[Measured, ...]:
    candidates = tuple(row for row in rows if row.role == Role.CANDIDATE)
    names = {row.model for row in candidates}
    for name in settings.models:
        if name not in names:
            raise ConfigError(f"gate.models: '{name}' has no results.", nearest(name, names))
    if not candidates:
        raise ConfigError("There is no candidate in the results.", "Name one: doit models=[NAME]")
    return tuple(row for row in candidates if row.model in (settings.models or names))


def _findings(rows: Sequence[Measured], thresholds: Sequence[Threshold]) -> Iterator[Finding]:
    for row in rows:
        for each in thresholds:
            found: float | None = getattr(row, each.column)
            holds = ge if each.least else le
            passed = found is not None and bool(holds(found, each.limit))
            yield Finding(row.task, row.model, each.what, found, each.limit, each.least, passed)
