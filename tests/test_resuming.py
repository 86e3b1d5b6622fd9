"""Downloads that go on where they stopped, against a server that cuts wherever it likes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.errors import DownloadIncompleteError, SourceMissingError
from sse_steps.models.resuming import Answer, report_earlier, resume
from sse_steps.models.retries import TransientError, with_retries


@dataclass
class Server:
    """Serves some bytes in pieces, cuts each answer, and may not know ranges."""

    data: bytes
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    shift: int = 0  # how far its partial answers begin from where they should

    @contextmanager
    def ask(self, headers: Mapping[str, str]) -> Iterator[Answer]:
        """Answer one request."""
        match = re.fullmatch(r"bytes=(\d+)-", headers.get("Range", ""))
        assert headers["Accept-Encoding"] == "identity"
        partial = match is not None and self.ranges
        first = int(match[1]) + self.shift if match and partial else 0
        body = self.data[first:]
        body = body[: self.cuts.pop(0)] if self.cuts else body
        pieces = iter([body[at : at + 7] for at in range(0, len(body), 7)])
        where = f"bytes {first}-{len(self.data) - 1}/{len(self.data)}" if partial else None
        yield Answer(206 if partial else 200, where, pieces)


@given(
    data=st.binary(max_size=200),
    before=st.binary(max_size=250),
    cuts=st.lists(st.integers(0, 100), max_size=5),
    ranges=st.booleans(),
    shift=st.sampled_from([0, 0, 1, -1]),
)
def test_the_end_is_the_same_wherever_it_was_cut(
    tmp_path_factory: pytest.TempPathFactory,
    data: bytes,
    before: bytes,
    cuts: list[int],
    ranges: bool,  # noqa: FBT001 - hypothesis passes by name
    shift: int,
) -> None:
    """After enough tries the file is whole, never longer, and the reports add up to its size."""
    server = Server(data, list(cuts), ranges, shift)
    partial = tmp_path_factory.mktemp("resume") / "partial"
    honest = data[: len(before)] if len(before) <= len(data) else before
    partial.write_bytes(honest)
    reports: list[int] = []

    def report(count: int, total: int | None = None) -> None:
        assert total == len(data)
        reports.append(count)

    report_earlier(partial, len(data), report)
    for _ in range(2 * len(cuts) + 2):  # a part from elsewhere costs a try of its own
        try:
            resume(server.ask, partial, len(data), report)
        except TransientError:
            assert not partial.exists() or partial.stat().st_size <= len(data)
            continue
        break
    assert partial.read_bytes() == data
    assert sum(reports) == len(data)


def test_without_a_size_everything_comes_anew(tmp_path: Path) -> None:
    """Where nobody says how long the file is, what is there cannot be trusted to be its start."""
    partial = tmp_path / "partial"
    partial.write_bytes(b"old")
    resume(Server(b"new bytes").ask, partial, None, lambda *_: None)
    assert partial.read_bytes() == b"new bytes"


def failing(times: int, fault: Exception) -> Callable[[], str]:
    """Return some work that fails so many times and then succeeds."""
    left = [fault] * times

    def work() -> str:
        if left:
            raise left.pop()
        return "done"

    return work


def test_three_tries_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two failures are got over, three are not; the waits grow, and a server may ask for more."""
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    fault = TransientError("wrong", "remedy")
    assert with_retries(failing(2, fault)) == "done"
    assert waits == [1.0, 4.0]
    with pytest.raises(DownloadIncompleteError):
        with_retries(failing(3, fault))
    waits.clear()
    assert with_retries(failing(2, TransientError("wrong", "remedy", 7.0))) == "done"
    assert waits == [7.0, 7.0]
    waits.clear()
    assert with_retries(failing(1, TransientError("wrong", "remedy", 1e9))) == "done"
    assert waits == [60.0]


def test_what_will_not_go_away_is_not_tried_again() -> None:
    """A source that is missing is missing at once."""
    with pytest.raises(SourceMissingError):
        with_retries(failing(1, SourceMissingError("wrong", "remedy")))
