"""The levels of isolation, and what each of them leaves open."""

from __future__ import annotations

from enum import StrEnum


class Isolation(StrEnum):
    """How far an untrusted program is kept away from the machine, strongest first."""

    FULL = "full"  # bubblewrap and the launcher with Landlock
    NAMESPACES = "namespaces"  # bubblewrap and resource limits; the kernel has no Landlock
    LANDLOCK = "landlock"  # the launcher with Landlock; no namespaces
    LIMITS = "limits"  # resource limits alone: nothing keeps the program from reading files


_GAPS: dict[Isolation, tuple[str, ...]] = {
    Isolation.FULL: (),
    Isolation.NAMESPACES: ("No Landlock stands behind the mount namespace.",),
    Isolation.LANDLOCK: (
        "The names, sizes and times of all of the machine's files can be asked for by path.",
        "A program that may write to its folder can change modes and times of the user's files.",
        "A program that may see /proc sees the machine's other processes.",
    ),
    Isolation.LIMITS: (
        "Every file that the user can read can be read, and every one that the user can write, "
        "written.",
    ),
}


def gaps(level: Isolation, *, filtered: bool, root: bool) -> tuple[str, ...]:
    """Return what a level leaves open, with or without the filter of system calls."""
    open_calls = {
        Isolation.FULL: "the whole of the kernel's interface can be called",
        Isolation.NAMESPACES: "the whole of the kernel's interface can be called",
        Isolation.LANDLOCK: (
            "UDP and Unix sockets are open, and a process that leaves its session outlives the run "
            "until its processor seconds are used up"
        ),
        Isolation.LIMITS: (
            "the network is open, other processes can be signalled, and a process that leaves its "
            "session outlives the run until its processor seconds are used up"
        ),
    }
    found = [*_GAPS[level]]
    if not filtered:
        found.append(f"System calls are not filtered: {open_calls[level]}.")
    if root:
        found.append("The number of threads is not limited for root, except by address space.")
    return (*found, "Memory and processor seconds are limited for each process, not for their sum.")
