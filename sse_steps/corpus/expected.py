"""Expected values: what the Python of an example answers, found by running it in the sandbox."""

from __future__ import annotations

from dataclasses import dataclass

from sse_steps.corpus.function_cases import function_example
from sse_steps.corpus.interpreter import NoAnswerError, Python
from sse_steps.corpus.levels import classify
from sse_steps.corpus.program_cases import program_cases
from sse_steps.corpus.source import Call, Check, Claim, Run, Source, Unusable
from sse_steps.corpus.values import from_json
from sse_steps.records import Example
from sse_steps.rust.signature import AnnotationError


@dataclass(frozen=True, slots=True)
class Answered:
    """An example with complete cases, and what could not become a case.

    An example without cases is untested: it is kept, counted and shown, and never passed.
    """

    example: Example
    left_out: tuple[Unusable, ...] = ()


def with_expected(source: Source, python: Python) -> Answered:
    """Run the example's Python on its inputs and return the example with complete cases."""
    level = classify(source.python)
    untested = Example(source.id, level, source.python, (), None, source.reference)
    try:
        example, left_out = _with_cases(untested, source, python)
    except (AnnotationError, NoAnswerError) as fault:
        example, left_out = untested, (Unusable(source.origin, str(fault)),)
    return Answered(example, (*source.left_out, *left_out))


def _with_cases(
    bare: Example, source: Source, python: Python
) -> tuple[Example, tuple[Unusable, ...]]:
    runs = tuple(each for each in source.inputs if isinstance(each, Run))
    if runs:
        return program_cases(bare, source, runs, python)
    calls = tuple(each for each in source.inputs if isinstance(each, Call))
    for check in source.inputs:
        if isinstance(check, Check):
            calls += tuple(map(_recorded, python.recorded_calls(source.python, check)))
            calls = tuple(_of(check.function, call) for call in calls)
    return function_example(bare, source, calls, python) if calls else (bare, ())


def _recorded(line: dict[str, object]) -> Call:
    arguments, keywords = from_json(line["args"]), from_json(line["keywords"])
    claim = Claim(from_json(line["value"])) if "value" in line else None
    return Call("", tuple(arguments), tuple(keywords.items()), claim)


def _of(function: str, call: Call) -> Call:
    return Call(function, call.args, call.keywords, call.claim)
