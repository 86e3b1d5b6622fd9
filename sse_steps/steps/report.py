"""Step: the database of metrics in, the report out: Markdown, HTML, JSON, charts, a table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from sse_steps.build_files import Evidence, ReportFiles
from sse_steps.console import show_result
from sse_steps.models.line import read_stage
from sse_steps.prices import PriceSettings
from sse_steps.provenance import machine_facts, software_facts
from sse_steps.report.chart_files import draw_charts
from sse_steps.report.html import render_html
from sse_steps.report.markdown import render_markdown
from sse_steps.report.options import ReportOptions
from sse_steps.report.page_data import load_explorers
from sse_steps.report.provenance_data import Digest, Facts, Provenance
from sse_steps.report.report_data import load_report
from sse_steps.report.report_json import render_json, render_schema
from sse_steps.report.terminal import render_table
from sse_steps.slices import ReportSlice
from sse_steps.steps import machine
from sse_steps.store import sha256_of, write_text


def run(settings: ReportSlice, database: Path, evidence: Evidence, files: ReportFiles) -> None:
    """Write the report and print its table.

    Args:
        settings: how the report looks, what it demands, and what it has to say of its origin.
        database: the results database.
        evidence: files whose digests it names.
        files: where it goes.

    Raises:
        ControlError: a control missed the score that it must have.
        DataCheckError: another check of the data fails.
    """
    gap = settings.acceptance.tolerated_gap
    options = ReportOptions(
        title=settings.report.title, tolerated_gap=gap, page_mb=settings.report.page_mb
    )
    report = load_report(database, options, _provenance(settings, evidence))
    charts = draw_charts(report, width=options.chart_width, height=options.chart_height)
    for path, chart in zip(files.charts, charts.values(), strict=True):
        write_text(chart, path)
    write_text(settings.configuration, files.configuration)
    write_text(render_markdown(report), files.markdown)
    explorers = load_explorers(database, report, page_mb=options.page_mb)
    write_text(render_html(report, options, explorers), files.html)
    write_text(render_schema(), files.schema)
    write_text(render_json(report, schema=files.schema.name), files.json)
    show_result(render_table(report))


def _provenance(settings: ReportSlice, evidence: Evidence) -> Provenance:
    return Provenance(
        config_hash=hashlib.sha256(settings.configuration.encode()).hexdigest(),
        facts=(*software_facts(evidence.root, machine.compiler_version()), *machine_facts()),
        command=settings.command,
        prices=_declared(settings.prices),
        digests=tuple(_digests(settings, evidence)),
        asked=settings.asked,
    )


def _declared(prices: PriceSettings) -> Facts:
    """Return what the price file says, key by key, and of tokens model by model."""
    declared = asdict(prices)
    tokens = declared.pop("tokens")
    return (
        *((key, str(value)) for key, value in declared.items() if value != ""),
        *((f"tokens of {each['model']}", json.dumps(each, ensure_ascii=False)) for each in tokens),
    )


def _digests(settings: ReportSlice, evidence: Evidence) -> Iterator[Digest]:
    for task, path in evidence.examples.items():
        yield Digest(f"Examples of {task}, with what is right", sha256_of(path))
    for model, path in evidence.weights.items():
        stage = read_stage(path)
        yield Digest(f"Weights of {model}", "" if stage.skip else stage.details["sha256"])
    yield Digest("Golden prompts", sha256_of(evidence.golden_prompts))
    yield Digest("Prices", settings.prices.sha256)
