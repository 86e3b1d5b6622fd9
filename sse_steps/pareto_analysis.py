"""The Pareto analysis as an API: results in, who is worth having and who is not out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from sse_steps.errors import UserError
from sse_steps.stats import pareto, pareto_mixtures, pareto_value
from sse_steps.stats.pareto import Candidates


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalResult:
    """What one model achieved at one task.

    `accuracy` is a share of 1, `cost` dollars per 1M tokens, `latency_s` seconds; None is "not
    known", which is no better than any other. `metadata` is kept and not looked at.

    Raises:
        UserError: a figure is not a number, or out of its range.
    """

    model_id: str
    task_id: str
    accuracy: float
    cost: float | None
    latency_s: float | None
    metadata: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        self._refuse_unless("accuracy", self.accuracy, 1.0, "a share from 0 to 1")
        known = "0 or more, and finite, or None where it is not known"
        for name, figure in (("cost", self.cost), ("latency_s", self.latency_s)):
            if figure is not None:
                self._refuse_unless(name, figure, math.inf, known)

    def _refuse_unless(self, name: str, figure: float, most: float, meaning: str) -> None:
        is_number = isinstance(figure, int | float | np.number) and not isinstance(figure, bool)
        if not (is_number and math.isfinite(figure) and 0 <= figure <= most):
            raise UserError(
                f"The result of {self.model_id!r} at {self.task_id!r} has {name}={figure!r}.",
                f"Give {meaning}.",
            )


@dataclass(frozen=True, slots=True)
class TradeOff:
    """What a model gives up and saves beside the most accurate one.

    Ratios are that one's over its own, so above 1 it saves; None where one of the two is not known
    or the model spends nothing. `value_score` is (1 - accuracy_gap) x cost_ratio x latency_ratio;
    None where a ratio is, and where the model passes nothing.
    """

    model_id: str
    accuracy_gap: float
    cost_ratio: float | None
    latency_ratio: float | None
    value_score: float | None


@dataclass(frozen=True, slots=True)
class Domination:
    """A model and a frontier model that is no worse in everything and better in something.

    Ratios are the model's over the other's, so above 1 the other saves.
    """

    model_id: str
    dominated_by: str
    accuracy_gain: float
    cost_ratio: float | None
    latency_ratio: float | None


@dataclass(frozen=True, slots=True)
class Mixture:
    """A model and the mixture that is better in accuracy or cost, and worse in neither.

    `cheaper` answers with `probability`, otherwise `dearer`; None where `cheaper` alone does it.
    """

    model_id: str
    cheaper: str
    dearer: str | None
    probability: float
    accuracy: float
    cost: float


@dataclass(frozen=True, slots=True)
class ParetoAnalysis:
    """Who is worth having. Models are in order: most accurate first, ties to cheaper and faster.

    A model is in either `frontier_models` or `dominated_models`. Latency has a say there, and
    none in `convex_frontier_models`. `value_leader` has the highest value score, and
    `per_dollar_leader` the most accuracy for its cost.
    """

    frontier_models: tuple[str, ...]
    convex_frontier_models: tuple[str, ...]
    dominated_models: tuple[str, ...]
    trade_offs: tuple[TradeOff, ...]
    dominations: tuple[Domination, ...]
    mixtures: tuple[Mixture, ...]
    value_leader: str | None
    per_dollar_leader: str | None


def analyze_pareto(results: Sequence[EvalResult]) -> ParetoAnalysis:
    """Return who is on the frontier of accuracy, cost and latency, and what the others lose.

    A model that passes nothing is on no frontier: not to answer passes as much, for nothing.

    Raises:
        UserError: the results are of several tasks, or a model has more than one.
    """
    _refuse_several(results)
    # By name first, so that the name decides between equals.
    named = sorted(results, key=lambda result: result.model_id)
    names = [result.model_id for result in named]
    candidates = _candidates(named)
    ranking = candidates.ranking()
    frontier = pareto.on_frontier(candidates)
    convex = pareto_mixtures.on_convex_frontier(candidates)
    leaders = pareto_value.value_leaders(candidates)
    return ParetoAnalysis(
        frontier_models=tuple(names[index] for index in ranking if frontier[index]),
        convex_frontier_models=tuple(names[index] for index in ranking if convex[index]),
        dominated_models=tuple(names[index] for index in ranking if not frontier[index]),
        trade_offs=_trade_offs(candidates, names),
        dominations=_dominations(candidates, names),
        mixtures=_mixtures(candidates, names),
        value_leader=None if leaders.value_score is None else names[leaders.value_score],
        per_dollar_leader=None if leaders.per_dollar is None else names[leaders.per_dollar],
    )


def _refuse_several(results: Sequence[EvalResult]) -> None:
    tasks = sorted({result.task_id for result in results})
    if len(tasks) > 1:
        raise UserError(
            f"The results are of {len(tasks)} tasks: {', '.join(map(repr, tasks))}.",
            "Analyse the results of each task by themselves.",
        )
    models = [result.model_id for result in results]
    repeated = sorted({model for model in models if models.count(model) > 1})
    if repeated:
        raise UserError(
            f"There is more than one result of {', '.join(map(repr, repeated))}.",
            "Give one result for each model, for instance the mean over its runs.",
        )


def _candidates(results: Sequence[EvalResult]) -> Candidates:
    def known(figures: Sequence[float | None]) -> pareto.FloatArray:
        return np.array([math.inf if figure is None else figure for figure in figures], dtype=float)

    return Candidates(
        known([result.accuracy for result in results]),
        known([result.cost for result in results]),
        known([result.latency_s for result in results]),
    )


def _trade_offs(candidates: Candidates, names: Sequence[str]) -> tuple[TradeOff, ...]:
    found = pareto_value.trade_offs(candidates)
    return tuple(
        TradeOff(
            names[index],
            found[index].accuracy_gap,
            found[index].cost_ratio,
            found[index].latency_ratio,
            found[index].value_score,
        )
        for index in candidates.ranking()
    )


def _dominations(candidates: Candidates, names: Sequence[str]) -> tuple[Domination, ...]:
    return tuple(
        Domination(
            names[each.dominated],
            names[each.by],
            each.accuracy_gain,
            each.cost_ratio,
            each.latency_ratio,
        )
        for each in pareto.dominations(candidates)
    )


def _mixtures(candidates: Candidates, names: Sequence[str]) -> tuple[Mixture, ...]:
    return tuple(
        Mixture(
            names[each.beaten],
            names[each.cheaper],
            None if each.dearer is None else names[each.dearer],
            each.probability,
            each.accuracy,
            each.cost,
        )
        for each in pareto_mixtures.mixtures(candidates)
    )
