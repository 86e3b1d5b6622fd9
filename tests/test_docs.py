"""What the documentation says is so: columns, files, commands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from synthetic_results import COMPLETION, attempt, candidate, write_sources

import sse_steps
from sse_steps.infer.tool import JsonPaths, Tool
from sse_steps.rust.toolchain import Toolchain
from sse_steps.sql.database import build_database

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ROOT = Path(__file__).parents[1]
PUBLIC = (
    "completions",
    "verdicts",
    "programs",
    "equivalence",
    "divergences",
    "model_metrics",
    "frontier",
    "acceptance",
    "dominations",
    "mixtures",
    "value_leaders",
    "frontier_probability",
    "hypervolume",
    "level_metrics",
    "answer_metrics",
    "label_metrics",
    "tasks",
    "composite_scores",
    "turns",
    "quantizations",
    "skipped_models",
    "gates",
    "facts",
    "wilson_intervals",
    "intervals",
    "spread",
    "pass_at_k",
    "pairwise_tests",
    "power",
)


def documented_columns(table: str) -> list[str]:
    """Return the columns that docs/results.md lists under a table's heading."""
    text = (ROOT / "docs/results.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {table}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (\w[\w, ]*) \|", section, re.MULTILINE)
    return [name for cell in cells if cell != "column" for name in cell.split(", ")]


@pytest.mark.parametrize("table", PUBLIC)
def test_every_public_column_is_documented(tmp_path: Path, table: str) -> None:
    """docs/results.md lists exactly the columns that a public table has."""
    database = tmp_path / "results.duckdb"
    models = [candidate(COMPLETION.model)]
    build_database(database, write_sources(tmp_path, [attempt(COMPLETION)], models))
    with duckdb.connect(database, read_only=True) as connection:
        names = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
    assert sorted(documented_columns(table)) == sorted(names)


def test_the_examples_of_the_api_run(
    tmp_path: Path, toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Python in docs/api.md runs from its top to its end as it stands there."""
    kept = tmp_path / ".cache/single-shot-eval/judge" / toolchain.folder.name
    shutil.copytree(toolchain.folder, kept)
    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) > 5
    monkeypatch.chdir(ROOT)
    environment = {**os.environ, "HOME": str(tmp_path)}
    # The toolchain's home follows HOME unless it is said.
    environment.setdefault("RUSTUP_HOME", str(Path.home() / ".rustup"))
    command = [sys.executable, "-W", "error", "-c", "\n".join(blocks)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_public_name_is_documented() -> None:
    """docs/api.md mentions each name of the API."""
    page = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    assert [name for name in sse_steps.__all__ if name not in page] == []


def options_of(command: str) -> list[str]:
    """Return the options that a command has, in alphabetical order."""
    declared = (ROOT / "sse_steps/steps/commands.py").read_text(encoding="utf-8")
    task = declared.partition(f"def _{command}(")[2].partition("\ndef ")[0]
    return sorted(re.findall(r'option\("([\w-]+)"', task))


@pytest.mark.parametrize("command", ["verify", "sql", "compare"])
def test_every_option_of_a_command_is_documented(command: str) -> None:
    """The command's page has a row for each option that it has, and no other."""
    page = (ROOT / f"docs/{command}.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `--([\w-]+)` \|", page, re.MULTILINE)) == options_of(command)


def test_every_threshold_of_the_gate_is_documented() -> None:
    """docs/compare.md has a row for each setting in conf/gate."""
    page = (ROOT / "docs/compare.md").read_text(encoding="utf-8")
    settings = (ROOT / "conf/gate/default.yaml").read_text(encoding="utf-8")
    names = re.findall(r"^(\w+):", settings, re.MULTILINE)
    assert re.findall(r"^\| `gate\.(\w+)` \|", page, re.MULTILINE) == names


@pytest.mark.parametrize("settings", [Tool, JsonPaths])
def test_every_key_of_a_tool_is_documented(settings: type[DataclassInstance]) -> None:
    """docs/baselines.md has each key that a tool's file may hold in a table."""
    page = (ROOT / "docs/baselines.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`[^|]*`) \|", page, re.MULTILINE)
    known = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert {field.name for field in fields(settings)} <= known


def test_every_option_of_cache_is_documented() -> None:
    """docs/models.md has a row for each option of `doit cache`, and for each of its settings."""
    page = (ROOT / "docs/models.md").read_text(encoding="utf-8")
    known = options_of("cache")
    section = page.partition("\n## The cache\n")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^\| `--(\w+)` \|", section, re.MULTILINE)) == known
    settings = (ROOT / "conf/cache/default.yaml").read_text(encoding="utf-8")
    names = re.findall(r"^(\w+):", settings, re.MULTILINE)
    assert re.findall(r"^\| `cache\.(\w+)` \|", section, re.MULTILINE) == names


def test_links_between_documents_lead_somewhere() -> None:
    """Every relative link in the README and in docs/ names a file that is there."""
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8")):
            target = page.parent / link
            assert target.is_file(), f"{page.name} links to {link}"
            assert target.stat().st_size > 100, f"{page.name} links to {link}, which is empty"
