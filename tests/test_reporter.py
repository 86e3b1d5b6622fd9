"""What doit's messages come to on the way to a person."""

from __future__ import annotations

import io

import pytest
from doit.exceptions import TaskFailed
from doit.task import Task

from sse_steps.steps.reporter import Reporter


@pytest.mark.parametrize("verbosity", [0, 2])
def test_a_terminal_obeys_nothing_of_what_failed(
    verbosity: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault that quotes a stranger's text, a lone surrogate too, is told in two plain lines."""
    monkeypatch.setattr(Reporter, "_note", lambda _self, _task: None)
    stream = io.StringIO()
    task = Task("download:x", None, verbosity=verbosity)
    Reporter(stream, {}).add_failure(task, TaskFailed("bad \x1b]0;owned\x07\udc80\nmend it"))
    told = stream.getvalue() + capsys.readouterr().err
    assert told.encode("utf-8")
    assert told.rstrip().splitlines()[1:] == ["bad \ufffd]0;owned\ufffd\ufffd", "mend it"]
