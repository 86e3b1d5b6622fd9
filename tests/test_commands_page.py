"""docs/commands.md against what the commands declare."""

from __future__ import annotations

import subprocess
import sys

from project import ROOT


def test_the_reference_of_commands_is_current() -> None:
    """The generated part is what the options say now; the command in its mark writes it anew."""
    code = (
        "from pathlib import Path\n"
        "from sse_steps.doit_commands.reference import MARK, project_tasks, reference\n"
        "page = Path('docs/commands.md').read_text(encoding='utf-8').partition(MARK)[2]\n"
        "assert page.strip() == reference(project_tasks(Path.cwd())).strip()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_command_of_the_seed_has_a_row() -> None:
    """The page says for each of them what ours is."""
    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    table = page.partition("## The seed's commands")[2].partition("\n## ")[0]
    seeds = ("evaluate", "report", "verify", "corpus-stats", "benchmark", "--example demo")
    assert [name for name in seeds if f"{name} " not in table.replace("`", " ")] == []
