"""How doit finds dodo.py: as ever, after a look at what it would stumble over itself."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from threading import current_thread, main_thread
from types import FrameType
from typing import Any, NoReturn

from doit.cmd_base import DodoTaskLoader

from sse_steps.doit_commands.plain import BEFORE_ANY_TASK, Run
from sse_steps.doit_tasks import is_command


class Loader(DodoTaskLoader):  # type: ignore[misc]  # doit has no types
    """Loads tasks from dodo.py. doit looks at an argument's first letter: an empty one has none."""

    def __init__(self) -> None:
        super().__init__()
        _take_interrupts()
        if "" in sys.argv[1:]:
            sys.stderr.write(
                "ERROR: An argument is empty.\nLeave it out, or write what is meant.\n"
            )
            raise SystemExit(BEFORE_ANY_TASK)

    def load_tasks(self, cmd: Any, pos_args: Sequence[str]) -> list[Any]:  # noqa: ANN401 - doit's signature
        """Load the tasks; a group of commands that is asked for becomes its members.

        doit counts a group with a member that failed as a fault of its own, in a message and as
        exit code 2.
        """
        tasks: list[Any] = super().load_tasks(cmd, pos_args)
        if isinstance(cmd, Run):
            groups = {task.name: task for task in tasks if task.has_subtask and is_command(task)}
            named = cmd.sel_tasks or []
            if len(named) == 1 and named[0] in groups:
                cmd.sel_tasks = groups[named[0]].task_dep or named
        return tasks


def _take_interrupts() -> None:
    """Answer Ctrl-C in a line until a build, which has more to say, takes over."""
    if current_thread() is main_thread() and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _interrupted)


def _interrupted(number: int, _frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stderr.write("Interrupted.\n")
    raise SystemExit(128 + number)
