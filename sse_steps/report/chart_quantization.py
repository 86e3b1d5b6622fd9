"""Quantisation curves as SVG: what smaller weights lose, for each source in two quantisations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sse_steps.printable import on_one_line
from sse_steps.report.chart_files import quantization_curves
from sse_steps.report.chart_geometry import LogScale
from sse_steps.report.chart_style import (
    LIGHT,
    Canvas,
    add_label,
    add_legend,
    draw_frame,
    for_light_and_dark,
    for_page,
    label_powers,
    label_shares,
    line_style,
    say_instead,
    svg_document,
)
from sse_steps.report.line_rows import QuantizationRow
from sse_steps.report.report_data import Report, TaskReport

Curve = tuple[QuantizationRow, ...]

_STYLES = (
    (LIGHT.accent, "o", False),
    (LIGHT.ink, "s", False),
    (LIGHT.muted, "D", False),
    (LIGHT.accent, "v", True),
)


@dataclass(frozen=True, slots=True)
class _Panel:
    """One measure against size. `is_log`: orders of magnitude matter."""

    label: str
    value: Callable[[QuantizationRow], float | None]
    is_log: bool = False


_PANELS = (
    _Panel("Examples passed (pass@1)", lambda row: row.pass_at_1),
    _Panel("Ten likeliest tokens kept", lambda row: row.top_10_overlap),
    _Panel("Worst KL of a tensor, log scale", lambda row: row.worst_kl, is_log=True),
)


def quantization_chart(report: Report, *, width: float, height: float) -> str:
    """Return an SVG document of `width` x `height` inches per task that has curves.

    Three panels beside each other have size on x and on y pass@1 with its interval over examples,
    the share of the ten likeliest tokens kept, and the worst divergence of a tensor.
    """
    return for_light_and_dark(_svg(report.tasks, width, height))


def task_quantization(task: TaskReport, *, width: float, height: float, stacked: bool) -> str:
    """Return one task's chart as an <svg> element to stand in a page.

    `stacked`: the panels stand below each other, each of `width` x `height` inches.
    """
    return for_page(_svg([task], width, height, stacked=stacked))


def _svg(
    reports: Sequence[TaskReport], width: float, height: float, *, stacked: bool = False
) -> str:
    tasks = [task for task in reports if quantization_curves(task)]
    rows = max(1, len(tasks))

    def draw(grid: list[list[Axes]]) -> None:
        if not tasks:
            for axes in grid[0]:
                axes.set_axis_off()
            say_instead(grid[0][1], "No model was evaluated in two quantisations.")
        lines = [[axes for (axes,) in grid]] if stacked else grid
        for line, task in zip(lines, tasks, strict=False):
            _draw_task(line, task, title=task.task if len(tasks) > 1 else "")

    panels = len(_PANELS)
    canvas = Canvas(width, height * rows, rows=rows, columns=panels)
    return svg_document(Canvas(width, height * panels, rows=panels) if stacked else canvas, draw)


def _draw_task(line: Sequence[Axes], task: TaskReport, *, title: str) -> None:
    found = quantization_curves(task)
    for place, (axes, panel) in enumerate(zip(line, _PANELS, strict=True)):
        draw_frame(axes, on_one_line(title) if place == 0 else "", "Size in MB", panel.label)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=4))
        scale = _scale(found, panel)
        names = [
            (on_one_line(curve[0].model), _draw_curve(axes, curve, panel, scale, style))
            for curve, style in zip(found, _STYLES * len(found), strict=False)
        ]
        if place == 0:
            _draw_intervals(axes, task, found)
        _frame_values(axes, found, scale)
        if place == len(line) - 1 and len(found) > 1:
            add_legend(axes, names)


def _scale(found: Sequence[Curve], panel: _Panel) -> LogScale | None:
    if not panel.is_log:
        return None
    values = [panel.value(row) for curve in found for row in curve]
    return LogScale(tuple(value for value in values if value is not None))


def _draw_curve(
    axes: Axes, curve: Curve, panel: _Panel, scale: LogScale | None, style: tuple[str, str, bool]
) -> Line2D:
    colour, marker, dashed = style
    values = [(row, panel.value(row)) for row in curve]
    known = [(row, value) for row, value in values if value is not None]
    places = [
        (row.size_bytes / 1e6, value if scale is None else scale.place(value))
        for row, value in known
    ]
    looks: dict[str, Any] = {**line_style(colour, dashed=dashed), "marker": marker}
    xs, ys = [place[0] for place in places], [place[1] for place in places]
    (line,) = axes.plot(xs, ys, markersize=6, clip_on=False, **looks)
    for (row, _), place in zip(known, places, strict=True):
        add_label(axes, on_one_line(row.quantization), place)
    return line


def _draw_intervals(axes: Axes, task: TaskReport, found: Sequence[Curve]) -> None:
    metrics = {standing.metrics.model: standing.metrics for standing in task.standings}
    for row in (row for curve in found for row in curve):
        seen = metrics.get(row.model)
        if seen is not None and seen.wilson_low is not None and seen.wilson_high is not None:
            x = row.size_bytes / 1e6
            style = line_style(LIGHT.muted, width=1.0)
            axes.plot([x, x], [seen.wilson_low, seen.wilson_high], **style)


def _frame_values(axes: Axes, found: Sequence[Curve], scale: LogScale | None) -> None:
    sizes = [row.size_bytes / 1e6 for curve in found for row in curve]
    axes.set_xlim(0, 1.25 * max(sizes))
    if scale is not None:
        axes.set_yscale("log")
        axes.set_ylim(*scale.limits())
        label_powers(axes.yaxis, scale, lambda value: f"{value:g}", most=6, zero="0")
        return
    axes.set_ylim(0, min(1.08, 1.15 * axes.get_ylim()[1]))
    label_shares(axes.yaxis, most=6)
