"""How long metrics and report take, and in how much memory: 5 models, 5 runs, many examples.

Usage: python benchmarks/bench_report.py [EXAMPLES ...]        (100 1000 10000 unless told)

The results are SYNTHETIC: the texts are the corpus's own solutions under a line that says so, the
verdicts, latencies and costs are drawn by a hash. Nothing here says anything about a model. Each
size is written first, and then measured in a process of its own: the metrics step's work, which
builds the results database, and the report step. Processor: seconds of it that the process used,
which other work on the machine does not lengthen as it does the others. Memory is the peak.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import MISSING, fields
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from sse_steps.corpus.levels import LEVELS
from sse_steps.records import Completion, JudgementRow, Role, VerdictRow
from sse_steps.sql.sources import Criterion, CriterionRow, ModelRow, Sources

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ROOT = Path(__file__).parents[1]
MODELS, RUNS = 5, 5
TASK = "synthetic"
OVERRIDES = ["models=[py2many]", f"run.runs={RUNS}"]

# A number from 0 to 1 that hangs on the row and on a salt, and on the row without its run.
DRAW = "(hash(model, run, example, '{}') % 1000000) / 1e6"
SKILL = "(0.15 + 0.15 * m + 0.2 * ((hash(example, 'ease') % 1000) / 1e3))"
PLACE = {
    "task": f"'{TASK}'",
    "model": "model",
    "run": "run",
    "example": "example",
    "level": "1 + e % 10",
}
LABELLED = "format('// SYNTHETIC, by no model: {} {} {}', model, run, example) || chr(10) || text"
COMPLETIONS = {
    **PLACE,
    "rust": LABELLED,
    "reply": f"'```rust' || chr(10) || {LABELLED} || '```'",
    "finish_reason": "'stop'",
    "prompt_tokens": "300 + e % 200",
    "completion_tokens": "length(text) // 4",
    "latency_s": f"0.01 * (1 + m) * (1 + {DRAW.format('latency')})",
    "machine_s": "0.01",
    "batch_size": "32",
    "cold": "e < 32",
    "cost_usd": "1e-6 * power(10, m)",
    "cached": "false",
    "engine": "'synthetic 1.0'",
    "error": "null::varchar",
}
VERDICTS = {
    **PLACE,
    "outcome": "case when passes then 'passed' when compiles then 'wrong_answer' "
    "else 'compile_error' end",
    "compiles": "compiles",
    "tests_run": "case when compiles then 5 else 0 end",
    "tests_passed": "case when passes then 5 else 0 end",
    "tests_total": "5",
    "error_code": "case when not compiles then 'E0' || (300 + hash(example) % 60) end",
    "diagnostics": "case when passes then '' else 'SYNTHETIC ' || repeat('error: expected ', 20) "
    "end",
    "isolation": "'full'",
    "not_enforced": "'synthetic'",
}
JUDGEMENTS = {**PLACE, "compile_s": "0.02", "run_s": "0.005", "cached": "false"}
ROWS = f"""
select
    'model_' || m as model,
    m,
    run,
    e,
    'example_' || lpad(e::varchar, 6, '0') as example,
    texts[1 + cast(hash(e) % len(texts) as bigint)] as text
from range({MODELS}) models(m), range(1, {RUNS + 1}) runs(run), range($examples) examples(e),
    (select $texts as texts)
"""  # noqa: S608 -- numbers of our own


def write_results(folder: Path, examples: int) -> None:
    """Write synthetic completions and verdicts as Parquet, drawn by hashes."""
    texts = [
        path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("tasks/**/reference.rs"))
    ]
    given = {"examples": examples, "texts": texts}
    judged = (
        f"select *, {DRAW.format('pass')} < {SKILL} as passes, "  # noqa: S608 -- our own
        f"passes or {DRAW.format('compile')} < 0.4 as compiles from ({ROWS})"
    )
    with duckdb.connect() as connection:
        for name, kind, columns in (
            ("completions", Completion, COMPLETIONS),
            ("verdicts", VerdictRow, VERDICTS),
            ("judgements", JudgementRow, JUDGEMENTS),
        ):
            chosen = ", ".join(f"{text} as {column}" for column, text in whole(kind, columns))
            connection.execute(
                f"copy (select {chosen} from ({judged})) "  # noqa: S608 -- our own
                f"to '{folder / name}.parquet' (format parquet)",
                given,
            )


def whole(kind: type[DataclassInstance], columns: dict[str, str]) -> list[tuple[str, str]]:
    """Return an SQL expression for every field: what is drawn, or the field's default."""
    found = []
    for field in fields(kind):
        if field.name not in columns:
            assert field.default is not MISSING, f"{field.name} is not drawn"
        default = "null" if field.default is None else repr(field.default)
        found.append((field.name, columns.get(field.name, default)))
    return found


def sources(folder: Path) -> Sources:
    """Return what the database is built from."""
    thresholds = (0.05, 100, 100, 0.99, 0.02)
    return Sources(
        completions=(folder / "completions.parquet",),
        verdicts=(folder / "verdicts.parquet",),
        judgements=(folder / "judgements.parquet",),
        models=tuple(
            ModelRow(f"model_{m}", Role.CANDIDATE, "synthetic", 10**8, "synthetic", "synthetic")
            for m in range(MODELS)
        ),
        levels=LEVELS,
        criteria=tuple(
            CriterionRow(criterion, threshold)
            for criterion, threshold in zip(Criterion, thresholds, strict=True)
        ),
    )


def measure(folder: Path) -> dict[str, float]:
    """Build the database and write the report; seconds of each, and the process's peak memory."""
    from sse_steps.build_files import Evidence  # noqa: PLC0415
    from sse_steps.config import load_settings  # noqa: PLC0415 - not in the process that writes
    from sse_steps.sql.database import build_database  # noqa: PLC0415
    from sse_steps.steps import report  # noqa: PLC0415
    from sse_steps.steps.plan import Plan  # noqa: PLC0415
    from sse_steps.steps.report_plan import ReportPlan  # noqa: PLC0415

    plan = Plan(load_settings([*OVERRIDES, f"paths.results={folder}"], root=ROOT), ROOT)
    database = folder / "results.duckdb"
    started = time.perf_counter()
    build_database(database, sources(folder))
    built, megabytes = time.perf_counter(), peak_megabytes()
    evidence = Evidence({}, {}, plan.line.golden_prompts, ROOT)
    report.run(ReportPlan(plan).report_slice(), database, evidence, plan.report_files)
    return {
        "metrics_s": built - started,
        "report_s": time.perf_counter() - built,
        "cpu_s": time.process_time(),
        "metrics_mb": megabytes,
        "report_mb": peak_megabytes(),
        "database_mb": database.stat().st_size / 1e6,
        "html_mb": plan.report_files.html.stat().st_size / 1e6,
    }


def peak_megabytes() -> float:
    """Return the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def main() -> None:
    """Measure each size in a process of its own, and print a table."""
    if sys.argv[1:2] == ["--measure"]:
        found = measure(Path(sys.argv[2]))
        sys.stdout.write(f"\n{json.dumps(found)}\n")
        return
    times, sizes = ["metrics", "report", "together", "processor"], ["peak", "database", "HTML"]
    names = ["examples", "completions", *times, *sizes]
    print(f"| {' | '.join(names)} |\n|{' ---: |' * len(names)}")
    for examples in [int(text) for text in sys.argv[1:]] or [100, 1_000, 10_000]:
        with tempfile.TemporaryDirectory() as folder:
            write_results(Path(folder), examples)
            command = [sys.executable, __file__, "--measure", folder]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
        row = json.loads(done.stdout.splitlines()[-1])
        print(
            f"| {examples:,} | {MODELS * RUNS * examples:,} | {row['metrics_s']:.1f} s "
            f"| {row['report_s']:.1f} s | {row['metrics_s'] + row['report_s']:.1f} s "
            f"| {row['cpu_s']:.1f} s | {row['report_mb']:,.0f} MB | {row['database_mb']:,.0f} MB "
            f"| {row['html_mb']:,.1f} MB |",
            flush=True,
        )


if __name__ == "__main__":
    main()
