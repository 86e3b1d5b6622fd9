"""Downloads that go on where an earlier one stopped, whichever client brings the bytes.

Neither client of ours can do this: the hub's throws a file away that it could not finish, and the
package index's always writes from the start. Both lend their session, which is what matters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sse_steps.models.retries import TransientError

_CONTENT_RANGE = re.compile(r"bytes (\d+)-")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: the status, where a partial body begins, and the body in pieces."""

    status: int
    content_range: str | None
    pieces: Iterator[bytes]


class Report(Protocol):
    """Is told how many bytes have come and, where known, how many will have come in the end."""

    def __call__(self, count: int, total: int | None = None) -> None:
        """Add `count` bytes."""


Ask = Callable[[Mapping[str, str]], AbstractContextManager[Answer]]


def resume(ask: Ask, partial: Path, total: int | None, report: Report) -> None:
    """Append what is missing to `partial`, and never more than `total` bytes in all.

    Args:
        ask: sends the request with these headers.
        partial: what came earlier; it need not be there.
        total: the size of the whole file, if it is known.
        report: is told what comes now, and what of the earlier bytes was of no use, as a negative.

    Raises:
        TransientError: the body ended early, or is not the part that was asked for.
    """
    came_before = partial.stat().st_size if partial.exists() else 0
    # Without its size nobody can tell whether the file is whole.
    there = came_before if total is not None and came_before <= total else 0
    if came_before == total and partial.exists():
        return
    wanted = {"Range": f"bytes={there}-"} if there else {}
    with ask({"Accept-Encoding": "identity", **wanted}) as answer:
        there = _begin(answer, there)
        report(max(there, 0) - came_before, total)
        if there < 0:
            partial.unlink(missing_ok=True)  # so that the next try asks for everything
            raise TransientError("the server sent another part than the one it was asked for", "")
        with partial.open("r+b" if there else "wb") as out:
            out.seek(there)
            out.truncate()
            for piece in answer.pieces:
                kept = piece if total is None else piece[: total - there]
                there += out.write(kept)
                report(len(kept), total)
                if there == total:
                    break  # whatever else a server sends; the digest says whether this was it
    if total is not None and there < total:
        raise TransientError(f"{there:,} of {total:,} bytes came", "")


def report_earlier(partial: Path, total: int | None, report: Report) -> None:
    """Report the bytes that came in an earlier build."""
    if partial.exists():
        report(partial.stat().st_size, total)


def _begin(answer: Answer, wanted: int) -> int:
    """Return where the body begins: where it was to, at 0 if all of it comes, or -1: elsewhere."""
    if answer.status != 206:
        return 0
    match = _CONTENT_RANGE.match(answer.content_range or "")
    if match is None or int(match[1]) != wanted:
        return -1
    return wanted
