"""Answers in replies, and what they are worth."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic_results import COMPLETION

from sse_steps.labels.answers import answer_in
from sse_steps.labels.rules import AnswerMetric, AnswerRules
from sse_steps.labels.scoring import exact_match, grade, normalised, token_f1
from sse_steps.labels.verdicts import label_verdicts
from sse_steps.records import Completion, FinishReason, LabelledExample, Outcome, VerdictRow

MOODS = ("positive", "negative", "very positive")
CLOSED = AnswerRules("label", AnswerMetric.EXACT_MATCH, MOODS)
BY_F1 = AnswerRules("answer", AnswerMetric.F1)
EXACT = AnswerRules("answer")
TEXTS = st.text(alphabet="abthen .,'-THE\n\t9\N{LATIN SMALL LETTER E WITH ACUTE}", max_size=30)


# ---- taking the answer out of a reply ----
@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("positive", "positive"),
        ("  The mood is **Positive**, not negative.", "positive"),
        ("NEGATIVE!", "negative"),
        ("negatively positive", "positive"),
        ("non_positive", None),
        ("unpositive", None),
        ("I would say very positive", "very positive"),
        ("very  \n positive", "very positive"),
        ("positive, very positive", "positive"),
        ("", None),
        ("no idea", None),
    ],
)
def test_the_first_label_in_a_reply_is_the_answer(reply: str, answer: str | None) -> None:
    """A label counts as a whole word in any case, the first one wins, of two there the longer."""
    assert answer_in(reply, MOODS) == answer


@pytest.mark.parametrize(
    ("reply", "labels", "answer"),
    [
        ("It is C++ code", ("C", "C++"), "C++"),
        ("C, I think", ("C++", "C"), "C"),
        ("(b)", ("A", "B"), "B"),
        ("[x].*", ("x].*",), "x].*"),
        ("Antwort: 10", ("1", "10"), "10"),
    ],
)
def test_labels_need_not_be_words(reply: str, labels: Sequence[str], answer: str) -> None:
    """Signs in a label are themselves, single letters and numbers are labels like others."""
    assert answer_in(reply, labels) == answer


@pytest.mark.parametrize(
    ("reply", "answer"),
    [("\n  1962 \nbecause", "1962"), ("the sea\r\nx", "the sea"), (" \n\t\n", None), ("", None)],
)
def test_without_labels_the_first_line_is_the_answer(reply: str, answer: str | None) -> None:
    """Lines that are empty are passed over, white space around the answer is dropped."""
    assert answer_in(reply, ()) == answer


@given(st.lists(st.from_regex(r"\w[\w ]{0,6}", fullmatch=True), min_size=1, unique=True), st.text())
def test_an_answer_is_a_label_or_nothing(labels: list[str], reply: str) -> None:
    """Whatever a reply says, the answer is one of the labels as they are written, or None."""
    labels = list({label.strip().casefold(): label.strip() for label in labels}.values())
    assert answer_in(reply, labels) in (*labels, None)
    assert {answer_in(label, labels) for label in labels} == set(labels)


# ---- SQuAD v1.1, hand-worked ----
@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  Quick, brown\tfox!", "quick brown fox"),
        ("an apple a day", "apple day"),
        ("Theatre anew", "theatre anew"),
        ("U.S.A.", "usa"),
        ("state-of-the-art", "stateoftheart"),
        ("a", ""),
        ("\N{EN DASH} 5 \N{EURO SIGN}", "\N{EN DASH} 5 \N{EURO SIGN}"),
    ],
)  # fmt: skip
def test_texts_are_normalised(text: str, normal: str) -> None:
    """Case, ASCII punctuation, articles and white space go; other signs stay."""
    assert normalised(text) == normal


@pytest.mark.parametrize(
    ("answer", "right", "f1"),
    [
        ("the red basket", "Red basket.", Fraction(1)),
        ("The answer is 1962.", "1962", Fraction(2 * 1 * 1, 1 + 3)),  # P 1/3, R 1
        ("two cats", "two black cats", Fraction(4, 5)),  # P 1, R 2/3
        ("no no yes", "no yes yes", Fraction(2, 3)),  # one no and one yes are shared
        ("dog", "cat", Fraction(0)),
        ("the", "cat", Fraction(0)),
        ("the", "a", Fraction(0)),  # the same once normalised, but no word is shared
    ],
)
def test_f1_counts_shared_words(answer: str, right: str, f1: Fraction) -> None:
    """F1 is as the definition has it on examples worked by hand."""
    assert token_f1(answer, right) == pytest.approx(float(f1), abs=1e-12)


def slow_words(text: str) -> list[str]:
    """Return the normalised words, letter by letter: the clear version."""
    kept = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return [word for word in re.sub(r"\b(a|an|the)\b", " ", kept).split() if word]


@given(TEXTS, TEXTS)
def test_f1_equals_pairing_words_off(answer: str, right: str) -> None:
    """F1 equals 2 x pairs / words, where each word is paired off with an equal one, once."""
    given_words, wanted = slow_words(answer), slow_words(right)
    total, pairs = len(given_words) + len(wanted), 0
    for word in given_words:
        if word in wanted:
            wanted.remove(word)
            pairs += 1
    assert token_f1(answer, right) == pytest.approx(2 * pairs / total if pairs else 0.0)
    assert exact_match(answer, right) == (slow_words(answer) == slow_words(right))


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=4))
def test_the_best_of_several_right_answers_counts(answer: str, right: list[str]) -> None:
    """The score is the largest over the right answers, and one exact match is enough."""
    found = grade(answer, tuple(right), BY_F1)
    assert found.is_right == any(exact_match(answer, each) for each in right)
    assert found.label in right
    if not found.is_right:
        assert found.score == max(token_f1(answer, each) for each in right)
    elif normalised(answer):
        assert found.score == 1.0


@given(TEXTS, TEXTS)
def test_a_score_is_a_share(answer: str, right: str) -> None:
    """Every score lies between 0 and 1, is symmetric, and is 1 where the words are the same."""
    score = token_f1(answer, right)
    assert 0 <= score <= 1
    assert score == pytest.approx(token_f1(right, answer))
    assert grade(None, (right,), BY_F1).score == 0


def test_letters_are_labels_and_no_articles() -> None:
    """Of a closed set labels are compared as they are, so that A is right where A is."""
    rules = AnswerRules("label", labels=("A", "B"))
    assert grade("A", ("A",), rules).is_right
    assert not grade("A", ("B",), rules).is_right
    assert not grade("C", ("C++",), AnswerRules("label", labels=("C", "C++"))).is_right


# ---- verdicts ----
def verdict_on(
    reply: str, answers: tuple[str, ...], rules: AnswerRules, **changes: object
) -> VerdictRow:
    """Judge one reply to one example."""
    fields: dict[str, object] = {"rust": None, "level": None, "reply": reply, **changes}
    row: Completion = replace(COMPLETION, **fields)  # type: ignore[arg-type]  # checked by use
    examples = {"e1": LabelledExample("e1", answers, {})}
    (verdict,) = label_verdicts([row], examples, rules)
    return verdict


def test_a_right_answer_passes() -> None:
    """The verdict names the answer, the label it matched and the score; nothing was compiled."""
    verdict = verdict_on("Positive.", ("negative", "positive"), CLOSED)
    assert verdict.outcome is Outcome.PASSED
    assert (verdict.answer, verdict.label, verdict.score) == ("positive", "positive", 1.0)
    assert (verdict.level, verdict.compiles, verdict.isolation) == (None, None, "no code")
    assert (verdict.tests_run, verdict.tests_passed, verdict.tests_total) == (1, 1, 1)


def test_a_wrong_answer_says_what_was_expected() -> None:
    """A wrong label scores nothing, and the verdict says both."""
    verdict = verdict_on("negative", ("positive",), CLOSED)
    assert (verdict.outcome, verdict.score) == (Outcome.WRONG_ANSWER, 0.0)
    assert verdict.diagnostics == "expected 'positive', answered 'negative'"


def test_half_a_right_answer_is_graded_and_does_not_pass() -> None:
    """By F1 the score says how near an answer is; only an exact match passes."""
    verdict = verdict_on("two cats", ("two black cats",), BY_F1)
    assert verdict.outcome is Outcome.WRONG_ANSWER
    assert verdict.score == pytest.approx(0.8)
    assert verdict_on("two cats", ("two black cats",), EXACT).score == 0.0


def test_a_reply_without_an_answer_is_no_answer() -> None:
    """No label in the reply, or no reply at all, is told apart from a wrong answer."""
    nothing = verdict_on("I cannot say.", ("positive",), CLOSED)
    assert (nothing.outcome, nothing.answer, nothing.tests_run) == (Outcome.NO_ANSWER, None, 0)
    failed = verdict_on(
        "positive", ("positive",), CLOSED, finish_reason=FinishReason.ERROR, error="offline"
    )
    assert (failed.outcome, failed.diagnostics) == (Outcome.NO_ANSWER, "offline")
    assert (failed.label, failed.score) == ("positive", 0.0)


@given(st.text(max_size=60), st.sampled_from([CLOSED, BY_F1, EXACT]))
def test_any_reply_has_one_verdict(reply: str, rules: AnswerRules) -> None:
    """Whatever a model wrote, there is a verdict that fits together with its score."""
    verdict = verdict_on(reply, ("positive",), rules)
    assert (verdict.outcome is Outcome.NO_ANSWER) == (verdict.answer is None)
    assert verdict.score is not None
    assert 0 <= verdict.score <= 1
    assert verdict.score == 1.0 or verdict.outcome is not Outcome.PASSED


def test_an_accent_may_stand_in_its_letter_or_after_it() -> None:
    """Canonically equal texts are one text, for a closed set and for any text."""
    one, two = "caf\u00e9", "cafe\u0301"
    for label, reply in ((one, two), (two, one)):
        assert answer_in(f"It is {reply}.", (label,)) == label
        assert exact_match(reply, label)
        assert token_f1(f"{reply} au lait", label) == pytest.approx(0.5)
