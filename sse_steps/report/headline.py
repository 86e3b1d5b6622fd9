"""The sentence that says whether the small model is good enough, and what it saves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sse_steps.report.options import ReportOptions
from sse_steps.report.standing import Standing
from sse_steps.report.wording import dollars, milliseconds, percent, percent_range, points, ratio


@dataclass(frozen=True, slots=True)
class Headline:
    """The answer in a word, the sentence behind it, and what the word was held against."""

    answer: str  # Yes, No, or Not known
    sentence: str
    yardstick: str


def headline(ranked: Sequence[Standing], options: ReportOptions) -> Headline:
    """Answer for the smallest model by file size, or the cheapest rival where none has a size."""
    yardstick = (
        f"Good enough means here: at least {percent(options.least_accuracy)} of the examples pass, "
        f"no more than {points(options.tolerated_gap)} below the most accurate model."
    )
    if not ranked:
        return Headline("Not known", "No candidate was evaluated on a tested example.", yardstick)
    if all(standing.accuracy == 0 for standing in ranked):
        return Headline("No", _nothing_passed(ranked), yardstick)
    best, small = ranked[0], _small_model(ranked)
    sentence = _alone(small, ranked) if small is best else _compared(small, best)
    return Headline(_answer(small, best, options, rivals=len(ranked) - 1), sentence, yardstick)


def _small_model(ranked: Sequence[Standing]) -> Standing:
    sized = [standing for standing in ranked if standing.metrics.size_bytes is not None]
    if sized:
        return min(sized, key=lambda standing: standing.metrics.size_bytes or 0)
    return min(ranked[1:] or ranked, key=_cost_or_infinity)


def _cost_or_infinity(standing: Standing) -> float:
    cost = standing.metrics.usd_per_example
    return math.inf if cost is None else cost


def _answer(small: Standing, best: Standing, options: ReportOptions, *, rivals: int) -> str:
    close = best.accuracy - small.accuracy <= options.tolerated_gap
    if not close or small.accuracy < options.least_accuracy:
        return "No"
    if small is best:
        return "Yes" if rivals else "Not known"
    if None in (small.metrics.usd_per_example, best.metrics.usd_per_example):
        return "Not known"
    return "Yes" if _saves(small.frontier.cost_ratio, small, best) else "No"


def _saves(cost_ratio: float | None, small: Standing, best: Standing) -> bool:
    """Whether it costs less; a ratio is None where it costs nothing at all."""
    cost = best.metrics.usd_per_example
    free = small.metrics.usd_per_example == 0 and cost is not None and cost > 0
    return free or (cost_ratio is not None and cost_ratio > 1)


def _nothing_passed(ranked: Sequence[Standing]) -> str:
    examples = ranked[0].metrics.examples
    if len(ranked) == 1:
        return f"{ranked[0].metrics.model} passes none of {examples} examples."
    return f"None of the {len(ranked)} candidates passes any of {examples} examples."


def _alone(small: Standing, ranked: Sequence[Standing]) -> str:
    passes = f"{_passes(small)}, at {_price(small)}"
    if len(ranked) == 1:
        return f"{passes}; with no rival measured, what it saves is not known."
    second = ranked[1]
    return (
        f"{passes}; no candidate passes more. Next is {second.metrics.model} with "
        f"{percent(second.accuracy)}, at {_price(second)}."
    )


def _compared(small: Standing, best: Standing) -> str:
    return (
        f"{_passes(small)}; {best.metrics.model} passes {percent(best.accuracy)}. "
        f"An example costs {_cost(small, best)} and takes {_latency(small)}."
    )


def _passes(standing: Standing) -> str:
    metrics = standing.metrics
    interval = percent_range(metrics.wilson_low, metrics.wilson_high)
    return (
        f"{metrics.model} passes {percent(metrics.pass_at_1)} of {metrics.examples} examples "
        f"(95 % interval {interval})"
    )


def _price(standing: Standing) -> str:
    metrics = standing.metrics
    return (
        f"{_known(metrics.usd_per_example)} and {milliseconds(metrics.latency_p50_ms)} an example"
    )


def _cost(small: Standing, best: Standing) -> str:
    ours, theirs = small.metrics.usd_per_example, best.metrics.usd_per_example
    if ours is None or theirs is None:
        return f"{_known(ours)} instead of {_known(theirs)}"
    if 0 in (ours, theirs) and ours != theirs:
        return f"{_or_nothing(ours)} instead of {_or_nothing(theirs)}"
    return _times(small.frontier.cost_ratio, "less", "more", "the same")


def _known(amount: float | None) -> str:
    return "an unknown amount" if amount is None else _or_nothing(amount)


def _or_nothing(amount: float) -> str:
    return dollars(amount) if amount else "nothing"


def _latency(small: Standing) -> str:
    if not small.frontier.latency_ratio:
        return f"{milliseconds(small.metrics.latency_p50_ms)}, with nothing to hold it against"
    return _times(small.frontier.latency_ratio, "less time", "more time", "the same time")


def _times(factor: float | None, less: str, more: str, same: str) -> str:
    """Word a ratio best / small: above 1 the small model uses less."""
    if factor is None or factor == 1:
        return same
    return f"{ratio(factor)} {less}" if factor > 1 else f"{ratio(1 / factor)} {more}"
