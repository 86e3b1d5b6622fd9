"""The Pareto chart as SVG: dollars per example on a log axis, accuracy up, the frontier as a step."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, PercentFormatter
from matplotlib.transforms import Bbox

from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.standing import Standing
from sse_steps.report.wording import dollars


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of the chart as #rrggbb; a page replaces them by its own."""

    ink: str = "#20262e"
    muted: str = "#66707b"
    grid: str = "#e3e6ea"
    accent: str = "#1f6f8b"
    paper: str = "#fdfdfc"


@dataclass(frozen=True, slots=True)
class _Point:
    standing: Standing
    x: float  # dollars, or the place at the left edge where a cost of zero is drawn

    @property
    def label(self) -> str:
        model = printable(self.standing.metrics.model)
        return f"{model} ($0)" if self.standing.metrics.usd_per_example == 0 else model


def report_chart(report: Report, *, width: float, height: float) -> str:
    """Return an SVG document of `width` x `height` inches per task, one panel below the other."""
    tasks = report.tasks or ()
    return _svg([task.standings for task in tasks], [task.task for task in tasks], width, height)


def task_chart(task: TaskReport, *, width: float, height: float) -> str:
    """Return one task's chart as an <svg> element to stand in a page, coloured by its variables.

    The page defines --ink, --muted, --grid, --accent and --paper.
    """
    document = _svg([task.standings], [], width, height)
    element = document[document.index("<svg") :]
    for name in Palette.__dataclass_fields__:
        element = element.replace(getattr(Palette(), name), f"var(--{name})")
    # Group ids serve nobody and would occur twice in a page with two charts.
    return re.sub(r'<g id="[^"]*"', "<g", element)


def printable(text: str) -> str:
    """Return `text` on one line, without the characters that XML cannot hold."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
