"""Expected values: what the Python of an example answers, found by running it in the sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sse_steps.corpus.function_cases import Prepared, agree, answered, prepared
from sse_steps.corpus.interpreter import NoAnswerError, Python, RawAnswer
from sse_steps.corpus.levels import classify
from sse_steps.corpus.program_cases import program_example
from sse_steps.corpus.source import Call, Check, Claim, Run, Source
from sse_steps.corpus.values import from_json
from sse_steps.records import Example
from sse_steps.rust.signature import AnnotationError


@dataclass(frozen=True, slots=True)
class Answered:
    """An example with complete cases, and why some inputs could not become a case.

    An example without cases is untested: it is kept, counted and shown, and never passed.
    """

    example: Example
    left_out: tuple[str, ...] = ()


def with_expected(source: Source, python: Python) -> Answered:
    """Run the example's Python on its inputs and return the example with complete cases.

    Raises:
        SandboxError: the sandbox could not start the Python.
    """
    return each_with_expected([source], python)[0]


def each_with_expected(sources: Sequence[Source], python: Python) -> list[Answered]:
    """Do `with_expected` for each of several sources; those that are functions are run together.

    Each answers first in a process of its own, and then once more in one process for all, which is
    quick. Where that says the same, it is what a process of its own says; otherwise one is asked.

    Raises:
        SandboxError: the sandbox could not start the Python.
    """
    begun = [_begun(source, python) for source in sources]
    questions = [each.question for each in begun if isinstance(each, Prepared)]
    first = python.call_each(questions)
    again = [
        then if len(questions) == 1 or agree(now, then) else python.call_each([question])[0]
        for question, now, then in zip(
            questions, first, python.call_each(questions, apart=False), strict=True
        )
    ]
    pairs = zip(first, again, strict=True)
    return [_finished(each, *next(pairs)) if isinstance(each, Prepared) else each for each in begun]


def _begun(source: Source, python: Python) -> Answered | Prepared:
    """Return what there is to ask about a function; an example of another kind is finished."""
    untested = Example(
        source.id, classify(source.python), source.python, (), None, source.reference
    )
    runs = tuple(each for each in source.inputs if isinstance(each, Run))
    try:
        if runs:
            return Answered(*program_example(untested, runs, python))
        calls = _calls(source, python)
        return prepared(untested, source, calls) if calls else Answered(untested)
    except (AnnotationError, NoAnswerError) as fault:
        return Answered(untested, (str(fault),))


def _finished(asked: Prepared, first: Sequence[RawAnswer], again: Sequence[RawAnswer]) -> Answered:
    try:
        return Answered(*answered(asked, first, again))
    except AnnotationError as fault:
        return Answered(asked.bare, (str(fault),))


def _calls(source: Source, python: Python) -> list[Call]:
    """Return the calls to be answered, those that a check makes among them."""
    calls = [each for each in source.inputs if isinstance(each, Call)]
    for check in source.inputs:
        if isinstance(check, Check):
            lines = python.recorded_calls(source.python, check)
            calls += [_recorded(check.function, line) for line in lines]
    return calls


def _recorded(function: str, line: dict[str, object]) -> Call:
    """Return a recorded call.

    Raises:
        NoAnswerError: a program wrote among the answers of the runner.
    """
    try:
        arguments, keywords = from_json(line["args"]), from_json(line["keywords"])
        claim = Claim(from_json(line["value"])) if "value" in line else None
    except (KeyError, ValueError, TypeError) as fault:
        raise NoAnswerError(f"it wrote {line!r:.80} among its answers") from fault
    if not isinstance(arguments, tuple) or not isinstance(keywords, dict):
        raise NoAnswerError(f"it wrote {line!r:.80} among its answers")
    return Call(function, arguments, tuple(keywords.items()), claim)
