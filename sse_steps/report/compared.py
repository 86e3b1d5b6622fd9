"""Two evaluations side by side: what got better, what worse, and whether they can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import fmean

import numpy as np

from sse_steps.report.wording import plural
from sse_steps.sql.evaluation import Evaluation, Key
from sse_steps.stats.comparison import Comparison, compare
from sse_steps.stats.correction import holm

SIGNIFICANT = 0.05


class Change(StrEnum):
    """What became of a candidate's pass rate."""

    BETTER = "better"
    WORSE = "worse"
    NOT_SHOWN = "no change shown"  # what is seen may be chance


@dataclass(frozen=True, slots=True)
class Tolerances:
    """By what share of their earlier value cost and latency may grow. None: by any."""

    cost: float | None
    latency: float | None


@dataclass(frozen=True, slots=True)
class ComparedModel:
    """One candidate here and there, on the examples that are the same in both.

    Differences and ratios are of here to there. `p_holm` corrects McNemar's exact test over all
    comparisons. `regressions` says what got worse by more than is tolerated.
    """

    task: str
    model: str
    pass_rate_here: float
    pass_rate_there: float
    change: Change
    cost_ratio: float | None
    latency_ratio: float | None
    p_holm: float
    regressions: tuple[str, ...]
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Compared:
    """Two evaluations: the candidates of both, what only one has, and what is not alike."""

    models: tuple[ComparedModel, ...]
    only_here: tuple[Key, ...]
    only_there: tuple[Key, ...]
    not_alike: tuple[str, ...]

    @property
    def has_regression(self) -> bool:
        """Return whether any candidate got worse by more than is tolerated."""
        return any(model.regressions for model in self.models)


def compared(
    here: Evaluation, there: Evaluation, tolerances: Tolerances, *, resamples: int = 10_000
) -> Compared:
    """Compare candidates that both evaluations have, on the examples that both ask alike.

    A candidate without such an example is named among what is not alike.
    """
    both = sorted(here.attempts.keys() & there.attempts.keys())
    examples = {key: _alike(here, there, key) for key in both}
    raw = {
        key: compare(here.scores(key, alike), there.scores(key, alike), resamples=resamples, seed=0)
        for key, alike in examples.items()
        if alike
    }
    adjusted = holm([comparison.p_mcnemar for comparison in raw.values()])
    models = tuple(
        _model(here, there, key, (comparison, p_holm), tolerances)
        for (key, comparison), p_holm in zip(raw.items(), adjusted, strict=True)
    )
    return Compared(
        models=models,
        only_here=tuple(sorted(here.attempts.keys() - there.attempts.keys())),
        only_there=tuple(sorted(there.attempts.keys() - here.attempts.keys())),
        not_alike=tuple(_not_alike(here, there, examples)),
    )


def _alike(here: Evaluation, there: Evaluation, key: Key) -> list[str]:
    """Return the examples that a candidate was put to in both, with the same prompt and cases."""
    task, _ = key
    return [
        example
        for example in here.attempts[key]
        if example in there.attempts[key]
        and here.programs.get((task, example)) == there.programs.get((task, example))
    ]


def _model(
    here: Evaluation,
    there: Evaluation,
    key: Key,
    tested: tuple[Comparison, float],
    tolerances: Tolerances,
) -> ComparedModel:
    comparison, p_holm = tested
    task, name = key
    alike = _alike(here, there, key)
    cost = _ratio(here.usd_per_example(key, alike), there.usd_per_example(key, alike))
    latency = _ratio(here.latency_ms(key, alike), there.latency_ms(key, alike))
    model = ComparedModel(
        task=task,
        model=name,
        pass_rate_here=_rate(here, key, alike),
        pass_rate_there=_rate(there, key, alike),
        change=_change(comparison, p_holm),
        cost_ratio=cost,
        latency_ratio=latency,
        p_holm=p_holm,
        regressions=(),
        comparison=comparison,
    )
    return replace(model, regressions=tuple(_regressions(model, tolerances)))


def _rate(evaluation: Evaluation, key: Key, examples: Sequence[str]) -> float:
    """Return the mean over examples of each example's mean over runs."""
    return fmean(np.nanmean(evaluation.scores(key, examples), axis=1).tolist())


def _change(comparison: Comparison, p_holm: float) -> Change:
    if p_holm > SIGNIFICANT or comparison.is_contradicted:
        return Change.NOT_SHOWN
    return Change.BETTER if comparison.difference > 0 else Change.WORSE


def _ratio(now: float | None, before: float | None) -> float | None:
    """Return how many times as large a figure is as before; None where that is not defined."""
    return now / before if now is not None and before else None


def _regressions(model: ComparedModel, tolerances: Tolerances) -> Iterator[str]:
    if model.change is Change.WORSE:
        yield "fewer examples pass"
    for what, ratio, tolerated in (
        ("an example costs more", model.cost_ratio, tolerances.cost),
        ("a reply takes longer", model.latency_ratio, tolerances.latency),
    ):
        if ratio is not None and tolerated is not None and ratio > 1 + tolerated:
            yield f"{what}: {ratio:.3g} times"


def _not_alike(
    here: Evaluation, there: Evaluation, examples: dict[Key, list[str]]
) -> Iterator[str]:
    """Yield, in words, whatever else than the models may explain a difference."""
    for task in sorted({task for task, _ in examples}):
        yield from _corpora_differ(here, there, task)
        levels = here.isolation.get(task), there.isolation.get(task)
        if levels[0] != levels[1]:
            names = [", ".join(sorted(level or ())) or "none" for level in levels]
            yield f"{task}: code was isolated otherwise: {names[0]} here, {names[1]} there."
    for name in sorted(here.facts.keys() | there.facts.keys()):
        now, before = (each.facts.get(name, "not known") for each in (here, there))
        if now != before:
            yield f"{name} differs: {now} here, {before} there."
    for (task, model), alike in examples.items():
        if not alike:
            yield f"{task}: {model} was put to no example that is the same in both."
        elif here.runs((task, model)) != there.runs((task, model)):
            runs = here.runs((task, model)), there.runs((task, model))
            yield f"{task}: {model} has {plural(runs[0], 'run')} here and {runs[1]} there."


def _corpora_differ(here: Evaluation, there: Evaluation, task: str) -> Iterator[str]:
    now, before = (
        {example: program for (of, example), program in each.programs.items() if of == task}
        for each in (here, there)
    )
    changed = [example for example in now.keys() & before.keys() if now[example] != before[example]]
    for count, what in (
        (len(now.keys() - before.keys()), "only here"),
        (len(before.keys() - now.keys()), "only there"),
        (len(changed), "with another prompt, Python or other cases"),
    ):
        if count:
            yield f"{task}: {count} examples are {what} and are left out."
