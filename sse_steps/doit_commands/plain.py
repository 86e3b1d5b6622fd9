"""doit's own commands, with faults of the command line in two lines and examples in their help."""

from __future__ import annotations

import getopt
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from doit.cmd_clean import Clean as DoitClean
from doit.cmd_forget import Forget as DoitForget
from doit.cmd_ignore import Ignore as DoitIgnore
from doit.cmd_info import Info as DoitInfo
from doit.cmd_list import List as DoitList
from doit.cmd_run import Run as DoitRun
from doit.cmdparse import CmdParseError
from doit.dependency import DatabaseException
from doit.exceptions import InvalidCommand, InvalidDodoFile, InvalidTask

from sse_steps.errors import UserError, nearest
from sse_steps.printable import printable

BEFORE_ANY_TASK = 3  # doit's exit code for a fault that is found before a task runs
_NO_TASK = re.compile(r"'(.*)' is not a task\.?", re.DOTALL)
_UNFIT = re.compile(r"Error parsing parameter '(\w+)' <class")
_SHAPES = {
    "not recognized": "There is no option '{option}'.",
    "requires argument": "The option '{option}' lacks its value.",
    "must not have an argument": "The option '{option}' takes no value.",
    "not a unique prefix": "The option '{option}' may mean several.",
}


class Plain:
    """Mixed into a command of doit's: faults that a user can mend come as two lines."""

    examples: ClassVar[tuple[str, ...]] = ()
    task_list: Sequence[Any] = ()

    def parse_execute(self, in_args: list[str]) -> int | None:
        """Parse the arguments and run the command."""
        try:
            done: int | None = super().parse_execute(in_args)  # type: ignore[misc]  # mixed in
        except CmdParseError as fault:
            wrong, remedy = self._about_option(fault, in_args)
        except InvalidCommand as fault:
            wrong, remedy = self._about_name(fault)
        except (InvalidDodoFile, InvalidTask) as fault:
            wrong, _, remedy = str(fault).strip().partition("\n")
        except UserError as fault:
            wrong, remedy = fault.wrong, fault.remedy
        except DatabaseException as fault:
            wrong = f"What doit remembers cannot be read: {str(fault).splitlines()[0]}"
            remedy = "Remove .doit.db: finished work is kept apart from it."
        else:
            return done
        sys.stderr.write(printable(f"ERROR: {wrong}\n{remedy}\n", keep="\n"))
        return BEFORE_ANY_TASK

    def _about_option(self, fault: CmdParseError, in_args: Sequence[str]) -> tuple[str, str]:
        told = fault.__context__
        if not isinstance(told, getopt.GetoptError):
            name = getattr(self, "name", "run")
            unfit = _UNFIT.match(str(fault))
            wrong = f"The value of '{unfit[1]}' does not fit." if unfit else str(fault)
            return wrong.splitlines()[0], f"See 'doit help {name}'."
        option = f"--{told.opt}" if len(told.opt) > 1 else f"-{told.opt}"
        known = self._options(in_args, of_task="Task" in str(fault).partition(":")[0])
        shape = next((shape for end, shape in _SHAPES.items() if end in told.msg), None)
        wrong = (shape or f"{told.msg}.").format(option=option)
        if shape is None or "not recognized" not in told.msg:
            return wrong, f"See 'doit help {self._meant(in_args)}'."
        none = f"'{self._meant(in_args)}' takes no options; those of doit stand before it."
        return wrong, nearest(option, known) if known else none

    def _options(self, in_args: Sequence[str], *, of_task: bool) -> list[str]:
        if of_task:
            params = [param for task in self._named(in_args) for param in task.params]
            return [f"--{param['long']}" for param in params if param.get("long")]
        options = self.cmdparser.options  # type: ignore[attr-defined]  # mixed in
        return [f"--{each.long}" for each in options if each.long] + [
            f"-{each.short}" for each in options if each.short
        ]

    def _named(self, in_args: Sequence[str]) -> list[Any]:
        return [task for task in self.task_list if task.name in in_args]

    def _meant(self, in_args: Sequence[str]) -> str:
        tasks = self._named(in_args)
        return tasks[-1].name if tasks else getattr(self, "name", "run")

    def _about_name(self, fault: InvalidCommand) -> tuple[str, str]:
        told = _NO_TASK.fullmatch(str(fault).strip()) if fault.not_found is None else None
        name = told[1] if told else fault.not_found
        if name is None:
            wrong, _, rest = str(fault).strip().partition("\n")
            return wrong, rest or f"See 'doit help {getattr(self, 'name', 'run')}'."
        wrong = f"There is no task '{name}'."
        if Path(name).exists():
            return wrong, f"Quote a pattern of files, or join them by commas: --option '{name}'."
        loader = self.loader  # type: ignore[attr-defined]  # mixed in
        commands = loader.cmd_names if getattr(self, "name", "run") == "run" else []
        tasks = [task.name for task in self.task_list if task.subtask_of is None or ":" in name]
        remedy = nearest(name, [*tasks, *commands])
        if remedy.startswith("Valid"):
            remedy = "'doit list' names the tasks, 'doit help' the commands."
        return wrong, remedy


class Run(Plain, DoitRun):  # type: ignore[misc]  # doit has no types
    """Build what is stale."""

    examples = ("doit", "doit run -a report", "doit -n 2 check")


class List(Plain, DoitList):  # type: ignore[misc]  # doit has no types
    """Name the tasks."""

    examples = ("doit list", "doit list --all --status transpile")


class Clean(Plain, DoitClean):  # type: ignore[misc]  # doit has no types
    """Remove what tasks made."""

    examples = ("doit clean", "doit clean --dry-run report")


class Forget(Plain, DoitForget):  # type: ignore[misc]  # doit has no types
    """Forget that tasks succeeded."""

    examples = ("doit forget -a", "doit forget report")


class Ignore(Plain, DoitIgnore):  # type: ignore[misc]  # doit has no types
    """Leave tasks out of builds."""

    examples = ("doit ignore report",)


class Info(Plain, DoitInfo):  # type: ignore[misc]  # doit has no types
    """Show what a task reads and makes."""

    examples = ("doit info report",)

    def _execute(self, pos_args: list[str], hide_status: bool = False) -> int:  # noqa: FBT001, FBT002 - doit's signature
        for name in pos_args:
            if name not in {task.name for task in self.task_list}:
                raise InvalidCommand(not_found=name)
        done: int = super()._execute(pos_args, hide_status)
        return done
