"""Memory, disks, rights and the terminal."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from sse_steps.doctor.finding import Finding, State
from sse_steps.doctor.surroundings import Surroundings

GIGABYTE = 10**9
_LEAST_MEMORY = 4 * GIGABYTE
_LEAST_FREE = 1 * GIGABYTE
_LEAST_FREE_TEMPORARY = GIGABYTE // 5  # compilers and judged programs work there


def memory(around: Surroundings) -> Iterator[Finding]:
    """Compare the machine's memory with what a container lets us have of it."""
    total = _total_bytes(around)
    limit = _limit_bytes(around)
    if total is None:
        yield Finding("memory", State.WARNING, "the kernel does not say how much there is")
        return
    usable = total if limit is None else min(total, limit)
    shown = f"{usable / GIGABYTE:.1f} GB"
    if limit is not None and limit < total:
        shown += f", the limit of this container; the machine has {total / GIGABYTE:.1f} GB"
    if usable < _LEAST_MEMORY:
        remedy = "Give it 4 GB or more (docker run --memory), or run smaller models."
        yield Finding("memory", State.WARNING, shown, remedy)
    elif limit is not None and limit < total:
        remedy = "Programs that ask the machine see more than there is: choose models by the limit."
        yield Finding("memory", State.WARNING, shown, remedy)
    else:
        yield Finding("memory", State.OK, shown)


def _total_bytes(around: Surroundings) -> int | None:
    found = re.search(r"^MemTotal:\s+(\d+) kB", around.kernel_text("/proc/meminfo") or "", re.M)
    return int(found[1]) * 1024 if found else None


def _limit_bytes(around: Surroundings) -> int | None:
    """Return the smallest limit of this process's control group and of those above it."""
    group = ""
    for line in (around.kernel_text("/proc/self/cgroup") or "").splitlines():
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controllers == "" or "memory" in controllers.split(","):
            group = path
    limits = []
    for folder in ("/sys/fs/cgroup", "/sys/fs/cgroup/memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):
            place = PurePosixPath(folder + group)
            for each in (place, *place.parents):
                text = around.kernel_text(f"{each}/{name}") or ""
                limits += [int(text)] if text.isdecimal() else []
    return min(limits, default=None)


def disks(around: Surroundings) -> Iterator[Finding]:
    """Look for room, and for the right to write, where a build writes."""
    temporary = Path(around.environment.get("TMPDIR") or tempfile.gettempdir())
    places = {
        "results": (around.folder("results"), _LEAST_FREE),
        "cache": (around.folder("cache"), _LEAST_FREE),
        "temporary files": (temporary, _LEAST_FREE_TEMPORARY),
    }
    for name, (folder, least) in places.items():
        yield _place(name, folder, least)


def _place(name: str, folder: Path, least: int) -> Finding:
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    fault = _cannot_write(there)
    if fault is not None:
        remedy = f"Make room or give the right to write, or choose another folder{_setting(name)}."
        return Finding(name, State.MISSING, f"{folder}: {fault}", remedy)
    free = shutil.disk_usage(there).free
    shown = f"{folder}: {free / GIGABYTE:.1f} GB free"
    if free < least:
        remedy = f"Make room (doit cache --trim), or choose another folder{_setting(name)}."
        return Finding(name, State.WARNING, f"{shown}, which is little", remedy)
    return Finding(name, State.OK, shown)


def _setting(name: str) -> str:
    return " with TMPDIR" if " " in name else f" with paths.{name}=FOLDER"


def _cannot_write(folder: Path) -> str | None:
    """Return why nothing can be written to a folder, found by writing a little."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(b"x" * 4096)
            file.flush()
    except OSError as fault:
        return os.strerror(fault.errno or 0)
    return None


def locale(around: Surroundings) -> Iterator[Finding]:
    """Look whether what is printed can hold more than ASCII."""
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    value = next((around.environment[name] for name in names if around.environment.get(name)), "")
    utf8 = "utf-8" in value.lower() or "utf8" in value.lower()
    if utf8 or value in ("", "C", "POSIX"):  # Python takes UTF-8 for these (PEP 538)
        yield Finding("locale", State.OK, value or "not set: UTF-8")
    else:
        remedy = "Set one with UTF-8: export LANG=C.UTF-8"
        yield Finding("locale", State.WARNING, f"{value} is not UTF-8", remedy)
    terminal = around.environment.get("TERM", "")
    if terminal in ("", "dumb"):
        shown = "none, or one without control: progress comes as plain lines"
        yield Finding("terminal", State.OK, shown)
    else:
        yield Finding("terminal", State.OK, terminal)
