"""The sentence that says whether the small model is good enough, and what it saves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sse_steps.report.options import ReportOptions
from sse_steps.report.standing import Standing
from sse_steps.report.wording import (
    dollars,
    listed,
    milliseconds,
    percent,
    percent_range,
    points,
    ratio,
)


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
    small = _small_model(ranked)
    answer, sentence = _answered(small, ranked, options)
    if 2 * small.metrics.timed_out >= small.metrics.completions:
        answer = "Not known"  # its time limit was measured, not the model
    return Headline(answer, f"{sentence}{_out_of_time(ranked)}", yardstick)


def _answered(
    small: Standing, ranked: Sequence[Standing], options: ReportOptions
) -> tuple[str, str]:
    if all(standing.accuracy == 0 for standing in ranked):
        return "No", _nothing_passed(ranked)
    best = ranked[0]
    sentence = _alone(small, ranked) if small is best else _compared(small, best)
    return _answer(small, best, options, rivals=len(ranked) - 1), sentence


def _out_of_time(ranked: Sequence[Standing]) -> str:
    """Say who ran out of time in more than one of ten requests: that decides more than skill."""
    late = [
        f"{row.model} in {row.timed_out:,} of {row.completions:,} requests"
        for row in (standing.metrics for standing in ranked)
        if 10 * row.timed_out > row.completions
    ]
    return f" Out of time: {listed(late)}; run.timeout_ms=... gives them more." if late else ""


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
        f"An example costs {_cost(small, best)} and takes {_latency(small)}"
        f"{_batches(small, best)}."
    )


def _batches(*standings: Standing) -> str:
    """Say who answers in batches, unless all do alike: its latency is the wait for all of one."""
    if len(standings) > 1 and len({each.metrics.latency_batch_size for each in standings}) == 1:
        return ""
    batched = [
        f"{row.model} answers {row.latency_batch_size} at once"
        for row in (standing.metrics for standing in standings)
        if (row.latency_batch_size or 1) > 1
    ]
    return f" ({listed(batched)})" if batched else ""


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
        f"{_batches(standing)}"
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
