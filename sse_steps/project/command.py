"""The command `sse`: it begins a project; whatever is done in one is doit's."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from sse_steps.errors import UserError
from sse_steps.printable import printable
from sse_steps.project.laying_down import lay_down
from sse_steps.versions import installed_version

_ABOUT = "Is the small model good enough, and what does it save?"
_IN_A_PROJECT = """\
in a project's folder:
  doit                       build what is stale, up to the report
  doit list                  the steps and the other commands
  doit help COMMAND          the options of one
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, or 2 for a fault that a user can mend."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.command is None:
        parser.print_help()
        return 0
    try:
        _init(asked.folder)
    except UserError as fault:
        sys.stderr.write(printable(f"{fault}\n", keep="\n"))
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sse",
        description=_ABOUT,
        epilog=_IN_A_PROJECT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    version = f"single-shot-eval {installed_version('single-shot-eval')}"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    begin = commands.add_parser(
        "init",
        help="lay a project down in a folder: dodo.py, conf/, tasks/, docs/",
        description="Lay a project down in a new or an empty folder; nothing is overwritten.",
    )
    begin.add_argument("folder", metavar="FOLDER", type=Path, help="the project's folder")
    return parser


def _init(folder: Path) -> None:
    count = lay_down(folder)
    place = shlex.quote(str(folder))
    text = f"{count} files are in {folder}. Build it: cd {place} && doit\n"
    sys.stdout.write(printable(text, keep="\n"))
