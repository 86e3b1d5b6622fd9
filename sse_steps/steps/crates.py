"""Step: a lock file in, the crates that it pins built and ready for candidates."""

from __future__ import annotations

from pathlib import Path

from sse_steps.slices import CratesSlice
from sse_steps.steps import machine


def run(settings: CratesSlice, lock_folder: Path, cache: Path) -> None:
    """Fetch and build the crates that a task allows, unless they are there.

    Besides `download` this is the only step that uses the network.

    Args:
        settings: the crates' names, and whether weak isolation will do.
        lock_folder: holds Cargo.toml and Cargo.lock.
        cache: where sources and built crates are kept.

    Raises:
        CratesError: a crate cannot be had, or not built.
    """
    machine.crates(settings.names, lock_folder, cache, allow_weak=settings.allow_weak_isolation)
