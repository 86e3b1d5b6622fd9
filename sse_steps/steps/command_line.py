"""What a command line holds: overrides, and for a command with a text its options and that text.

doit itself takes an argument with `=` in it for a variable and drops it, and one that begins with a
dash for an option. A query may be either.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from doit import get_initial_workdir
from doit.cmdparse import CmdOption, CmdParseError, TaskParse
from doit.task import Task

from sse_steps.config import overrides_in
from sse_steps.steps.evaluate_line import EVALUATE, EVALUATE_OPTIONS, overrides_for

TEXT_COMMANDS = ("sql",)

_DEMONSTRATIONS = ("demo", "demo:pipeline")  # what runs with the settings of conf/experiment/demo
_OPTION = re.compile(r"(--?[\w-]+)(=.*)?", re.DOTALL)


class TextCommand(Task):  # type: ignore[misc]  # doit has no types
    """A doit task whose action gets the words of a text, in the parameter `words`.

    Args:
        name: the command's name; it is one of TEXT_COMMANDS.
        arguments: the whole command line.
        attributes: what else doit knows about a task.
    """

    def __init__(self, name: str, arguments: Sequence[str], **attributes: object) -> None:
        super().__init__(name, pos_arg="words", **attributes)
        self._arguments = arguments

    def init_options(self, args: Sequence[str] | None = None) -> list[str] | None:
        """Read the options from the whole command line; `args` lacks what holds a `=`."""
        if args is None:
            return super().init_options()  # type: ignore[no-any-return]  # doit has no types
        options, words = split_arguments(own_arguments(self.name, self._arguments), self.params)
        return super().init_options([*options, "--", *words])  # type: ignore[no-any-return]


def overrides_of(arguments: Sequence[str]) -> list[str]:
    """Return the overrides of a command line, those that a command of it stands for first.

    Raises:
        ConfigError: an option of `evaluate` names what is not there.
    """
    demonstration = ["+experiment=demo"] if _demonstrates(arguments) else []
    options = options_of(EVALUATE, EVALUATE_OPTIONS, arguments)
    here = Path(get_initial_workdir() or ".").absolute()  # doit goes to the folder of dodo.py
    evaluation = overrides_for(options, here=here) if options is not None else []
    return [*demonstration, *evaluation, *overrides_in(arguments, TEXT_COMMANDS)]


def options_of(
    command: str, params: Sequence[dict[str, Any]], arguments: Sequence[str]
) -> dict[str, Any] | None:
    """Return the options that a command line gives a command, or None where it names another.

    Options that do not fit count as none: doit says so when it reads them itself.
    """
    if command not in arguments:
        return None
    given, _ = split_arguments(own_arguments(command, arguments), params)
    try:
        parsed, _ = TaskParse([CmdOption(param) for param in params]).parse(given)
    except CmdParseError:
        return None
    return dict(parsed)


def state_file(arguments: Sequence[str]) -> str:
    """Return where doit keeps what it did: a demonstration leaves a build's state as it is."""
    return ".doit.db.demo" if _demonstrates(arguments) else ".doit.db"


def _demonstrates(arguments: Sequence[str]) -> bool:
    return any(each in _DEMONSTRATIONS for each in arguments)


def own_arguments(command: str, arguments: Sequence[str]) -> list[str]:
    """Return what follows the first `command` on a command line, without overrides."""
    following = list(arguments)[list(arguments).index(command) + 1 :]
    overrides = overrides_in([command, *following], [command])
    return [each for each in following if each not in overrides]


def split_arguments(
    arguments: Sequence[str], params: Sequence[dict[str, Any]]
) -> tuple[list[str], list[str]]:
    """Return the options with their values, and the words of the text.

    What looks like an option and is none is taken for one, so that doit can say so; what holds a
    blank before any `=` does not look like one: `-- a comment`. After `--` everything is text.
    """
    with_value = {f"--{param['long']}" for param in params if param["type"] is not bool}
    options: list[str] = []
    words: list[str] = []
    rest = iter(arguments)
    for each in rest:
        found = _OPTION.fullmatch(each)
        if each == "--":
            words += rest
        elif found is None:
            words.append(each)
        else:
            options.append(each)
            if found[1] in with_value and found[2] is None:
                options += [value for value in (next(rest, None),) if value is not None]
    return options, words
