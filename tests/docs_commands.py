"""The commands that the documentation shows, where they stand, and whether they are to be run.

`python tests/docs_commands.py` lists them all. A command is

- a fenced block of ```bash, run as one script; `# exits with 1` at the end of a line says that the
  line fails, and how;
- a piece of text in backticks that begins as `STARTS` says.

A block of another language whose first line is a comment with a path, `# conf/model/mine.yaml`, is
that file of the reader's project, and is there when the commands are run.

Invisible marks in the Markdown, before a block or right behind the backticks, say otherwise:
`<!-- not run: REASON -->` and `<!-- exits with 1: REASON -->`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
HISTORY = ("log.md",)  # what it names was so at its date
STARTS = r"(?:doit|sse|python (?:-m|docs/|benchmarks/))\b(?!\.)"  # doit.cfg is a file

# What stands for something of the reader's own, and what it is in the project of the tests.
PLACEHOLDERS: Mapping[str, str] = {
    "/path/to/model.gguf": "tiny.gguf",
    "path/to/examples": "tasks/py2rs",
    "path/to/model.gguf": "tiny.gguf",
    "path/to/my.gguf": "tiny.gguf",
    "PATH": "tasks/py2rs",
    "F.apr": "model.apr",
    "MODEL": "py2many",
    "../my-model.gguf": "tiny.gguf",
    "NAME": "smoke",
    "TASK": "report",
    "COMMAND": "report",
    "PRICES": "own_machine",
    "...": "",
}

# Commands that say nothing without an argument: where only their name stands, their help is asked.
NAMED_ALONE: Mapping[str, str] = {
    "doit compare": "doit help compare",
    "doit inspect": "doit help inspect",
    "doit sql --question": "doit help sql",
    "doit verify": "doit help verify",
    "sse init": "sse init --help",
}

_FENCE = re.compile(r"^( *)(```+)([\w-]*)[^\n]*\n(.*?)^\1\2 *$", re.MULTILINE | re.DOTALL)
_MARK = r"<!-- (not run|exits with (\d+)): *((?:(?!-->).)*?) *-->"
_BEFORE = re.compile(rf"{_MARK}\s*\Z", re.DOTALL)
_INLINE = re.compile(rf"(?<!`)`({STARTS}[^`]*)`(?!`)(?:\s*{_MARK})?", re.DOTALL)
_FAILS = re.compile(r"^(.*\S)\s+# exits with (\d+)\b.*$", re.MULTILINE)
_SHELL = re.compile(r"^\s*(?:\$ |(?:doit|python3?|pip|mkdir|apt-get|sse|uv|ray) )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a page. `reason` is why it is not run, or why it fails; "" where neither."""

    page: str
    line: int
    text: str
    is_run: bool = True
    exit_code: int = 0
    reason: str = ""

    @property
    def place(self) -> str:
        """Where it stands: a page and a line."""
        return f"{self.page}:{self.line}"

    @property
    def script(self) -> str:
        """What bash is given: placeholders replaced, lines that have to fail turned around."""
        text = with_real_things(NAMED_ALONE.get(self.text, self.text))
        return _FAILS.sub(r"status=0; \1 || status=$?; test $status -eq \2", text)


def pages(root: Path = ROOT) -> list[Path]:
    """Return the README and the pages of docs/, but for history."""
    found = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    return [page for page in found if page.name not in HISTORY]


def with_real_things(text: str) -> str:
    """Return a text with what `PLACEHOLDERS` stand for in their places."""
    for name, real in PLACEHOLDERS.items():
        text = re.sub(rf"(?<![\w./$-]){re.escape(name)}(?![\w/-])", real, text)
    return text


def files_of(text: str) -> dict[str, str]:
    """Return the files that a page shows whole, by their paths in the reader's project."""
    found = {}
    for fence in _FENCE.finditer(text):
        path = re.match(r" *# ([\w.-]+(?:/[\w.-]+)+)\n", fence[4])
        if path and fence[3] != "bash":
            found[path[1]] = with_real_things(fence[4])
    return found


def commands_of(text: str, page: str) -> list[Command]:
    """Return the commands of a page, in the order in which they stand."""
    found = [*_blocks(text, page), *_inline(text, page)]
    return sorted(found, key=lambda command: command.line)


def unlabelled(text: str) -> list[int]:
    """Return the lines of fenced blocks that look like commands and are not labelled `bash`."""
    shells = ("sh", "shell", "console", "zsh")
    return [
        _line(text, fence.start())
        for fence in _FENCE.finditer(text)
        if fence[3] in shells or (not fence[3] and _SHELL.match(fence[4]))
    ]


def _blocks(text: str, page: str) -> Iterator[Command]:
    for fence in _FENCE.finditer(text):
        if fence[3] == "bash":
            script = re.sub(rf"^{fence[1]}", "", fence[4], flags=re.MULTILINE).strip()
            mark = _BEFORE.search(text, 0, fence.start())
            groups = (mark[1], mark[2], mark[3]) if mark else (None, None, None)
            yield _command(page, _line(text, fence.start()), script, *groups)


def _inline(text: str, page: str) -> Iterator[Command]:
    prose = _FENCE.sub(lambda fence: "\n" * fence[0].count("\n"), text)
    for found in _INLINE.finditer(prose):
        words = " ".join(found[1].split())
        yield _command(page, _line(prose, found.start()), words, *found.groups()[1:])


def _command(
    page: str, line: int, text: str, mark: str | None, exit_code: str | None, reason: str | None
) -> Command:
    return Command(page, line, text, mark != "not run", int(exit_code or 0), reason or "")


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _listed() -> Iterator[str]:
    for page in pages():
        for command in commands_of(page.read_text(encoding="utf-8"), page.name):
            what = "run    " if command.is_run else "not run"
            reason = f"  ({command.reason})" if command.reason else ""
            yield f"{what}  {command.place}  {' ; '.join(command.text.splitlines())}{reason}"


if __name__ == "__main__":
    print("\n".join(_listed()))  # noqa: T201 - the list is what it is for
