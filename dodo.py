"""The build: which step makes which file from which. `doit list` explains, `doit` builds.

                    corpus ─┐
                            ├─> transpile ─> check ─> metrics ─> report
download ─> convert ─> validate ┘    crates ─┘
"""

import sys
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from sse_steps.steps import (
    COMMAND,
    SIDE_BY_SIDE,
    command,
    holds,
    not_skipped,
    noted,
    settings_or_message,
    step_action,
    unchanged,
)
from sse_steps.steps.command_line import overrides_of, state_file
from sse_steps.steps.commands import commands, report_elsewhere
from sse_steps.steps.evaluate_line import REPORT_OPTIONS
from sse_steps.steps.machine import compiler_version
from sse_steps.steps.plan import Plan
from sse_steps.steps.report_plan import ReportPlan
from sse_steps.steps.reporter import reporter_of

ARGUMENTS = sys.argv[1:]
DOIT_CONFIG: dict[str, Any] = {
    "default_tasks": ["record", "report"],
    "verbosity": 2,
    "backend": "sqlite3",
    "dep_file": state_file(ARGUMENTS),
    "num_process": 4,
    "par_type": "thread",
}

ROOT = Path(__file__).parent.resolve()
PLAN = Plan(settings_or_message(overrides_of(ARGUMENTS), ROOT), ROOT)
LINE = PLAN.line
REPORT = ReportPlan(PLAN)
DOIT_CONFIG["reporter"] = reporter_of(PLAN)
DOIT_CONFIG["continue"] = "pipeline" in ARGUMENTS  # each model goes as far as it can

action = partial(step_action, PLAN.cache)

Task = dict[str, Any]


def task_corpus() -> Iterator[Task]:
    """Run the Python of each example to learn what its Rust must answer."""
    for task in PLAN.settings.tasks:
        corpus, settings = PLAN.corpus_path(task), PLAN.corpus_slice(task)
        target, reasons = PLAN.examples(task), PLAN.left_out(task)
        yield {
            "name": task,
            "file_dep": PLAN.corpus_files(task),
            "targets": [target, reasons],
            "uptodate": [
                unchanged(settings, python=sys.version, corpus=str(corpus)),
                *PLAN.corpus_conditions(task),
            ],
            "io": SIDE_BY_SIDE,
            "actions": [action("corpus", settings, corpus, PLAN.cache, target, reasons)],
            "clean": True,
        }


def task_download() -> Iterator[Task]:
    """Bring each model's weights and check every byte of them."""
    for model, files in LINE.downloads().items():
        settings = LINE.download_slice(model)
        stage = LINE.stage(model, "download", files.downloaded)
        yield {
            "name": model,
            "file_dep": LINE.local_files(model),
            "targets": [files.downloaded],
            "uptodate": [
                noted(partial(LINE.claim, model)),
                unchanged(settings),
                holds(partial(LINE.is_brought, model), "its files are not as recorded"),
            ],
            "io": SIDE_BY_SIDE,
            "actions": [action("download", settings, stage, files, LINE.storage)],
        }


def task_convert() -> Iterator[Task]:
    """Turn each model's weights into the one format that every engine runs, quantised as asked."""
    for model, conversion in LINE.conversions().items():
        stage, quantization = (
            LINE.stage(model, "convert", conversion.record),
            conversion.quantization,
        )
        before, source, target = conversion.downloaded, conversion.source, conversion.target
        yield {
            "name": model,
            "file_dep": [before],
            "targets": [conversion.record, target],
            "uptodate": [unchanged(conversion.settings), not_skipped(conversion.record)],
            "io": SIDE_BY_SIDE,
            "actions": [
                action("convert", quantization, stage, before, source, target, LINE.storage)
            ],
        }


def task_validate() -> Iterator[Task]:
    """Put each model to the golden prompts, and its weights beside their source."""
    for model, files in LINE.lines().items():
        settings, record = LINE.validate_slice(model), files.validated
        versions = LINE.comparison_versions(model)
        stage, prompts = LINE.stage(model, "validate", record), LINE.golden_prompts
        yield {
            "name": model,
            "file_dep": [*files.compared, prompts],
            "targets": [record],
            "uptodate": [unchanged(settings, **versions), not_skipped(record)],
            "io": SIDE_BY_SIDE,
            "actions": [action("validate", settings, stage, files, prompts)],
        }


def task_pipeline() -> Iterator[Task]:
    """Take each model along the whole line: download, convert, validate."""
    yield {"name": None, "doc": str(task_pipeline.__doc__), "meta": COMMAND}
    for model, files in LINE.lines().items():
        yield {
            "name": model,
            "actions": [command("pipeline", model, files.validated)],
            "task_dep": [f"validate:{model}"],
            "io": SIDE_BY_SIDE,
            "meta": COMMAND,
        }


def task_crates() -> Iterator[Task]:
    """Bring the crates that tasks allow, and build them isolated."""
    for task, target in PLAN.crate_builds(compiler_version()):
        settings, folder = PLAN.crates_slice(task), PLAN.lock_folder(task)
        yield {
            "name": task,
            "file_dep": [folder / "Cargo.toml", folder / "Cargo.lock"],
            "targets": [target],
            "uptodate": [unchanged(settings, rustc=compiler_version())],
            "io": SIDE_BY_SIDE,
            "actions": [action("crates", settings, folder, PLAN.cache)],
        }


def task_transpile() -> Iterator[Task]:
    """Let each model turn each example into Rust, in one shot, or in as many turns as asked."""
    for origin in PLAN.origins():
        settings, files = PLAN.transpile_slice(origin), PLAN.transpile_files(origin)
        record, file = LINE.record(origin.model), LINE.engine_file(origin.model)
        versions, cache = LINE.engine_versions(origin.model), PLAN.cache
        yield {
            "name": origin.name,
            "file_dep": [*files.read, *LINE.engine_depends_on(origin.model)],
            "task_dep": [f"transpile:{name}" for name in PLAN.earlier(origin)],
            "targets": files.targets,
            "uptodate": [unchanged(settings, **versions), not_skipped(record)],
            "io": SIDE_BY_SIDE,
            "actions": [action("transpile", settings, files, record, file, cache, PLAN.scale)],
            "clean": True,
        }


def task_record() -> Iterator[Task]:
    """Keep what installed tools replied, to be replayed without them."""
    for model, target in PLAN.recordings():
        settings, runs = PLAN.record_slice(model), PLAN.runs_of(model)
        written = [PLAN.transpile_files(origin) for origin in runs]
        read = [path for files in written for path in (files.completions, *files.read)]
        yield {
            "name": model,
            "file_dep": read,
            "targets": [target],
            "uptodate": [unchanged(settings)],
            "io": SIDE_BY_SIDE,
            "actions": [action("record", settings, written, target)],
        }


def task_check() -> Iterator[Task]:
    """Compile each completion, put its cases to it and record the verdict."""
    for origin in PLAN.origins():
        settings, lock = PLAN.check_slice(origin.task), PLAN.lock_folder(origin.task)
        files, crates = PLAN.check_files(origin), PLAN.crates(origin.task, compiler_version())
        yield {
            "name": origin.name,
            "file_dep": [files.examples, files.completions, *crates],
            "task_dep": [f"check:{name}" for name in PLAN.earlier(origin)],
            "targets": files.targets,
            "uptodate": [unchanged(settings, rustc=compiler_version(), python=sys.version)],
            "io": SIDE_BY_SIDE,
            "actions": [action("check", settings, files, lock, PLAN.cache, PLAN.scale)],
            "clean": True,
        }


def task_metrics() -> Task:
    """Turn verdicts into metrics and Pareto frontiers, in SQL."""
    records, rows = REPORT.stage_records, REPORT.rows()
    corpora = {task: PLAN.left_out(task) for task in PLAN.settings.tasks}
    examples = {task: REPORT.examples(task) for task in PLAN.settings.tasks}
    settings, target = REPORT.metrics_slice(), PLAN.database
    return {
        "file_dep": [*rows.files, *corpora.values(), *chain(*examples.values()), *records.values()],
        "targets": [target],
        "uptodate": [unchanged(settings)],
        "io": SIDE_BY_SIDE,
        "actions": [action("metrics", settings, rows, corpora, examples, records, target)],
        "clean": True,
    }


def task_report() -> Task:
    """Write the report: Markdown, HTML, JSON, charts, and a table on the terminal."""
    if (elsewhere := report_elsewhere(PLAN, ARGUMENTS)) is not None:
        return elsewhere
    settings, files, evidence = REPORT.report_slice(), PLAN.report_files, REPORT.evidence
    return {
        "params": REPORT_OPTIONS,
        "file_dep": [PLAN.database, *evidence.files],
        "targets": list(files.all),
        "uptodate": [unchanged(settings)],
        "io": SIDE_BY_SIDE,
        "actions": [action("report", settings, PLAN.database, evidence, files)],
        "clean": True,
    }


def task_commands() -> Iterator[Task]:
    """Print what is asked for and make nothing: verify, inspect, sql, compare, gate and others."""
    yield from commands(PLAN, ARGUMENTS)
