"""Task definitions: the YAML files in tasks/."""

from __future__ import annotations

import glob
from dataclasses import field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from sse_steps.errors import TaskFileError, nearest
from sse_steps.models.golden_prompts import is_golden_prompts
from sse_steps.rust.lock_file import read_lock_file
from sse_steps.validation import STRICT_KEYS, read_yaml, validated


class Metric(StrEnum):
    """What a task is measured by."""

    ACCURACY = "accuracy"
    COST = "cost"
    LATENCY = "latency"


class GroundTruth(StrEnum):
    """Who decides whether an answer is right."""

    COMPILER = "compiler"


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
    """What a language model is told. `{python_code}` and `{requirement}` are filled in."""

    system: str
    user_template: str


@dataclass(frozen=True, config=STRICT_KEYS)
class Judging:
    """How an answer is judged."""

    type: GroundTruth = GroundTruth.COMPILER
    run_tests: Literal[True] = True  # a verdict without cases would be worth nothing


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
    if "{python_code}" not in task.prompts.user_template:
        raise TaskFileError(
            f"'{path}' has a prompts.user_template without {{python_code}}.",
            "Put {python_code} where the Python program is to stand.",
        )
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
