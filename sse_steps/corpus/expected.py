"""Expected values: what the Python of an example answers, found by running it in the sandbox."""

from __future__ import annotations

from dataclasses import dataclass

from sse_steps.corpus.function_cases import function_example
from sse_steps.corpus.interpreter import NoAnswerError, Python
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
    untested = Example(
        source.id, classify(source.python), source.python, (), None, source.reference
    )
    runs = tuple(each for each in source.inputs if isinstance(each, Run))
    try:
        if runs:
            return Answered(*program_example(untested, runs, python))
        calls = _calls(source, python)
        return Answered(
            *function_example(untested, source, calls, python) if calls else (untested,)
        )
    except (AnnotationError, NoAnswerError) as fault:
        return Answered(untested, (str(fault),))


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
