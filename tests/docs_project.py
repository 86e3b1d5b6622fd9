"""The project in which the commands of the documentation are run: this repository, made small.

Its corpus has a few of our examples. The model of 98 MB is one of a few thousand random weights,
put in its place by its own file in conf/model/: what a command does is real, what the model
answers is not to the point. It has been built once, so that there are results to ask.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docs_commands import ROOT, Command, files_of, pages
from tiny_model import TinyModel

MODEL = "smollm2_135m"
OUT_OF_TIME = 124  # as `timeout` says it
RUNS = ("runs: null", "runs: 2")  # in conf/run/default.yaml: what is greedy repeats itself anyway
EXAMPLES = (
    "01_hello/greet_by_name",
    "03_functions/clamp",
    "03_functions/factorial",
    "05_control_flow/is_prime",
)
COPIED = ("benchmarks", "conf", "docs", "sse_steps")
FILES = (
    "dodo.py",
    "doit.cfg",
    "mkdocs.yml",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
)
LEAP = (
    "def is_leap(year: int) -> bool:\n"
    '    """Return whether a year is long.\n\n    >>> is_leap(1900)\n    False\n    """\n'
    "    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)\n"
)
# Random weights answer nothing right: any reply will do.
GOLDEN_PROMPTS = (
    "version: 1\nprompts:\n"
    "  - {id: hello, category: sanity, prompt: Say hello., expect: ''}\n"
    "  - {id: code, category: code, prompt: Write a loop., expect: for}\n"
)
TINY = "engine: numpy\nsource: tiny.gguf\nmax_tokens: 24\ntimeout_ms: 600000\n"

# What the pages name as the reader's own: small, real, and at that place. Files that a page shows
# whole are laid down as they stand there.
OWN: Mapping[str, str] = {
    "out.rs": "pub fn add(a: i64, b: i64) -> i64 { a + b }\n",
    "cases.json": json.dumps([{"function": "add", "args": [2, 3], "expected": 5}]),
    "tests.rs": "#[test]\nfn adds() {\n    assert_eq!(add(2, 3), 5);\n}\n",
    "tools/example_leap/leap.py": LEAP,
    "q.sql": "select model, pass_at_1 from model_metrics\n",
    f"conf/model/{MODEL}.yaml": f"description: A few thousand random weights.\n{TINY}",
}


@dataclass(frozen=True, slots=True)
class DocsProject:
    """A folder in which documented commands run."""

    folder: Path

    def run(self, script: str, timeout_s: float = 900.0) -> subprocess.CompletedProcess[str]:
        """Run a script of bash that ends at its first fault, or with 124 when it is out of time."""
        command = ["bash", "-euo", "pipefail", "-c", script]
        with (
            tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as printed,
            subprocess.Popen(
                command,
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that all that it starts can be ended
            ) as started,
        ):
            try:
                exit_code = started.wait(timeout_s)
            except subprocess.TimeoutExpired:
                os.killpg(started.pid, signal.SIGKILL)
                exit_code = OUT_OF_TIME
            printed.seek(0)
            return subprocess.CompletedProcess(command, exit_code, printed.read())

    def fault(self, command: Command) -> str:
        """Run a command and say what is wrong with it; "" where it does what its page says."""
        done = self.run(command.script)
        if done.returncode == command.exit_code:
            return ""
        asked = f"{command.place}: exit code {done.returncode}, not {command.exit_code}"
        return f"{asked}\n{command.script}\n{done.stdout[-2000:]}"

    def copy(self, folder: Path) -> DocsProject:
        """Return a copy of the project, with its results and its cache."""
        shutil.copytree(self.folder, folder, symlinks=True, dirs_exist_ok=True)
        return DocsProject(folder)

    def _environment(self) -> dict[str, str]:
        # pip may say that something is there already, and bring nothing.
        return {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.folder),
            "PIP_NO_INDEX": "1",
            "COLUMNS": "120",
        }


def prepare(folder: Path) -> DocsProject:
    """Lay the project into a folder and build it; copies of its results stand beside them.

    Raises:
        AssertionError: the build fails.
    """
    _copy_repository(folder)
    _write_own_files(folder)
    project = DocsProject(folder)
    built = project.run(
        "doit; cp -r results results-before; cp -r results results-mine; "
        "cp cache/models/*/converted/none.apr model.apr"
    )
    assert built.returncode == 0, built.stdout
    return project


def _copy_repository(folder: Path) -> None:
    rubbish = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=rubbish)
    shutil.copytree(ROOT / "tasks", folder / "tasks", ignore=shutil.ignore_patterns("py2rs"))
    for name in EXAMPLES:
        shutil.copytree(ROOT / "tasks/py2rs" / name, folder / "tasks/py2rs" / name)
    for name in FILES:
        shutil.copy(ROOT / name, folder)


def _write_own_files(folder: Path) -> None:
    shown = [files_of(page.read_text(encoding="utf-8")) for page in pages()]
    for files in (OWN, *shown):
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    settings = folder / "conf/run/default.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(*RUNS), encoding="utf-8")
    for prompts in (folder / "tasks").glob("golden_prompts*.yaml"):
        prompts.write_text(GOLDEN_PROMPTS, encoding="utf-8")
    TinyModel(context_length=4096).write(folder / "tiny.gguf")
