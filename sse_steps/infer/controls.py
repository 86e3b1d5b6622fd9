"""Controls: engines whose score is known, so that a wrong score shows a broken judge.

They do no work that could be timed; the metrics leave their latency out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sse_steps.infer.engine import OnFinish, Request, Sampling
from sse_steps.records import Example, FinishReason, LabelledExample, Reply


@dataclass(frozen=True, slots=True)
class ReferenceEngine:
    """Gives the corpus's own solution or label; every one of them must pass."""

    version: str = "reference 1"

    def inputs(self, request: Request, sampling: Sampling) -> tuple[object, ...]:
        """Return the solution itself."""
        del sampling
        return (request.example.reference or "",)

    def complete(
        self, requests: Sequence[Request], sampling: Sampling, *, on_finish: OnFinish
    ) -> Iterator[Sequence[Reply]]:
        """Yield one batch with the reference solutions."""
        del sampling  # nothing is sampled
        on_finish(len(requests))
        yield [_reply(request.example.reference) for request in requests]


@dataclass(frozen=True, slots=True)
class StubEngine:
    """Gives code that compiles and does nothing, or no label there is; none may pass."""

    version: str = "stub 2"

    def inputs(self, request: Request, sampling: Sampling) -> tuple[object, ...]:
        """Return the stub itself."""
        del sampling
        return (_stub(request.example),)

    def complete(
        self, requests: Sequence[Request], sampling: Sampling, *, on_finish: OnFinish
    ) -> Iterator[Sequence[Reply]]:
        """Yield one batch with a stub for each example."""
        del sampling  # nothing is sampled
        on_finish(len(requests))
        yield [_reply(_stub(request.example)) for request in requests]


def _stub(example: Example | LabelledExample) -> str:
    if isinstance(example, LabelledExample):
        # A single word that no label can hold: it is the digest of them.
        return hashlib.sha256("\n".join(example.answers).encode()).hexdigest()
    if example.signature is None:
        return "fn main() {}\n"
    return f'{example.signature} {{\n    unimplemented!("a stub")\n}}\n'


def _reply(code: str | None) -> Reply:
    if code is None:
        error = "the example has no reference solution"
        return Reply("", FinishReason.ERROR, 0.0, 0.0, error=error)
    return Reply(code, FinishReason.STOP, 0.0, 0.0, is_code=True)
