"""How right an answer is: exact match and token F1 as SQuAD v1.1 defines them.

Rajpurkar et al., SQuAD: 100,000+ Questions for Machine Comprehension of Text, EMNLP 2016, and the
evaluation script that goes with it.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from dataclasses import dataclass

from sse_steps.labels.rules import AnswerMetric, AnswerRules

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Grade:
    """What an answer is worth: whether it is right, its score of 0 to 1, and by which label."""

    is_right: bool
    score: float
    label: str  # the right answer that it comes nearest to


def normalised(text: str) -> str:
    """Return a text in lower case without ASCII punctuation, articles and needless white space."""
    bare = unicodedata.normalize("NFC", text).lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact_match(answer: str, right: str) -> bool:
    """Return whether two texts are the same once they are normalised."""
    return normalised(answer) == normalised(right)


def token_f1(answer: str, right: str) -> float:
    """Return the harmonic mean of precision and recall over normalised words, 0 to 1.

    A word counts as often as both texts have it. Texts that share none score 0.
    """
    given, wanted = normalised(answer).split(), normalised(right).split()
    shared = sum((Counter(given) & Counter(wanted)).values())
    if not shared:
        return 0.0
    precision, recall = shared / len(given), shared / len(wanted)
    return 2 * precision * recall / (precision + recall)


def grade(answer: str | None, right: tuple[str, ...], rules: AnswerRules) -> Grade:
    """Return what an answer is worth beside the right ones, of which the best counts.

    An answer is right where it matches exactly, also where the score is graded by F1: a share of
    examples that are half right is no share that passes. No answer is worth nothing.

    Args:
        answer: what was taken out of a reply, None for nothing.
        right: every answer that is right, at least one.
        rules: how the task grades.
    """
    if answer is None:
        return Grade(is_right=False, score=0.0, label=right[0])
    grades = [_beside(answer, each, rules) for each in right]
    return max(grades, key=lambda each: (each.is_right, each.score))


def _beside(answer: str, right: str, rules: AnswerRules) -> Grade:
    # Labels are compared as they are: normalised, "A" would be an article and vanish.
    is_right = answer == right if rules.labels else exact_match(answer, right)
    graded = rules.metric is AnswerMetric.F1
    return Grade(is_right, token_f1(answer, right) if graded else float(is_right), right)
