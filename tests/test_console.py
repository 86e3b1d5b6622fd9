"""What progress shows, in a log and on a terminal, for one thread and for several."""

from __future__ import annotations

import io
import re
import sys
import threading

import pytest

from sse_steps.console import be_quiet, build_display, progress, say, show_result
from sse_steps.plain_lines import Schedule


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


def test_a_quiet_build_shows_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither bars nor lines nor results, on a terminal and off it."""
    be_quiet(quiet=True)
    try:
        with progress("work", 1) as advance:
            advance(1)
        say("something")
        show_result("a table")
        captured = capsys.readouterr()
        terminal = as_terminal(monkeypatch)
        with progress("work", 1) as advance:
            advance(1)
    finally:
        be_quiet(quiet=False)
    assert (captured.out, captured.err, terminal.getvalue()) == ("", "", "")


def test_a_dumb_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """TERM=dumb knows no cursor: it gets what a log gets."""
    terminal = as_terminal(monkeypatch)
    monkeypatch.setenv("TERM", "dumb")
    with progress("work", 2) as advance:
        advance(2)
    assert re.fullmatch(r"work: 2 in [\d.]+ s\n", terminal.getvalue())


def test_no_color_means_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR takes the colours from the bars and leaves the rest."""
    coloured = re.compile(r"\x1b\[[\d;]*\b(3\d|38|9\d)[\d;]*m")
    terminal = as_terminal(monkeypatch)
    with progress("work", 2) as advance:
        advance(1)
    assert coloured.search(terminal.getvalue())
    terminal = as_terminal(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")
    with progress("work", 2) as advance:
        advance(1)
    assert "1/2" in terminal.getvalue()
    assert not coloured.search(terminal.getvalue())


def test_a_build_has_a_line_above_its_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    """From its first bar to its end a build shows how far it is; what is said stands above."""
    terminal = as_terminal(monkeypatch)
    with build_display(lambda: "models 1/4"):
        with progress("first", 2) as advance:
            advance(1)
        say("something [bold]")
        with progress("second", 2) as advance:
            advance(1)
    text = terminal.getvalue()
    assert "models 1/4" in text
    assert "first: 1 in" in text
    assert "something [bold]" in text
    assert text.index("first") < text.index("something") < text.index("second")
    assert text.rstrip().endswith("\x1b[?25h") or "\x1b[?25h" in text  # the cursor is back


def test_a_long_piece_is_told_now_and_then() -> None:
    """Two seconds after its beginning, then every half minute or tenth, but not in a rush."""
    schedule = Schedule(100)
    looks = [
        (1.0, 0),
        (2.0, 0),
        (2.5, 50),
        (7.0, 50),
        (8.0, 55),
        (12.0, 61),
        (36.0, 62),
        (42.5, 62),
    ]
    told = [now for now, done in looks if schedule.is_due(now, done)]
    assert told == [2.0, 7.0, 12.0, 42.5]


def test_a_long_piece_of_unknown_length_is_told_every_half_minute() -> None:
    """Without a total there are no tenths."""
    schedule = Schedule(None)
    told = [now for now in range(0, 70) if schedule.is_due(float(now), now)]
    assert told == [2, 32, 62]


def test_work_that_takes_long_says_how_far_the_build_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Off a terminal the line of a long piece ends with the line about the build."""
    monkeypatch.setattr("sse_steps.plain_lines._LONG_S", 0.0)
    monkeypatch.setattr("sse_steps.plain_lines._LOOK_S", 0.01)
    with build_display(lambda: "models 1/4"), progress("work", 1000) as advance:
        advance(10)
        threading.Event().wait(0.5)
    assert re.search(r"^work: \d+/1,000; models 1/4$", capsys.readouterr().err, re.MULTILINE)
