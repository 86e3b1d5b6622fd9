"""A small results database for tests of what reads one; nothing in it was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from synthetic_results import COMPLETION, candidate, scripted, write_parquet, write_sources

from sse_steps.records import Completion, Role
from sse_steps.sql.database import build_database
from sse_steps.sql.sources import FactRow, ProgramRow

# What each candidate's runs come to, a letter an example: see `scripted`.
RUNS: Mapping[str, Sequence[str]] = {
    "large": ("pppwcn", "pppwcn"),
    "small": ("ppwcwc", "ppwcwc"),
    "dear": ("pwwwcc", "pcwwcc"),
}
COSTS = {"large": 0.01, "small": 0.001, "dear": 0.02}
LATENCIES_S = {"large": 1.0, "small": 0.1, "dear": 2.0}


def example_results(
    folder: Path,
    *,
    runs: Mapping[str, Sequence[str]] = RUNS,
    costs: Mapping[str, float | None] = COSTS,
    cases: str = "[]",
    rustc: str = "rustc 1.0",
    stub: str = "c",
) -> Path:
    """Build a database in `folder` and return it; `stub` is what the failing control comes to."""
    folder.mkdir(parents=True, exist_ok=True)
    examples = max(len(letters) for scripts in runs.values() for letters in scripts)
    scripts = {**runs, "reference": ["p" * examples] * 2, "stub": [stub * examples] * 2}
    attempts = [
        attempt
        for model, letters in scripts.items()
        for attempt in scripted(model, letters, template=_template(model, costs))
    ]
    roles = {"reference": Role.CONTROL_PASS, "stub": Role.CONTROL_FAIL}
    models = [candidate(name, role=roles.get(name, Role.CANDIDATE)) for name in scripts]
    programs = [
        ProgramRow("task", f"e{index:02}", "print(1)", "fn f()", "system", "prompt", cases, None)
        for index in range(examples)
    ]
    sources = replace(
        write_sources(folder, attempts, models),
        programs=(write_parquet(folder / "programs.parquet", programs),),
        facts=(FactRow("rustc", rustc),),
    )
    database = folder / "results.duckdb"
    build_database(database, sources)
    return database


def _template(model: str, costs: Mapping[str, float | None]) -> Completion:
    return replace(
        COMPLETION,
        cost_usd=costs.get(model, 0.001),
        latency_s=LATENCIES_S.get(model, 0.1),
    )
