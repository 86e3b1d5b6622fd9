"""What progress shows, in a log and on a terminal, for one thread and for several."""

from __future__ import annotations

import io
import re
import sys
import threading

import pytest

from sse_steps.console import progress


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def as_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Let standard error be a terminal; pytest takes it back before each phase of a test."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    return stream


def test_a_log_gets_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal there is one line at the end with the count and the seconds."""
    with progress("work [red]", 1500) as advance:
        for _ in range(1500):
            advance(1)
    assert re.fullmatch(r"work \[red\]: 1,500 in [\d.]+ s\n", capsys.readouterr().err)


def test_a_log_says_size_and_speed(capsys: pytest.CaptureFixture[str]) -> None:
    """Bytes are shown as a size, with their speed."""
    with progress("download", None, in_bytes=True) as advance:
        advance(1_500_000, 2_000_000)
    text = capsys.readouterr().err
    assert re.fullmatch(r"download: 1.5 MB in [\d.]+ s, [\d.,]+ \wB/s\n", text)


def test_no_work_gets_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing was to be done nothing is said."""
    with progress("work", 0):
        pass
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal downloads show size and speed, other work its pieces."""
    terminal = as_terminal(monkeypatch)
    with progress("pieces", 4) as pieces, progress("bytes", None, in_bytes=True) as in_bytes:
        pieces(3)
        in_bytes(2_000_000, 4_000_000)
    text = terminal.getvalue()
    assert "3/4" in text
    assert "2.0/4.0 MB" in text


def test_several_threads_share_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bars of threads that begin and end at their own times stand on one display."""
    terminal = as_terminal(monkeypatch)
    faults: list[BaseException] = []
    gate = threading.Barrier(4)

    def work(number: int) -> None:
        try:
            gate.wait(10)
            for _ in range(20):
                with progress(f"thread {number}", 100) as advance:
                    for _ in range(100):
                        advance(1)
        except BaseException as fault:
            faults.append(fault)
            raise

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    text = terminal.getvalue()
    assert all(f"thread {number}" in text for number in range(4))
    with progress("afterwards", 1) as advance:
        advance(1)
    assert "afterwards" in terminal.getvalue()


def test_a_fault_inside_passes_and_frees_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error ends the bar, and the next one gets the terminal."""
    terminal = as_terminal(monkeypatch)
    with pytest.raises(ZeroDivisionError), progress("broken", 1):
        raise ZeroDivisionError
    with progress("next", 1) as advance:
        advance(1)
    assert "1/1" in terminal.getvalue()
