"""The next token from the scores of all: the likeliest, or a draw. Vocabularies are large.

A full sort of 150,000 scores for each token would cost more than the rest of sampling together, so
only the head of the list is ever sorted, as much of it as is needed.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sse_steps.errors import EngineError
from sse_steps.models.stored_model import FloatArray

LIKELY_HEAD: Final = 256  # tokens that are sorted first in search of a nucleus

Ids = NDArray[np.int64]
Weights = NDArray[np.float64]


def choose(
    scores: FloatArray, temperature: float, top_k: int, top_p: float, random: np.random.Generator
) -> int:
    """Return the likeliest token of scores [V]; above temperature 0 draw one from their softmax.

    Of equally likely tokens the first wins. The draw is cut to the `top_k` likeliest (0: to none),
    then to the fewest of these whose probabilities reach `top_p` (nucleus sampling,
    arXiv:1904.09751). One number is drawn, and the tokens share it in the order of their ids.

    Raises:
        EngineError: the scores are not numbers.
    """
    best = int(scores.argmax())
    if not np.isfinite(scores[best]):  # argmax finds a NaN before any number
        wrong = f"The model's scores are no numbers: token {best} has {scores[best]}."
        raise EngineError(wrong, "Its weights are damaged: convert or download the model again.")
    if temperature <= 0:
        return best
    with np.errstate(under="ignore", over="ignore"):  # a tiny temperature leaves the best alone
        weights = np.exp((scores.astype(np.float64) - scores[best]) / temperature)  # [V]
    kept = likeliest(scores, top_k) if 0 < top_k < len(scores) else None
    if top_p < 1:
        kept = nucleus(scores, weights, top_p, kept)
    return draw(weights, kept, random)


def likeliest(scores: FloatArray, count: int) -> Ids:
    """Return the ids of the `count` largest scores [V], the largest first, equal ones by id."""
    least = np.partition(scores, len(scores) - count)[len(scores) - count]
    candidates = np.flatnonzero(scores >= least)
    order = np.argsort(-scores[candidates], kind="stable")
    return candidates[order[:count]]


def nucleus(scores: FloatArray, weights: Weights, top_p: float, kept: Ids | None) -> Ids:
    """Return the ids of the fewest tokens that have `top_p` of the weight, the likeliest first.

    Args:
        scores: of all tokens, [V].
        weights: [V], in proportion to the probabilities.
        top_p: the part of the weight, below one.
        kept: ids of the tokens to choose from, the likeliest first; None: all.

    """
    if kept is not None:
        return _reaching(weights, kept, top_p * weights[np.sort(kept)].sum())
    wanted = top_p * weights.sum()
    count = LIKELY_HEAD
    while True:
        head = likeliest(scores, min(count, len(scores)))
        found = _reaching(weights, head, wanted)
        if len(found) < len(head) or len(head) == len(scores):
            return found
        count *= 8


def _reaching(weights: Weights, ids: Ids, wanted: float) -> Ids:
    return ids[: int(np.searchsorted(np.cumsum(weights[ids]), wanted)) + 1]


def draw(weights: Weights, kept: Ids | None, random: np.random.Generator) -> int:
    """Return an id, drawn in proportion to the weights [V] of those kept; None: of all."""
    ids = None if kept is None else np.sort(kept)
    sums = np.cumsum(weights if ids is None else weights[ids])
    place = int(np.searchsorted(sums / sums[-1], random.random(), side="right"))
    return place if ids is None else int(ids[place])
