"""What can be said of doit's tasks: which are commands, and which ones others need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from doit.task import Task

COMMAND = {"command": True}  # the `meta` of a task that is a command: it prints, and makes nothing


def is_command(task: Task) -> bool:
    """Return whether a task is a command, or a group of commands."""
    return bool((task.meta or {}).get("command"))


def needed(tasks: Mapping[str, Task], names: Iterable[str]) -> list[str]:
    """Return some tasks and all that they depend on, each once, after what it depends on."""
    found: dict[str, None] = {}
    seen = set[str]()
    waiting = [(name, False) for name in reversed(list(names))]
    while waiting:
        name, is_ready = waiting.pop()
        if is_ready:
            found[name] = None
        elif name in tasks and name not in seen:
            seen.add(name)
            before = [*tasks[name].task_dep, *tasks[name].setup_tasks]
            waiting += [(name, True), *((each, False) for each in reversed(before))]
    return list(found)
