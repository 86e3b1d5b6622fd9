"""The charts that stand beside report.md: their files, and what they say in words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from sse_steps.report.wording import listed, percent

if TYPE_CHECKING:  # a build with nothing to do asks for the names of the files, and loads no SciPy
    from sse_steps.report.line_rows import QuantizationRow
    from sse_steps.report.report_data import Report, TaskReport

_PANELS_BESIDE = 6.0  # inches of width from which on panels stand beside each other


class ChartFile(StrEnum):
    """A chart, by the name of its file."""

    COST_ACCURACY = "pareto.svg"
    LATENCY_ACCURACY = "latency_accuracy.svg"
    COST_LATENCY = "cost_latency.svg"
    RUN_SPREAD = "run_spread.svg"
    QUANTIZATION = "quantization.svg"


def quantization_curves(task: TaskReport) -> tuple[tuple[QuantizationRow, ...], ...]:
    """Return the quantisations of each source that has at least two, largest first."""
    by_source: dict[str, list[QuantizationRow]] = {}
    for row in task.quantizations:
        by_source.setdefault(row.source, []).append(row)
    return tuple(
        tuple(sorted(rows, key=lambda row: (-row.size_bytes, row.model)))
        for rows in by_source.values()
        if len({row.quantization for row in rows}) > 1
    )


def has_curves(task: TaskReport) -> bool:
    """Return whether a source was evaluated in two quantisations."""
    return bool(quantization_curves(task))


def draw_charts(report: Report, *, width: float, height: float) -> Mapping[ChartFile, str]:
    """Return the SVG of every chart, `width` x `height` inches for each task's Pareto panel."""
    from sse_steps.report import chart  # noqa: PLC0415 - whoever only wants names loads none
    from sse_steps.report.chart_quantization import quantization_chart  # noqa: PLC0415
    from sse_steps.report.chart_spread import spread_chart  # noqa: PLC0415

    pairs = {
        ChartFile.COST_ACCURACY: chart.COST_ACCURACY,
        ChartFile.LATENCY_ACCURACY: chart.LATENCY_ACCURACY,
        ChartFile.COST_LATENCY: chart.COST_LATENCY,
    }
    return {
        **{
            file: chart.report_chart(report, width=width, height=height, pair=pair)
            for file, pair in pairs.items()
        },
        ChartFile.RUN_SPREAD: spread_chart(report, width=width),
        ChartFile.QUANTIZATION: quantization_chart(report, width=width, height=0.65 * height),
    }


def page_chart(file: ChartFile, task: TaskReport, *, width: float, height: float) -> str:
    """Return one task's chart as an <svg> element; panels are stacked where there is no width."""
    from sse_steps.report import chart  # noqa: PLC0415 - whoever only wants names loads none
    from sse_steps.report.chart_quantization import task_quantization  # noqa: PLC0415
    from sse_steps.report.chart_spread import task_spread  # noqa: PLC0415

    if file is ChartFile.RUN_SPREAD:
        return task_spread(task, width=width)
    if file is ChartFile.QUANTIZATION:
        stacked = width < _PANELS_BESIDE
        return task_quantization(task, width=width, height=0.65 * height, stacked=stacked)
    pair = {
        ChartFile.COST_ACCURACY: chart.COST_ACCURACY,
        ChartFile.LATENCY_ACCURACY: chart.LATENCY_ACCURACY,
        ChartFile.COST_LATENCY: chart.COST_LATENCY,
    }[file]
    return chart.task_chart(task, width=width, height=height, pair=pair)


def alternative_text(file: ChartFile, task: TaskReport) -> str:
    """Return what the chart shows of a task, for somebody who cannot see it."""
    leading = [each.metrics.model for each in task.standings if each.frontier.on_frontier]
    others = [each for each in task.standings if not each.frontier.on_frontier]
    behind = [each.metrics.model for each in others if each.accuracy > 0]
    nothing = [each.metrics.model for each in others if each.accuracy == 0]
    parts = (
        f"On the frontier of accuracy, cost and latency: {listed(leading)}." if leading else "",
        f"Behind it: {listed(behind)}." if behind else "",
        f"Passing nothing: {listed(nothing)}." if nothing else "",
    )
    standing = " ".join(part for part in parts if part) or "No candidate was evaluated."
    return {
        ChartFile.COST_ACCURACY: f"Pareto chart: cost per example against examples passed. "
        f"{standing}",
        ChartFile.LATENCY_ACCURACY: f"Pareto chart: latency against examples passed. {standing}",
        ChartFile.COST_LATENCY: f"Pareto chart: cost per example against latency. {standing}",
        ChartFile.RUN_SPREAD: f"Examples passed in each run. {_runs_in_words(task)}",
        ChartFile.QUANTIZATION: "Size of the weights against examples passed, likeliest tokens "
        "kept and worst divergence; the table on quantisation has the figures.",
    }[file]


def caption(file: ChartFile) -> str:
    """Return how a chart is read."""
    pareto = (
        "The solid line is the best that one model buys. Filled points are on the frontier of "
        "accuracy, cost and latency."
    )
    mixtures = "The dashed line is what mixtures of two models buy."
    accuracy, latency = (
        "Upright bars are 95 % intervals over examples.",
        "Bars along the latency reach from the median to the 95th percentile.",
    )
    return {
        ChartFile.COST_ACCURACY: f"Up and to the left is better. {pareto} {mixtures} {accuracy}",
        ChartFile.LATENCY_ACCURACY: f"Up and to the left is better. {pareto} {accuracy} {latency}",
        ChartFile.COST_LATENCY: f"Down and to the left is better. {pareto} {latency}",
        ChartFile.RUN_SPREAD: "A dot is a run, the stroke their mean, the bar the 95 % interval "
        "over examples. Runs that agree say nothing about other examples.",
        ChartFile.QUANTIZATION: "To the left is smaller. Bars are 95 % intervals over examples.",
    }[file]


def _runs_in_words(task: TaskReport) -> str:
    said = []
    for standing in task.standings:
        model = standing.metrics.model
        rates = [row.pass_rate for row in task.runs if row.model == model]
        if rates:
            said.append(f"{model}: {percent(min(rates))} to {percent(max(rates))}")
    return f"{'; '.join(said)}." if said else "No candidate was evaluated."
