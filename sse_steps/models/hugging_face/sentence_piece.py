"""SentencePiece's scores out of a list of merges.

tokenizer.json holds a SentencePiece vocabulary as merges in the order of the scores; GGUF holds the
scores, and llama.cpp joins the pair whose result has the highest (src/llama-vocab.cpp,
llm_tokenizer_spm). The two agree where every way to put a token together from two others is a
merge, and all merges that make a token stand together. Both are checked: a vocabulary that was
trained as merges alone has neither, and would be split differently without a sign.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

import gguf

from sse_steps.models.stored_model import unusable

BYTE: Final = re.compile(r"<0x[0-9A-F]{2}>")
_NOT_MADE: Final = -1e6  # below every score of a token that is made by merging


def piece_scores(
    path: Path, tokens: Sequence[str], types: Sequence[int], merges: Sequence[tuple[str, str]]
) -> list[float]:
    """Return a score for every token, the higher the sooner it is made.

    Raises:
        ModelFormatError: scores cannot say what the merges say.
    """
    order = list(dict.fromkeys(left + right for left, right in merges))
    runs = sum(1 for _ in _runs(merges))
    if runs != len(order):
        raise unusable(path, f"the merges of {runs - len(order)} tokens do not stand together")
    _check_splits(path, tokens, types, merges)
    score = {text: -float(rank) for rank, text in enumerate(order)}
    return [score.get(text, _NOT_MADE) for text in tokens]


def _runs(merges: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield what the merges make, once for each run of equals."""
    last = None
    for left, right in merges:
        if left + right != last:
            last = left + right
            yield last


def _check_splits(
    path: Path, tokens: Sequence[str], types: Sequence[int], merges: Sequence[tuple[str, str]]
) -> None:
    known = set(merges)
    normal = {
        text for text, kind in zip(tokens, types, strict=True) if kind == gguf.TokenType.NORMAL
    }
    for text in normal:
        for pair in _splits(text, normal):
            if pair not in known:
                wrong = (
                    f"{text[:40]!r} is {pair[0][:40]!r} and {pair[1][:40]!r}, and no merge says so"
                )
                raise unusable(path, f"its vocabulary is none of SentencePiece's: {wrong}")


def _splits(text: str, pieces: Collection[str]) -> Iterator[tuple[str, str]]:
    for cut in range(1, len(text)):
        left, right = text[:cut], text[cut:]
        if left in pieces and right in pieces:
            yield left, right
