"""The charts: frontiers where they belong, labels apart, the same bytes every time."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic_results import COMPLETION, candidate, converted, scripted, write_sources

from sse_steps.records import Completion, VerdictRow
from sse_steps.report.chart import COST_LATENCY, LATENCY_ACCURACY, report_chart
from sse_steps.report.chart_files import ChartFile, alternative_text, draw_charts
from sse_steps.report.chart_geometry import LogScale, mixing_corners, mixing_line, staircase
from sse_steps.report.chart_style import DARK, LIGHT, for_light_and_dark
from sse_steps.report.markdown import render_markdown
from sse_steps.report.options import ReportOptions
from sse_steps.report.provenance_data import Provenance
from sse_steps.report.report_data import Report, load_report
from sse_steps.sql.database import build_database
from sse_steps.sql.sources import ConversionRow

Attempts = Sequence[tuple[Completion, VerdictRow]]
Draw = Callable[..., Report]
Points = list[tuple[int, int]]

POINTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=12)
HOSTILE = "</text><script>a()</script>$x$\x1b"


@pytest.fixture
def drawn(tmp_path: Path) -> Draw:
    """Return a function that takes attempts, and conversions of models, to a loaded report."""

    def load(attempts: Attempts, conversions: Sequence[ConversionRow] = ()) -> Report:
        sizes = {row.model: row.parameters for row in conversions}
        names = sorted({completion.model for completion, _ in attempts})
        models = [candidate(name, size_bytes=sizes.get(name)) for name in names]
        sources = write_sources(tmp_path, attempts, models)
        build_database(
            tmp_path / "results.duckdb", replace(sources, conversions=tuple(conversions))
        )
        return load_report(tmp_path / "results.duckdb", ReportOptions(), Provenance(""))

    return load


def rivals() -> Attempts:
    """Return three candidates of rising cost, the middle one below the line of mixtures."""
    found: list[tuple[Completion, VerdictRow]] = []
    for index, (passed, cost) in enumerate([(2, 0.001), (3, 0.05), (9, 0.1)]):
        template = replace(COMPLETION, cost_usd=cost, latency_s=cost * 10)
        runs = ["p" * passed + "w" * (10 - passed)] * 2
        found += scripted(f"model-{index}", runs, template=template)
    return found


def beats(point: tuple[int, int], other: tuple[int, int], *, upward: bool) -> bool:
    """Say whether a point is no worse than another one in both, and better in one."""
    y, their_y = (point[1], other[1]) if upward else (-point[1], -other[1])
    return point[0] <= other[0] and y >= their_y and (point[0], y) != (other[0], their_y)


@given(POINTS, st.booleans())
def test_the_staircase_is_what_nobody_beats(points: Points, upward: bool) -> None:  # noqa: FBT001 -- drawn
    """The steps are the points that no other one beats, by looking at all pairs."""
    kept = {
        point for point in points if not any(beats(other, point, upward=upward) for other in points)
    }
    found = staircase(points, upward=upward)
    assert set(found) == kept
    assert list(found) == sorted(kept)


@given(POINTS, st.booleans())
def test_no_mixture_beats_a_corner(points: Points, upward: bool) -> None:  # noqa: FBT001 -- drawn
    """A corner lies off every line between two others, on the better side, in whole numbers."""
    corners = mixing_corners(points, upward=upward)
    sign = 1 if upward else -1
    for x, y in corners:
        for (x0, y0), (x1, y1) in combinations(sorted(set(points)), 2):
            if x0 < x < x1:
                assert sign * (y1 - y0) * (x - x0) < sign * (y - y0) * (x1 - x0)


def test_a_line_of_mixtures_is_straight_in_dollars() -> None:
    """Every place on the line is a mixture of its ends, also from a cost of zero."""
    for start in (0.0, 0.001):
        ends = ((start, 0.2), (0.5, 0.8))
        places = mixing_line(ends)
        assert places[0] == ends[0]
        assert places[-1] == pytest.approx(ends[1])
        for x, y in places:
            share = (x - start) / (0.5 - start)
            assert y == pytest.approx(0.2 + share * 0.6)


def test_a_zero_stands_a_decade_before_the_smallest() -> None:
    """A log axis has a place for zero, which its labels keep clear of."""
    scale = LogScale((0.0, 0.01, 1.0))
    assert (scale.place(0.0), scale.place(0.01)) == (0.001, 0.01)
    assert scale.limits()[0] < 0.001
    assert min(scale.powers(8)) > -3


def test_every_chart_is_drawn_the_same_twice(drawn: Draw) -> None:
    """Equal results give equal bytes, whatever was drawn before."""
    conversions = [converted("model-0", "none", 90, 0.0), converted("model-1", "q8_0", 50, 1e-4)]
    report = drawn(rivals(), conversions)
    first = draw_charts(report, width=8, height=4.5)
    assert first == draw_charts(report, width=8, height=4.5)
    assert list(first) == list(ChartFile)
    assert len(set(first.values())) == len(ChartFile)


def test_charts_name_their_axes_and_candidates(drawn: Draw) -> None:
    """Each pair says what it shows, and names every candidate."""
    report = drawn(rivals())
    for pair, names in (
        (LATENCY_ACCURACY, ("Median latency", "Examples passed")),
        (COST_LATENCY, ("Cost per example", "Median latency")),
    ):
        svg = report_chart(report, width=8, height=4.5, pair=pair)
        for name in (*names, "model-0", "model-1", "model-2", "one model"):
            assert name in svg


def test_hostile_names_stay_text_in_every_chart(drawn: Draw) -> None:
    """Every chart is well-formed XML without a script, and shows the name as it is."""
    conversions = [converted(HOSTILE, "none", 90, 0.0), converted("b", HOSTILE, 50, 0.1)]
    attempts = [*scripted(HOSTILE, ["pw"]), *scripted("b", ["ww"])]
    for svg in draw_charts(drawn(attempts, conversions), width=8, height=4).values():
        root = ET.fromstring(svg)  # noqa: S314 -- our own output
        assert not {each.tag.rpartition("}")[2] for each in root.iter()} & {"script", "image"}
        assert "<script>a()</script>$x$" in "".join(root.itertext())


def test_a_dark_browser_gets_dark_colours(drawn: Draw) -> None:
    """Each light colour that is used has a rule for the dark; elements keep the light ones."""
    svg = report_chart(drawn(rivals()), width=8, height=4.5)
    rules = dict(re.findall(r'\[style\*="(\w+: #\w+)"\]\{\w+:(#\w+)!important\}', svg))
    used = set(re.findall(r"(?:fill|stroke): #\w{6}", svg.split("</style>", 1)[1]))
    # Matplotlib draws what is clipped to nothing in black.
    assert used - {"stroke: #000000", "fill: #000000"} <= set(rules)
    assert rules[f"fill: {LIGHT.paper}"] == DARK.paper
    assert for_light_and_dark("<svg a='b'>x</svg>").startswith("<svg a='b'>\n <style")


def test_quantisation_has_a_chart_from_two_on(drawn: Draw) -> None:
    """One quantisation is no curve; of two, Markdown shows the chart with its points labelled."""
    one = drawn(rivals(), [converted("model-0", "none", 90, 0.0)])
    assert ChartFile.QUANTIZATION not in render_markdown(one)
    two = drawn(
        rivals(),
        [converted("model-0", "none", 90, 0.0), converted("model-1", "q8_0", 50, 1e-4)],
    )
    assert f"]({ChartFile.QUANTIZATION})" in render_markdown(two)
    svg = draw_charts(two, width=8, height=4)[ChartFile.QUANTIZATION]
    assert svg.count(">q8_0<") == svg.count(">none<") == 3


def test_every_chart_in_markdown_says_what_it_shows(drawn: Draw) -> None:
    """Each picture has words for who cannot see it, with the candidates in them."""
    report = drawn(rivals())
    shown = re.findall(r"!\[([^\]]*)\]\((\S+)\)", render_markdown(report))
    assert [file for _, file in shown] == [
        ChartFile.COST_ACCURACY,
        ChartFile.RUN_SPREAD,
        ChartFile.LATENCY_ACCURACY,
        ChartFile.COST_LATENCY,
    ]
    assert all("model-2" in text for text, _ in shown)
    spread = alternative_text(ChartFile.RUN_SPREAD, report.tasks[0])
    assert "model-2: 90 % to 90 %" in spread


def test_the_spread_has_a_dot_for_each_run(drawn: Draw) -> None:
    """Three runs of each of two candidates are six dots, equal ones beside each other."""
    attempts = [*scripted("a", ["pw", "pp", "pw"]), *scripted("b", ["ww", "ww", "ww"])]
    svg = draw_charts(drawn(attempts), width=8, height=4)[ChartFile.RUN_SPREAD]
    dots = re.findall(rf'<use [^>]*style="[^"]*stroke: {LIGHT.accent}[^"]*"', svg)
    assert len(dots) == 6 + 1  # and the legend's
    places = set(re.findall(rf'x="([\d.]+)" y="([\d.]+)" style="[^"]*stroke: {LIGHT.accent}', svg))
    assert len(places) == 7
