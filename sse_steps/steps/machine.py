"""What steps share about the machine that they run on: its toolchain and its sandbox.

Steps run in threads. Each thing is found once a process: whoever comes second waits for the first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from threading import Lock
from typing import ParamSpec, TypeVar

from sse_steps.console import progress
from sse_steps.rust.crates import Crates, find_crates
from sse_steps.rust.probe import strongest_sandbox
from sse_steps.rust.sandbox import Limits, Sandbox, run_tool
from sse_steps.rust.toolchain import Toolchain, find_toolchain
from sse_steps.settings import LimitSettings

Wanted = ParamSpec("Wanted")
Found = TypeVar("Found")


def _once(find: Callable[Wanted, Found]) -> Callable[Wanted, Found]:
    """Remember what was found. `functools.cache` alone lets two threads search side by side."""
    lock, remembered = Lock(), cache(find)

    @wraps(find)
    def found(*args: Wanted.args, **kwargs: Wanted.kwargs) -> Found:
        with lock:
            return remembered(*args, **kwargs)  # type: ignore[arg-type]  # that all can be hashed

    return found


@_once
def toolchain(cache_folder: Path) -> Toolchain:
    """Return the Rust toolchain, found once a process."""
    return find_toolchain(cache_folder, building=lambda: progress("build the judge", None))


@_once
def sandbox(cache_folder: Path, *, allow_weak: bool) -> Sandbox:
    """Return the strongest sandbox of this machine, found once a process."""
    return strongest_sandbox(toolchain(cache_folder).launcher, allow_weak=allow_weak)


@_once
def crates(
    names: tuple[str, ...], lock_folder: Path, cache_folder: Path, *, allow_weak: bool
) -> Crates:
    """Return the crates that a task allows, found once a process."""
    return find_crates(
        names,
        lock_folder,
        cache_folder,
        toolchain(cache_folder),
        sandbox(cache_folder, allow_weak=allow_weak),
        building=lambda title: progress(title, None),
    )


@_once
def compiler_version() -> str:
    """Return what `rustc -vV` says, or nothing where there is no rustc."""
    return run_tool(["rustc", "-vV"]).stdout.decode(errors="replace")


def limits(settings: LimitSettings) -> Limits:
    """Return the limits of the settings in the sandbox's units."""
    return Limits(
        cpu_s=settings.cpu_s,
        wall_s=settings.wall_s,
        memory_bytes=settings.memory_mb << 20,
        output_bytes=settings.output_kb << 10,
    )
