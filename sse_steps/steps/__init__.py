"""The steps of a build: one file each, files and a slice of the settings in, files out.

A step is imported when it runs, so that a build with nothing to do loads next to nothing.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from doit import get_initial_workdir
from doit.exceptions import InvalidDodoFile, TaskError, TaskFailed
from doit.task import Task

from sse_steps.build_log import log, log_context, log_fault
from sse_steps.config import load_settings
from sse_steps.doit_tasks import COMMAND as COMMAND
from sse_steps.errors import UserError
from sse_steps.models.disk import FORBIDDEN, FULL
from sse_steps.models.slots import share_of_machine, slot
from sse_steps.printable import printable
from sse_steps.settings import Settings
from sse_steps.slices import Origin
from sse_steps.staleness.conditions import Holds, Noted, NotSkipped, Unchanged

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_MEASURING = ("transpile",)  # what it times must not share the machine
# A check uses every processor, and so does a model that is validated: its peak of memory is the
# process's, which two at once would measure for each other. Others run four at a time.
_AT_ONCE = {"check": 1, "convert": 2, "validate": 1}
_STORAGE_WORDS = ("disk is full", "readonly database", "unable to open database file")
OF_RUNS = ("transpile", "check")  # whose tasks are called after a run
_OF_MODELS = ("download", "convert", "validate", "record")
# How a task treats its output: doit would swap sys.stdout for each, and steps run side by side.
SIDE_BY_SIDE = {"capture": False}


def command_like(*examples: str) -> dict[str, object]:
    """Return the `meta` of a task that is a command, with examples for its help."""
    return {**COMMAND, "examples": examples}


def step_action(cache: Path, step: str, *arguments: object) -> Callable[[Task], TaskFailed | None]:
    """Return a doit action that runs `sse_steps.steps.<step>.run` with `arguments`.

    A fault that the user can mend becomes a failed task with a message of two lines. Steps run side
    by side; one that measures how long a model takes runs while no other does, not even another
    build's.

    Args:
        cache: the folder that builds share.
        step: the step's name.
        arguments: what its `run` is given.
    """

    def act(task: Task) -> TaskFailed | None:
        with log_context(**_named(task.name)):
            try:
                _run_logged(cache, step, arguments)
            except UserError as fault:
                log_fault(fault)
                return TaskFailed(str(fault))
            except (OSError, sqlite3.OperationalError) as fault:
                said = _about_storage(fault)
                log("step failed", level=logging.ERROR, what=said)
                return TaskFailed(said)
            except Exception as fault:
                log("step broke", level=logging.CRITICAL, what=repr(fault))
                raise
        return None

    return act


def _named(task: str) -> dict[str, object]:
    """Return what the name of a doit task says: the step, and what it works on."""
    step, _, subject = task.partition(":")
    origin = Origin.named(subject) if step in OF_RUNS else None
    if origin is not None:
        return {"step": step, **asdict(origin)}
    return {"step": step, "model" if step in _OF_MODELS else "task": subject or None}


def _run_logged(cache: Path, step: str, arguments: Sequence[object]) -> None:
    waiting = time.monotonic()
    with _place_on_the_machine(cache, step):
        began = time.monotonic()
        log("step begins", waited_s=round(began - waiting, 3))
        import_module(f"{__name__}.{step}").run(*arguments)
        log("step ends", seconds=round(time.monotonic() - began, 3))


@contextmanager
def _place_on_the_machine(cache: Path, step: str) -> Iterator[None]:
    alone = step in _MEASURING
    with slot(cache, step, _AT_ONCE.get(step, 4)), share_of_machine(cache, alone=alone):
        yield


def _about_storage(fault: OSError | sqlite3.OperationalError) -> str:
    """Return two lines about a disk that is full or may not be written to.

    Raises:
        OSError, OperationalError: the fault is about something else, and so one of ours.
    """
    text = str(fault)
    known = isinstance(fault, OSError) and fault.errno in (*FULL, *FORBIDDEN)
    if not known and not any(words in text for words in _STORAGE_WORDS):
        raise fault
    remedy = "Make room, or give the right to write, and run the same command again"
    return f"A file cannot be written: {text}.\n{remedy}; finished work is kept."


def command(step: str, *arguments: object) -> Callable[..., TaskFailed | TaskError | None]:
    """Return a doit action that runs a step as a command, with the task's options.

    The command's `run` returns whether doit is to end with exit code 0 or with 1. A fault that the
    user can mend goes to standard error as two lines, with exit code 2: standard output holds
    results and nothing else.
    """

    def act(**options: object) -> TaskFailed | TaskError | None:
        try:
            succeeded = import_module(f"{__name__}.{step}").run(*arguments, **options)
            sys.stdout.flush()
        except BrokenPipeError:
            _forget_standard_output()
            return None
        except UserError as fault:
            sys.stderr.write(printable(f"{fault}\n", keep="\n"))
            return TaskError("", report=False)
        return None if succeeded else TaskFailed("", report=False)

    return act


def _forget_standard_output() -> None:
    """Let what is still to be written go nowhere: its reader, such as `head`, has seen enough."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.__stdout__.fileno() if sys.__stdout__ else 1)
    os.close(nowhere)


def settings_or_message(overrides: Sequence[str], root: Path) -> Settings:
    """Compose the settings; what does not fit ends doit with a message of two lines.

    Raises:
        InvalidDodoFile: doit prints it without a traceback.
    """
    try:
        here = get_initial_workdir()  # doit goes to the folder of dodo.py
        return load_settings(overrides, root=root, here=Path(here) if here else None)
    except UserError as fault:
        raise InvalidDodoFile(str(fault)) from fault


def not_skipped(record: Path | None) -> NotSkipped:
    """Return a doit condition: the stage did not skip its model; one that did is tried again."""
    return NotSkipped(record)


def noted(note: Callable[[], object]) -> Noted:
    """Return a doit condition that always holds, and notes that the task was asked for."""
    return Noted(note)


def holds(condition: Callable[[], bool], otherwise: str) -> Holds:
    """Return a doit condition; `otherwise` is what `doit explain` says where it does not hold."""
    return Holds(condition, otherwise)


def unchanged(settings: DataclassInstance, **versions: str) -> Unchanged:
    """Return a doit condition: these settings, the versions and this package are as they were.

    A change to the package runs every step again; what is finished is found by its content.
    """
    return Unchanged(settings, versions)
