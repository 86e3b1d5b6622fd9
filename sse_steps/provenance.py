"""What else somebody needs who wants the same figures: software, machine, checkout."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

from sse_steps.errors import UserError
from sse_steps.rust.sandbox import run_tool
from sse_steps.versions import installed_version

Facts = tuple[tuple[str, str], ...]

_LIBRARIES = (
    ("single-shot-eval", "single-shot-eval"),
    ("DuckDB", "duckdb"),
    ("NumPy", "numpy"),
    ("SciPy", "scipy"),
    ("llama-cpp-python", "llama-cpp-python"),
    ("tokenizers", "tokenizers"),
)


def software_facts(root: Path, compiler: str) -> Facts:
    """Return names and versions of the software; `compiler` is what `rustc -vV` says."""
    versions = ((name, installed_version(package)) for name, package in _LIBRARIES)
    return (
        *((name, version or "not installed") for name, version in versions),
        ("Commit", commit(root)),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("Rust", next(iter(compiler.splitlines()), "not installed")),
    )


def machine_facts() -> Facts:
    """Return what this machine is."""
    return (
        ("Machine", f"{platform.machine()}, {processor()}"),
        ("Processors", str(os.cpu_count() or "not known")),
        ("Memory", f"{memory_bytes() / 1e9:.1f} GB"),
        ("Kernel", f"{platform.system()} {platform.release()}"),
    )


def commit(root: Path) -> str:
    """Return the commit of the checkout at `root`, and whether anything in it was changed since."""
    if not (root / ".git").exists():
        return "not a checkout"
    git = ["git", "-C", str(root)]
    try:
        head = run_tool([*git, "rev-parse", "HEAD"], timeout_s=10)
        changes = run_tool([*git, "status", "--porcelain"], timeout_s=10)
    except UserError:
        return "not known: git is not installed"
    if head.exit_code or changes.exit_code:
        return "not known: git does not read the checkout"
    name = head.stdout.decode(errors="replace").strip()
    return f"{name}, with changes that are not committed" if changes.stdout.strip() else name


def processor(listing: Path = Path("/proc/cpuinfo")) -> str:
    """Return the name of the processor, as Linux lists it."""
    try:
        text = listing.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    found = re.search(r"^(?:model name|Model|cpu model)\s*:\s*(.+)$", text, re.MULTILINE)
    return found.group(1).strip() if found else "a processor without a name"


def memory_bytes() -> int:
    """Return the bytes of physical memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
