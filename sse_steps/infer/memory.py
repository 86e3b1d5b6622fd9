"""The most memory that this process has held, as Linux counts it."""

from __future__ import annotations

import re
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def forget_peak() -> None:
    """Let the peak start anew from what is held now (proc(5), clear_refs, value 5)."""
    _CLEAR.write_text("5", encoding="ascii")


def peak_bytes() -> int:
    """Return the peak of resident memory since the process began or `forget_peak` was called."""
    found = re.search(r"^VmHWM:\s*(\d+) kB$", _STATUS.read_text(encoding="ascii"), re.MULTILINE)
    if found is None:
        raise OSError(f"{_STATUS} states no peak of memory")
    return int(found[1]) * 1024
