"""Command: what this machine lacks, and how to mend it. It needs no dodo.py that loads."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from doit.cmd_base import Command
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sse_steps.doctor.examination import examine, surroundings
from sse_steps.doctor.finding import Finding, State
from sse_steps.doit_commands.plain import Plain
from sse_steps.printable import printable
from sse_steps.steps.options import option

_STYLES = {
    State.OK: "green",
    State.ABSENT: "dim",
    State.WARNING: "yellow",
    State.MISSING: "bold red",
}
_OPTION_JSON = option("json", "print one JSON object for each line, in a list", default=False) | {
    "name": "as_json"
}


class Doctor(Plain, Command):  # type: ignore[misc]  # doit has no types
    """Look at everything that evaluations need; exit code 1 where something is missing."""

    name = "doctor"
    doc_purpose = "check this machine, and say how to mend what is missing"
    doc_usage = "[key=value ...]"
    doc_description = (
        "Works where dodo.py or conf/ is broken. A line is ok, absent (optional), warning, or "
        "missing (needed). Exit code 1: something is missing."
    )
    cmd_options = (_OPTION_JSON,)
    examples = ("doit doctor", "doit doctor --json")

    def execute(self, opt_values: dict[str, bool], pos_args: Sequence[str]) -> int:  # noqa: ARG002 - doit's signature
        """Print what is found."""
        root = Path.cwd()
        overrides = [each for each in sys.argv[1:] if "=" in each and not each.startswith("-")]
        found = list(examine(surroundings(root, overrides)))
        if opt_values["as_json"]:
            sys.stdout.write(f"{json.dumps([asdict(each) for each in found], indent=2)}\n")
        else:
            _print(found)
        return int(any(each.state is State.MISSING for each in found))


def _print(found: Sequence[Finding]) -> None:
    console = Console(file=sys.stdout)
    if not console.is_terminal:
        sys.stdout.write("".join(f"{line}\n" for line in _lines(found)))
        return
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for each in found:
        state = Text(each.state, style=_STYLES[each.state])
        table.add_row(state, Text(printable(each.name)), Text(printable(each.found)))
        if each.remedy:
            table.add_row("", "", Text(printable(each.remedy), style="italic"))
    console.print(table)
    console.print(_summary(found), highlight=False)


def _lines(found: Sequence[Finding]) -> Iterator[str]:
    width = max(len(each.name) for each in found)
    for each in found:
        yield printable(f"{each.state:<8} {each.name:<{width}}  {each.found}")
        if each.remedy:
            yield printable(f"{'':<8} {'':<{width}}  {each.remedy}")
    yield _summary(found)


def _summary(found: Sequence[Finding]) -> str:
    missing = [each.name for each in found if each.state is State.MISSING]
    if missing:
        return f"Missing: {', '.join(missing)}."
    warnings = sum(each.state is State.WARNING for each in found)
    return f"Evaluations can run here; {warnings} warnings." if warnings else "All is well."
