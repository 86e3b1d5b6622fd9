"""The report as one self-contained HTML page: a document first, with JavaScript to explore."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sse_steps.printable import on_one_line
from sse_steps.report.chart_files import ChartFile, alternative_text, caption, page_chart
from sse_steps.report.options import ReportOptions
from sse_steps.report.page_assets import (
    content_policy,
    embedded_json,
    page_script,
    page_style,
    styles_as_classes,
)
from sse_steps.report.page_data import Explorer
from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.sections import sections

_NARROW = (4.2, 3.9)  # inches of a chart on a phone


def render_html(
    report: Report, options: ReportOptions, explorers: Mapping[str, Explorer] | None = None
) -> str:
    """Return the page: styles and charts inline, nothing loaded from elsewhere, text escaped.

    Without `explorers` it is a document without script; with them, by task, its charts and every
    attempt can be explored.
    """
    explorers = explorers or {}
    rules: list[str] = []
    tasks = [
        _task(report, task, number, options, explorers.get(task.task), rules)
        for number, task in enumerate(report.tasks, start=1)
    ]
    style = page_style() + "".join(dict.fromkeys(rules))
    script = page_script() if explorers else ""
    return (
        _environment()
        .get_template("report.html.jinja")
        .render(
            title=report.title,
            tasks=tasks,
            # Safe: files of ours, and rules of Matplotlib's; a test looks for what would end them.
            style=Markup(style),  # noqa: S704
            script=Markup(script),  # noqa: S704
            policy=Markup(content_policy(script, style)),  # noqa: S704 -- hashes
        )
    )


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("sse_steps.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def _task(
    report: Report,
    task: TaskReport,
    number: int,
    options: ReportOptions,
    explorer: Explorer | None,
    rules: list[str],
) -> dict[str, Any]:
    """Return what the template shows of a task; its charts' rules are added to `rules`."""
    told = sections(report, task)
    return {
        "number": number,
        "report": task,
        "sections": told,
        "charts": [
            [_chart(file, task, options, rules) for file in section.charts] for section in told
        ],
        "explorer": explorer,
        "data": embedded_json(explorer.data) if explorer else "",
        # Safe: Base64 has no character of markup. As other text it would be looked through.
        "texts": [Markup(chunk) for chunk in explorer.texts] if explorer else [],  # noqa: S704
    }


def _chart(
    file: ChartFile, task: TaskReport, options: ReportOptions, rules: list[str]
) -> dict[str, Any]:
    """Return a chart, and for a phone a narrow one where it is what a phone shows.

    The script draws all but quantisation itself, so of the others most have one size.
    """
    sizes = [(options.chart_width, options.chart_height)]
    if file in (ChartFile.COST_ACCURACY, ChartFile.QUANTIZATION):
        sizes.append(_NARROW)
    shown = []
    for width, height in sizes:
        chart, its_rules = styles_as_classes(page_chart(file, task, width=width, height=height))
        rules += its_rules
        # Safe: Matplotlib escapes text on its way into SVG, and a test feeds it hostile names.
        shown.append(Markup(chart))  # noqa: S704
    return {
        "sizes": shown,
        "alternative": alternative_text(file, task),
        "caption": caption(file),
        "is_drawn_by_script": file is not ChartFile.QUANTIZATION,
    }


def _shown(value: object) -> object:
    """Keep markup of ours as it is; other text loses its control characters.

    A figure stays on one line with its unit.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return re.sub(r"(?<=\d) (?=%|(?:ms|s|MB|points?)\b)", "\N{NO-BREAK SPACE}", on_one_line(value))
