"""Command: what there is to type, and all that one command takes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from doit.cmd_base import Command, DoitCmdBase
from doit.cmd_help import Help as DoitHelp
from doit.exceptions import InvalidCommand, InvalidDodoFile

from sse_steps.doit_commands.plain import Plain
from sse_steps.doit_tasks import is_command
from sse_steps.errors import UserError

_FIRST = ("explain", "doctor", "completion", "run", "list", "clean", "forget", "info")


class Help(Plain, DoitHelp):  # type: ignore[misc]  # doit has no types
    """Show what there is: our commands first, then the steps, then doit's own."""

    doc_purpose = "say what there is to type, or all about one command or step"
    doc_usage = "[NAME]"
    examples = ("doit help", "doit help evaluate", "doit help transpile")

    def execute(self, params: Any, args: Sequence[str]) -> int:  # noqa: ANN401 - doit's signature
        """Print an overview, or what is known of one name."""
        names = [each for each in args if "=" not in each]
        if names and names[0] in self.cmds:
            command = self.cmds[names[0]](cmds=self._cmds, **self.init_kwargs)
            _write([*command.help().splitlines(), *_examples(getattr(command, "examples", ()))])
            return 0
        if names[:1] == ["task"]:
            self.print_task_help()
            return 0
        try:
            done: int = DoitCmdBase.execute(self, params, names)
        except (InvalidDodoFile, UserError):
            if names:
                raise
            _write(_commands(self.cmds))  # they do not need the project to load
            return 0
        return done

    def _execute(self, pos_args: Sequence[str]) -> int:
        tasks = {task.name: task for task in self.task_list}
        if not pos_args:
            _write([*_overview(list(tasks.values())), "", *_commands(self.cmds)])
        elif pos_args[0] in tasks:
            _write(task_help(tasks[pos_args[0]]))
        else:
            raise InvalidCommand(not_found=pos_args[0])
        return 0


def _write(lines: Iterable[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _overview(tasks: Sequence[Any]) -> Iterator[str]:
    shown = [task for task in tasks if task.subtask_of is None]
    yield "doit                  build what is stale, up to the report"
    yield "doit NAME key=value   a command or a step, with settings of conf/ changed"
    for title, wanted in (("Commands", True), ("Steps", False)):
        chosen = [task for task in shown if is_command(task) is wanted]
        yield ""
        yield f"{title} (doit help COMMAND says more):"
        yield from (f"  {task.name:<14} {task.doc}" for task in chosen)


def _commands(commands: Mapping[str, type[Command]]) -> Iterator[str]:
    yield "About the build:"
    names = [name for name in _FIRST if name in commands]
    names += [name for name in commands if name not in names]
    yield from (f"  {name:<14} {commands[name].doc_purpose}" for name in names)


def _examples(examples: Sequence[str]) -> Iterator[str]:
    if examples:
        yield ""
        yield "EXAMPLES"
        yield from (f"    {example}" for example in examples)


def task_help(task: Any) -> list[str]:  # noqa: ANN401 - doit has no types
    """Return everything that a user needs to know of one task."""
    examples = (task.meta or {}).get("examples") or (
        f"doit {task.name}",
        f"doit explain {task.name}",
    )
    options = " [OPTIONS]" if task.params else ""
    words = ' "TEXT"' if task.pos_arg else ""
    lines = ["PURPOSE", f"    {task.doc}", "", "USAGE"]
    lines.append(f"    doit {task.name}{options}{words} [key=value ...]")
    if task.params:
        lines += ["", "OPTIONS"]
        lines += [line for option in task.params for line in _option(option)]
    if task.has_subtask:
        lines += ["", "PARTS", f"    doit list --all {task.name} names them: {task.name}:NAME"]
    return [*lines, *_examples(examples)]


def _option(option: Mapping[str, Any]) -> Iterator[str]:
    value = "" if option["type"] is bool else " VALUE"
    yield f"    --{option['long']}{value}"
    yield f"        {option['help']} (default: {default_of(option)})"


def default_of(option: Mapping[str, Any]) -> str:
    """Return an option's default as help and documentation show it."""
    if isinstance(option["default"], bool):
        return "on" if option["default"] else "off"
    return str(option["default"]) or "none"
