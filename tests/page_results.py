"""A page of made-up results for tests: three candidates, some of whose costs are odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from synthetic_results import COMPLETION, candidate, scripted, write_parquet, write_sources

from sse_steps.records import Completion, VerdictRow
from sse_steps.report.html import render_html
from sse_steps.report.options import ReportOptions
from sse_steps.report.page_data import load_explorers
from sse_steps.report.report_data import Provenance, Report, load_report
from sse_steps.sql.database import build_database
from sse_steps.sql.sources import ModelRow, ProgramRow

Attempts = Sequence[tuple[Completion, VerdictRow]]

# Two examples a level, three runs.
RUNS = {
    "small": ["ppwcpn", "pwwcpn", "ppwcpn"],
    "large": ["pppppw", "ppppwp", "pppcpp"],
    "unpriced": ["wwwwww", "wwwwww", "pwwwww"],
}
COSTS = {"small": 0.0, "large": 0.01, "unpriced": None}
LATENCIES = {"small": 0.02, "large": 2.0, "unpriced": 0.5}


def three_candidates() -> Attempts:
    """Return the attempts of `RUNS`; one candidate costs nothing, of one nobody knows."""
    return [
        attempt
        for model, runs in RUNS.items()
        for attempt in scripted(
            model,
            runs,
            template=replace(COMPLETION, cost_usd=COSTS[model], latency_s=LATENCIES[model]),
        )
    ]


def programs_of(attempts: Attempts, *, task: str = "task", text: str = "") -> list[ProgramRow]:
    """Return what each example asked."""
    names = sorted({completion.example for completion, _ in attempts if completion.task == task})
    return [
        ProgramRow(
            task=task,
            example=name,
            python=f"def python_of_{index}(): ...{text}",
            signature=None,
            system_prompt=f"You translate.{text}",
            prompt=f"Rewrite number {index}.{text}",
            cases="[]",
            reference=None,
        )
        for index, name in enumerate(names)
    ]


def write_page(
    folder: Path,
    attempts: Attempts,
    *,
    models: Sequence[ModelRow] = (),
    programs: Sequence[ProgramRow] = (),
    declared: Mapping[str, Any] = MappingProxyType({}),
    options: ReportOptions = ReportOptions(),  # noqa: B008 -- frozen
) -> tuple[Path, Report]:
    """Build a database of the attempts under `folder` and write the page from it.

    `declared` holds further fields of `Sources`.
    """
    models = models or [candidate(name) for name in sorted({c.model for c, _ in attempts})]
    folder.mkdir(parents=True, exist_ok=True)
    sources = replace(
        write_sources(folder, attempts, models),
        **declared,
    )
    if programs:
        written = write_parquet(folder / "programs.parquet", programs)
        sources = replace(sources, programs=(written,))
    database = folder / "results.duckdb"
    build_database(database, sources)
    report = load_report(database, options, Provenance("0123abcd"))
    explorers = load_explorers(database, report, page_mb=options.page_mb)
    page = folder / "report.html"
    page.write_text(render_html(report, options, explorers), encoding="utf-8")
    return page, report
