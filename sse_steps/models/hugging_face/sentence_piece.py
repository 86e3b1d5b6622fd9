"""SentencePiece's scores out of a list of merges.

tokenizer.json holds a SentencePiece vocabulary as merges in the order of the scores; GGUF holds the
scores, and llama.cpp joins the pair whose result has the highest (src/llama-vocab.cpp,
llm_tokenizer_spm). The two agree where every way to put a token together from two others is a
merge, and all merges that make a token stand together. Both are checked: a vocabulary that was
trained as merges alone has neither, and would be split differently without a sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from gguf import TokenType

from sse_steps.models.stored_model import unusable

BYTE: Final = re.compile(r"<0x[0-9A-F]{2}>")
_NOT_MADE: Final = -1e6  # below every score of a token that is made by merging
_LONGEST: Final = 256  # letters of a token; to look at every cut of one costs its length squared


def piece_scores(
    path: Path, tokens: Sequence[str], types: Sequence[int], merges: Sequence[tuple[str, str]]
) -> list[float]:
    """Return a score for every token, the higher the sooner it is made.

    Only ordinary tokens are made by merging. The others, runs of white space among them, are found
    in the text before that; their merges, which a file may have, say nothing.

    Raises:
        ModelFormatError: scores cannot say what the merges say.
    """
    ordinary = {text for text, kind in zip(tokens, types, strict=True) if kind == TokenType.NORMAL}
    made = [left + right for left, right in merges if left + right in ordinary]
    order = list(dict.fromkeys(made))
    runs = sum(1 for _ in groupby(made))
    if runs != len(order):
        raise unusable(path, f"the merges of {runs - len(order)} tokens do not stand together")
    _check_splits(path, ordinary, set(merges))
    score = {text: -float(rank) for rank, text in enumerate(order)}
    return [score.get(text, _NOT_MADE) for text in tokens]


def _check_splits(path: Path, ordinary: set[str], merges: set[tuple[str, str]]) -> None:
    for text in ordinary:
        if len(text) > _LONGEST:
            raise unusable(path, f"the token {text[:40]!r}... has {len(text)} letters")
        for pair in _splits(text, ordinary):
            if pair not in merges:
                parts = f"{pair[0][:40]!r} and {pair[1][:40]!r}"
                wrong = f"{text[:40]!r} is {parts}, and no merge says so"
                raise unusable(path, f"its vocabulary is none of SentencePiece's: {wrong}")


def _splits(text: str, pieces: set[str]) -> Iterator[tuple[str, str]]:
    for cut in range(1, len(text)):
        left, right = text[:cut], text[cut:]
        if left in pieces and right in pieces:
            yield left, right
