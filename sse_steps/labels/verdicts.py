"""Verdicts on replies without code: pure, and so cheap that none is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sse_steps.labels.answers import answer_in
from sse_steps.labels.rules import AnswerRules
from sse_steps.labels.scoring import Grade, grade
from sse_steps.records import Completion, LabelledExample, Outcome, VerdictRow

ISOLATION = "no code"  # nothing is compiled or run, so nothing has to be held


def label_verdicts(
    rows: Iterable[Completion], examples: Mapping[str, LabelledExample], rules: AnswerRules
) -> list[VerdictRow]:
    """Return the verdict on each completion, in their order.

    Args:
        rows: what a model wrote.
        examples: the examples by their names.
        rules: how answers are found and graded.
    """
    return [_verdict(row, examples[row.example], rules) for row in rows]


def _verdict(row: Completion, example: LabelledExample, rules: AnswerRules) -> VerdictRow:
    failed = row.finish_reason.is_failure
    answer = None if failed else answer_in(row.reply, rules.labels)
    found = grade(answer, example.answers, rules)
    return VerdictRow(
        task=row.task,
        model=row.model,
        run=row.run,
        example=row.example,
        level=row.level,
        outcome=_outcome(answer, found),
        compiles=None,
        tests_run=int(answer is not None),
        tests_passed=int(found.is_right),
        tests_total=1,
        error_code=None,
        diagnostics=_diagnostics(row, answer, found),
        isolation=ISOLATION,
        not_enforced="",
        turn=row.turn,
        answer=answer,
        label=found.label,
        score=found.score,
    )


def _outcome(answer: str | None, found: Grade) -> Outcome:
    if answer is None:
        return Outcome.NO_ANSWER
    return Outcome.PASSED if found.is_right else Outcome.WRONG_ANSWER


def _diagnostics(row: Completion, answer: str | None, found: Grade) -> str:
    if found.is_right:
        return ""
    if row.finish_reason.is_failure:
        return row.error or f"the engine stopped with {row.finish_reason}"
    if answer is None:
        return f"expected {found.label!r}, and the reply holds no answer"
    return f"expected {found.label!r}, answered {answer!r}"
