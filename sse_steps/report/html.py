"""The report as one self-contained HTML page."""

from __future__ import annotations

import re

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sse_steps.report.chart import task_chart
from sse_steps.report.options import ReportOptions
from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.sections import sections
from sse_steps.report.wording import printable


def render_html(report: Report, options: ReportOptions) -> str:
    """Return the page: styles and charts inline, nothing loaded from elsewhere, text escaped."""
    environment = Environment(
        loader=PackageLoader("sse_steps.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    tasks = [
        {
            "report": task,
            "sections": sections(report, task),
            "wide_chart": _chart(task, options.chart_width, options.chart_height),
            "narrow_chart": _chart(task, 4.2, 3.9),
        }
        for task in report.tasks
    ]
    template = environment.get_template("report.html.jinja")
    return template.render(title=report.title, tasks=tasks)


def _chart(task: TaskReport, width: float, height: float) -> Markup:
    # Safe: Matplotlib escapes text on its way into SVG, and a test feeds it hostile names.
    return Markup(task_chart(task, width=width, height=height))  # noqa: S704


def _shown(value: object) -> object:
    """Keep markup of ours as it is; other text loses its control characters.

    A figure stays on one line with its unit.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return re.sub(r"(?<=\d) (?=%|(?:ms|s|MB|points?)\b)", "\N{NO-BREAK SPACE}", printable(value))
