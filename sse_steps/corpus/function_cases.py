"""Cases of functions: what the Python returns, raises, or leaves in its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sse_steps.corpus.inferred_types import infer_type
from sse_steps.corpus.interpreter import NoAnswerError, Question, RawAnswer
from sse_steps.corpus.source import Call, Source
from sse_steps.corpus.syntax import literal
from sse_steps.corpus.values import agrees, canonical, from_json, to_json
from sse_steps.records import Case, Example, Failure
from sse_steps.rust.frames import UnrepresentableError, encode
from sse_steps.rust.signature import (
    AnnotationError,
    Header,
    Signature,
    Type,
    coerce,
    for_rust,
    read_header,
)

_MOST_CALLS = 200


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one call came to, as the Python gave it."""

    call: Call
    args: tuple[object, ...]
    value: object
    raises: str | None
    after: tuple[object, ...] | None  # the arguments afterwards, where one changed


@dataclass(frozen=True, slots=True)
class Prepared:
    """An example of a function before its Python is asked: all but the answers."""

    bare: Example
    source: Source
    header: Header
    kinds: tuple[Type, ...]  # of the parameters
    ready: tuple[tuple[Call, tuple[object, ...]], ...]  # the calls that can be put
    left_out: tuple[str, ...]

    @property
    def question(self) -> Question:
        """What the Python is to be asked, twice."""
        function = self.ready[0][0].function if self.ready else ""
        return Question(self.source.python, function, tuple(args for _, args in self.ready))


def prepared(bare: Example, source: Source, calls: Sequence[Call]) -> Prepared:
    """Return what is known of a function's example before its Python is asked.

    An example is one function's: that of the first call. Types are those of its annotations, and
    where there are none that a Rust type stands for, those of the values.

    Raises:
        AnnotationError: no Rust header says what the calls need.
    """
    header = read_header(source.python, calls[0].function)
    bound = [_bound(call, header) for call in calls[:_MOST_CALLS]]
    left_out = [each for each in bound if isinstance(each, str)]
    if len(calls) > _MOST_CALLS:
        left_out.append(f"{len(calls) - _MOST_CALLS} calls beyond the first {_MOST_CALLS}")
    fitting = [each for each in bound if not isinstance(each, str)]
    kinds = _parameter_types(header, [args for _, args in fitting])
    ready = _ready(fitting, kinds, left_out)
    return Prepared(bare, source, header, tuple(kinds), tuple(ready), tuple(left_out))


def answered(
    asked: Prepared, first: Sequence[RawAnswer], again: Sequence[RawAnswer]
) -> tuple[Example, tuple[str, ...]]:
    """Return the example with a case for each call that has an answer, and why others are left out.

    Args:
        asked: the example and its calls.
        first: what the Python answered to each call.
        again: what it answered when it was asked a second time, in another process.

    Raises:
        AnnotationError: no Rust header says what the calls need.
    """
    left_out, source, kinds = list(asked.left_out), asked.source, asked.kinds
    answers = _answers(asked, first, again, left_out)
    result = asked.header.result or _result_type(answers)
    _check_expressible((*kinds, result))
    names = [parameter.name for parameter in asked.header.parameters]
    signature = Signature(asked.header.name, tuple(zip(names, kinds, strict=True)), result)
    cases = _cases(source, answers, signature, left_out)
    rust = _rust_header(signature, source.failure, cases)
    example = replace(asked.bare, cases=tuple(cases), signature=rust) if cases else asked.bare
    return example, tuple(dict.fromkeys(left_out))  # once each: calls of another function are many


def _bound(call: Call, header: Header) -> tuple[Call, tuple[object, ...]] | str:
    """Return a call with a value for each parameter, or why there is none."""
    if call.function != header.name:
        return f"calls of other functions: {call.function}; an example is {header.name}'s alone"
    names = [parameter.name for parameter in header.parameters]
    given = {**dict(zip(names, call.args, strict=False)), **dict(call.keywords)}
    if len(call.args) > len(names) or not given.keys() <= set(names):
        return f"not every call fits {header.name}: {call.args!r:.80}"
    for parameter in header.parameters:
        if parameter.name not in given:
            try:
                given[parameter.name] = literal(parameter.default) if parameter.default else None
            except ValueError:
                return f"the default of {parameter.name} is no literal"
            if parameter.default is None:
                return f"not every call fits {header.name}: {parameter.name} is missing"
    return call, tuple(given[name] for name in names)


def _parameter_types(header: Header, calls: Sequence[tuple[object, ...]]) -> list[Type]:
    return [
        parameter.kind or infer_type((args[at] for args in calls), parameter.name)
        for at, parameter in enumerate(header.parameters)
    ]


def _result_type(answers: Sequence[_Answer]) -> Type:
    values = [answer.value for answer in answers if answer.raises is None]
    return infer_type(values, "the result") if values else Type("None")


def _check_expressible(kinds: Sequence[Type]) -> None:
    """Raise AnnotationError for a type that Rust cannot hash: floats as keys or in a set."""
    for kind in kinds:
        keys = kind.arguments[:1] if kind.name in ("dict", "set", "frozenset") else ()
        if any(_contains(key, {"float", "sequence", "set", "dict"}) for key in keys):
            raise AnnotationError(f"{kind.owned()} has keys that cannot be hashed in Rust")
        _check_expressible(kind.arguments)


def _contains(kind: Type, names: set[str]) -> bool:
    return kind.name in names or any(_contains(each, names) for each in kind.arguments)


def _ready(
    calls: Sequence[tuple[Call, tuple[object, ...]]], kinds: Sequence[Type], left_out: list[str]
) -> list[tuple[Call, tuple[object, ...]]]:
    """Return the calls that can be put to a Rust function; why others cannot goes to `left_out`."""
    ready: list[tuple[Call, tuple[object, ...]]] = []
    for call, args in calls:
        try:
            ready.append((call, _sendable(tuple(map(coerce, args, kinds)))))
        except (AnnotationError, UnrepresentableError) as fault:
            left_out.append(f"a call of {call.function}: {fault}")
    return ready


def _answers(
    asked: Prepared,
    first: Sequence[RawAnswer],
    again: Sequence[RawAnswer],
    left_out: list[str],
) -> list[_Answer]:
    """Return the calls that were answered alike twice; what was not goes to `left_out`."""
    answers = []
    for (call, args), one, other in zip(asked.ready, first, again, strict=True):
        try:
            answers.append(_read(call, args, one, other))
        except (ValueError, TypeError, LookupError) as fault:
            left_out.append(f"{call.function}{args!r:.80}: {fault}")
    return answers


def _sendable(value: tuple[object, ...]) -> tuple[object, ...]:
    """Return a value that can be put to a Rust function; raise UnrepresentableError for others."""
    encode(value)
    return value


def _read(
    call: Call,
    args: tuple[object, ...],
    one: RawAnswer,
    other: RawAnswer,
) -> _Answer:
    """Return an answer that was given twice; a program can write to where answers go."""
    if isinstance(one, NoAnswerError):
        raise one
    if isinstance(other, NoAnswerError) or _without_order(one) != _without_order(other):
        raise NoAnswerError("it answers something else each time")
    if "unusable" in one:
        raise NoAnswerError(str(one["unusable"]))
    if "raises" in one:
        return _Answer(call, args, None, str(one["raises"]), None)
    if "value" not in one:
        raise NoAnswerError(f"it wrote {one!r:.80} among its answers")
    after = from_json(one["after"]) if "after" in one else None
    if after is not None and not (isinstance(after, tuple) and len(after) == len(args)):
        raise NoAnswerError("it wrote among its answers")
    return _Answer(call, args, from_json(one["value"]), None, after)


def agree(first: Sequence[RawAnswer], again: Sequence[RawAnswer]) -> bool:
    """Return whether calls were all answered, and alike, when they were asked twice."""
    return all(
        not isinstance(one, NoAnswerError)
        and not isinstance(other, NoAnswerError)
        and _without_order(one) == _without_order(other)
        for one, other in zip(first, again, strict=True)
    )


def _without_order(answer: dict[str, object]) -> dict[str, object]:
    """Return an answer whose dicts and sets have no order, which is another one each time."""
    return {name: canonical(part) for name, part in answer.items()}


def _cases(
    source: Source, answers: Sequence[_Answer], signature: Signature, left_out: list[str]
) -> list[Case]:
    kinds = [kind for _, kind in signature.parameters]
    changed = {at for answer in answers for at in _changed(answer)}
    cases = []
    for answer in answers:
        try:
            cases.append(_case(source, answer, signature, changed))
        except (AnnotationError, UnrepresentableError) as fault:
            left_out.append(f"{signature.name}{answer.args!r:.80}: {fault}")
    fixed = [signature.parameters[at][0] for at in sorted(changed) if not kinds[at].is_mutable]
    if fixed:
        left_out.append(f"it changes what {fixed[0]} holds, which no Rust argument lets it do")
        return []
    if cases and all(_shows_nothing(case, signature.result) for case in cases):
        left_out.append("no call of it returns or changes anything that could be wrong")
        return []
    return cases


def _changed(answer: _Answer) -> list[int]:
    """Return the positions of the arguments that a call changed."""
    if answer.after is None:
        return []
    pairs = zip(answer.args, answer.after, strict=True)
    return [
        at
        for at, (before, after) in enumerate(pairs)
        if canonical(to_json(before)) != canonical(to_json(after))
    ]


def _case(source: Source, answer: _Answer, signature: Signature, changed: set[int]) -> Case:
    kinds = [kind for _, kind in signature.parameters]
    args = tuple(map(for_rust, answer.args, kinds))
    if answer.raises is not None:
        return Case(
            signature.name,
            args,
            raises=answer.raises,
            failure=source.failure,
            tolerance=source.tolerance,
        )
    claim = answer.call.claim
    if claim is not None and not agrees(claim.value, answer.value, source.tolerance):
        raise AnnotationError(
            f"the corpus says {claim.value!r:.80}, the Python says {answer.value!r:.80}"
        )
    expected = for_rust(coerce(answer.value, signature.result), signature.result)
    held = answer.after or answer.args
    after = tuple((at, for_rust(coerce(held[at], kinds[at]), kinds[at])) for at in sorted(changed))
    _sendable((expected, after))
    return Case(signature.name, args, expected, after=after, tolerance=source.tolerance)


def _shows_nothing(case: Case, result: Type) -> bool:
    """Whether a function that does nothing, or one that always panics, is right about a case."""
    if case.raises is not None:
        return case.failure is Failure.PANIC
    return result.name == "None" and not case.after


def _rust_header(signature: Signature, failure: Failure, cases: Sequence[Case]) -> str:
    changed = {at for case in cases for at, _ in case.after}
    fallible = any(case.raises is not None for case in cases)
    return signature.rust(fallible=fallible, failure=failure, changed=changed)
