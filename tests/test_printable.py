"""What a terminal is shown of a stranger's text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sse_steps.printable import on_one_line, printable


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    """Every letter is printable or one of those that were asked for, and none is lost."""
    shown = printable(text, keep="\n")
    assert len(shown) == len(text)
    assert all(letter.isprintable() or letter == "\n" for letter in shown)


def test_an_escape_sequence_loses_its_escape() -> None:
    """What is left of it is shown as plain letters."""
    assert printable("\x1b]0;title\x07") == "\ufffd]0;title\ufffd"


def test_a_text_on_one_line_has_blanks_for_breaks() -> None:
    """A report's cell holds no break and nothing that XML has no place for."""
    assert on_one_line("two\nlines\x00") == "two lines "
