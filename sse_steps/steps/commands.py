"""The tasks that are commands: they print, and make nothing. What each does is in its own step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from doit import get_initial_workdir
from doit.task import Task

from sse_steps.steps import COMMAND, SIDE_BY_SIDE, command, command_like
from sse_steps.steps.command_line import TextCommand, options_of
from sse_steps.steps.evaluate_line import (
    EVALUATE,
    EVALUATE_OPTIONS,
    REPORT_OPTIONS,
    is_report_file,
)
from sse_steps.steps.options import option
from sse_steps.steps.plan import Plan


def commands(plan: Plan, arguments: Sequence[str]) -> Iterator[dict[str, Any] | Task]:
    """Yield every command.

    Args:
        plan: the build that the commands are about.
        arguments: the command line, for a command that takes a text.
    """
    yield _evaluate(plan, arguments)
    yield _analyze(plan)
    yield _verify(plan)
    yield _inspect()
    yield _corpus_stats(plan)
    yield _benchmark(plan)
    yield _cache(plan)
    yield _sql(plan, arguments)
    yield _compare(plan)
    yield _gate(plan)
    yield from _demonstrations(plan)


def report_elsewhere(plan: Plan, arguments: Sequence[str]) -> dict[str, Any] | None:
    """Return the task `report` as a command, where a command line gives it options."""
    options = options_of("report", REPORT_OPTIONS, arguments)
    if options is None or not any(options.values()):
        return None
    if options["output"]:
        is_report_file(_here() / options["output"])  # or a fault, before any work
    return {
        "doc": "Write the report of results that are there already.",
        "params": REPORT_OPTIONS,
        "actions": [command("report_to", plan, _here(), _render)],
        "task_dep": [] if options["input"] else ["metrics"],
        "io": SIDE_BY_SIDE,
        "meta": COMMAND,
    }


def _here() -> Path:
    """Return the folder that a command was typed in; doit goes to that of dodo.py."""
    return Path(get_initial_workdir() or ".").absolute()


def _render(*arguments: object) -> None:
    import_module("sse_steps.steps.report").run(*arguments)


def _evaluate(plan: Plan, arguments: Sequence[str]) -> dict[str, Any]:
    options = options_of(EVALUATE, EVALUATE_OPTIONS, arguments) or {}
    output = _here() / options["output"] if options.get("output") else None
    copy = output if output is not None and is_report_file(output) else None
    return {
        "basename": EVALUATE,
        "doc": "Evaluate models on tasks: doit evaluate --tasks T --models M --output FILE.",
        "params": EVALUATE_OPTIONS,
        "task_dep": ["record", "report"],
        "actions": [command("evaluate", plan.report_files, copy)],
        "io": SIDE_BY_SIDE,
        "meta": command_like(
            'doit evaluate --tasks "tasks/*.yaml" --models "models/*.apr" --output results.json',
            "doit evaluate --models models/mine.gguf --baselines TOOL,TOOL --samples 20",
            "doit evaluate --corpus path/to/examples --output results-mine",
        ),
    }


def _analyze(plan: Plan) -> dict[str, Any]:
    return {
        "basename": "analyze",
        "doc": "Say who is worth having: doit analyze --input RESULTS [--json].",
        "params": [
            option("input", "results: a folder or its database, or a .json or .csv of figures"),
            option("json", "print JSON", default=False),
        ],
        "actions": [command("analyze", plan.database, _here())],
        "io": SIDE_BY_SIDE,
        "meta": command_like(
            "doit analyze --input results", "doit analyze --input figures.csv --json"
        ),
    }


def _verify(plan: Plan) -> dict[str, Any]:
    return {
        "basename": "verify",
        "doc": "Judge one Rust file: doit verify --source out.rs [--tests T.rs | --cases C.json].",
        "params": [
            option("source", "the Rust to judge"),
            option("tests", "Rust tests for it"),
            option("cases", "cases for it, as JSON"),
            option("json", "print one JSON object", default=False),
        ],
        "actions": [command("verify", plan.verify_slice(), plan.verify_lock(), plan.cache)],
        "meta": command_like(
            "doit verify --source out.rs",
            "doit verify --source out.rs --tests tests.rs",
            "doit verify --source out.rs --cases cases.json --json",
        ),
    }


def _inspect() -> dict[str, Any]:
    return {
        "basename": "inspect",
        "doc": "Say what a model file is, from its header: doit inspect --model FILE [--json].",
        "params": [
            option("model", "the file: .apr, .gguf, .safetensors"),
            option("json", "print one JSON object", default=False),
        ],
        "actions": [command("inspect")],
        "meta": command_like("doit inspect --model models/mine.gguf"),
    }


def _corpus_stats(plan: Plan) -> dict[str, Any]:
    return {
        "basename": "corpus-stats",
        "doc": "Say what a corpus holds: doit corpus-stats --path PATH.",
        "params": [
            option("path", "a folder or a file", default=plan.default_corpus),
            option("json", "print JSON", default=False),
        ],
        "actions": [command("corpus_stats", plan.root)],
        "meta": command_like("doit corpus-stats --path path/to/examples"),
    }


def _benchmark(plan: Plan) -> dict[str, Any]:
    return {
        "basename": "benchmark",
        "doc": "Say how a corpus spreads over the levels: doit benchmark --corpus PATH.",
        "params": [
            option("corpus", "a folder or a file", default=plan.default_corpus),
            option("verbose", "print each example", default=False),
            option("json", "print JSON", default=False),
        ],
        "actions": [command("benchmark", plan.root)],
        "meta": command_like("doit benchmark --corpus path/to/examples --verbose"),
    }


def _cache(plan: Plan) -> dict[str, Any]:
    return {
        "basename": "cache",
        "doc": "Say what the cache of models holds: doit cache [--trim] [--pin NAME].",
        "params": [
            option("trim", "evict what lies above the limit", default=False),
            option("pin", "a model that is never to be evicted"),
            option("unpin", "a model that may be evicted again"),
            option("json", "print JSON", default=False),
        ],
        "actions": [command("cache", plan.line.storage)],
        "meta": command_like("doit cache", "doit cache --trim"),
    }


def _sql(plan: Plan, arguments: Sequence[str]) -> Task:
    return TextCommand(
        "sql",
        arguments,
        doc='Ask the results with SQL: doit sql "from frontier"; alone, it lists what is there.',
        params=[
            option("file", "a file that holds the query; - is standard input"),
            option("question", "the name of a question that has a query already"),
            option("csv", "write the rows to this file; - is standard output"),
            option("json", "the same as JSON"),
            option("parquet", "the same as Parquet"),
        ],
        actions=[command("sql", plan.database)],
        io=SIDE_BY_SIDE,
        meta=command_like(
            "doit sql", 'doit sql "from frontier"', "doit sql --question why_do_models_fail --csv -"
        ),
    )


def _compare(plan: Plan) -> dict[str, Any]:
    return {
        "basename": "compare",
        "doc": "Say what got better and what worse: doit compare --with OTHER_RESULTS.",
        "params": [
            option("with", "the other results: a folder, or its results.duckdb"),
            option("fail-on-regression", "exit with 1 where something got worse", default=False),
            option("json", "print JSON", default=False),
        ],
        "actions": [command("compare", plan.settings.gate, plan.database)],
        "io": SIDE_BY_SIDE,
        "meta": command_like("doit compare --with results-before --fail-on-regression"),
    }


def _gate(plan: Plan) -> dict[str, Any]:
    return {
        "basename": "gate",
        "doc": "Hold candidates to the thresholds in conf/gate: doit gate [--json].",
        "params": [option("json", "print JSON", default=False)],
        "actions": [command("gate", plan.settings.gate, plan.database)],
        "io": SIDE_BY_SIDE,
        "meta": command_like("doit gate gate.least_pass_at_1=0.05"),
    }


def _demonstrations(plan: Plan) -> Iterator[dict[str, Any]]:
    yield {
        "basename": "demo",
        "name": None,
        "meta": COMMAND,
        "doc": "Show what this does, on small real data: doit demo:pareto and its siblings.",
    }
    shared = {"basename": "demo", "io": SIDE_BY_SIDE, "meta": COMMAND}
    yield {
        **shared,
        "name": "pareto",
        "doc": "Show who is worth having, by measured figures that ship with this program.",
        "actions": [command("demo_pareto")],
    }
    yield {
        **shared,
        "name": "benchmark",
        "doc": "Show how the shipped corpus spreads over the ten levels.",
        "actions": [command("demo_benchmark", plan.root / plan.default_corpus)],
    }
    yield {
        **shared,
        "name": "pipeline",
        "doc": "Bring, convert and validate a small model, and put it to a few examples.",
        "actions": [command("demo_pipeline", plan.database, plan.report_files.html)],
        "task_dep": ["report"],
    }
