"""Texts of strangers as a terminal may be shown them."""

from __future__ import annotations

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def printable(text: str, *, keep: str = "") -> str:
    """Return `text` without what a terminal obeys; the letters of `keep` stay."""
    return "".join(
        letter if letter in keep or letter.isprintable() else _REPLACEMENT for letter in text
    )
