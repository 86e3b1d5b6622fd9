"""The steps of a build: one file each, files and a slice of the settings in, files out.

A step is imported when it runs, so that a build with nothing to do loads next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from doit.exceptions import InvalidDodoFile, TaskFailed
from doit.reporter import ConsoleReporter
from doit.task import Task
from doit.tools import config_changed

from sse_steps.config import load_settings
from sse_steps.errors import UserError
from sse_steps.settings import Settings
from sse_steps.source_hash import source_hash

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def action(step: str, *arguments: object, **options: object) -> Callable[[], TaskFailed | None]:
    """Return a doit action that runs `sse_steps.steps.<step>.run` with `arguments`.

    A fault that the user can mend becomes a failed task with a message of two lines.
    """

    def act() -> TaskFailed | None:
        try:
            import_module(f"{__name__}.{step}").run(*arguments, **options)
        except UserError as fault:
            return TaskFailed(str(fault))
        return None

    return act


def question(step: str, root: Path) -> Callable[..., TaskFailed | None]:
    """Return a doit action that runs a step on what its own options on the command line say.

    The option `path` is relative to `root`; the others are handed on as they are.
    """

    def act(path: str, **options: object) -> TaskFailed | None:
        return action(step, root / path, **options)()

    return act


class Reporter(ConsoleReporter):  # type: ignore[misc]  # doit ships no types
    """doit's own reporter, which leaves out the name of a task that answers a question.

    What such a task prints is all that its user wants, and may be JSON.
    """

    def execute_task(self, task: Task) -> None:
        """Announce a task that is about to run."""
        if not (task.meta or {}).get("is_question"):
            super().execute_task(task)


def settings_or_message(overrides: Sequence[str], root: Path) -> Settings:
    """Compose the settings; what does not fit ends doit with a message of two lines.

    Raises:
        InvalidDodoFile: doit prints it without a traceback.
    """
    try:
        return load_settings(overrides, root=root)
    except UserError as fault:
        raise InvalidDodoFile(str(fault)) from fault


def unchanged(settings: DataclassInstance, **versions: str) -> config_changed:
    """Return a doit condition: these settings, the versions and this package are as they were.

    A change to the package runs every step again; what is finished is found by its content.
    """
    known = {"settings": asdict(settings), "versions": versions, "package": source_hash()}
    return config_changed(known)
