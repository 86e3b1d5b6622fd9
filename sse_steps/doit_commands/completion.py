"""Command: scripts for shells, by which the TAB key knows tasks, options, settings and models."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

from doit.cmd_base import Command, DoitCmdBase
from doit.exceptions import InvalidDodoFile

from sse_steps.doit_commands.candidates import FILES, Vocabulary, candidates, names_in
from sse_steps.doit_commands.kept_words import keep, read_kept
from sse_steps.doit_commands.plain import Plain
from sse_steps.errors import ConfigError, UserError, nearest
from sse_steps.models.quantization import Quantization
from sse_steps.staleness.state import ReadOnlyState

SHELLS = ("bash", "zsh", "fish")
_OPTION_LINE = {
    "name": "line",
    "long": "line",
    "type": str,
    "default": "",
    "help": "print what this command line may become at its end; for the scripts",
}


class Completion(Plain, DoitCmdBase):  # type: ignore[misc]  # doit has no types
    """Print the script for a shell, or, for the script, what may come next."""

    name = "completion"
    doc_purpose = "print a script that completes command lines in bash, zsh or fish"
    doc_usage = "bash|zsh|fish"
    doc_description = "Put the line of the examples into ~/.bashrc, or its like, to have it always."
    cmd_options = (_OPTION_LINE,)
    examples = (
        "source <(doit completion bash)",
        "source <(doit completion zsh)",
        "doit completion fish | source",
    )

    def __init__(self, cmds: Any = None, **options: Any) -> None:  # noqa: ANN401 - doit's signature
        super().__init__(cmds=cmds, **options)
        self._cmds, self._init_options = cmds, options

    def execute(self, params: Any, args: Sequence[str]) -> int:  # noqa: ANN401 - doit's signature
        """Print a script; what may come next needs the project to load, a script does not."""
        if params["line"]:
            _write(candidates(params["line"], read_kept(Path.cwd()) or self._learned(params)))
            return 0
        if len(args) != 1 or args[0] not in SHELLS:
            found = f"'{args[0]}' is no shell that is known." if args else "No shell is named."
            raise ConfigError(found, nearest(args[0] if args else "", SHELLS))
        folder = files("sse_steps.doit_commands")
        sys.stdout.write((folder / f"completion.{args[0]}").read_text(encoding="utf-8"))
        return 0

    def get_backends(self) -> dict[str, type]:
        """Open what doit remembers for reading alone."""
        return dict.fromkeys(("sqlite3", "dbm", "json"), ReadOnlyState)

    def _execute(self) -> int:
        self.dep_manager.close()
        return 0

    def _learned(self, params: Any) -> Vocabulary:  # noqa: ANN401 - doit's signature
        """Return what may be typed, and keep it where the project could be loaded."""
        asked_in = Path.cwd()
        tasks: Sequence[Any] = ()
        with suppress(InvalidDodoFile, UserError):
            super().execute(params, [])
            tasks = self.task_list
        known = self._vocabulary(tasks)
        if tasks and Path.cwd() == asked_in:
            keep(known, asked_in)
        return known

    def _vocabulary(self, tasks: Sequence[Any]) -> Vocabulary:
        root = Path.cwd()
        commands: dict[str, Command] = {
            name: command(cmds=self._cmds, **self._init_options)
            for name, command in self._cmds.to_dict().items()
        }
        options = {name: dict(_of_command(each)) for name, each in commands.items()}
        options |= {task.name: dict(_of_task(task)) for task in tasks}
        return Vocabulary(
            commands=tuple(commands),
            tasks=tuple(task.name for task in tasks),
            options=options,
            settings=tuple(_settings(root)),
            values=_values(root),
        )


def _of_command(command: Any) -> Iterator[tuple[str, bool]]:  # noqa: ANN401 - doit has no types
    for option in command.cmdparser.options:
        if option.long:
            yield f"--{option.long}", option.type is not bool


def _of_task(task: Any) -> Iterator[tuple[str, bool]]:  # noqa: ANN401 - doit has no types
    for param in task.params:
        yield f"--{param['long']}", param["type"] is not bool


def _settings(root: Path) -> list[str]:
    from sse_steps.config import setting_names  # noqa: PLC0415 - Hydra takes its time to load

    try:
        return setting_names(root)
    except UserError:
        return []


def _values(root: Path) -> Mapping[str, tuple[str, ...]]:
    from sse_steps.sql.questions import questions  # noqa: PLC0415 - reads SQL

    models = names_in(root / "conf/model")
    tasks = tuple(each for each in names_in(root / "tasks") if not each.startswith("golden"))
    groups = {path.name: names_in(path) for path in (root / "conf").glob("*") if path.is_dir()}
    return {
        **groups,
        **dict.fromkeys(("models", "baselines", "controls", "--models", "--baselines"), models),
        **dict.fromkeys(("tasks", "--tasks"), tasks),
        "--question": tuple(each.name for each in questions()),
        "quantization": tuple(Quantization),
    }


def _write(found: Sequence[str]) -> None:
    text = "".join(f"{each}\n" for each in found if each != FILES)
    sys.stdout.write(text or ("/files/\n" if FILES in found else ""))
