"""Gates: named questions that a model must answer well before it may go on along the line.

A gate is a small frozen class that holds its evidence; `check` makes a finding of it. What failing
means is the gate's severity, and `passed_or_stopped` carries it out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from sse_steps.errors import LineHaltedError, ModelSkippedError


class Severity(StrEnum):
    """What a failed gate does."""

    WARN = "warn"  # go on, and flag it in the report
    SKIP = "skip"  # go on without this model
    HALT = "halt"  # stop the line, and leave a record for a person


@dataclass(frozen=True, slots=True)
class Finding:
    """What a gate saw."""

    gate: str  # its code, such as D4
    question: str
    severity: Severity
    passed: bool
    found: str
    expected: str
    remedy: str


class Gate(ABC):
    """One question about a model; subclasses are frozen dataclasses, their fields the evidence."""

    code: ClassVar[str]
    severity: ClassVar[Severity]
    question: ClassVar[str]
    remedy: ClassVar[str]

    @abstractmethod
    def check(self) -> Finding:
        """Look at the evidence."""

    def finding(self, *, passed: bool, found: str, expected: str) -> Finding:
        """Return a finding of this gate."""
        return Finding(
            self.code, self.question, self.severity, passed, found, expected, self.remedy
        )


def passed_or_stopped(model: str, findings: Sequence[Finding]) -> None:
    """Carry out what the failed gates among `findings` demand; warnings demand nothing.

    Raises:
        LineHaltedError: a gate of severity HALT failed.
        ModelSkippedError: a gate of severity SKIP failed.
    """
    for kind, severity in ((LineHaltedError, Severity.HALT), (ModelSkippedError, Severity.SKIP)):
        for failed in failures(findings, severity):
            found = failed.found.rstrip(".")
            wrong = f"{kind.prefix}: '{model}' fails gate {failed.gate}: {found}"
            raise kind(f"{wrong}; expected: {failed.expected}.", failed.remedy, failed.gate)


def failures(findings: Iterable[Finding], severity: Severity) -> list[Finding]:
    """Return the failed gates of one severity."""
    return [each for each in findings if not each.passed and each.severity is severity]
