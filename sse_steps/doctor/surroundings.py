"""What checks look at: folders, variables, programs, and files of the kernel."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sse_steps.errors import UserError
from sse_steps.rust.sandbox import Finished, run_tool
from sse_steps.settings import CacheSettings, Settings

_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A project on a machine.

    Args:
        root: the project's folder.
        settings: its settings, or the fault for which they cannot be composed.
        environment: the variables of the process.
        system: where the kernel's files begin; a test has others.
    """

    root: Path
    settings: Settings | UserError
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    system: Path = Path("/")

    def folder(self, key: str) -> Path:
        """Return the folder `paths.<key>`; where settings cannot be had, the usual one."""
        if isinstance(self.settings, Settings):
            return self.root / str(getattr(self.settings.paths, key))
        return self.root / key

    @property
    def cache_settings(self) -> CacheSettings:
        """What the cache may hold; where settings cannot be had, the usual."""
        return self.settings.cache if isinstance(self.settings, Settings) else CacheSettings()

    def program(self, name: str) -> str | None:
        """Return the full path of a program, or None where PATH has none."""
        return shutil.which(name, path=self.environment.get("PATH", os.defpath))

    def run(self, *command: str) -> Finished | None:
        """Run a program to its end; None where it cannot be started."""
        try:
            return run_tool(command, timeout_s=_PATIENCE_S)
        except (UserError, OSError):
            return None

    def kernel_text(self, path: str) -> str | None:
        """Return what a file of the kernel says, or None where there is none."""
        try:
            return (self.system / path.lstrip("/")).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None


def first_line(done: Finished) -> str:
    """Return the first line that a program wrote, on either stream."""
    text = (done.stdout or done.stderr).decode(errors="replace").strip()
    return text.splitlines()[0] if text else "nothing"
