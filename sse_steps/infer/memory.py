"""Memory as Linux counts it: the most that this process has held, and what is left."""

from __future__ import annotations

import ctypes
import gc
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from sse_steps.errors import EngineError

_STATUS: Final = Path("/proc/self/status")
_CLEAR: Final = Path("/proc/self/clear_refs")
_MACHINE: Final = Path("/proc/meminfo")
_USABLE: Final = 0.9  # of what is left; keys, values and other programs take some as well


def forget_peak() -> None:
    """Let the peak start anew from what is held now (proc(5), clear_refs, value 5).

    It is the whole process's: two threads that measure must not do so at once. Where the kernel has
    no such file the peak goes on from the process's start. What was freed is given back first, or
    it would count for the next model.
    """
    gc.collect()
    with suppress(OSError, AttributeError):  # malloc_trim(3) is glibc's
        ctypes.CDLL(None).malloc_trim(0)
    with suppress(OSError):
        _CLEAR.write_text("5", encoding="ascii")


def peak_bytes() -> int:
    """Return the peak of resident memory since the process began or `forget_peak` was called."""
    found = _kibibytes(_STATUS, "VmHWM")
    if found is None:
        raise OSError(f"{_STATUS} states no peak of memory")
    return found


def available_bytes() -> int | None:
    """Return what can be had without swapping (proc(5), MemAvailable); None where nobody says."""
    return _kibibytes(_MACHINE, "MemAvailable")


def check_room(needed: int) -> None:
    """Refuse weights that take more bytes than there are: the kernel would kill the whole build.

    Raises:
        EngineError: there is no room for them.
    """
    available = available_bytes()
    if available is not None and needed > _USABLE * available:
        raise EngineError(
            f"The weights take {needed / 1e9:.1f} GB of memory as they are run, and "
            f"{available / 1e9:.1f} GB are available.",
            "End other programs, use a smaller quantisation with engine: llama_cpp, or a machine "
            "with more memory.",
        )


def _kibibytes(path: Path, name: str) -> int | None:
    """Return the bytes that a line such as `VmHWM: 12 kB` states."""
    pattern = rf"^{name}:\s*(\d+) kB$"
    found = re.search(pattern, path.read_text(encoding="ascii"), re.MULTILINE)
    return int(found[1]) * 1024 if found is not None else None
