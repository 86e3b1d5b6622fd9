"""What a wheel carries beside the package: the files that `sse init` lays down."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PARTS = ("dodo.py", "conf", "tasks", "docs", "models.lock.json")
_TARGET = "sse_steps/project/laid_down"


class LaidDown(BuildHookInterface[Any]):
    """Pack the parts of a project, but not into an editable install: that finds them here."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Tell the builder of `version` ("standard" or "editable") what to add, and as what."""
        if version != "editable":
            build_data["force_include"] |= {part: f"{_TARGET}/{part}" for part in _PARTS}
