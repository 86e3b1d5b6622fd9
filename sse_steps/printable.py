"""Texts of strangers as a terminal may be shown them."""

from __future__ import annotations

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def printable(text: str, *, keep: str = "", instead: str = _REPLACEMENT) -> str:
    """Return `text` without what a terminal obeys; the letters of `keep` stay.

    Args:
        text: may hold anything.
        keep: letters that would be taken out, and are to stay.
        instead: what stands in the place of each letter that was taken out.
    """
    if text.isprintable():  # nearly every text is, and some are long
        return text
    return "".join(letter if letter in keep or letter.isprintable() else instead for letter in text)


def on_one_line(text: str) -> str:
    """Return `text` with a blank for each break and each letter that a terminal obeys."""
    return printable(text, instead=" ")
