"""What a wheel carries beside the package: the files that `sse init` lays down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The same as in sse_steps/project/shipped.py, which cannot be imported while its wheel is built.
_LAID_DOWN = (
    *("dodo.py", "doit.cfg", "models.lock.json", "conf/**/*", "tasks/**/*"),
    *("docs/**/*.md", "docs/**/*.png", "docs/**/*.svg"),
)
_TARGET = "sse_steps/project/laid_down"


class LaidDown(BuildHookInterface[Any]):
    """Pack what a project starts from, but not into an editable install, which finds it here."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Tell the builder of `version` ("standard" or "editable") what to add, and as what."""
        if version == "editable":
            return
        root = Path(self.root)
        for path in (path for pattern in _LAID_DOWN for path in root.glob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(root).as_posix()
                build_data["force_include"][name] = f"{_TARGET}/{name}"
