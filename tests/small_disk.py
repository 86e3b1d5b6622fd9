"""A disk of a few megabytes, to be filled up and made read-only."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from sse_steps.models.cache import hold


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """Mount a small tmpfs as long as the context lasts, or skip where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [_path("mount"), "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let us mount a tmpfs")
    try:
        yield
    finally:
        hold.cache_clear()
        subprocess.run([_path("umount"), "-l", str(folder)], check=True)


def remount(folder: Path, options: str) -> None:
    """Change the options of a disk that is mounted."""
    subprocess.run([_path("mount"), "-o", f"remount,{options}", str(folder)], check=True)


def fill(path: Path) -> None:
    """Write to a file until the disk is full."""
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def _path(command: str) -> str:
    return shutil.which(command) or command
