"""Command: the Pareto analysis of figures that were measured once and ship with this program."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from sse_steps.pareto_analysis import EvalResult, ParetoAnalysis, TradeOff, analyze_pareto
from sse_steps.report.wording import dollars, milliseconds


def run() -> bool:
    """Print who is worth having, what the others give up, and where the figures come from."""
    figures = json.loads((files("sse_steps.report") / "measured_figures.json").read_text())
    analysis = analyze_pareto(
        [
            EvalResult(
                model_id=each["model"],
                task_id=figures["task"],
                accuracy=each["pass_at_1"],
                # Per example: a rule-based transpiler has no tokens that it could cost by.
                cost=each["usd_per_example"],
                latency_s=each["latency_p50_ms"] / 1000,
            )
            for each in figures["models"]
        ]
    )
    sys.stdout.write("".join(f"{line}\n" for line in _lines(figures, analysis)))
    return True


def _lines(figures: dict[str, Any], analysis: ParetoAnalysis) -> Iterator[str]:
    contenders = len(figures["models"])
    yield f"Who is worth having? {contenders} contenders, {figures['examples']} programs"
    yield ""
    by_name = {each["model"]: each for each in figures["models"]}
    for mark, title, names in (
        (
            "◆",
            "On the Pareto frontier: none is better in accuracy, cost and latency at once",
            analysis.frontier_models,
        ),
        ("·", "Behind it", analysis.dominated_models),
    ):
        yield f"{title}:"
        yield from (f"  {mark} {_figures(by_name[name])}" for name in names)
    for each in analysis.dominations:
        yield (
            f"  {each.dominated_by} beats {each.model_id}: "
            f"{100 * each.accuracy_gain:.1f} points more, "
            f"{_times(each.cost_ratio)} cheaper, {_times(each.latency_ratio)} faster"
        )
    yield ""
    yield "Beside the most accurate one (a ratio above 1 saves):"
    yield from (f"  {_trade_off(each)}" for each in analysis.trade_offs)
    yield ""
    yield f"Measured {figures['date']} on {figures['machine']}, {figures['rustc']};"
    yield f"cost per example at {figures['price']}; configuration {figures['config_hash']}."
    yield "Measure your own: doit, then doit sql --question which_models_are_pareto_optimal"


def _figures(each: dict[str, Any]) -> str:
    interval = f"{100 * each['wilson_low']:.1f}-{100 * each['wilson_high']:.1f} %"
    return (
        f"{each['model']}: {100 * each['pass_at_1']:.1f} % pass (95 %: {interval}), "
        f"{dollars(each['usd_per_example'])} an example, {milliseconds(each['latency_p50_ms'])}"
    )


def _trade_off(each: TradeOff) -> str:
    score = "none" if each.value_score is None else f"{each.value_score:.2g}"
    return (
        f"{each.model_id}: {100 * each.accuracy_gap:.1f} points behind, "
        f"cost ratio {_number(each.cost_ratio)}, latency ratio {_number(each.latency_ratio)}, "
        f"value score {score}"
    )


def _number(ratio: float | None) -> str:
    return "not known" if ratio is None else f"{ratio:.2g}"


def _times(ratio: float | None) -> str:
    return "by an unknown factor" if ratio is None else f"{ratio:.3g} times"
