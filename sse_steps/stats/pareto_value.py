"""What a candidate gives up and saves beside the most accurate one, and who is the best value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sse_steps.stats.pareto import Candidates, ratio


@dataclass(frozen=True, slots=True)
class TradeOff:
    """One candidate beside the first of the ranking.

    Ratios are the first one's over its own, so above 1 it saves; None where one of them is not
    known, or it spends nothing. `value_score` is (1 - accuracy_gap) x cost_ratio x latency_ratio;
    None where a ratio is, and where nothing passes.
    """

    accuracy_gap: float
    cost_ratio: float | None
    latency_ratio: float | None
    value_score: float | None


@dataclass(frozen=True, slots=True)
class ValueLeaders:
    """Indices of the best buys; None where no candidate passes anything at a known cost.

    `per_dollar` has the most accuracy for its cost; one that is free and passes something beats
    all that are not, and the ranking decides among the free. `value_score` has the highest score.
    """

    per_dollar: int | None
    value_score: int | None


def trade_offs(candidates: Candidates) -> tuple[TradeOff, ...]:
    """Return each candidate's trade-off against the most accurate, in the order given."""
    if not len(candidates):
        return ()
    best = candidates.ranking()[0]
    return tuple(_trade_off(candidates, index, best) for index in range(len(candidates)))


def value_leaders(candidates: Candidates) -> ValueLeaders:
    """Return who is the best value; ties go to the first of the ranking."""
    passing = [index for index in candidates.ranking() if candidates.accuracy[index] > 0]
    offers = trade_offs(candidates)
    scores = ((index, offers[index].value_score) for index in passing)
    scored = {index: score for index, score in scores if score is not None}
    priced = [index for index in passing if np.isfinite(candidates.cost[index])]
    return ValueLeaders(
        max(priced, key=lambda index: _per_dollar(candidates, index), default=None),
        max(scored, key=lambda index: scored[index], default=None),
    )


def _per_dollar(candidates: Candidates, index: int) -> float:
    cost = float(candidates.cost[index])
    return float(candidates.accuracy[index]) / cost if cost else np.inf


def _trade_off(candidates: Candidates, index: int, best: int) -> TradeOff:
    gap = float(candidates.accuracy[best] - candidates.accuracy[index])
    cost = ratio(candidates.cost[best], candidates.cost[index])
    latency = ratio(candidates.latency[best], candidates.latency[index])
    if cost is None or latency is None or candidates.accuracy[index] == 0:
        return TradeOff(gap, cost, latency, None)
    score = (1 - gap) * cost * latency
    return TradeOff(gap, cost, latency, score if np.isfinite(score) else None)
