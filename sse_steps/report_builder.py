"""A report on results of one's own: who is worth having, how sure that is, and who differs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations

import numpy as np

from sse_steps.errors import UserError
from sse_steps.pareto_analysis import EvalResult, ParetoAnalysis, analyze_pareto
from sse_steps.stats.bootstrap import bootstrap_intervals
from sse_steps.stats.comparison import cohens_d, paired_t_test, welch_t_test
from sse_steps.stats.correction import bonferroni, holm
from sse_steps.stats.intervals import Interval, student_t_interval

_LEAST_RUNS = 5


@dataclass(frozen=True, slots=True)
class AccuracyOverRuns:
    """How far one model's accuracy varies from run to run; shares of 1, intervals of 95 %.

    None is "not defined": one run has no interval. Equal runs give a point.
    """

    model_id: str
    runs: int
    mean: float | None
    student_t: Interval | None
    percentile: Interval | None
    bca: Interval | None


@dataclass(frozen=True, slots=True)
class ModelDifference:
    """Two models beside each other: the accuracy of `model_id` minus that of `other_id`.

    `p_paired_t` and `effect_size`, Cohen's d, are of the differences run by run; None where the
    two have different numbers of runs, or the differences are all equal. `p_welch` does not pair
    runs. `p_bonferroni` and `p_holm` correct the first of the two that is defined, over all pairs
    of the task. `is_significant` is `p_holm` at most 0.05; None where no test is defined.
    """

    model_id: str
    other_id: str
    difference: float
    p_paired_t: float | None
    p_welch: float | None
    p_bonferroni: float | None
    p_holm: float | None
    is_significant: bool | None
    effect_size: float | None


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """All that is said about one task; models in the order of `analysis`, best first."""

    task_id: str
    results: tuple[EvalResult, ...]
    analysis: ParetoAnalysis
    accuracy: tuple[AccuracyOverRuns, ...]
    differences: tuple[ModelDifference, ...]
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BuiltReport:
    """A report that is finished: text for a repository, a page, or records for a program."""

    name: str
    tasks: tuple[TaskSummary, ...]

    def to_markdown(self) -> str:
        """Return the report as GitHub-flavoured Markdown; names in it are escaped."""
        from sse_steps.report.builder_tables import document  # noqa: PLC0415 - when it is needed

        return document(self).to_markdown()

    def to_html(self) -> str:
        """Return the report as one HTML page that loads nothing; names in it are escaped."""
        from sse_steps.report.builder_tables import document  # noqa: PLC0415 - when it is needed

        return document(self).to_html()

    def to_json(self) -> str:
        """Return the report's records as JSON: rates are shares of 1, null is not known."""
        tasks = [{**asdict(_plain(task)), "results": _results(task)} for task in self.tasks]
        text = {"name": self.name, "tasks": tasks}
        return json.dumps(text, indent=2, allow_nan=False, default=str) + "\n"


class ReportBuilder:
    """Collects results, of one task or of several, and builds a report on them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._added: dict[tuple[str, str], tuple[EvalResult, tuple[float, ...]]] = {}

    def add_result(self, result: EvalResult, accuracy_samples: Sequence[float] = ()) -> None:
        """Add what one model achieved at one task.

        Args:
            result: the figures that models are ranked by.
            accuracy_samples: the accuracy of each run, a share of 1. Run by run, they are compared
                with those of models that have as many.

        Raises:
            UserError: the model has a result at this task already, or an accuracy is no share.
        """
        key = (result.task_id, result.model_id)
        if key in self._added:
            raise UserError(
                f"{result.model_id!r} has a result at {result.task_id!r} already.",
                "Add one result for each model and task, with the accuracies of its runs.",
            )
        samples = tuple(float(each) for each in accuracy_samples)
        for number, share in enumerate(samples, start=1):
            if not (math.isfinite(share) and 0 <= share <= 1):
                raise UserError(
                    f"Run {number} of {result.model_id!r} has the accuracy {share!r}.",
                    "Give shares from 0 to 1, one for each run.",
                )
        self._added[key] = (result, samples)

    def build(self) -> BuiltReport:
        """Return the report on what was added so far."""
        tasks = dict.fromkeys(task for task, _ in self._added)
        return BuiltReport(self._name, tuple(self._summary(task) for task in tasks))

    def _summary(self, task: str) -> TaskSummary:
        added = {model: each for (of, model), each in self._added.items() if of == task}
        analysis = analyze_pareto([result for result, _ in added.values()])
        order = [trade_off.model_id for trade_off in analysis.trade_offs]
        results = tuple(added[model][0] for model in order)
        samples = {model: added[model][1] for model in order}
        return TaskSummary(
            task_id=task,
            results=results,
            analysis=analysis,
            accuracy=tuple(_over_runs(model, samples[model]) for model in order),
            differences=_differences(results, samples),
            caveats=tuple(_caveats(results, samples)),
        )


def _over_runs(model: str, samples: tuple[float, ...]) -> AccuracyOverRuns:
    resampled = bootstrap_intervals(np.array(samples))
    return AccuracyOverRuns(
        model_id=model,
        runs=len(samples),
        mean=math.fsum(samples) / len(samples) if samples else None,
        student_t=student_t_interval(samples),
        percentile=None if resampled is None else resampled.percentile,
        bca=None if resampled is None else resampled.bca,
    )


def _differences(
    results: Sequence[EvalResult], samples: dict[str, tuple[float, ...]]
) -> tuple[ModelDifference, ...]:
    pairs = [_difference(*pair, samples) for pair in combinations(results, 2)]
    raw = [each.p_welch if each.p_paired_t is None else each.p_paired_t for each in pairs]
    known = [p for p in raw if p is not None]
    corrected = iter(zip(bonferroni(known), holm(known), strict=True))
    return tuple(
        each if p is None else _corrected(each, *next(corrected))
        for each, p in zip(pairs, raw, strict=True)
    )


def _difference(
    first: EvalResult, second: EvalResult, samples: dict[str, tuple[float, ...]]
) -> ModelDifference:
    ours, theirs = np.array(samples[first.model_id]), np.array(samples[second.model_id])
    # A t test needs two runs, and pairs only where both have as many.
    differences = ours - theirs if len(ours) == len(theirs) > 1 else np.array([])
    return ModelDifference(
        model_id=first.model_id,
        other_id=second.model_id,
        difference=first.accuracy - second.accuracy,
        p_paired_t=paired_t_test(differences),
        p_welch=welch_t_test(ours, theirs),
        p_bonferroni=None,
        p_holm=None,
        is_significant=None,
        effect_size=cohens_d(differences),
    )


def _corrected(each: ModelDifference, by_bonferroni: float, by_holm: float) -> ModelDifference:
    return ModelDifference(
        model_id=each.model_id,
        other_id=each.other_id,
        difference=each.difference,
        p_paired_t=each.p_paired_t,
        p_welch=each.p_welch,
        p_bonferroni=by_bonferroni,
        p_holm=by_holm,
        is_significant=by_holm <= 0.05,
        effect_size=each.effect_size,
    )


def _caveats(results: Sequence[EvalResult], samples: dict[str, tuple[float, ...]]) -> Iterator[str]:
    for result in results:
        runs = samples[result.model_id]
        if len(runs) < _LEAST_RUNS:
            yield (
                f"{result.model_id} has {len(runs)} of the {_LEAST_RUNS} runs that an interval "
                "over runs should have at least."
            )
        if len(runs) > 1 and min(runs) == max(runs):
            yield f"Every run of {result.model_id} scored the same: its interval is a point."
        mean = math.fsum(runs) / len(runs) if runs else result.accuracy
        if not math.isclose(mean, result.accuracy, abs_tol=0.0005):
            yield (
                f"The accuracy of {result.model_id} is given as {result.accuracy:g}, and its runs "
                f"have a mean of {mean:.4g}: the ranking is by the first, the intervals and tests "
                "are about the second."
            )
    if len({len(runs) for runs in samples.values()}) > 1:
        yield "Models with different numbers of runs are compared without pairing them (Welch)."
    if len(results) > 1:
        yield (
            "Intervals and tests are over runs of the same examples: they say nothing about other "
            "examples."
        )


def _results(task: TaskSummary) -> list[dict[str, object]]:
    names = ("model_id", "task_id", "accuracy", "cost", "latency_s")
    return [
        {**{name: getattr(each, name) for name in names}, "metadata": dict(each.metadata)}
        for each in task.results
    ]


def _plain(task: TaskSummary) -> TaskSummary:
    """Return the task without its results, whose metadata `asdict` may not be able to copy."""
    return TaskSummary(
        task.task_id, (), task.analysis, task.accuracy, task.differences, task.caveats
    )
