"""The files that a new project is made of, wherever this package is installed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import sse_steps

LAID_DOWN = (
    *("dodo.py", "doit.cfg", "models.lock.json", "conf/**/*", "tasks/**/*"),
    *("docs/**/*.md", "docs/**/*.png", "docs/**/*.svg"),
)
"""What a project starts from, as patterns at the root of the repository."""

_WRITTEN_FOR_PROJECTS = {"README.md": "README.md", ".gitignore": "gitignore"}


def shipped_root() -> Path:
    """Return the folder with LAID_DOWN: in a wheel, or the repository of an editable install."""
    package = Path(sse_steps.__file__).parent
    packed = package / "project" / "laid_down"
    return packed if packed.is_dir() else package.parent


def shipped_files() -> Mapping[str, Path]:
    """Return where the content of each file of a project is, by its path in the project.

    The build's file comes last: a folder without it is no project yet.
    """
    root = shipped_root()
    paths = [path for pattern in LAID_DOWN for path in sorted(root.glob(pattern))]
    files = [path for path in paths if path.is_file() and "__pycache__" not in path.parts]
    found = {path.relative_to(root).as_posix(): path for path in files}
    texts = Path(__file__).parent
    written = {name: texts / source for name, source in _WRITTEN_FOR_PROJECTS.items()}
    build = found.pop("dodo.py")
    return {**found, **written, "dodo.py": build}
