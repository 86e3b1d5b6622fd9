"""The questions that have a query already: sql/questions, one select each."""

from __future__ import annotations

from sse_steps.errors import QueryError, nearest
from sse_steps.sql.scripts import Script, scripts_in


def questions() -> tuple[Script, ...]:
    """Return every question, by name."""
    return scripts_in("questions")


def in_words(question: Script) -> str:
    """Return the question that a query answers: its first line."""
    return question.text.partition("\n")[0].removeprefix("-- ")


def question_named(name: str) -> Script:
    """Return one question.

    Raises:
        QueryError: there is none of this name.
    """
    known = {each.name: each for each in questions()}
    if name not in known:
        raise QueryError(f"There is no question '{name}'.", nearest(name, known))
    return known[name]
