"""Command: why tasks are stale, in plain words, without changing anything."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from doit.cmd_base import DoitCmdBase
from doit.control import TaskControl
from doit.exceptions import InvalidCommand

from sse_steps.doit_commands.plain import Plain
from sse_steps.doit_tasks import needed
from sse_steps.printable import printable
from sse_steps.staleness.explanation import Explainer, Explanation, Standing, as_data
from sse_steps.staleness.state import ReadOnlyState
from sse_steps.steps.options import option

_RESTING = (Standing.UP_TO_DATE, Standing.IGNORED, Standing.COMMAND, Standing.GROUP)
_MOST_RESTING = 4  # tasks of one step that are named although they are up to date
_OPTION_JSON = option("json", "print one JSON object for each task, in a list", default=False) | {
    "name": "as_json"
}


class Explain(Plain, DoitCmdBase):  # type: ignore[misc]  # doit has no types
    """Say why tasks are stale; the exit code is 1 where one of them is."""

    name = "explain"
    doc_purpose = "say why a task is stale, or that it is not"
    doc_usage = "[TASK ...]"
    doc_description = (
        "Changes nothing. Without a task it explains everything that `doit` would look at. "
        "Exit code 0: everything is up to date; 1: something is not."
    )
    cmd_options = (_OPTION_JSON,)
    examples = (
        "doit explain",
        "doit explain report",
        "doit explain transpile:TASK:MODEL:1",
    )

    def get_backends(self) -> dict[str, type]:
        """Open what doit remembers for reading alone."""
        return dict.fromkeys(("sqlite3", "dbm", "json"), ReadOnlyState)

    def _execute(self, as_json: bool) -> int:  # noqa: FBT001 - doit's signature
        control = TaskControl(self.task_list)
        control.process(None)
        explainer = Explainer(control.tasks, self.dep_manager, Path.cwd())
        wanted = self._wanted(control, explainer)
        asked = [explainer.explain(name) for name in wanted]
        behind = _behind(asked, explainer)
        told = [*sorted(behind, key=lambda each: list(control.tasks).index(each.task)), *asked]
        self.dep_manager.close()
        if as_json:
            sys.stdout.write(f"{json.dumps([as_data(each) for each in told], indent=2)}\n")
        else:
            lines = list(_lines(told))
            sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))
        return 0 if all(each.standing in _RESTING for each in told) else 1

    def _wanted(self, control: TaskControl, explainer: Explainer) -> list[str]:
        """Return the tasks that are asked about; without any, all that a build would look at."""
        names: list[str] = []
        for name in self.sel_tasks or [task.name for task in self.task_list]:
            found = control.tasks.get(name) or control.tasks.get(control.targets.get(name, ""))
            if found is None:
                raise InvalidCommand(not_found=name)
            names += explainer.members(found.name) or [found.name]  # a group of none
        if self.sel_default_tasks:
            names = [each for each in needed(control.tasks, names) if control.tasks[each].actions]
        return list(dict.fromkeys(names))


def _behind(asked: Sequence[Explanation], explainer: Explainer) -> list[Explanation]:
    """Return the tasks before those asked about that are not up to date."""
    found = {each.task: each for each in asked}
    queue = [name for each in asked for name in each.waits_for]
    while queue:
        name = queue.pop(0)
        if name not in found:
            found[name] = explainer.explain(name)
            queue += found[name].waits_for
    return list(found.values())[len({each.task for each in asked}) :]


def _lines(told: Sequence[Explanation]) -> Iterator[str]:
    resting = Counter(_step(each) for each in told if each.standing is Standing.UP_TO_DATE)
    many = {step: count for step, count in resting.items() if count > _MOST_RESTING}
    yield from (f"{step}: {count} tasks are up to date." for step, count in many.items())
    for each in told:
        if each.standing is Standing.UP_TO_DATE and _step(each) in many:
            continue
        yield f"{each.task} {each.standing}{':' if each.reasons or each.waits_for else '.'}"
        yield from (f"  - {reason}" for reason in each.reasons)
        if each.waits_for:
            yield f"  - it depends on {_named(each.waits_for)}"


def _step(explanation: Explanation) -> str:
    return explanation.task.partition(":")[0]


def _named(names: Sequence[str]) -> str:
    few = ", ".join(names[:3])
    more = len(names) - 3
    return f"{few}{f' and {more} more' if more > 0 else ''}, not up to date"
