"""What doit tells: a person hears of it, the log keeps it, the tally of the build counts it."""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from doit.exceptions import BaseFail
from doit.reporter import ConsoleReporter
from doit.task import Task

from sse_steps import console
from sse_steps.build_log import build_log, log
from sse_steps.build_progress import REPLIES, VERDICTS, Planned, build_progress, in_words
from sse_steps.doit_tasks import is_command, needed
from sse_steps.printable import printable
from sse_steps.records import Role
from sse_steps.slices import Origin
from sse_steps.steps import OF_RUNS
from sse_steps.steps.plan import Plan
from sse_steps.stopping import Stopped, Stopping
from sse_steps.store import line_count, outcomes_in
from sse_steps.unfinished import sweep

_QUIET = 0  # doit's verbosity


class Reporter(ConsoleReporter):  # type: ignore[misc]  # doit has no types
    """doit's own messages, none about a task that is a command, and two lines for Ctrl-C.

    With verbosity 0 a build that goes well says nothing, and one that fails says so on standard
    error.
    """

    desc = "console output, without the names of commands"
    plan: Plan  # of the build; `reporter_of` says which

    def __init__(self, outstream: object, options: Mapping[str, object]) -> None:
        super().__init__(outstream, options)
        self._stopping = Stopping(self._farewell)
        self._build = ExitStack()
        self._began: float | None = None  # None: nothing but commands so far
        self._counts: Counter[str] = Counter()

    def write(self, text: str) -> None:
        """Write a text where it harms no display: sys.stdout knows of it, doit's own does not.

        Messages may quote files and tools of strangers: a terminal obeys nothing in them.
        """
        stream = sys.stdout if self.outstream is sys.__stdout__ else self.outstream
        stream.write(printable(text, keep="\n"))

    def initialize(self, tasks: Mapping[str, Task], selected_tasks: Sequence[str]) -> None:
        """Take over signals, and learn what the build is about."""
        super().initialize(tasks, selected_tasks)
        self._stopping.begin()
        self._selected = tuple(selected_tasks)
        build_progress().begin(_planned(self.plan, set(needed(tasks, selected_tasks))))

    def execute_task(self, task: Task) -> None:
        """Say what is run, unless it speaks for itself."""
        self._note(task)
        self._sweep_once()
        self._counts["ran"] += bool(task.actions)
        if is_command(task):
            task.io.capture = False  # what it prints is its result, however quiet it is to be
        elif task.verbosity != _QUIET:
            super().execute_task(task)

    def skip_uptodate(self, task: Task) -> None:
        """Say that a task is up to date."""
        self._note(task)
        self._counts["up_to_date"] += bool(task.actions)
        _tell_end(task, was_up_to_date=True)
        if task.verbosity != _QUIET:
            super().skip_uptodate(task)

    def add_success(self, task: Task) -> None:
        """Count a task that is done."""
        _tell_end(task)

    def add_failure(self, task: Task, fail: BaseFail) -> None:
        """Say what failed: on standard error where nothing else is said."""
        self._note(task)
        self._counts["failed"] += 1
        if not task.name.startswith("corpus:"):  # of which there may be no file then
            _tell_end(task)
        if task.verbosity == _QUIET and fail.report:
            said = f"{fail.get_name()} - taskid:{task.name}\n{fail.get_msg()}\n"
            sys.stderr.write(printable(said, keep="\n"))
        else:
            super().add_failure(task, fail)

    def complete_run(self) -> None:
        """Say what failed. After Ctrl-C end at once: the threads of steps would go on."""
        stopped = sys.exception()
        if isinstance(stopped, KeyboardInterrupt):
            self._stopping.end(stopped.number if isinstance(stopped, Stopped) else signal.SIGINT)
        if self._began is not None:
            log("build ends", seconds=round(time.monotonic() - self._began, 3), **self._counts)
        self._build.close()
        self._stopping.close()
        super().complete_run()

    def _note(self, task: Task) -> None:
        """Begin the log and the display with the first task that is no command."""
        console.be_quiet(quiet=task.verbosity == _QUIET)
        if self._began is None and not is_command(task) and task.actions:
            self._began = time.monotonic()
            plan, settings = self.plan, self.plan.settings.log
            megabyte = 10**6
            self._build.enter_context(
                build_log(plan.results, largest_bytes=int(settings.megabytes * megabyte))
            )
            self._build.enter_context(console.build_display(_summary))
            overrides = " ".join(plan.settings.overrides)
            log("build begins", overrides=overrides, tasks=" ".join(self._selected))

    def _sweep_once(self) -> None:
        """Remove what killed builds left; one with nothing to do does not look."""
        if self._began is not None and not self._counts["ran"]:
            for path in sweep(self.plan.results, self.plan.cache):
                log("leftover removed", path=path)

    def _farewell(self, number: int) -> None:
        console.restore_terminal()
        if self._began is None:
            sys.stderr.write("Interrupted.\n")
        else:
            log("build interrupted", level=logging.WARNING, signal=signal.Signals(number).name)
            sys.stderr.write(
                "The build is interrupted.\nRun it again to go on: finished work is kept.\n"
            )
        sys.stdout.flush()
        sys.stderr.flush()


def reporter_of(plan: Plan) -> type[Reporter]:
    """Return doit's reporter for a build: doit wants a class of its own making."""
    return type("BuildReporter", (Reporter,), {"plan": plan})


def _summary() -> str | None:
    snapshot = build_progress().snapshot()
    return None if snapshot is None else in_words(snapshot)


def _tell_end(task: Task, *, was_up_to_date: bool = False) -> None:
    step, _, subject = task.name.partition(":")
    if step == "corpus":
        build_progress().corpus_ends(subject)
    origin = Origin.named(subject) if step in OF_RUNS else None
    if origin is not None:
        build_progress().ends(step, origin, was_up_to_date=was_up_to_date)


def _planned(plan: Plan, wanted: set[str]) -> Planned:
    judged = any(name.startswith(f"{VERDICTS}:") for name in wanted)
    step = VERDICTS if judged else REPLIES
    origins = tuple(each for each in plan.origins() if f"{step}:{each.name}" in wanted)
    models = plan.settings.models

    return Planned(
        origins=origins,
        repeats=frozenset(filter(plan.is_repeat, origins)),
        candidates=frozenset(name for name in models if models[name].role is Role.CANDIDATE),
        judged=judged,
        examples=lambda task: line_count(plan.examples(task)),
        outcomes=lambda origin: outcomes_in(plan.verdicts(origin)),
    )
