"""The answer in a reply: one of the labels that there are, or the first line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import normalize


def answer_in(reply: str, labels: Sequence[str]) -> str | None:
    """Return the answer that a reply gives, or None where it gives none.

    With labels it is the one that is found first as a whole word (or words), whatever its case, as
    `labels` writes it; of two that begin at the same place the longer one. Without labels it is the
    first line that is not empty.
    """
    return _first_label(reply, labels) if labels else _first_line(reply)


def _first_label(reply: str, labels: Sequence[str]) -> str | None:
    found = [(place, label) for label in labels if (place := _find(label, reply))]
    return min(found, key=_order)[1] if found else None


def _order(found: tuple[re.Match[str], str]) -> tuple[int, int, bool]:
    """Put first what begins first, then what is longer, then what is written in the same case."""
    place, label = found
    return place.start(), place.start() - place.end(), place.group() != label


def _find(label: str, reply: str) -> re.Match[str] | None:
    words = r"\s+".join(map(re.escape, normalize("NFC", label).split()))
    # No \b: a label may begin or end with what is no letter, as C++ does.
    return re.search(rf"(?<!\w){words}(?!\w)", normalize("NFC", reply), re.IGNORECASE)


def _first_line(reply: str) -> str | None:
    lines = (line.strip() for line in reply.splitlines())
    return next((line for line in lines if line), None)
