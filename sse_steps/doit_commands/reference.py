"""The reference part of docs/commands.md: python -m sse_steps.doit_commands.reference writes it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from doit.loader import load_tasks

from sse_steps.doit_commands.completion import Completion
from sse_steps.doit_commands.doctor import Doctor
from sse_steps.doit_commands.explain import Explain
from sse_steps.doit_commands.help import default_of
from sse_steps.doit_tasks import is_command

MARK = "<!-- generated: python -m sse_steps.doit_commands.reference -->\n"


def reference(tasks: Sequence[Any]) -> str:
    """Return a section for each command: what it does, its options and examples."""
    chosen = [task for task in tasks if task.subtask_of is None]
    chosen = [task for task in chosen if is_command(task) or task.params]
    return "\n".join([*(_of_task(task) for task in chosen), *_own()])


def _own() -> Iterator[str]:
    for command in (Explain, Doctor, Completion):
        purpose = command.doc_purpose[0].upper() + command.doc_purpose[1:]
        rows = [
            f"| `--{each['long']}` | {each['help']} | {default_of(each)} |"
            for each in command.cmd_options
        ]
        text = f"{purpose}. {command.doc_description}"
        yield _section(command.name, text, rows, command.examples)


def _of_task(task: Any) -> str:  # noqa: ANN401 - doit has no types
    rows = [f"| `--{each['long']}` | {each['help']} | {default_of(each)} |" for each in task.params]
    return _section(task.name, task.doc, rows, (task.meta or {}).get("examples", ()))


def _section(name: str, purpose: str, rows: Sequence[str], examples: Sequence[str]) -> str:
    shown = purpose.replace("[", "\\[")  # in Markdown two pairs of brackets are a link
    lines = [f"### {name}", "", shown, ""]
    if rows:
        lines += ["| Option | Meaning | Default |", "| --- | --- | --- |", *rows, ""]
    if examples:
        lines += ["Examples:", "", *(f"    {each}" for each in examples), ""]
    return "\n".join(lines)


def project_tasks(root: Path) -> list[Any]:
    """Return the tasks of the project in a folder; the process is in that folder."""
    sys.argv = sys.argv[:1]
    sys.path.insert(0, str(root))
    tasks: list[Any] = load_tasks(vars(import_module("dodo")))
    return tasks


def main() -> None:
    """Write the reference into the page anew."""
    page = Path("docs/commands.md")
    before = page.read_text(encoding="utf-8").partition(MARK)[0]
    page.write_text(f"{before}{MARK}\n{reference(project_tasks(Path.cwd()))}", encoding="utf-8")


if __name__ == "__main__":
    main()
