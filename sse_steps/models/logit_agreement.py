"""How far two runs of one model agree on the token that comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sse_steps.models.stored_model import FloatArray

TOP: Final = 10  # tokens that are compared


@dataclass(frozen=True, slots=True)
class LogitAgreement:
    """Two sets of logits beside each other.

    `overlap` is the share of each side's ten likeliest tokens that the other side has among its
    own; `close` the share of the first side's ten whose logits differ by no more than a tolerance;
    `largest` the largest of these differences.
    """

    overlap: float
    close: float
    largest: float

    @property
    def agreement(self) -> float:
        """Half the overlap of the tokens and half the closeness of their logits, 0 to 1."""
        return (self.overlap + self.close) / 2


def compare_logits(source: FloatArray, converted: FloatArray, tolerance: float) -> LogitAgreement:
    """Compare logits [V] after one prompt.

    Raises:
        ValueError: the two differ in length, or hold what is no number.
    """
    if source.shape != converted.shape:
        raise ValueError(f"{source.size} logits beside {converted.size}")
    if not (np.isfinite(source).all() and np.isfinite(converted).all()):
        raise ValueError("a logit is no number")
    top, other = likeliest(source), likeliest(converted)
    differences = np.abs(source[top].astype(np.float64) - converted[top])
    return LogitAgreement(
        overlap=len(set(top) & set(other)) / len(top),
        close=float(np.mean(differences <= tolerance)),
        largest=float(differences.max()),
    )


def likeliest(logits: FloatArray) -> list[int]:
    """Return the ten likeliest tokens, of equally likely ones those that come first."""
    return [int(token) for token in np.argsort(-logits, kind="stable")[:TOP]]


def agreeing(found: Sequence[LogitAgreement], least: float) -> float:
    """Return the share of prompts whose agreement is at least `least`."""
    return sum(each.agreement >= least for each in found) / len(found)
