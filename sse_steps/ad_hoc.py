"""Models and tasks that a command line names by their files, without a file in conf/ or tasks/."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sse_steps.errors import ConfigError, TaskFileError, nearest
from sse_steps.tasks import Task, load_task
from sse_steps.versions import installed_version

_SUFFIX = re.compile(r"(\.safetensors\.index\.json|\.gguf|\.apr|\.safetensors)$")
_LONGEST_REPLY = 640  # tokens; three reference solutions in four are shorter


@dataclass(frozen=True, slots=True)
class AdHocModel:
    """A model that is named by its weights.

    `name` is that of the file without its ending, and letters that no name may hold become `_`.
    """

    name: str
    source: str  # relative to the project where it lies inside it

    @property
    def settings(self) -> dict[str, Any]:
        """What a file in conf/model/ would say of it."""
        fast = installed_version("llama-cpp-python") is not None
        return {
            "description": f"{Path(self.source).name}, named on the command line.",
            "engine": "llama_cpp" if fast else "numpy",
            "source": self.source,
            "max_tokens": _LONGEST_REPLY,
        }


def ad_hoc_model(entry: str, known: Iterable[str], *, here: Path, root: Path) -> AdHocModel | None:
    """Return the model that an entry of `models` names by a path, or None for a plain name.

    Args:
        entry: what stands in the list.
        known: the names of the files in conf/model.
        here: the folder that relative paths start from.
        root: the project's folder.

    Raises:
        ConfigError: it looks like a path, and no model is there.
    """
    path = here / Path(entry).expanduser()
    if entry in known or not (_looks_like_path(entry) or (path / "config.json").is_file()):
        return None
    if not path.exists():
        names = [
            *known,
            *(each.name for each in path.parent.glob("*") if _SUFFIX.search(each.name)),
        ]
        raise ConfigError(
            f"There is no model file '{entry}' in '{here}'.", nearest(path.name, names)
        )
    if path.is_file() and not _SUFFIX.search(path.name):
        raise ConfigError(
            f"'{entry}' is no model file.",
            "Name a .gguf, .apr or .safetensors file, or a folder from Hugging Face.",
        )
    name = re.sub(r"[^\w-]", "_", _SUFFIX.sub("", path.resolve().name), flags=re.ASCII)
    return AdHocModel(name, _within(path, root))


def _looks_like_path(entry: str) -> bool:
    return "/" in entry or _SUFFIX.search(entry) is not None


def _within(path: Path, root: Path) -> str:
    whole, base = path.resolve(), root.resolve()
    return str(whole.relative_to(base) if whole.is_relative_to(base) else whole)


def check_names(models: Sequence[AdHocModel], names: Sequence[str]) -> None:
    """Raise ConfigError where two models would have one name.

    Args:
        models: those named by files.
        names: those named by their names.
    """
    taken: dict[str, str] = {name: f"conf/model/{name}.yaml" for name in names}
    for model in models:
        if taken.get(model.name, model.source) != model.source:
            raise ConfigError(
                f"'{taken[model.name]}' and '{model.source}' would both be called '{model.name}'.",
                "Rename one of the files, or give it a name of its own in conf/model/.",
            )
        taken[model.name] = model.source


def named_task(entry: str, *, here: Path, root: Path) -> tuple[str, Task]:
    """Return a task by its name in tasks/, or by the path of its file.

    The paths in a file are relative to the folder above the file's own.

    Raises:
        TaskFileError: there is no such task, or it does not fit the format.
    """
    if "/" not in entry and not entry.endswith((".yaml", ".yml")):
        return entry, load_task(entry, root / "tasks")
    path = here / Path(entry).expanduser()
    if not path.is_file() or path.suffix != ".yaml":
        there = [each.name for each in path.parent.glob("*.yaml")]
        raise TaskFileError(f"There is no task file '{path}'.", nearest(path.name, there))
    task = load_task(path.stem, path.parent)
    if path.parent.resolve() == (root / "tasks").resolve():
        return path.stem, task
    return path.stem, replace(task, corpus=str((path.parent.parent / task.corpus).resolve()))
