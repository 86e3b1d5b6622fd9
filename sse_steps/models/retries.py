"""Tries against a network: three, with growing waits."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sse_steps.build_log import log
from sse_steps.errors import DownloadIncompleteError

Result = TypeVar("Result")

_WAITS_S = (1.0, 4.0)  # between three tries
_LONGEST_WAIT_S = 60.0  # whatever a server asks for


class TransientError(DownloadIncompleteError):
    """A fault that may be gone at the next try.

    Args:
        wrong: what is wrong.
        remedy: what to do if it stays.
        wait_s: how long the server asks to be left alone, in seconds.
    """

    def __init__(self, wrong: str, remedy: str, wait_s: float = 0.0) -> None:
        super().__init__(wrong, remedy)
        self.wait_s = wait_s


def with_retries(work: Callable[[], Result]) -> Result:
    """Do the work, up to three times.

    Raises:
        TransientError: the last try failed as well.
    """
    for wait_s in _WAITS_S:
        try:
            return work()
        except TransientError as fault:
            waited_s = min(max(wait_s, fault.wait_s), _LONGEST_WAIT_S)
            log("retry", level=logging.WARNING, what=fault.wrong, wait_s=waited_s)
            time.sleep(waited_s)
    return work()
