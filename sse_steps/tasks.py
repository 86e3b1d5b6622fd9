"""Task definitions: the YAML files in tasks/."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from dataclasses import field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from sse_steps.errors import TaskFileError, nearest
from sse_steps.labels.rules import AnswerMetric, AnswerRules
from sse_steps.labels.template import placeholders
from sse_steps.models.golden_prompts import is_golden_prompts
from sse_steps.rust.lock_file import read_lock_file
from sse_steps.validation import STRICT_KEYS, read_yaml, validated


class Metric(StrEnum):
    """What a task is measured by."""

    ACCURACY = "accuracy"
    COST = "cost"
    LATENCY = "latency"
    EXACT_MATCH = "exact_match"  # this and the next for tasks of labels
    F1 = "f1"


class GroundTruth(StrEnum):
    """Who decides whether an answer is right."""

    COMPILER = "compiler"
    LABELS = "labels"  # the record itself, under a key


@dataclass(frozen=True, config=STRICT_KEYS)
class About:
    """What the task is."""

    id: str
    domain: str
    description: str


@dataclass(frozen=True, config=STRICT_KEYS)
class Evaluation:
    """How the task is evaluated, unless a model or the command line says otherwise."""

    samples: Annotated[int, Field(ge=1)] = 100
    timeout_ms: Annotated[int, Field(ge=1)] = 30000
    temperature: Annotated[float, Field(ge=0.0)] = 0.0
    max_tokens: Annotated[int, Field(ge=1)] = 4096
    runs: Annotated[int, Field(ge=1)] = 5
    metrics: tuple[Metric, ...] = (Metric.ACCURACY, Metric.COST, Metric.LATENCY)


@dataclass(frozen=True, config=STRICT_KEYS)
class Prompts:
    """What a language model is told.

    `{python_code}` and `{requirement}` are filled in; in a task of labels any key of the record.
    """

    system: str
    user_template: str


@dataclass(frozen=True, config=STRICT_KEYS)
class Judging:
    """How an answer is judged. All but `type` and `run_tests` is for labels."""

    type: GroundTruth = GroundTruth.COMPILER
    run_tests: Literal[True] = True  # a verdict without cases would be worth nothing
    label_key: str = "label"
    metric: AnswerMetric | None = None  # exact_match, unless it says otherwise
    labels: tuple[str, ...] = ()  # all that there are; none: an answer is any text

    @property
    def answer_rules(self) -> AnswerRules | None:
        """How answers are found and graded; None where the compiler decides."""
        if self.type is GroundTruth.COMPILER:
            return None
        labels = tuple(" ".join(label.split()) for label in self.labels)
        return AnswerRules(self.label_key, self.metric or AnswerMetric.EXACT_MATCH, labels)


@dataclass(frozen=True, config=STRICT_KEYS)
class Verification:
    """What an answer may use beside the standard library."""

    crates: tuple[str, ...] = ()  # as crates.io calls them
    lock: str = "tasks/crates"  # the folder whose Cargo.toml and Cargo.lock pin them


@dataclass(frozen=True, config=STRICT_KEYS)
class Task:
    """One task file."""

    task: About
    prompts: Prompts
    corpus: str
    evaluation: Evaluation = field(default_factory=Evaluation)
    ground_truth: Judging = field(default_factory=Judging)
    verify: Verification = field(default_factory=Verification)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What the report shows: what the task lists, and the metric that answers are graded by."""
        rules = self.ground_truth.answer_rules
        graded_by = () if rules is None else (Metric(rules.metric),)
        return tuple(dict.fromkeys((*self.evaluation.metrics, *graded_by)))


def load_task(name: str, folder: Path) -> Task:
    """Read `folder/name.yaml`; its paths are relative to the folder above `folder`.

    Raises:
        TaskFileError: there is no such file, or it does not fit the format.
        CratesError: it allows a crate that is not pinned.
    """
    path = folder / f"{name}.yaml"
    if not path.is_file():
        known = [each.stem for each in folder.glob("*.yaml")]
        raise TaskFileError(f"There is no task '{name}' in '{folder}'.", nearest(name, known))
    task = validated(Task, read_yaml(path, TaskFileError), f"'{path}'", TaskFileError)
    check_fit(task, f"'{path}'")
    if task.verify.crates:
        read_lock_file(folder.parent / task.verify.lock).check_names(task.verify.crates)
    return task


def load_tasks(place: Path | str) -> dict[str, Task]:
    """Read every task file of a folder, or those that a pattern such as `tasks/*.yaml` names.

    Returns the tasks by name, which is that of the file without `.yaml`, in order of their names.

    Raises:
        TaskFileError: there is none, two have the same name, or one does not fit the format.
    """
    pattern = f"{place}/*.yaml" if Path(place).is_dir() else str(place)
    found = sorted(Path(path) for path in glob.glob(pattern, recursive=True))  # noqa: PTH207 - an absolute pattern too
    paths = [path for path in found if not is_golden_prompts(path)]
    if not paths:
        raise TaskFileError(
            f"There is no task file at '{place}'.",
            "Name a folder with task files, or a pattern such as 'tasks/*.yaml'.",
        )
    tasks: dict[str, Task] = {}
    for path in paths:
        if path.stem in tasks:
            raise TaskFileError(
                f"'{place}' has two tasks with the name '{path.stem}'; one is '{path}'.",
                "Rename one of the files.",
            )
        tasks[path.stem] = load_task(path.stem, path.parent)
    return dict(sorted(tasks.items()))


def check_fit(task: Task, where: str) -> None:
    """Raise TaskFileError where keys of a task contradict each other; `where` names its file."""
    rules = task.ground_truth.answer_rules
    faults = _code_faults(task) if rules is None else _label_faults(task, rules)
    for wrong, remedy in faults:
        raise TaskFileError(f"{where} {wrong}", remedy)


Faults = Iterator[tuple[str, str]]


def _code_faults(task: Task) -> Faults:
    if "{python_code}" not in task.prompts.user_template:
        yield (
            "has a prompts.user_template without {python_code}.",
            "Put {python_code} where the Python program is to stand.",
        )
    truth = task.ground_truth
    if truth.label_key != "label" or truth.metric or truth.labels:
        yield (
            "has label_key, metric or labels under ground_truth, where the compiler judges.",
            "Set ground_truth.type to labels, or take these keys out.",
        )
    for metric in task.evaluation.metrics:
        if metric in (Metric.EXACT_MATCH, Metric.F1):
            yield (
                f"lists '{metric}' under evaluation.metrics, where the compiler judges.",
                "Use accuracy, cost and latency, or set ground_truth.type to labels.",
            )


def _label_faults(task: Task, rules: AnswerRules) -> Faults:
    keys = placeholders(task.prompts.system, task.prompts.user_template)
    if not placeholders(task.prompts.user_template):
        yield (
            "has a prompts.user_template without a place for a key of the record.",
            "Write the key in braces where its text is to stand, such as {text}.",
        )
    if rules.label_key in keys:
        yield (
            f"shows '{rules.label_key}', the right answer, in its prompt.",
            f"Take {{{rules.label_key}}} out of `prompts`.",
        )
    if task.verify.crates:
        yield "has verify.crates, but no code to judge.", "Take verify.crates out."
    yield from _answer_faults(task, rules)


def _answer_faults(task: Task, rules: AnswerRules) -> Faults:
    names = [label.casefold() for label in rules.labels]
    if "" in names or len(set(names)) < len(names):
        yield (
            f"has an empty label, or one twice, among {list(rules.labels)}.",
            "Give ground_truth.labels every label once; upper and lower case are the same.",
        )
    is_f1 = rules.metric is AnswerMetric.F1
    if is_f1 and rules.labels:
        yield (
            "grades by f1, which counts words, and has a closed set of labels.",
            "Set ground_truth.metric to exact_match; f1 by label is under evaluation.metrics.",
        )
    if Metric.F1 in task.evaluation.metrics and not (is_f1 or rules.labels):
        yield (
            "lists f1 under evaluation.metrics, but does not grade by it.",
            "Set ground_truth.metric to f1; exact_match is shown beside it.",
        )
