"""Why doit would run a task, or would not: its own rules asked, its answers put in words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from doit.dependency import Dependency, DependencyStatus
from doit.task import Task

from sse_steps.doit_tasks import is_command, needed
from sse_steps.staleness.conditions import Noted

_MOST_REASONS = 20


class Standing(StrEnum):
    """Whether doit would run a task."""

    UP_TO_DATE = "is up to date"
    STALE = "is stale"
    WAITS = "runs if what it reads changes"  # a task that it depends on is stale
    BROKEN = "cannot run"
    IGNORED = "is ignored"
    GROUP = "stands for others"
    COMMAND = "is a command and runs whenever it is asked for"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known of one task. `waits_for` are the tasks before it that are not up to date."""

    task: str
    standing: Standing
    reasons: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()


class Explainer:
    """Explains the tasks of one build, each once.

    Args:
        tasks: every task by name, with the dependencies that follow from files.
        state: what doit remembers; nothing is written to it.
        root: the folder that paths are shown relative to.
    """

    def __init__(self, tasks: Mapping[str, Task], state: Dependency, root: Path) -> None:
        self._tasks = tasks
        self._state = state
        self._root = root
        self._order = {name: place for place, name in enumerate(tasks)}
        self._found: dict[str, Explanation] = {}

    def explain(self, name: str) -> Explanation:
        """Return why doit would run a task, or that it would not."""
        for each in needed(self._tasks, [name]) if name not in self._found else ():
            if each not in self._found:
                self._found[each] = self._explained(self._tasks[each])
        return self._found[name]

    def members(self, name: str) -> list[str]:
        """Return the tasks that a group stands for, or the task itself."""
        task = self._tasks[name]
        if task.actions:
            return [name]
        members = (member for each in task.task_dep for member in self.members(each))
        return list(dict.fromkeys(members))

    def _explained(self, task: Task) -> Explanation:
        names = sorted({*task.task_dep, *task.setup_tasks}, key=self._order.__getitem__)
        before = [self.explain(each) for each in names]
        ignored = [each.task for each in before if each.standing is Standing.IGNORED]
        if self._state.status_is_ignore(task) or ignored:
            why = f"so is {ignored[0]}" if ignored else "doit forget, with its name, ends that"
            return Explanation(task.name, Standing.IGNORED, (why,))
        waits_for = tuple(
            name for each in before for name in (each.waits_for if _is_group(each) else _open(each))
        )
        if not task.actions:
            return Explanation(task.name, Standing.GROUP, (), waits_for)
        if is_command(task):
            return Explanation(task.name, Standing.COMMAND, (), waits_for)
        return self._own(task, tuple(dict.fromkeys(waits_for)))

    def _own(self, task: Task, waits_for: tuple[str, ...]) -> Explanation:
        made = {target for name in waits_for for target in self._tasks[name].targets}
        # What only takes note of being asked would change something.
        task.uptodate = [each for each in task.uptodate if not isinstance(each[0], Noted)]
        status = self._state.get_status(task, self._tasks, get_log=True)
        never = not self._state.get_values(task.name)
        missing = [each for each in status.reasons["missing_file_dep"] if each not in made]
        if missing:
            reasons = tuple(
                f"{self._path(each)} is missing, and nothing makes it" for each in missing
            )
            return Explanation(task.name, Standing.BROKEN, reasons, waits_for)
        certain = ["no success of it is on record"] if never else [*self._reasons(task, status)]
        changed = status.reasons["changed_file_dep"]
        certain += [self._file(task, each) for each in changed if not never and each not in made]
        if certain:
            return Explanation(task.name, Standing.STALE, tuple(_shortened(certain)), waits_for)
        return Explanation(
            task.name, Standing.WAITS if waits_for else Standing.UP_TO_DATE, (), waits_for
        )

    def _reasons(self, task: Task, status: DependencyStatus) -> Iterator[str]:
        """Yield what makes a task run whatever its dependencies come to."""
        values = self._state.get_values(task.name)
        for condition, _, _ in status.reasons["uptodate_false"]:
            why_not = getattr(condition, "why_not", None)
            found = why_not(values) if why_not else [f"the condition {condition!r} does not hold"]
            yield from found
        for kind, words in _FILE_REASONS.items():
            for each in status.reasons[kind] or ():
                yield f"{self._path(each)} {words}"
        if status.reasons["has_no_dependencies"]:
            yield "it depends on nothing, so it always runs"
        if status.reasons["checker_changed"]:
            yield "files are compared in another way than before"

    def _file(self, task: Task, path: str) -> str:
        """Say how a file differs from what it was at the task's last success."""
        before = self._state._get(task.name, path)
        name = self._path(path)
        if before is None:
            return f"{name} is new to it"
        now = Path(path).stat()
        data = Path(path).read_bytes()
        # MD5 is what doit remembers of a file; it guards nothing.
        digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
        then = _version(before[1], before[2], before[0])
        return f"{name} changed: it was {then}, it is {_version(len(data), digest, now.st_mtime)}"

    def _path(self, path: str) -> str:
        place = Path(path)
        return str(place.relative_to(self._root) if place.is_relative_to(self._root) else place)


_FILE_REASONS = {
    "missing_target": "is not there, and it makes it",
    "added_file_dep": "is read by it, and was not the last time",
    "removed_file_dep": "was read by it the last time, and is not any more",
}


def _version(size: int, digest: str, modified: float) -> str:
    when = datetime.fromtimestamp(modified).astimezone().isoformat(" ", "seconds")
    return f"{size:,} bytes of {when} (MD5 {digest[:8]})"


def _is_group(explanation: Explanation) -> bool:
    return explanation.standing in (Standing.GROUP, Standing.COMMAND)


def _open(explanation: Explanation) -> tuple[str, ...]:
    """Return the task itself where it is not up to date."""
    return () if explanation.standing is Standing.UP_TO_DATE else (explanation.task,)


def _shortened(reasons: Sequence[str]) -> list[str]:
    more = len(reasons) - _MOST_REASONS
    if more <= 0:
        return list(reasons)
    return [*reasons[:_MOST_REASONS], f"and {more} more reasons"]


def as_data(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as plain data."""
    return {
        "task": explanation.task,
        "standing": explanation.standing.name.lower(),
        "reasons": list(explanation.reasons),
        "waits_for": list(explanation.waits_for),
    }
