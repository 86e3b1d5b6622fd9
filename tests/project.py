"""A small project of its own for tests of the whole build: four examples, four models."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tiny_model import TinyModel

ROOT = Path(__file__).parents[1]
EXAMPLES = ("03_functions/clamp", "03_functions/factorial", "05_control_flow/is_prime")
MODELS = "models=[py2many,tiny]"
SETTINGS = (MODELS, "run.runs=2")


@dataclass(frozen=True, slots=True)
class Built:
    """What a doit command came to."""

    exit_code: int
    text: str

    @property
    def ran(self) -> set[str]:
        """The tasks whose actions were run."""
        return set(re.findall(r"^\.  (\S+)", self.text, re.MULTILINE))

    def count(self, title: str) -> int:
        """How many pieces of work a step reports under a title that begins so."""
        found = re.search(rf"^{re.escape(title)}: ([\d,]+) in ", self.text, re.MULTILINE)
        return int(found[1].replace(",", "")) if found else 0


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a dodo.py in which builds run as a user's would."""

    folder: Path

    def doit(self, *arguments: str, timeout_s: float = 300.0) -> Built:
        """Run a doit command to its end."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        return Built(done.returncode, done.stdout)

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of a doit command."""
        return [sys.executable, "-m", "doit", *arguments]

    def environment(self) -> dict[str, str]:
        """Return an environment in which output is plain and complete."""
        return {**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a piece of text in a file of the project."""
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text, f"{path} has no {old!r}"
        file.write_text(text.replace(old, new), encoding="utf-8")


def lay_out(folder: Path) -> Project:
    """Write a small project into `folder`: this repository's own build on three examples."""
    shutil.copy(ROOT / "dodo.py", folder)
    shutil.copy(ROOT / "doit.cfg", folder)
    shutil.copytree(ROOT / "conf", folder / "conf")
    (folder / "tasks").mkdir()
    shutil.copy(ROOT / "tasks" / "python_to_rust.yaml", folder / "tasks")
    # Random weights answer nothing right: any reply will do.
    (folder / "tasks/golden_prompts.yaml").write_text(
        "version: 1\nprompts:\n"
        "  - {id: hello, category: sanity, prompt: Say hello., expect: ''}\n"
        "  - {id: code, category: code, prompt: Write a loop., expect: for}\n",
        encoding="utf-8",
    )
    for example in EXAMPLES:
        shutil.copytree(ROOT / "tasks/py2rs" / example, folder / "tasks/py2rs" / example)
    weights = TinyModel(context_length=4096).write(folder / "tiny.gguf")
    (folder / "conf/model/tiny.yaml").write_text(
        "description: A few thousand random weights.\n"
        f"engine: numpy\nsource: {weights.name}\nmax_tokens: 24\ntimeout_ms: 600000\n",
        encoding="utf-8",
    )
    return Project(folder)
