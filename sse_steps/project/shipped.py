"""The files that a new project is made of, wherever this package is installed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import sse_steps

PARTS = ("dodo.py", "conf", "tasks", "docs", "models.lock.json")
"""What the build starts from: files and folders at the root of the repository."""

_WRITTEN_FOR_PROJECTS = {"README.md": "README.md", ".gitignore": "gitignore"}


def shipped_root() -> Path:
    """Return the folder with PARTS: within a wheel, or the repository of an editable install."""
    package = Path(sse_steps.__file__).parent
    packed = package / "project" / "laid_down"
    return packed if packed.is_dir() else package.parent


def shipped_files() -> Mapping[str, Path]:
    """Return where the content of each file of a project is, by its path in the project.

    The build's file comes last: a folder without it is no project yet.
    """
    root = shipped_root()
    found = {
        path.relative_to(root).as_posix(): path for part in PARTS for path in _files(root / part)
    }
    texts = Path(__file__).parent
    written = {name: texts / source for name, source in _WRITTEN_FOR_PROJECTS.items()}
    build = found.pop("dodo.py")
    return {**found, **written, "dodo.py": build}


def _files(part: Path) -> Iterator[Path]:
    """Yield a file, or those of a folder, without what Python and tools leave behind."""
    if part.is_file():
        yield part
    for path in sorted(part.rglob("*")):
        names = path.relative_to(part).parts
        if path.is_file() and not any(name.startswith((".", "__pycache__")) for name in names):
            yield path
