"""What is to be built and where it goes: names, paths and slices of the settings, no work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from sse_steps.infer.engine import Sampling
from sse_steps.labels.template import placeholders
from sse_steps.rust.crates import built_index
from sse_steps.rust.lock_file import read_lock_file
from sse_steps.settings import (
    CheckSlice,
    CorpusSlice,
    CratesSlice,
    MetricsSlice,
    Origin,
    RecordSlice,
    ReportSlice,
    Settings,
    TaskMetrics,
    TranspileSlice,
)
from sse_steps.steps.model_plan import ModelPlan

Choice = TypeVar("Choice")


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """Where the report goes. The Markdown names the chart by its file name alone."""

    markdown: Path
    html: Path
    json: Path
    chart: Path


@dataclass(frozen=True, slots=True)
class TranspileFiles:
    """Where a run's completions go, and why the model took no part if it did not."""

    completions: Path
    skipped: Path


@dataclass(frozen=True, slots=True)
class Rows:
    """The Parquet files that metrics are computed from."""

    completions: tuple[Path, ...]
    skipped: tuple[Path, ...]
    verdicts: tuple[Path, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        return (*self.completions, *self.skipped, *self.verdicts)


@dataclass(frozen=True, slots=True)
class Plan:
    """One build: the settings, and the folder that relative paths start from."""

    settings: Settings
    root: Path

    @property
    def cache(self) -> Path:
        """Where finished work is kept."""
        return self.root / self.settings.paths.cache

    @property
    def results(self) -> Path:
        """Where the build's output goes."""
        return self.root / self.settings.paths.results

    @property
    def line(self) -> ModelPlan:
        """The line that models with weights go along."""
        return ModelPlan(self.settings, self.root, self.cache, self.results)

    @property
    def database(self) -> Path:
        """The database of metrics."""
        return self.results / "results.duckdb"

    @property
    def report_files(self) -> ReportFiles:
        """The files of the report."""
        names = ("report.md", "report.html", "report.json", "pareto.svg")
        return ReportFiles(*(self.results / name for name in names))

    @property
    def default_corpus(self) -> str:
        """The corpus that a question is about unless another one is named."""
        return self.settings.corpus or next(iter(self.settings.tasks.values())).corpus

    def origins(self) -> Iterator[Origin]:
        """Yield every run of every model on every task."""
        for task, definition in self.settings.tasks.items():
            runs = self.settings.run.runs or definition.evaluation.runs
            for model in self.settings.models:
                for number in range(1, runs + 1):
                    yield Origin(task, model, number)

    def corpus_path(self, task: str) -> Path:
        """Return the folder or the file that a task's examples come from."""
        return self.root / (self.settings.corpus or self.settings.tasks[task].corpus)

    def corpus_files(self, task: str) -> list[Path]:
        """Return every file of a task's corpus."""
        path = self.corpus_path(task)
        files = [path, *sorted(path.rglob("*"))]
        return [each for each in files if each.is_file()]

    def examples(self, task: str) -> Path:
        """Return where a task's examples go."""
        return self.results / "corpus" / f"{task}.jsonl"

    def left_out(self, task: str) -> Path:
        """Return where the reasons go why parts of a task's corpus are not used."""
        return self.results / "corpus" / f"{task}.unusable.json"

    def completions(self, origin: Origin) -> Path:
        """Return where the completions of one run go."""
        return self._partition("completions", origin)

    def transpile_files(self, origin: Origin) -> TranspileFiles:
        """Return where the outcome of one run goes."""
        return TranspileFiles(self.completions(origin), self._partition("skipped", origin))

    def verdicts(self, origin: Origin) -> Path:
        """Return where the verdicts of one run go."""
        return self._partition("verdicts", origin)

    def rows(self) -> Rows:
        """Return the files of every run."""
        origins = list(self.origins())
        written = [self.transpile_files(origin) for origin in origins]
        return Rows(
            completions=tuple(files.completions for files in written),
            skipped=tuple(files.skipped for files in written),
            verdicts=tuple(self.verdicts(origin) for origin in origins),
        )

    def _partition(self, kind: str, origin: Origin) -> Path:
        folder = self.results / kind / f"task={origin.task}" / f"model={origin.model}"
        return folder / f"run={origin.run}.parquet"

    def recordings(self) -> Iterator[tuple[str, Path]]:
        """Yield each model whose replies come from a tool, with where its recording goes."""
        for model, settings in self.settings.models.items():
            if settings.tool is not None and settings.recording is None:
                yield model, self.results / "recordings" / f"{model}.jsonl"

    def runs_of(self, model: str) -> list[Origin]:
        """Return every run of one model on every task."""
        return [origin for origin in self.origins() if origin.model == model]

    def record_slice(self, model: str) -> RecordSlice:
        """Return what a model's recording depends on."""
        return RecordSlice(tuple(self.transpile_slice(origin) for origin in self.runs_of(model)))

    def crate_builds(self, compiler: str) -> Iterator[tuple[str, Path]]:
        """Yield each distinct build of crates with the first task that allows some of them."""
        tasks = reversed(self.settings.tasks)
        users = {target: name for name in tasks for target in self.crates(name, compiler)}
        for target, task in users.items():
            yield task, target

    def lock_folder(self, task: str) -> Path:
        """Return the folder that pins a task's crates."""
        return self.root / self.settings.tasks[task].verify.lock

    def crates(self, task: str, compiler: str) -> list[Path]:
        """Return the file that a compiler's build of a task's crates leaves, if it allows any."""
        if not self.settings.tasks[task].verify.crates:
            return []
        return [built_index(read_lock_file(self.lock_folder(task)), self.cache, compiler)]

    def crates_slice(self, task: str) -> CratesSlice:
        """Return what a task's crates depend on, beside the lock file."""
        names = self.settings.tasks[task].verify.crates
        return CratesSlice(names, self.settings.run.allow_weak_isolation)

    def corpus_slice(self, task: str) -> CorpusSlice:
        """Return what a task's examples depend on."""
        run, definition = self.settings.run, self.settings.tasks[task]
        samples = run.samples or definition.evaluation.samples
        answers, prompts = definition.ground_truth.answer_rules, definition.prompts
        keys = placeholders(prompts.system, prompts.user_template) if answers else ()
        return CorpusSlice(samples, run.limits, run.allow_weak_isolation, answers, keys)

    def transpile_slice(self, origin: Origin) -> TranspileSlice:
        """Return what one run of one model depends on."""
        return TranspileSlice(
            origin=origin,
            prompts=self.settings.tasks[origin.task].prompts,
            model=self.settings.models[origin.model],
            sampling=self.sampling(origin),
            usd_per_hour=self.settings.prices.usd_per_hour,
            allow_weak_isolation=self.settings.run.allow_weak_isolation,
        )

    def sampling(self, origin: Origin) -> Sampling:
        """Return how a model writes: the command line decides, then its file, then the task's.

        A reply is no longer than both files allow: one word needs no program's room.
        Runs differ by their seed. At temperature 0 the seed has no say, so all runs are one unless
        `repeat_greedy` asks to measure that.
        """
        run, model = self.settings.run, self.settings.models[origin.model]
        evaluation = self.settings.tasks[origin.task].evaluation
        temperature = _first(run.temperature, model.temperature, evaluation.temperature)
        return Sampling(
            temperature=temperature,
            max_tokens=run.max_tokens or _tighter(model.max_tokens, evaluation.max_tokens),
            timeout_s=_first(run.timeout_ms, model.timeout_ms, evaluation.timeout_ms) / 1000,
            top_k=_first(run.top_k, model.top_k, 0),
            top_p=_first(run.top_p, model.top_p, 1.0),
            stop=model.stop,
            seed=origin.run if temperature > 0 or run.repeat_greedy else 0,
            stop_repetition=run.stop_repetition,
        )

    def check_slice(self, task: str) -> CheckSlice:
        """Return what a task's verdicts depend on."""
        run = self.settings.run
        definition = self.settings.tasks[task]
        crates, answers = definition.verify.crates, definition.ground_truth.answer_rules
        return CheckSlice(run.limits, run.allow_weak_isolation, crates, run.equivalence, answers)

    def verify_slice(self) -> CheckSlice:
        """Return what the verdict on a single file depends on: the first task says which crates."""
        return self.check_slice(next(iter(self.settings.tasks)))

    def verify_lock(self) -> Path:
        """Return the folder that pins the crates of the first task."""
        return self.lock_folder(next(iter(self.settings.tasks)))

    def metrics_slice(self) -> MetricsSlice:
        """Return what metrics depend on."""
        tasks = {
            name: TaskMetrics(task.ground_truth, task.metrics)
            for name, task in self.settings.tasks.items()
        }
        return MetricsSlice(self.settings.models, self.settings.prices, tasks)

    def report_slice(self) -> ReportSlice:
        """Return what the report depends on."""
        text = json.dumps(asdict(self.settings), sort_keys=True, default=str)
        config_hash = hashlib.sha256(text.encode()).hexdigest()
        return ReportSlice(self.settings.report, self.settings.acceptance, config_hash)

    def earlier(self, origin: Origin) -> list[str]:
        """Return the name of the run before this one: it goes first, later ones reuse its work."""
        if origin.run == 1:
            return []
        return [f"{origin.task}:{origin.model}:{origin.run - 1}"]


def _first(*choices: Choice | None) -> Choice:
    return next(choice for choice in choices if choice is not None)


def _tighter(limit: int | None, other: int) -> int:
    return other if limit is None else min(limit, other)
