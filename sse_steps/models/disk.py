"""What a disk refuses, as errors of two lines."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sse_steps.errors import DownloadError

FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM)


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn a full disk or a read-only folder into an error that a user can mend.

    Raises:
        DownloadError: nothing can be written there. What is there is untouched.
    """
    try:
        yield
    except OSError as fault:
        if fault.errno in FULL:
            raise _full(folder, "") from fault
        if fault.errno in FORBIDDEN:
            raise DownloadError(
                f"'{folder}' cannot be written to: {os.strerror(fault.errno)}.",
                "Let it be written to, or choose another folder with paths.cache=FOLDER.",
            ) from fault
        raise


def check_room(folder: Path, wanted_bytes: int) -> None:
    """Check, before bytes are asked for, that they fit on the disk.

    Raises:
        DownloadError: they do not.
    """
    free = shutil.disk_usage(folder).free
    if free < wanted_bytes:
        raise _full(folder, f": {wanted_bytes:,} bytes are to come and {free:,} are free")


def _full(folder: Path, figures: str) -> DownloadError:
    return DownloadError(
        f"The disk of '{folder}' is full{figures}.",
        "Make room (doit cache --trim), or choose another folder with paths.cache=FOLDER; what has "
        "come stays, and the next build goes on from there.",
    )
