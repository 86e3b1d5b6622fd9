"""The function of a candidate under comparison; its process is replaced when it ends."""

from __future__ import annotations

from sse_steps.closing import Closing
from sse_steps.errors import SandboxError
from sse_steps.records import Case, Outcome
from sse_steps.rust.compiler import Compiled
from sse_steps.rust.frames import encode
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.session import Answer, Died, Session, TimedOut
from sse_steps.rust.trial import CaseResult, judge_answer

_FIRST = 0  # the number of the function that the first case calls
_MOST_REPLACED = 3


class UnsteadyError(Exception):
    """Processes end again and again on inputs on which a fresh process does not."""


class RustFunction(Closing):
    """A context manager; leaving it kills the process."""

    def __init__(self, sandbox: Sandbox, compiled: Compiled, limits: Limits) -> None:
        self._sandbox, self._compiled, self._limits = sandbox, compiled, limits
        self._session: Session | None = None
        self._replaced = 0

    def close(self) -> None:
        """End the process, if there is one."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def answer(self, case: Case) -> CaseResult:
        """Put a case to the function and compare its answer.

        The limits are those of a process. One that reaches them over many calls is asked once more
        in a fresh process, because only what a call does alone is the call's.

        Raises:
            SandboxError: the process could not be started.
            UnsteadyError: that has happened too often.
        """
        is_fresh = self._session is None
        answer = self._ask(case)
        if isinstance(answer, Died | TimedOut) and not is_fresh:
            answer = self._ask(case)
            self._replaced += not isinstance(answer, Died | TimedOut)
            if self._replaced > _MOST_REPLACED:
                raise UnsteadyError("the Rust used up its limits over many inputs together")
        result = judge_answer(case, answer)
        if result.outcome is Outcome.INFRASTRUCTURE_ERROR:
            raise SandboxError(
                f"The sandbox could not start a program: {result.detail:.300}",
                "Run the same command again; finished verdicts are kept.",
            )
        return result

    def _ask(self, case: Case) -> Answer:
        """Ask the process that there is, or a new one; one that ended is put away."""
        if self._session is None:
            self._session = Session(self._sandbox, self._compiled, self._limits)
        size = len(encode([case.expected, [value for _, value in case.after]]))
        answer = self._session.ask(_FIRST, case.args, expected_bytes=size)
        if isinstance(answer, Died | TimedOut):
            self.close()
        return answer
