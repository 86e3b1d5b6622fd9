"""What the charts share: colours, the frame, labels that keep off each other, and the SVG."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, MaxNLocator, NullLocator
from matplotlib.transforms import Bbox

from sse_steps.report.chart_geometry import LogScale

_SETTINGS: Any = {
    "svg.hashsalt": "sse_steps",  # equal figures give equal bytes
    "svg.fonttype": "none",  # text stays text: searchable, and in the reader's font
    "font.family": "sans-serif",
    "font.size": 10.0,
    "text.parse_math": False,  # a dollar sign is money
}


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of the charts as #rrggbb; a page replaces them by its own."""

    ink: str = "#20262e"
    muted: str = "#66707b"
    grid: str = "#e3e6ea"
    accent: str = "#1f6f8b"
    paper: str = "#fdfdfc"


LIGHT = Palette()
DARK = Palette(ink="#e8eaed", muted="#a3adb8", grid="#2c333b", accent="#6cc0dd", paper="#14181d")


@dataclass(frozen=True, slots=True)
class Canvas:
    """The size of a chart in inches, and how many panels it has below and beside each other."""

    width: float
    height: float
    rows: int = 1
    columns: int = 1


def svg_document(canvas: Canvas, draw: Callable[[list[list[Axes]]], None]) -> str:
    """Return the SVG of what `draw` puts on the axes, [rows][columns], labels placed last."""
    with mpl.rc_context(_SETTINGS):
        figure = Figure(
            figsize=(canvas.width, canvas.height), layout="constrained", facecolor=LIGHT.paper
        )
        agg = FigureCanvasAgg(figure)
        grid = figure.subplots(canvas.rows, canvas.columns, squeeze=False)
        draw([list(row) for row in grid])
        agg.draw()  # type: ignore[no-untyped-call]  # untyped in Matplotlib
        for axes in grid.flat:
            _place_labels(axes)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def for_light_and_dark(document: str) -> str:
    """Return an SVG that a dark browser shows in dark colours.

    The light ones stand in every element, for programs that know no style sheets.
    """
    rules = "".join(
        f'[style*="{kind}: {getattr(LIGHT, name)}"]{{{kind}:{getattr(DARK, name)}!important}}'
        for name in (field.name for field in fields(Palette))
        for kind in ("fill", "stroke")
    )
    start = document.index(">", document.index("<svg")) + 1
    style = f'<style type="text/css">@media (prefers-color-scheme:dark){{{rules}}}</style>'
    return f"{document[:start]}\n {style}{document[start:]}"


def for_page(document: str) -> str:
    """Return an SVG document as an <svg> element that is coloured by variables of the page.

    The page defines --ink, --muted, --grid, --accent and --paper.
    """
    element = document[document.index("<svg") :]
    # Only inside tags: a model may be named like a colour.
    return re.sub(r"<[^>]*>", lambda tag: _tag_for_page(tag.group()), element)


def _tag_for_page(tag: str) -> str:
    """Colour a tag by the page's variables and drop group ids, which two charts would share."""
    for colour in fields(Palette):
        tag = tag.replace(str(getattr(LIGHT, colour.name)), f"var(--{colour.name})")
    return re.sub(r'^<g id="[^"]*"', "<g", tag)


def draw_frame(axes: Axes, title: str, x_label: str, y_label: str) -> None:
    """Give the axes their title, names, grid and colours."""
    axes.set_facecolor(LIGHT.paper)
    axes.set_title(title, loc="left", color=LIGHT.ink, fontsize=11)
    axes.set_xlabel(x_label, color=LIGHT.muted)
    axes.set_ylabel(y_label, color=LIGHT.muted)
    axes.tick_params(which="both", length=0, pad=6, colors=LIGHT.muted)
    axes.grid(visible=True, color=LIGHT.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(LIGHT.muted)


def label_shares(axis: Axis, *, most: int = 8) -> None:
    """Label an axis of shares of 1 in per cent."""
    axis.set_major_locator(MaxNLocator(nbins=most, steps=[1, 2, 5, 10]))
    # Written out in full: a label that is rounded names a line that is elsewhere.
    axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.6g} %"))


def label_powers(
    axis: Axis, scale: LogScale, text: Callable[[float], str], *, most: int, zero: str
) -> None:
    """Label powers of ten, at most so many; the place of a zero is labelled as `zero`."""
    powers = [10.0**power for power in scale.powers(most)]
    marks = [scale.edge, *powers] if scale.has_zero else powers
    labels = [zero, *map(text, powers)] if scale.has_zero else [text(power) for power in powers]
    axis.set_major_locator(FixedLocator(marks))
    axis.set_major_formatter(FixedFormatter(labels))
    axis.set_minor_locator(NullLocator())


def say_instead(axes: Axes, text: str) -> None:
    """Say in the middle of an empty panel why it is empty."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", color=LIGHT.muted)


def add_label(axes: Axes, text: str, place: tuple[float, float]) -> None:
    """Write a label beside a point; where exactly is found when all is drawn."""
    label = axes.annotate(
        text, place, xytext=(0, 0), textcoords="offset points", color=LIGHT.ink, fontsize=10
    )
    label.set_in_layout(False)  # a long name takes no room from the panel


def _place_labels(axes: Axes) -> None:
    """Put each label beside its point where it covers nothing, topmost first."""
    children = axes.get_children()
    labels = [child for child in children if isinstance(child, Annotation)]
    obstacles = list(_obstacles(axes))
    inside = axes.get_window_extent()
    for label in sorted(labels, key=lambda label: -label.xy[1]):
        _place_label(label, obstacles, inside)
        obstacles.append(label.get_window_extent())


def _obstacles(axes: Axes) -> Iterator[Bbox]:
    """Yield a box around each stretch of each line, so that a label may stand inside a curve."""
    for line in axes.get_lines():
        places = axes.transData.transform(line.get_xydata())
        if len(places) == 1:
            yield line.get_window_extent().padded(2)
        for start, end in pairwise(places):
            yield Bbox([start, end]).padded(2)


def _place_label(label: Annotation, obstacles: Sequence[Bbox], inside: Bbox) -> None:
    """Try right and left, near and then farther; keep the place that covers least."""
    places = [(side, height) for height in (7, -15, 19, -27, 31, -39, 43) for side in (9, -9)]

    def fault(place: tuple[int, int]) -> int:
        _move_label(label, place)
        extent = label.get_window_extent()
        outside = not (inside.x0 <= extent.x0 and extent.x1 <= inside.x1 and inside.y0 < extent.y0)
        return int(extent.count_overlaps(obstacles)) + 100 * outside

    _move_label(label, min(places, key=fault))


def _move_label(label: Annotation, place: tuple[int, int]) -> None:
    label.set_horizontalalignment("left" if place[0] > 0 else "right")
    label.xyann = place


def line_style(colour: str, *, width: float = 1.2, dashed: bool = False) -> dict[str, Any]:
    """Return how a line is drawn, in Matplotlib's words."""
    return {"color": colour, "linewidth": width, "linestyle": (0, (4, 3)) if dashed else "-"}


def add_legend(axes: Axes, lines: Sequence[tuple[str, Line2D]]) -> None:
    """Name lines above the panel, on its right."""
    if not lines:
        return
    legend = axes.legend(
        [line for _, line in lines],
        [name for name, _ in lines],
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=len(lines),
        frameon=False,
        fontsize=9,
        handlelength=2.2,
        borderpad=0.1,
    )
    for text in legend.get_texts():
        text.set_color(LIGHT.muted)
