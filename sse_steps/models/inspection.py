"""Puts single files through the gates of the download, by name and by content."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sse_steps.errors import GateError
from sse_steps.models.download_gates import KnownFormat, SafeFormat
from sse_steps.models.formats import format_by_content, format_by_name
from sse_steps.models.line import Ledger


def put_name_through(ledger: Ledger, name: str, allow_pickle: bool) -> None:  # noqa: FBT001 - the setting's own name
    """Put a file's name through D6 and D2, before a byte of it moves.

    Raises:
        ModelSkippedError: a gate failed.
    """
    claimed = format_by_name(name)
    ledger.put_through(SafeFormat(name, claimed, None, allow_pickle))
    ledger.put_through(KnownFormat(name, claimed, None, allow_pickle))


def put_content_through(ledger: Ledger, path: Path, name: str, allow_pickle: bool) -> None:  # noqa: FBT001 - the setting's own name
    """Put a file's bytes through D6 and D2.

    Raises:
        ModelSkippedError: a gate failed.
    """
    claimed, found = format_by_name(name), format_by_content(path)
    ledger.put_through(SafeFormat(name, claimed, found, allow_pickle))
    ledger.put_through(KnownFormat(name, claimed, found, allow_pickle))


@contextmanager
def rejecting(path: Path, target: Path) -> Iterator[None]:
    """Keep a file that a gate refuses under a name that nobody uses."""
    try:
        yield
    except GateError:
        path.replace(target.with_name(f"{target.name}.rejected"))
        raise
