"""One candidate beside the Python that it was made from, on inputs that Hypothesis generates."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass

import hypothesis

from sse_steps.corpus.examples_file import cases_to_json
from sse_steps.equivalence.domain import arguments_like
from sse_steps.equivalence.literals import literals_in
from sse_steps.equivalence.oracle import Oracle
from sse_steps.equivalence.python_session import PythonError
from sse_steps.equivalence.rust_function import RustFunction, UnsteadyError
from sse_steps.equivalence.search import Finding, Input, Search
from sse_steps.errors import SandboxError
from sse_steps.records import Case, Equivalence, EquivalenceStatus, Example, Outcome
from sse_steps.rust.bridge import function_of
from sse_steps.rust.compiler import Compiled
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.signature import AnnotationError, read_signature
from sse_steps.source_hash import source_hash
from sse_steps.store import content_key

_LEAST_SHARE = 0.1  # of the inputs asked for that have to lie inside the domain


def probe_for(example: Example, inputs: int) -> EquivalenceProbe | None:
    """Return what compares candidates with an example's Python on `inputs` inputs.

    None where there is nothing to compare: no inputs are asked for, it is no function, no case.
    Where cases call several functions, the first one's are compared.
    """
    cases = tuple(case for case in example.cases if isinstance(case, Case))
    if inputs < 1 or not cases:
        return None
    like = tuple(case for case in cases if function_of(case) == function_of(cases[0]))
    return EquivalenceProbe(example.python, like, inputs)


@dataclass(frozen=True, slots=True)
class EquivalenceProbe:
    """Compares candidates with the Python of one example. Every call starts processes of its own.

    The same candidate gets the same inputs every time.
    """

    python: str
    cases: tuple[Case, ...]
    inputs: int

    @property
    def identity(self) -> str:
        """Everything that the comparison depends on beside the candidate and the judge."""
        ours = source_hash("equivalence", "corpus/values.py")
        versions = (hypothesis.__version__, sys.version)
        return content_key(ours, *versions, self.python, cases_to_json(self.cases), self.inputs)

    def __call__(self, sandbox: Sandbox, compiled: Compiled, limits: Limits) -> Equivalence:
        """Return whether the candidate answers as the Python does.

        Raises:
            SandboxError: the sandbox could not start the candidate.
        """
        try:
            signature = read_signature(self.python, self.cases[0].function)
            inputs = arguments_like(signature, self.cases, literals_in(self.python))
        except AnnotationError as fault:
            return _not_checked(str(fault))
        with ExitStack() as processes:
            oracle = processes.enter_context(Oracle(sandbox, self.python, self.cases, limits))
            rust = processes.enter_context(RustFunction(sandbox, compiled, limits))
            comparison = _Comparison(oracle, rust, self.inputs)
            smallest = comparison.search.smallest(inputs)
        return comparison.result(smallest, least=max(1, int(_LEAST_SHARE * self.inputs)))


def _not_checked(why: str) -> Equivalence:
    return Equivalence(EquivalenceStatus.NOT_CHECKED, 0, why)


class _Comparison:
    """What has been found so far. A fault of either side ends it; Hypothesis never sees one."""

    def __init__(self, oracle: Oracle, rust: RustFunction, inputs: int) -> None:
        self._oracle = oracle
        self._rust = rust
        self._fault: Exception | None = None
        self._differences: dict[str, str] = {}
        self.search = Search(self._diverges, inputs)

    def _diverges(self, args: Input) -> Finding:
        if self._fault is not None:
            return None
        try:
            return self._compare(args)
        except (PythonError, UnsteadyError, SandboxError) as fault:
            self._fault = fault
            return None

    def _compare(self, args: Input) -> Finding:
        case = self._oracle.case(args)
        if case is None:
            return None
        result = self._rust.answer(case)
        if result.outcome is Outcome.PASSED:
            return False
        self._differences[repr(args)] = result.detail
        if result.outcome is Outcome.TIMEOUT:
            self.search.stop_shrinking()
        return True

    def result(self, smallest: Input | None, *, least: int) -> Equivalence:
        """Return what the search came to; `least` inputs compared are worth a statement.

        Raises:
            SandboxError: the sandbox could not start the candidate.
        """
        search = self.search
        if smallest is not None:
            detail = self._differences[repr(smallest)]
            return Equivalence(EquivalenceStatus.DIVERGED, search.compared, detail)
        if isinstance(self._fault, SandboxError):
            raise self._fault
        if self._fault is not None:
            return _not_checked(str(self._fault))
        if search.compared < least and search.skipped:
            return _not_checked(
                f"{search.skipped} of {search.compared + search.skipped} generated inputs lie "
                "outside what the cases show"
            )
        return Equivalence(EquivalenceStatus.EQUAL, search.compared)
