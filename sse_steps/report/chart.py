"""The Pareto chart as SVG: cost on a log axis, accuracy up, the frontier as a step."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.ticker import (
    FixedFormatter,
    FixedLocator,
    FuncFormatter,
    MaxNLocator,
    NullLocator,
)
from matplotlib.transforms import Bbox

from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.standing import Standing
from sse_steps.report.wording import printable


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
    titles = [task.task for task in report.tasks] if len(report.tasks) > 1 else [""]
    panels = [task.standings for task in report.tasks] or [()]
    return _svg(panels, titles, width, height * len(panels))


def task_chart(task: TaskReport, *, width: float, height: float) -> str:
    """Return one task's chart as an <svg> element to stand in a page, coloured by its variables.

    The page defines --ink, --muted, --grid, --accent and --paper.
    """
    document = _svg([task.standings], [""], width, height)
    element = document[document.index("<svg") :]
    # Only inside tags: a model may be named like a colour.
    return re.sub(r"<[^>]*>", lambda tag: _for_page(tag.group()), element)


def _for_page(tag: str) -> str:
    """Colour a tag by the page's variables and drop group ids, which two charts would share."""
    for colour in fields(Palette):
        tag = tag.replace(str(colour.default), f"var(--{colour.name})")
    return re.sub(r'^<g id="[^"]*"', "<g", tag)


def _svg(
    panels: Sequence[Sequence[Standing]], titles: Sequence[str], width: float, height: float
) -> str:
    settings: Any = {
        "svg.hashsalt": "sse_steps",  # equal figures give equal bytes
        "svg.fonttype": "none",  # text stays text: searchable, and in the reader's font
        "font.family": "sans-serif",
        "font.size": 10.0,
        "text.parse_math": False,  # a dollar sign is money
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=(width, height), layout="constrained", facecolor=Palette().paper)
        canvas = FigureCanvasAgg(figure)
        every_axes = figure.subplots(len(panels), squeeze=False)[:, 0]
        for axes, standings, title in zip(every_axes, panels, titles, strict=True):
            _draw_panel(axes, standings, printable(title))
            _label_costs(axes, standings, most=round(0.75 * width))
        canvas.draw()  # type: ignore[no-untyped-call]  # untyped in Matplotlib
        for axes in every_axes:
            _place_labels(axes)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def _draw_panel(axes: Axes, standings: Sequence[Standing], title: str) -> None:
    _draw_frame(axes, title)
    points = _points(standings)
    if not points:
        empty = "No candidate's cost is known." if standings else "No candidate was evaluated."
        text = axes.text(0.5, 0.5, empty, transform=axes.transAxes, ha="center")
        text.set_color(Palette().muted)
        axes.set_xlim(0.1, 10)
        return
    low, high = min(point.x for point in points), max(point.x for point in points)
    # Room for a label on either side, and for a decade at the least.
    margin = max(0.18 * math.log10(high / low), 0.5)
    axes.set_xlim(low / 10**margin, high * 10**margin)
    axes.set_ylim(0, _top(standings))
    _draw_frontier(axes, points)
    for point in points:
        _draw_point(axes, point)


def _draw_frame(axes: Axes, title: str) -> None:
    palette = Palette()
    axes.set_facecolor(palette.paper)
    axes.set_xscale("log")
    axes.set_title(title, loc="left", color=palette.ink, fontsize=11)
    axes.set_xlabel("Cost per example, log scale", color=palette.muted)
    axes.set_ylabel("Examples passed (pass@1)", color=palette.muted)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10]))
    # Written out in full: a label that is rounded names a line that is elsewhere.
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.6g} %"))
    axes.tick_params(which="both", length=0, pad=6, colors=palette.muted)
    axes.grid(visible=True, color=palette.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(palette.muted)


def _points(standings: Sequence[Standing]) -> list[_Point]:
    """Place each model by its cost; what costs nothing stands a decade left of the cheapest.

    A model whose cost nobody knows has no place; the report's caveats name it.
    """
    known = [(each, each.metrics.usd_per_example) for each in standings]
    placed = [(standing, cost) for standing, cost in known if cost is not None]
    edge = min((cost for _, cost in placed if cost > 0), default=1.0) / 10
    return [_Point(standing, cost if cost > 0 else edge) for standing, cost in placed]


def _label_costs(axes: Axes, standings: Sequence[Standing], *, most: int) -> None:
    """Label powers of ten, thinned to `most`; the place of a zero cost is labelled as zero."""
    low, high = (math.log10(limit) for limit in axes.get_xlim())
    zeros = {
        math.log10(point.x)
        for point in _points(standings)
        if point.standing.metrics.usd_per_example == 0
    }
    spacing = (high - low) / most
    # Left of the zero mark there is nothing to read off, and beside it no room for a label.
    nearest = max(zeros, default=low - spacing) + spacing
    powers = range(math.ceil(nearest), math.floor(high) + 1)[:: max(1, math.ceil(spacing))]
    axes.xaxis.set_major_locator(FixedLocator([10.0**place for place in (*zeros, *powers)]))
    labels = [*("$0" for _ in zeros), *(_power_of_ten(power) for power in powers)]
    axes.xaxis.set_major_formatter(FixedFormatter(labels))
    axes.xaxis.set_minor_locator(NullLocator())


def _power_of_ten(exponent: int) -> str:
    """Return ten to the power as `$0.001` or `$1,000`, far out as `$1e-09`."""
    if -7 <= exponent <= 6:
        return f"${10.0**exponent:,.{max(0, -exponent)}f}"
    return f"$1e{exponent:03d}"


def _top(standings: Sequence[Standing]) -> float:
    highest = max(standing.metrics.wilson_high or standing.accuracy for standing in standings)
    return min(1.04, max(0.1, 1.12 * highest))


def _draw_frontier(axes: Axes, points: Sequence[_Point]) -> None:
    """Draw, for every cost, the best accuracy that no more than that cost buys."""
    steps: list[_Point] = []
    for point in sorted(points, key=lambda point: (point.x, -point.standing.accuracy)):
        if not steps or point.standing.accuracy > steps[-1].standing.accuracy:
            steps.append(point)
    places = [(point.x, point.standing.accuracy) for point in steps]
    right = axes.get_xlim()[1]
    corners = [places[0]]
    for (_, below), (cost, accuracy) in pairwise(places):
        corners += [(cost, below), (cost, accuracy)]
    # One line per stretch, so that a label is kept off the line and not off all that it encloses.
    for (start, low), (end, high) in pairwise([*corners, (right, places[-1][1])]):
        axes.plot([start, end], [low, high], color=Palette().accent, linewidth=1.2)


def _draw_point(axes: Axes, point: _Point) -> None:
    palette, metrics = Palette(), point.standing.metrics
    leading = point.standing.frontier.on_frontier
    colour = palette.accent if leading else palette.muted
    if metrics.wilson_low is not None and metrics.wilson_high is not None:
        axes.vlines(point.x, metrics.wilson_low, metrics.wilson_high, colors=colour, linewidth=1.4)
    axes.plot(
        [point.x],
        [point.standing.accuracy],
        marker="<" if metrics.usd_per_example == 0 else "o",
        markersize=8,
        markerfacecolor=colour if leading else palette.paper,
        markeredgecolor=colour,
        markeredgewidth=1.6,
        clip_on=False,
        zorder=3,
    )
    axes.annotate(
        point.label,
        (point.x, point.standing.accuracy),
        xytext=(0, 0),
        textcoords="offset points",
        color=palette.ink,
        fontweight="bold" if leading else "normal",
        bbox={"facecolor": palette.paper, "edgecolor": "none", "pad": 0.5, "alpha": 0.8},
    ).set_in_layout(False)


def _place_labels(axes: Axes) -> None:
    """Put each label beside its point where it covers nothing, most accurate first."""
    labels = [child for child in axes.get_children() if isinstance(child, Annotation)]
    obstacles = [line.get_window_extent().padded(2) for line in axes.get_lines()]
    obstacles += [bar.get_window_extent().padded(2) for bar in axes.collections]
    for label in sorted(labels, key=lambda label: -label.xy[1]):
        _place_label(label, obstacles, axes.get_window_extent())
        obstacles.append(label.get_window_extent())


def _place_label(label: Annotation, obstacles: Sequence[Bbox], inside: Bbox) -> None:
    """Try right and left, near and then farther; keep the place that covers least."""
    places = [(side, height) for height in (7, -15, 19, -27, 31, 43) for side in (9, -9)]

    def fault(place: tuple[int, int]) -> int:
        _move_label(label, place)
        extent = label.get_window_extent()
        outside = not (inside.x0 <= extent.x0 and extent.x1 <= inside.x1 and inside.y0 < extent.y0)
        return int(extent.count_overlaps(obstacles)) + 100 * outside

    _move_label(label, min(places, key=fault))


def _move_label(label: Annotation, place: tuple[int, int]) -> None:
    label.set_horizontalalignment("left" if place[0] > 0 else "right")
    label.xyann = place
