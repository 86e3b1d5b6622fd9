"""What metrics and report are made of: the rows of a build, and of those that it joins."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from sse_steps.build_files import Evidence, Rows
from sse_steps.prices import PriceSettings
from sse_steps.report.provenance_data import Asked
from sse_steps.slices import MetricsSlice, ReportSlice, TaskMetrics
from sse_steps.steps.plan import Plan

# Groups of settings that say where work is done and what is told of it: no result depends on them.
_NOT_ASKED = ("scale", "log")


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """The report over one build and the builds whose candidates it shows as well."""

    own: Plan

    @property
    def joined(self) -> tuple[Plan, ...]:
        """The builds whose candidates the report shows as well."""
        return tuple(Plan(settings, self.own.root) for settings in self.own.settings.joined)

    @property
    def _all(self) -> tuple[Plan, ...]:
        return (self.own, *self.joined)

    @property
    def evidence(self) -> Evidence:
        """What the report names the digests of."""
        own = self.own
        return Evidence(
            examples={task: own.examples(task) for task in own.settings.tasks},
            weights=self.stage_records,
            golden_prompts=own.line.golden_prompts,
            root=own.root,
        )

    @property
    def stage_records(self) -> dict[str, Path]:
        """The last record of each model's line."""
        lines = [each.line.lines() for each in self._all]
        return {model: files.validated for line in lines for model, files in line.items()}

    def examples(self, task: str) -> tuple[Path, ...]:
        """Return the examples of a task: this build's, and those that joined builds were asked."""
        there = [each for each in self.joined if task in each.settings.tasks]
        return (self.own.examples(task), *(each.examples(task) for each in there))

    def rows(self) -> Rows:
        """Return the files of every run."""
        return reduce(Rows.and_of, (each.rows() for each in self.joined), self.own.rows())

    def metrics_slice(self) -> MetricsSlice:
        """Return what metrics depend on."""
        settings = self.own.settings
        tasks = {
            name: TaskMetrics(task.ground_truth, task.metrics, task.prompts, settings.run.turns)
            for name, task in settings.tasks.items()
        }
        models = dict(settings.models)
        prices: dict[str, PriceSettings] = {}
        for each in settings.joined:
            models |= each.models
            prices |= dict.fromkeys(each.models, each.prices)
        return MetricsSlice(models, settings.prices, settings.acceptance, tasks, prices)

    def report_slice(self) -> ReportSlice:
        """Return what the report depends on."""
        settings = self.own.settings
        return ReportSlice(
            report=settings.report,
            acceptance=settings.acceptance,
            prices=settings.prices,
            configuration=self.own.configuration,
            command=shlex.join(["doit", *filter(_is_asked, settings.overrides)]),
            asked=tuple(asked for plan in self._all for asked in _asked(plan)),
        )


def _is_asked(override: str) -> bool:
    """Return whether a result may depend on an override: else it makes no report stale."""
    return override.lstrip("+~").partition("=")[0].partition(".")[0] not in _NOT_ASKED


def _asked(plan: Plan) -> Iterator[Asked]:
    """Yield how each model was asked on each task."""
    for task, model in dict.fromkeys((each.task, each.model) for each in plan.origins()):
        runs = [origin for origin in plan.runs_of(model) if origin.task == task]
        sampled = [plan.sampling(origin) for origin in runs]
        seeds = tuple(each.seed for each in sampled)
        first = sampled[0]
        yield Asked(task, model, first.temperature, first.max_tokens, seeds)
