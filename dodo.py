"""The build: which step makes which file from which. `doit list` explains, `doit` builds.

corpus ─┐
        ├─> transpile ─> check ─> metrics ─> report
download┘      crates ─┘
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sse_steps.config import overrides_in
from sse_steps.steps import (
    COMMAND,
    Reporter,
    action,
    command,
    option,
    settings_or_message,
    unchanged,
)
from sse_steps.steps.machine import compiler_version
from sse_steps.steps.plan import Plan

DOIT_CONFIG = {
    "default_tasks": ["report"],
    "verbosity": 2,
    "backend": "sqlite3",
    "reporter": Reporter,
}

ROOT = Path(__file__).parent.resolve()
PLAN = Plan(settings_or_message(overrides_in(sys.argv[1:]), ROOT), ROOT)

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
            "uptodate": [unchanged(settings, python=sys.version, corpus=str(corpus))],
            "actions": [action("corpus", settings, corpus, PLAN.cache, target, reasons)],
            "clean": True,
        }


def task_download() -> Iterator[Task]:
    """Bring each model's weights and check every byte of them."""
    for model, target in PLAN.downloads():
        settings = PLAN.download_slice(model)
        yield {
            "name": model,
            "file_dep": [target] if PLAN.is_local(model) else [],
            "targets": [] if PLAN.is_local(model) else [target],
            "uptodate": [unchanged(settings)],
            "actions": [action("download", settings, target)],
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
            "actions": [action("crates", settings, folder, PLAN.cache)],
        }


def task_transpile() -> Iterator[Task]:
    """Let each model turn each example into Rust, in one shot."""
    for origin in PLAN.origins():
        examples, target = PLAN.examples(origin.task), PLAN.completions(origin)
        settings, weights = PLAN.transpile_slice(origin), PLAN.weights(origin.model)
        yield {
            "name": f"{origin.task}:{origin.model}:{origin.run}",
            "file_dep": [examples, *([weights] if weights else [])],
            "task_dep": [f"transpile:{name}" for name in PLAN.earlier(origin)],
            "targets": [target],
            "uptodate": [unchanged(settings, **PLAN.engine_versions(origin.model))],
            "actions": [action("transpile", settings, examples, weights, PLAN.cache, target)],
            "clean": True,
        }


def task_check() -> Iterator[Task]:
    """Compile each completion, put its cases to it and record the verdict."""
    for origin in PLAN.origins():
        settings = PLAN.check_slice(origin.task)
        examples, completions = PLAN.examples(origin.task), PLAN.completions(origin)
        target, lock = PLAN.verdicts(origin), PLAN.lock_folder(origin.task)
        yield {
            "name": f"{origin.task}:{origin.model}:{origin.run}",
            "file_dep": [examples, completions, *PLAN.crates(origin.task, compiler_version())],
            "targets": [target],
            "uptodate": [unchanged(settings, rustc=compiler_version(), python=sys.version)],
            "actions": [action("check", settings, examples, completions, lock, PLAN.cache, target)],
            "clean": True,
        }


def task_metrics() -> Task:
    """Turn verdicts into metrics and Pareto frontiers, in SQL."""
    completions = [PLAN.completions(origin) for origin in PLAN.origins()]
    verdicts = [PLAN.verdicts(origin) for origin in PLAN.origins()]
    weights = {model: PLAN.weights(model) for model in PLAN.settings.models}
    corpora = {task: PLAN.left_out(task) for task in PLAN.settings.tasks}
    settings, target = PLAN.metrics_slice(), PLAN.database
    return {
        "file_dep": [*completions, *verdicts, *corpora.values()],
        "targets": [target],
        "uptodate": [unchanged(settings)],
        "actions": [action("metrics", settings, completions, verdicts, weights, corpora, target)],
        "clean": True,
    }


def task_report() -> Task:
    """Write the report: Markdown, HTML, JSON, a chart, and a table on the terminal."""
    settings, files = PLAN.report_slice(), PLAN.report_files
    return {
        "file_dep": [PLAN.database],
        "targets": [files.markdown, files.html, files.json, files.chart],
        "uptodate": [unchanged(settings)],
        "actions": [action("report", settings, PLAN.database, files)],
        "clean": True,
    }


def task_verify() -> Task:
    """Judge one Rust file: doit verify --source out.rs [--tests tests.rs | --cases cases.json]."""
    return {
        "params": [
            option("source", "the Rust to judge"),
            option("tests", "Rust tests for it"),
            option("cases", "cases for it, as JSON"),
            option("json", "print one JSON object", default=False),
        ],
        "actions": [command("verify", PLAN.verify_slice(), PLAN.verify_lock(), PLAN.cache)],
        "meta": COMMAND,
    }


def task_inspect() -> Task:
    """Say what a model file is, from its header: doit inspect --model FILE [--json]."""
    return {
        "params": [
            option("model", "the file: .apr, .gguf, .safetensors"),
            option("json", "print one JSON object", default=False),
        ],
        "actions": [command("inspect")],
        "meta": COMMAND,
    }


def task_corpus_stats() -> Task:
    """Say what a corpus holds: doit corpus-stats --path PATH."""
    return {
        "basename": "corpus-stats",
        "params": [
            option("path", "a folder or a file", default=PLAN.default_corpus),
            option("json", "print JSON", default=False),
        ],
        "actions": [command("corpus_stats", ROOT)],
        "meta": COMMAND,
    }


def task_benchmark() -> Task:
    """Say how a corpus spreads over the levels: doit benchmark --corpus PATH [--verbose]."""
    return {
        "params": [
            option("corpus", "a folder or a file", default=PLAN.default_corpus),
            option("verbose", "print each example", default=False),
            option("json", "print JSON", default=False),
        ],
        "actions": [command("benchmark", ROOT)],
        "meta": COMMAND,
    }
