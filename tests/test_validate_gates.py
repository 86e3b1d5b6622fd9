"""The gates V and T: each passes at its limit, and each is tripped beyond it."""

from __future__ import annotations

import pytest

from sse_steps.models.gates import Gate, Severity
from sse_steps.models.validate_gates import (
    BehaviourEquivalent,
    LatencyBounded,
    Loads,
    LogitsAgree,
    MemoryBounded,
    MetadataValid,
    OutputProduced,
    QuantizedLogitsAgree,
    SanePrompts,
)

CASES = [
    ("V1", Severity.SKIP, Loads(None), Loads("no room")),
    ("V2", Severity.SKIP, MetadataValid(None), MetadataValid("no template")),
    ("V3", Severity.HALT, LogitsAgree(0.9, 0.9, 0.1, 20), LogitsAgree(0.85, 0.9, 0.1, 20)),
    (
        *("V3", Severity.WARN),
        QuantizedLogitsAgree(0.9, 0.9, 0.1, 20),
        QuantizedLogitsAgree(0.0, 0.9, 0.1, 20),
    ),
    ("T1", Severity.SKIP, OutputProduced(19, 20), OutputProduced(20, 20)),
    ("T2", Severity.WARN, LatencyBounded(60.0, 60.0), LatencyBounded(60.1, 60.0)),
    ("T3", Severity.WARN, MemoryBounded(8 * 10**9, 8e9), MemoryBounded(8 * 10**9 + 1, 8e9)),
    ("T4", Severity.SKIP, SanePrompts(4, 6, 0.5), SanePrompts(3, 6, 0.5)),
    ("T5", Severity.WARN, BehaviourEquivalent(19, 20, 0.9), BehaviourEquivalent(18, 20, 0.9)),
]


@pytest.mark.parametrize(("code", "severity", "good", "bad"), CASES)
def test_a_gate_passes_at_its_limit_and_trips_beyond(
    code: str, severity: Severity, good: Gate, bad: Gate
) -> None:
    """Code and severity are those of the design, and the finding says what was found."""
    passed, failed = good.check(), bad.check()
    assert (passed.gate, passed.severity, passed.passed) == (code, severity, True)
    assert (failed.gate, failed.severity, failed.passed) == (code, severity, False)
    assert failed.found
    assert failed.found != failed.expected
    assert failed.remedy
