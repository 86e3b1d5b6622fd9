"""How many files this process may have open, and how much that allows to be done at once."""

from __future__ import annotations

import resource

_ENOUGH = 1 << 16  # for hundreds of processors; a system's default of 1,024 is not for eight
_KEPT_FREE = 2  # one of so many files is for what is being done here, the rest for everything else


def allowed() -> int:
    """Raise this process's own limit on open files as far as it may be, and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = most
    return _ENOUGH if soft == resource.RLIM_INFINITY else soft


def group_size(wanted: int, *, files_each: int, groups: int, limit: int) -> int:
    """Return how many things a group may hold, `wanted` or fewer, so that all find their files.

    Args:
        wanted: the most that is of use.
        files_each: how many open files one of them has.
        groups: how many groups there are at once.
        limit: how many files may be open.
    """
    return max(1, min(wanted, limit // (_KEPT_FREE * files_each * groups)))
