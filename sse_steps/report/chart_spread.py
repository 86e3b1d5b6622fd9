"""Run-to-run spread as SVG: a dot per run, the mean, and the interval over examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedFormatter, FixedLocator

from sse_steps.printable import on_one_line
from sse_steps.report.chart_style import (
    LIGHT,
    Canvas,
    add_legend,
    draw_frame,
    for_light_and_dark,
    for_page,
    label_shares,
    line_style,
    say_instead,
    svg_document,
)
from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.standing import Standing

_LONGEST_NAME = 32


def spread_chart(report: Report, *, width: float) -> str:
    """Return an SVG document of `width` inches, a panel per task with a line per candidate.

    Runs stand a little above each other, so that equal ones can be told apart. The bar is Wilson's
    interval over examples, which more runs do not narrow.
    """
    return for_light_and_dark(_svg(report.tasks, width))


def task_spread(task: TaskReport, *, width: float) -> str:
    """Return one task's chart as an <svg> element to stand in a page."""
    return for_page(_svg([task], width))


def _svg(tasks: Sequence[TaskReport], width: float) -> str:
    lines = max([len(task.standings) for task in tasks], default=1)
    height = (1.1 + 0.5 * max(1, lines)) * max(1, len(tasks))

    def draw(grid: list[list[Axes]]) -> None:
        for (axes,), task in zip(grid, tasks or (None,), strict=True):
            title = task.task if task is not None and len(tasks) > 1 else ""
            draw_frame(axes, on_one_line(title), "Examples passed (pass@1)", "")
            _draw_task(axes, task)

    return svg_document(Canvas(width, height, max(1, len(tasks))), draw)


def _draw_task(axes: Axes, task: TaskReport | None) -> None:
    if task is None or not task.standings:
        axes.set_yticks([])
        say_instead(axes, "No candidate was evaluated.")
        return
    drawn = [_draw_line(axes, task, each, -each.rank) for each in task.standings]
    names = [_short(standing.metrics.model) for standing in task.standings]
    axes.yaxis.set_major_locator(FixedLocator([-standing.rank for standing in task.standings]))
    axes.yaxis.set_major_formatter(FixedFormatter(names))
    axes.tick_params(axis="y", colors=LIGHT.ink)
    axes.set_ylim(-len(names) - 0.6, -0.4)
    low, high = axes.get_xlim()
    axes.set_xlim(max(0.0, low), min(1.02, high))
    label_shares(axes.xaxis)
    add_legend(axes, drawn[0])


def _draw_line(
    axes: Axes, task: TaskReport, standing: Standing, place: float
) -> Sequence[tuple[str, Line2D]]:
    """Draw one candidate and return what was drawn, with its name for the legend."""
    metrics = standing.metrics
    rates = [row.pass_rate for row in task.runs if row.model == metrics.model]
    heights = [place + 0.3 * ((index + 0.5) / len(rates) - 0.5) for index in range(len(rates))]
    low = standing.accuracy if metrics.wilson_low is None else metrics.wilson_low
    high = standing.accuracy if metrics.wilson_high is None else metrics.wilson_high
    (bar,) = axes.plot([low, high], [place, place], **line_style(LIGHT.muted, width=1.4))
    dots: dict[str, Any] = {"linestyle": "none", "markersize": 6, "clip_on": False, "zorder": 3}
    (runs,) = axes.plot(
        rates, heights, marker="o", markerfacecolor="none", markeredgecolor=LIGHT.accent, **dots
    )
    (mean,) = axes.plot(
        [standing.accuracy], [place], marker="|", markeredgewidth=2.2, color=LIGHT.ink, **dots
    )
    mean.set_markersize(17)
    return (("a run", runs), ("mean", mean), ("95 % over examples", bar))


def _short(name: str) -> str:
    text = on_one_line(name)
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"
