"""Lay a new project down in a folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sse_steps.errors import ProjectError
from sse_steps.project.shipped import shipped_files


def lay_down(folder: Path) -> int:
    """Write a project into a new folder, or beside what is in `folder`; return how many files.

    Raises:
        ProjectError: a file is there already, or the folder cannot be written to. In the first
            case nothing was written.
    """
    files = shipped_files()
    _refuse_to_overwrite(folder, list(files))
    try:
        for name, content in files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(content, target)
    except OSError as fault:
        raise ProjectError(
            f"'{fault.filename2 or fault.filename}' cannot be written: {fault.strerror}.",
            "Name a folder that you may write to, with room for 5 MB: sse init FOLDER.",
        ) from fault
    return len(files)


def _refuse_to_overwrite(folder: Path, names: list[str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise ProjectError(
            f"'{folder}' is there already and is no folder.", "Name a new one: sse init FOLDER."
        )
    for name in names:
        if os.path.lexists(folder / name):
            raise ProjectError(
                f"'{folder / name}' is there already, and nothing was written.",
                "Name a new or an empty folder, or move that file away: sse init FOLDER.",
            )
