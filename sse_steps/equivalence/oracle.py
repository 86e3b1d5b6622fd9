"""What the Python of an example says that an input has to give, where it says anything."""

from __future__ import annotations

from collections.abc import Sequence

from sse_steps.closing import Closing
from sse_steps.equivalence.python_session import (
    Program,
    PythonError,
    PythonSession,
    Raised,
    Returned,
    Unanswered,
)
from sse_steps.equivalence.search import Input
from sse_steps.records import Case
from sse_steps.rust.frames import UnrepresentableError, encode
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.signature import AnnotationError, coerce, read_signature

_MOST_ENDINGS = 3
_LARGEST = 2**63 - 1


class Oracle(Closing):
    """A context manager; leaving it kills the process that it asks."""

    def __init__(
        self, sandbox: Sandbox, python: str, cases: Sequence[Case], limits: Limits
    ) -> None:
        self._sandbox, self._limits, self._like = sandbox, limits, cases[0]
        self._signature = read_signature(python, cases[0].function)
        self._raising = {case.raises: case.failure for case in cases if case.raises is not None}
        changed = sorted({position for case in cases for position, _ in case.after})
        self._program = Program(python, cases[0].function, tuple(changed))
        self._session: PythonSession | None = None
        self._endings = 0

    def close(self) -> None:
        """End the process, if there is one."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def case(self, args: Input) -> Case | None:
        """Return the case that the Python makes of an input, or None outside its domain.

        Outside lies what raises an exception that no case shows, what takes too long, and what no
        i64 can hold.

        Raises:
            PythonError: the Python cannot be asked.
        """
        answer = self._ask(args)
        if isinstance(answer, Raised):
            return self._failing(args, answer.name)
        return self._answered(args, answer) if isinstance(answer, Returned) else None

    def _ask(self, args: Input) -> Returned | Raised | Unanswered:
        if self._session is None:
            self._session = PythonSession(self._sandbox, self._program, self._limits)
            self._session.begin()
        answer = self._session.ask(args)
        if isinstance(answer, Unanswered) and answer.ended:
            self.close()
            self._endings += 1
            if self._endings == _MOST_ENDINGS:
                raise PythonError(
                    f"the Python gave no answer within its limits on {_MOST_ENDINGS} inputs"
                )
        return answer

    def _failing(self, args: Input, name: str) -> Case | None:
        if name not in self._raising:
            return None
        function, tolerance = self._like.function, self._like.tolerance
        failure = self._raising[name]
        return Case(function, args, raises=name, failure=failure, tolerance=tolerance)

    def _answered(self, args: Input, answer: Returned) -> Case | None:
        parameters = self._signature.parameters
        try:
            expected = coerce(answer.value, self._signature.result)
            after = tuple((at, coerce(value, parameters[at][1])) for at, value in answer.after)
            encode([expected, [value for _, value in after]])
        except (AnnotationError, UnrepresentableError):
            return None
        if not (_fits(expected) and all(_fits(value) for _, value in after)):
            return None
        function, tolerance = self._like.function, self._like.tolerance
        return Case(function, args, expected, after=after, tolerance=tolerance)


def _fits(value: object) -> bool:
    """Whether every integer in a value is an i64, and every text is Unicode."""
    match value:
        case str():
            return not any("\ud800" <= letter <= "\udfff" for letter in value)
        case bool() | float() | None:
            return True
        case int():
            return -_LARGEST - 1 <= value <= _LARGEST
        case dict():
            return all(_fits(key) and _fits(item) for key, item in value.items())
        case list() | tuple() | set() | frozenset():
            return all(map(_fits, value))
    return False
