"""How the answers of a task are found and graded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AnswerMetric(StrEnum):
    """How right an answer is, 0 to 1."""

    EXACT_MATCH = "exact_match"  # it is one of the right ones, or it is not
    F1 = "f1"  # how many words it shares with a right one


@dataclass(frozen=True, slots=True)
class AnswerRules:
    """What a task of labels declares about its answers.

    `label_key` is the key of a record that holds the right answer. `labels` are all answers that
    there can be, as they are written; with none an answer is any text.
    """

    label_key: str
    metric: AnswerMetric = AnswerMetric.EXACT_MATCH
    labels: tuple[str, ...] = ()
