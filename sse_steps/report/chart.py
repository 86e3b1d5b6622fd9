"""Pareto charts as SVG: two of accuracy, cost and latency, with both frontiers of the pair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sse_steps.printable import on_one_line
from sse_steps.report.chart_geometry import LogScale, Place, mixing_corners, mixing_line, staircase
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
from sse_steps.report.report_data import Report, TaskReport
from sse_steps.report.standing import Standing

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One axis: what it shows of a candidate, in which words, and how sure that is.

    `bar` is an interval around the value, None where there is none. `power` words a power of ten
    of a log axis; an axis of shares has none.
    """

    label: str
    value: Callable[[Standing], float | None]
    bar: Callable[[Standing], Interval | None]
    power: Callable[[float], str] | None = None
    zero: str = "0"
    unknown: str = ""

    @property
    def upward(self) -> bool:
        """Whether more of it is better."""
        return self.power is None


@dataclass(frozen=True, slots=True)
class Pair:
    """What a chart sets against what."""

    x: Quantity
    y: Quantity


def _examples_interval(standing: Standing) -> Interval | None:
    low, high = standing.metrics.wilson_low, standing.metrics.wilson_high
    return None if low is None or high is None else (low, high)


def _slower_half(standing: Standing) -> Interval | None:
    low, high = standing.metrics.latency_p50_ms, standing.metrics.latency_p95_ms
    return None if low is None or high is None else (low, high)


def _dollar_power(amount: float) -> str:
    """Return a power of ten as `$0.001` or `$1,000`, far out as `$1e-09`."""
    if 1e-8 < amount < 1e7:
        text = f"{amount:,.8f}".rstrip("0").rstrip(".")
        return f"${text}"
    return f"${amount:.0e}"


def _time_power(latency: float) -> str:
    return f"{latency / 1000:,g} s" if latency > 999 else f"{latency:g} ms"


_ACCURACY = Quantity(
    "Examples passed (pass@1)", lambda standing: standing.accuracy, _examples_interval
)
_COST = Quantity(
    "Cost per example, log scale",
    lambda standing: standing.metrics.usd_per_example,
    lambda _: None,
    power=_dollar_power,
    zero="$0",
    unknown="cost",
)
_LATENCY = Quantity(
    "Median latency, log scale",
    lambda standing: standing.metrics.latency_p50_ms,
    _slower_half,
    power=_time_power,
    zero="0 ms",
    unknown="latency",
)
COST_ACCURACY = Pair(_COST, _ACCURACY)
LATENCY_ACCURACY = Pair(_LATENCY, _ACCURACY)
COST_LATENCY = Pair(_COST, _LATENCY)


def report_chart(report: Report, *, width: float, height: float, pair: Pair = COST_ACCURACY) -> str:
    """Return an SVG document of `width` x `height` inches per task, one panel below the other."""
    titles = [task.task for task in report.tasks] if len(report.tasks) > 1 else [""]
    panels = [task.standings for task in report.tasks] or [()]
    return for_light_and_dark(_svg(panels, titles, pair, width, height * len(panels)))


def task_chart(task: TaskReport, *, width: float, height: float, pair: Pair = COST_ACCURACY) -> str:
    """Return one task's chart as an <svg> element to stand in a page."""
    return for_page(_svg([task.standings], [""], pair, width, height))


def _svg(
    panels: Sequence[Sequence[Standing]],
    titles: Sequence[str],
    pair: Pair,
    width: float,
    height: float,
) -> str:
    def draw(grid: list[list[Axes]]) -> None:
        for (axes,), standings, title in zip(grid, panels, titles, strict=True):
            draw_frame(axes, on_one_line(title), pair.x.label, pair.y.label)
            _draw_panel(axes, standings, pair, most_labels=round(0.75 * width))

    return svg_document(Canvas(width, height, rows=len(panels)), draw)


def _draw_panel(axes: Axes, standings: Sequence[Standing], pair: Pair, *, most_labels: int) -> None:
    axes.set_xscale("log")
    places = [(standing, _place(standing, pair)) for standing in standings]
    known = [(standing, place) for standing, place in places if place is not None]
    if not known:
        axes.set_xlim(0.1, 10)
        unknown = pair.y.unknown or pair.x.unknown
        unknown = unknown if any(pair.x.value(each) is not None for each in standings) else "cost"
        unknown = pair.x.unknown if pair.y.upward else unknown
        empty = f"No candidate's {unknown} is known." if standings else ""
        say_instead(axes, empty or "No candidate was evaluated.")
        return
    x_scale = LogScale(tuple(place[0] for _, place in known))
    y_scale = None if pair.y.upward else LogScale(_with_bars(known, pair.y))
    _scale_axes(axes, pair, (x_scale, y_scale), most_labels=most_labels)
    if y_scale is None:
        axes.set_ylim(0, _top([standing for standing, _ in known]))
    points = [place for _, place in known]
    corners = mixing_corners(points, upward=True) if pair is COST_ACCURACY else ()
    _draw_frontiers(axes, points, (x_scale, y_scale), corners)
    for standing, place in known:
        _draw_point(axes, standing, pair, _on_axes(place, (x_scale, y_scale)))


def _place(standing: Standing, pair: Pair) -> tuple[float, float] | None:
    """Return where a candidate stands; None where a value is not known: the caveats name it."""
    x, y = pair.x.value(standing), pair.y.value(standing)
    return None if x is None or y is None else (x, y)


Scales = tuple[LogScale, LogScale | None]


def _on_axes(place: tuple[float, float], scales: Scales) -> tuple[float, float]:
    x, y = place
    return scales[0].place(x), y if scales[1] is None else scales[1].place(y)


def _with_bars(
    known: Sequence[tuple[Standing, tuple[float, float]]], quantity: Quantity
) -> tuple[float, ...]:
    values = [place[1] for _, place in known]
    bars = [quantity.bar(standing) for standing, _ in known]
    return (*values, *(bar[1] for bar in bars if bar is not None))


def _scale_axes(axes: Axes, pair: Pair, scales: Scales, *, most_labels: int) -> None:
    x_scale, y_scale = scales
    axes.set_xlim(*x_scale.limits())
    if pair.x.power is not None:
        label_powers(axes.xaxis, x_scale, pair.x.power, most=most_labels, zero=pair.x.zero)
    if y_scale is None or pair.y.power is None:
        label_shares(axes.yaxis)
        return
    axes.set_yscale("log")
    axes.set_ylim(*y_scale.limits())
    label_powers(axes.yaxis, y_scale, pair.y.power, most=8, zero=pair.y.zero)


def _top(standings: Sequence[Standing]) -> float:
    highest = max(standing.metrics.wilson_high or standing.accuracy for standing in standings)
    return min(1.04, max(0.1, 1.12 * highest))


def _draw_frontiers(
    axes: Axes, points: Sequence[Place], scales: Scales, mixing: Sequence[Place]
) -> None:
    """Draw, for every x, the best y that no more than that x buys: of one model, and of mixtures.

    The line of mixtures is straight in dollars, and so a curve on a log axis. Only money is spent
    in proportion to a mixture: a median of latencies is not, so it has no such line.
    """
    upward = scales[1] is None
    steps = [_on_axes(point, scales) for point in staircase(points, upward=upward)]
    corners = [steps[0]]
    for (_, before), (x, y) in pairwise(steps):
        corners += [(x, before), (x, y)]
    corners.append((axes.get_xlim()[1], steps[-1][1]))
    (single,) = axes.plot(*zip(*corners, strict=True), **line_style(LIGHT.accent))
    lines: list[tuple[str, Line2D]] = [("one model", single)]
    if len(mixing) > 1:
        curve = [_on_axes(place, scales) for place in mixing_line(mixing)]
        style = line_style(LIGHT.accent, dashed=True)
        (mixed,) = axes.plot(*zip(*curve, strict=True), **style)
        lines.append(("mixtures of two", mixed))
    add_legend(axes, lines)


def _draw_point(axes: Axes, standing: Standing, pair: Pair, place: tuple[float, float]) -> None:
    x, y = place
    leading = standing.frontier.on_frontier
    colour = LIGHT.accent if leading else LIGHT.muted
    if (bar := pair.y.bar(standing)) is not None:
        axes.plot([x, x], bar, **line_style(colour, width=1.4))
    if (bar := pair.x.bar(standing)) is not None:
        axes.plot(bar, [y, y], **line_style(colour, width=1.4))
    is_free = pair.x.value(standing) == 0
    axes.plot(
        [x],
        [y],
        linestyle="none",
        marker="<" if is_free else "o",
        markersize=8,
        markerfacecolor=colour if leading else LIGHT.paper,
        markeredgecolor=colour,
        markeredgewidth=1.6,
        clip_on=False,
        zorder=3,
    )
    model = on_one_line(standing.metrics.model)
    add_label(axes, f"{model} ({pair.x.zero})" if is_free else model, place)
