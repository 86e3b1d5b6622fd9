"""The import rules of the design, read from the syntax trees."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sse_steps"
MODULES = sorted(PACKAGE.rglob("*.py"))
STEPS = sorted((PACKAGE / "steps").glob("*.py"))
STEP_NAMES = {path.stem for path in STEPS} - {
    *("__init__", "machine", "plan", "model_plan", "report_plan"),
    *("command_line", "commands", "evaluate_line", "options", "reporter"),
}

# Who alone may import what, as paths below the package; a folder stands for all that is in it.
ONLY = {
    "hydra": ("config.py", "sweep/launch.py"),
    "omegaconf": ("config.py", "sweep/launch.py"),
    "doit": (
        *("steps/__init__.py", "steps/command_line.py", "steps/commands.py"),
        *("doit_tasks.py", "steps/reporter.py", "staleness/", "doit_commands/"),
    ),
    "duckdb": ("store.py", "sql/"),
    "ray": ("scale/ray_cluster.py",),
    "fsspec": ("scale/shared_place.py",),
    "subprocess": (
        "sweep/build.py",
        "rust/sandbox.py",
        "infer/tool_process.py",
        "models/llama_quantizer.py",
    ),
    "requests": ("models/package_index.py",),
    "pypi_simple": ("models/package_index.py",),
    "huggingface_hub": ("models/hub.py",),
    "httpx2": ("models/hub.py",),
    "urllib": (),
    "socket": (),
    "http": (),
    "pickle": (),
    "matplotlib": ("report/",),
    "llama_cpp": (
        "infer/",
        "models/llama_quantize_process.py",
    ),
}
PURE = ("stats", "corpus", "labels", "rust", "infer", "models")


def imports(path: Path) -> Iterator[str]:
    """Yield the full name of everything that a file imports, wherever in the file it does."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_package(path: Path, package: str) -> bool:
    """Return whether a file imports a package or anything in it."""
    return any(name == package or name.startswith(f"{package}.") for name in imports(path))


@pytest.mark.parametrize(("package", "places"), ONLY.items())
def test_a_package_is_imported_only_where_it_belongs(package: str, places: tuple[str, ...]) -> None:
    """Hydra, doit, DuckDB, processes and the network stay in the few files that own them."""
    users = [path for path in MODULES if imports_package(path, package)]
    names = [path.relative_to(PACKAGE).as_posix() for path in users]
    assert [name for name in names if not name.startswith(places)] == []


@pytest.mark.parametrize("folder", PURE)
def test_the_inner_packages_know_no_framework(folder: str) -> None:
    """Statistics, corpora, judge, engines and models can be used without Hydra, doit and DuckDB."""
    for path in (PACKAGE / folder).rglob("*.py"):
        for framework in ("hydra", "omegaconf", "doit", "duckdb", "sse_steps.config"):
            assert not imports_package(path, framework), f"{path} imports {framework}"
        assert not imports_package(path, "sse_steps.steps"), f"{path} imports a step"


@pytest.mark.parametrize("path", STEPS, ids=lambda path: path.name)
def test_steps_never_import_one_another(path: Path) -> None:
    """Files are the only contact between steps."""
    others = STEP_NAMES - {path.stem}
    used = {name.removeprefix("sse_steps.steps.") for name in imports(path)}
    assert not {name.split(".")[0] for name in used} & others


def test_dodo_imports_only_config_and_steps() -> None:
    """The graph holds no logic of its own: it sees the configuration and the steps."""
    ours = {name for name in imports(ROOT / "dodo.py") if name.startswith("sse_steps")}
    assert all(name.startswith(("sse_steps.config", "sse_steps.steps")) for name in ours)


def test_nothing_in_the_package_names_a_model_or_a_task() -> None:
    """Models and tasks are YAML; no logic knows one by its name."""
    names = [path.stem for path in (ROOT / "conf/model").glob("*.yaml")]
    names = [*(set(names) - {"reference", "stub"}), "python_to_rust"]
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert not [name for name in names if re.search(rf"\b{re.escape(name)}\b", text)], path


def test_steps_run_side_by_side_without_exchanging_standard_output() -> None:
    """Each task that runs a step leaves sys.stdout alone: it is one for all threads."""
    text = (ROOT / "dodo.py").read_text(encoding="utf-8")
    tasks = [body for body in text.split("\ndef ")[1:] if "[action(" in body]
    assert len(tasks) >= 9
    assert [body.split("(")[0] for body in tasks if '"io": SIDE_BY_SIDE' not in body] == []


def test_a_build_with_nothing_to_do_loads_nothing_heavy() -> None:
    """To know what is to be built takes no database, no statistics and no engine."""
    heavy = {
        *("duckdb", "numpy", "scipy", "matplotlib", "moocore", "hypothesis", "tokenizers"),
        *("jinja2", "gguf", "safetensors", "tree_sitter", "requests", "huggingface_hub"),
    }
    check = f"import sys; sys.argv = ['doit']; import dodo; print(*{heavy} & {{*sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
