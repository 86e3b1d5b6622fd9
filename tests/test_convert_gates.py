"""Each gate of a conversion, passed and tripped."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from sse_steps.models.convert_gates import (
    FormatDetected,
    MagicWritten,
    ParametersKept,
    Parsed,
    PrecisionKept,
    ShapesKept,
    TensorsComplete,
    Written,
)
from sse_steps.models.formats import FileFormat
from sse_steps.models.gates import Gate, Severity
from sse_steps.models.precision import Precision

GOOD = Precision("a", "Q4_0", kl=0.001, cosine=0.999, scale=1.0, limit=0.01)
SHAPES = {"a": (2, 3), "b": (4,)}
# code, severity, a gate that passes, gates that fail with a word of what they find
GATES: list[tuple[str, Severity, Gate, list[tuple[Gate, str]]]] = [
    (
        *("C1", Severity.SKIP, FormatDetected(FileFormat.GGUF)),
        [(FormatDetected(FileFormat.PICKLE), "pickle"), (FormatDetected("gone"), "gone")],
    ),
    ("C2", Severity.SKIP, Parsed(None), [(Parsed("no vocabulary"), "no vocabulary")]),
    (
        *("C3", Severity.SKIP, TensorsComplete((), (), ())),
        [
            (TensorsComplete(("w",), (), ()), "missing: w"),
            (TensorsComplete((), ("x",), ()), "unknown: x"),
            (TensorsComplete((), (), ("y (2,)",)), "shaped: y"),
            (TensorsComplete(tuple("abcdefg"), (), ()), "and 2 more"),
        ],
    ),
    ("C4", Severity.SKIP, Written(None), [(Written("no room"), "no room")]),
    (
        *("C5", Severity.HALT, MagicWritten(b"APR!", None)),
        [
            (MagicWritten(b"GGUF", "not .apr"), "47 47 55 46"),
            (MagicWritten(b"", "empty"), "bytes"),
            (MagicWritten(b"APR!", "wrong CRC"), "wrong CRC"),
        ],
    ),
    ("C6", Severity.HALT, ParametersKept(7, 7), [(ParametersKept(7, 6), "6")]),
    (
        *("C7", Severity.HALT, ShapesKept(SHAPES, dict(SHAPES))),
        [
            (ShapesKept(SHAPES, {**SHAPES, "a": (3, 2)}), r"a \(3, 2\) of \(2, 3\)"),
            (ShapesKept(SHAPES, {"a": (2, 3)}), "b missing of"),
            (ShapesKept({"a": (2, 3)}, SHAPES), r"b \(4,\) of nothing"),
        ],
    ),
    (
        *("C8", Severity.HALT, PrecisionKept((GOOD,))),
        [
            (PrecisionKept((GOOD, replace(GOOD, name="bad", kl=0.011))), "worst: bad in Q4_0"),
            (PrecisionKept((replace(GOOD, kl=float("nan")), GOOD)), "KL nan"),
            (PrecisionKept((replace(GOOD, cosine=-1.0),)), "cosine -1"),
            (PrecisionKept((replace(GOOD, scale=1.2),)), "scale 1.2"),
            (PrecisionKept((replace(GOOD, kl=1e-12, limit=0.0),)), "1 of 1 tensors"),
            (PrecisionKept((replace(GOOD, kl=0.0, cosine=1.0, limit=0.0),)), "1 of 1 tensors"),
        ],
    ),
]


@pytest.mark.parametrize(
    ("code", "severity", "passing", "failing"), GATES, ids=[gate[0] for gate in GATES]
)
def test_gates_pass_and_trip(
    code: str, severity: Severity, passing: Gate, failing: list[tuple[Gate, str]]
) -> None:
    """A gate passes on good evidence, and on bad evidence says what it found and expected."""
    assert (passing.code, passing.severity) == (code, severity)
    assert passing.check().passed
    for gate, found in failing:
        finding = gate.check()
        assert not finding.passed
        assert re.search(found, finding.found), finding.found
        assert finding.expected
        assert finding.remedy


def test_the_worst_tensor_is_named_with_its_figures() -> None:
    """A person who is to look at a halted line learns which tensor, how far, and the limit."""
    worst = replace(GOOD, name="blk.3.ffn_down.weight", kl=0.5, cosine=0.25)
    finding = PrecisionKept((GOOD, worst, replace(GOOD, kl=0.02))).check()
    assert finding.found == (
        "2 of 3 tensors outside; worst: blk.3.ffn_down.weight in Q4_0, "
        "KL 0.5, cosine 0.250000, scale 1.000000"
    )
    assert finding.expected == "KL at most 0.01, cosine at least 0.9, scale within 0.1 of 1"


def test_the_worst_is_measured_by_its_own_limit() -> None:
    """A tensor in eight bits with a small divergence can be the worst of a file in four."""
    fine = replace(GOOD, name="fine", encoding="Q8_0", kl=0.0009, limit=0.001)
    assert "worst: fine" in PrecisionKept((GOOD, fine)).check().found
