"""Step: the database of metrics in, the report out: Markdown, HTML, JSON, a chart, a table."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata
from pathlib import Path

from rich.console import Console

from sse_steps.report.chart import report_chart
from sse_steps.report.html import render_html
from sse_steps.report.markdown import render_markdown
from sse_steps.report.options import ReportOptions
from sse_steps.report.page_data import load_explorers
from sse_steps.report.report_data import Provenance, load_report
from sse_steps.report.report_json import render_json
from sse_steps.report.terminal import render_table
from sse_steps.settings import ReportSlice
from sse_steps.steps import machine
from sse_steps.steps.plan import ReportFiles
from sse_steps.store import write_text


def run(settings: ReportSlice, database: Path, files: ReportFiles) -> None:
    """Write the report and print its table.

    Raises:
        ControlError: a control missed the score that it must have.
        DataCheckError: another check of the data fails.
    """
    options = ReportOptions(title=settings.report.title, page_mb=settings.report.page_mb)
    report = load_report(database, options, Provenance(settings.config_hash, _facts()))
    chart = report_chart(report, width=options.chart_width, height=options.chart_height)
    write_text(chart, files.chart)
    write_text(render_markdown(report, chart=files.chart.name), files.markdown)
    explorers = load_explorers(database, report, page_mb=options.page_mb)
    write_text(render_html(report, options, explorers), files.html)
    write_text(render_json(report), files.json)
    Console(file=sys.stdout).print(render_table(report))


def _facts() -> tuple[tuple[str, str], ...]:
    """Return what else someone needs who wants the same figures."""
    return (
        ("single-shot-eval", metadata.version("single-shot-eval")),
        ("Python", platform.python_version()),
        ("Rust", machine.compiler_version().splitlines()[0]),
        ("Machine", f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()}"),
    )
