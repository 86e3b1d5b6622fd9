"""What is to be built and where it goes: names, paths and slices of the settings, no work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TypeVar

import yaml

from sse_steps.build_files import CheckFiles, ReportFiles, Rows, TranspileFiles
from sse_steps.infer.engine import Sampling
from sse_steps.labels.template import placeholders
from sse_steps.prices import price_of
from sse_steps.report.chart_files import ChartFile
from sse_steps.rust.crates import built_index
from sse_steps.rust.lock_file import read_lock_file
from sse_steps.same_files import SameFiles, files_below
from sse_steps.settings import ScaleSettings, Settings
from sse_steps.slices import (
    CheckSlice,
    CorpusSlice,
    CratesSlice,
    Origin,
    RecordSlice,
    TranspileSlice,
)
from sse_steps.steps.model_plan import ModelPlan
from sse_steps.tasks import GroundTruth
from sse_steps.turns import TurnFiles

Choice = TypeVar("Choice")
_MOST_FILES_NAMED = 5_000  # of a corpus; doit takes 25 microseconds for each in every build


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
    def scale(self) -> ScaleSettings:
        """Who does the missing work of transpile and check; no step depends on it."""
        return self.settings.scale

    @property
    def database(self) -> Path:
        """The database of metrics."""
        return self.results / "results.duckdb"

    @property
    def report_files(self) -> ReportFiles:
        """The files of the report."""
        return ReportFiles(
            markdown=self.results / "report.md",
            html=self.results / "report.html",
            json=self.results / "report.json",
            schema=self.results / "report.schema.json",
            configuration=self.results / "config.yaml",
            charts=tuple(self.results / file for file in ChartFile),
        )

    @property
    def default_corpus(self) -> str:
        """The corpus that a question is about unless another one is named."""
        return self.settings.corpus or next(iter(self.settings.tasks.values())).corpus

    def origins(self) -> Iterator[Origin]:
        """Yield every turn of every run of every model on every task."""
        for task, definition in self.settings.tasks.items():
            runs = self.settings.run.runs or definition.evaluation.runs
            for model in self.settings.models:
                for number in range(1, runs + 1):
                    for turn in range(1, self._turns(task, model) + 1):
                        yield Origin(task, model, number, turn)

    def _turns(self, task: str, model: str) -> int:
        """Return how often a model may try: again only where it can be told what a compiler says.

        Of an answer that is one of a few labels, that it is wrong would be too much to say.
        """
        compiled = self.settings.tasks[task].ground_truth.type is GroundTruth.COMPILER
        return self.settings.run.turns if compiled and self.settings.models[model].converses else 1

    def corpus_path(self, task: str) -> Path:
        """Return the folder or the file that a task's examples come from.

        A corpus for all tasks is meant for programs where some of them have labels instead.
        """
        tasks = self.settings.tasks
        compiled = tasks[task].ground_truth.type is GroundTruth.COMPILER
        kinds = {each.ground_truth.type for each in tasks.values()}
        fits = compiled or len(kinds) == 1
        return self.root / ((self.settings.corpus if fits else None) or tasks[task].corpus)

    def corpus_files(self, task: str) -> list[Path]:
        """Return every file of a task's corpus; none where there are too many to be named."""
        path = self.corpus_path(task)
        if not path.is_dir():
            return [path] if path.is_file() else []
        files = [Path(entry.path) for entry in islice(files_below(path), _MOST_FILES_NAMED + 1)]
        return files if len(files) <= _MOST_FILES_NAMED else []

    def corpus_conditions(self, task: str) -> list[SameFiles]:
        """Return what stands for the files of a corpus with too many of them to be named."""
        path = self.corpus_path(task)
        return [SameFiles(path)] if path.is_dir() and not self.corpus_files(task) else []

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
        """Return what one turn of a run begins with, and where its outcome goes."""
        skipped = self._partition("skipped", origin) if origin.turn == 1 else None
        earlier = [replace(origin, turn=turn) for turn in range(1, origin.turn)]
        left = tuple(TurnFiles(self.completions(each), self.verdicts(each)) for each in earlier)
        return TranspileFiles(self.examples(origin.task), self.completions(origin), skipped, left)

    def verdicts(self, origin: Origin) -> Path:
        """Return where the verdicts of one run go."""
        return self._partition("verdicts", origin)

    def check_files(self, origin: Origin) -> CheckFiles:
        """Return what a check of one turn of a run reads and writes."""
        return CheckFiles(
            examples=self.examples(origin.task),
            completions=self.completions(origin),
            verdicts=self.verdicts(origin),
            judgements=self._partition("judgements", origin),
        )

    def rows(self) -> Rows:
        """Return the files of every run."""
        origins = list(self.origins())
        written = [self.transpile_files(origin) for origin in origins]
        return Rows(
            completions=tuple(files.completions for files in written),
            skipped=tuple(files.skipped for files in written if files.skipped is not None),
            verdicts=tuple(self.verdicts(origin) for origin in origins),
            judgements=tuple(self._partition("judgements", origin) for origin in origins),
        )

    def _partition(self, kind: str, origin: Origin) -> Path:
        folder = self.results / kind / f"task={origin.task}" / f"model={origin.model}"
        turn = "" if origin.turn == 1 else f".turn={origin.turn}"
        return folder / f"run={origin.run}{turn}.parquet"

    def recordings(self) -> Iterator[tuple[str, Path]]:
        """Yield each model whose replies come from a tool, with where its recording goes."""
        for model, settings in self.settings.models.items():
            if settings.tool is not None and settings.recording is None:
                yield model, self.results / "recordings" / f"{model}.jsonl"

    def runs_of(self, model: str) -> list[Origin]:
        """Return every turn of every run of one model on every task."""
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
            price=price_of(self.settings.models[origin.model].tool, self.settings.prices),
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

    def is_repeat(self, origin: Origin) -> bool:
        """Return whether an earlier run asks the same in the same way."""
        first = replace(origin, run=1)
        return origin != first and self.sampling(origin) == self.sampling(first)

    @property
    def configuration(self) -> str:
        """Return every setting as YAML; plain data only, enums and tuples are no YAML."""
        whole = json.loads(json.dumps(asdict(self.settings)))
        # What is somebody else's, and what no result depends on.
        del whole["overrides"], whole["joined"], whole["scale"], whole["log"]
        return yaml.safe_dump(whole, sort_keys=False, allow_unicode=True)

    def earlier(self, origin: Origin) -> list[str]:
        """Return the name of the run before this one: it goes first, later ones reuse its work."""
        return [] if origin.run == 1 else [replace(origin, run=origin.run - 1).name]


def _first(*choices: Choice | None) -> Choice:
    return next(choice for choice in choices if choice is not None)


def _tighter(limit: int | None, other: int) -> int:
    return other if limit is None else min(limit, other)
