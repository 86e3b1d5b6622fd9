"""What is to be built and where it goes: names, paths and slices of the settings, no work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TypeVar

from sse_steps.errors import UserError
from sse_steps.infer.engine import Sampling
from sse_steps.models.companions import local_files, main_file
from sse_steps.models.line import Stage, read_stage
from sse_steps.models.model_lock import locked_model
from sse_steps.models.sources import parse_source
from sse_steps.rust.crates import built_index
from sse_steps.rust.lock_file import read_lock_file
from sse_steps.settings import (
    CheckSlice,
    CorpusSlice,
    CratesSlice,
    DownloadSlice,
    MetricsSlice,
    Origin,
    ReportSlice,
    Settings,
    TranspileSlice,
)

Choice = TypeVar("Choice")


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """Where the report goes. The Markdown names the chart by its file name alone."""

    markdown: Path
    html: Path
    json: Path
    chart: Path


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
    def model_cache(self) -> Path:
        """Where the models that were brought are kept."""
        return self.cache / "models"

    @property
    def lock_file(self) -> Path:
        """What the bytes of every model must be."""
        return self.root / "models.lock.json"

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

    def verdicts(self, origin: Origin) -> Path:
        """Return where the verdicts of one run go."""
        return self._partition("verdicts", origin)

    def _partition(self, kind: str, origin: Origin) -> Path:
        folder = self.results / kind / f"task={origin.task}" / f"model={origin.model}"
        return folder / f"run={origin.run}.parquet"

    def weights(self, model: str) -> Path | None:
        """Return where a model's weights are kept, or None where it has none."""
        settings = self.settings.models[model]
        if settings.source is None:
            return None
        source = parse_source(settings.source)
        if isinstance(source, Path):
            return _main_file(self.root / source)
        identity = f"{settings.source} {settings.sha256}"
        folder = hashlib.sha256(identity.encode()).hexdigest()[:16]
        return self.model_cache / folder / source.filename

    def is_local(self, model: str) -> bool:
        """Return whether a model's weights are a file that is not ours to bring."""
        source = self.settings.models[model].source
        return source is not None and isinstance(parse_source(source), Path)

    def downloads(self) -> Iterator[tuple[str, Path]]:
        """Yield each model that has weights, with its own file of them."""
        for model in self.settings.models:
            path = self.weights(model)
            if path is not None:
                yield model, path

    def local_files(self, model: str) -> list[Path]:
        """Return the files of a model on this machine, as far as they are there."""
        weights = self.weights(model)
        if weights is None or not self.is_local(model):
            return []
        try:
            return local_files(weights)
        except UserError:
            return []  # the step says what is missing

    def needed_files(self) -> frozenset[Path]:
        """Return the weights of this build, which the cache must not evict."""
        return frozenset(path for _, path in self.downloads())

    def stage(self, model: str, name: str) -> Stage:
        """Return a stage of a model's line, with the places of its record and of a halt's."""
        record = self.results / "models" / model / f"{name}.json"
        return Stage(model, name, record, self.results / "andon")

    def is_brought(self, model: str) -> bool:
        """Return whether a model's files are as its record and the lock file say.

        A model that was skipped is not: its source may be there by now.
        """
        weights = self.weights(model)
        try:
            record = read_stage(self.stage(model, "download").record)
            locked = locked_model(self.lock_file, record.details.get("source", ""))
        except UserError:
            return False
        if record.skip is not None or weights is None:
            return False
        files = record.details.get("files", [])
        if not self.is_local(model) and (locked is None or asdict(locked)["files"] != tuple(files)):
            return False
        places = [(weights.parent / each["path"], each["bytes"]) for each in files]
        return bool(places) and all(
            path.is_file() and path.stat().st_size == size for path, size in places
        )

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
        run = self.settings.run
        samples = run.samples or self.settings.tasks[task].evaluation.samples
        return CorpusSlice(samples, run.limits, run.allow_weak_isolation)

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

        Runs differ by their seed. At temperature 0 the seed has no say, so all runs are one unless
        `repeat_greedy` asks to measure that.
        """
        run, model = self.settings.run, self.settings.models[origin.model]
        evaluation = self.settings.tasks[origin.task].evaluation
        temperature = _first(run.temperature, model.temperature, evaluation.temperature)
        return Sampling(
            temperature=temperature,
            max_tokens=_first(run.max_tokens, model.max_tokens, evaluation.max_tokens),
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
        crates = self.settings.tasks[task].verify.crates
        return CheckSlice(run.limits, run.allow_weak_isolation, crates, run.equivalence)

    def verify_slice(self) -> CheckSlice:
        """Return what the verdict on a single file depends on: the first task says which crates."""
        return self.check_slice(next(iter(self.settings.tasks)))

    def verify_lock(self) -> Path:
        """Return the folder that pins the crates of the first task."""
        return self.lock_folder(next(iter(self.settings.tasks)))

    def metrics_slice(self) -> MetricsSlice:
        """Return what metrics depend on."""
        return MetricsSlice(self.settings.models, self.settings.prices)

    def report_slice(self) -> ReportSlice:
        """Return what the report depends on."""
        text = json.dumps(asdict(self.settings), sort_keys=True, default=str)
        return ReportSlice(self.settings.report, hashlib.sha256(text.encode()).hexdigest())

    def download_slice(self, model: str) -> DownloadSlice:
        """Return what a model's weights depend on."""
        settings = self.settings.models[model]
        return DownloadSlice(settings.source or "", settings.sha256, settings.allow_pickle)

    def earlier(self, origin: Origin) -> list[str]:
        """Return the name of the run before this one, which goes first and is measured live."""
        if origin.run == 1:
            return []
        return [f"{origin.task}:{origin.model}:{origin.run - 1}"]

    def engine_versions(self, model: str) -> dict[str, str]:
        """Return the versions of what executes a model, without loading it."""
        names = ["single-shot-eval", "numpy", self.settings.models[model].package]
        return {name: _version(name) for name in names if name}


def _main_file(path: Path) -> Path:
    try:
        return main_file(path)
    except UserError:
        return path  # the step says why no file of the folder can be meant


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _first(*choices: Choice | None) -> Choice:
    return next(choice for choice in choices if choice is not None)
