"""Each gate of the download, passed and tripped."""

from __future__ import annotations

import pytest

from sse_steps.models.download_gates import (
    Complete,
    DigestMatches,
    KnownFormat,
    SafeFormat,
    SizeBounded,
    SourceExists,
)
from sse_steps.models.formats import FileFormat
from sse_steps.models.gates import Gate, Severity

GGUF, JSON, PICKLE = FileFormat.GGUF, FileFormat.JSON, FileFormat.PICKLE
ARCHIVE, OTHER = FileFormat.ARCHIVE, FileFormat.OTHER

GATES: list[tuple[Gate, bool]] = [
    (SourceExists("hf://a/b/c.gguf"), True),
    (SourceExists("hf://a/b/c.gguf", "there is none"), False),
    (KnownFormat("a.gguf", GGUF), True),
    (KnownFormat("a.gguf", GGUF, GGUF), True),
    (KnownFormat("a.gguf", GGUF, JSON), False),
    (KnownFormat("download.json", JSON), False),
    (KnownFormat("chat_template.jinja", FileFormat.TEMPLATE), False),
    (KnownFormat("a.safetensors.index.json", JSON), True),
    (KnownFormat("a.safetensors.index.json", JSON, JSON), True),
    (KnownFormat("config.json", JSON, JSON), True),
    (KnownFormat("a.onnx", OTHER), False),
    (KnownFormat("a.bin", PICKLE), False),
    (KnownFormat("a.bin", PICKLE, ARCHIVE, pickle_allowed=True), True),
    (Complete("hf://a/b/c.gguf", 10), True),
    (Complete("hf://a/b/c.gguf", 0, "5 of 10 bytes came"), False),
    (DigestMatches("a.gguf", "ab", "AB", "the hub"), True),
    (DigestMatches("a.gguf", "ab", "", "nobody"), True),
    (DigestMatches("a.gguf", "ab", "cd", "the hub"), False),
    (SizeBounded(10, 10), True),
    (SizeBounded(11, 10), False),
    (SafeFormat("a.gguf", GGUF), True),
    (SafeFormat("a.gguf", GGUF, GGUF), True),
    (SafeFormat("a.gguf", GGUF, PICKLE), False),
    (SafeFormat("a.gguf", GGUF, PICKLE, pickle_allowed=True), False),
    (SafeFormat("a.gguf", GGUF, ARCHIVE), False),
    (SafeFormat("a.bin", PICKLE), False),
    (SafeFormat("a.bin", PICKLE, ARCHIVE, pickle_allowed=True), True),
    (SafeFormat("a.zip", ARCHIVE, None, pickle_allowed=True), False),
]


@pytest.mark.parametrize(("gate", "passes"), GATES, ids=lambda value: str(value)[:60])
def test_each_gate_passes_and_fails(gate: Gate, passes: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A gate says what it found and what it expected, and whether that is well."""
    finding = gate.check()
    assert finding.passed is passes
    assert finding.found
    assert finding.expected
    assert finding.remedy


def test_the_severities_are_those_of_the_line() -> None:
    """Wrong bytes halt, a large model is flagged, everything else skips the model."""
    kinds = (SourceExists, KnownFormat, Complete, DigestMatches, SizeBounded, SafeFormat)
    found = {kind.code: kind.severity for kind in kinds}
    skips = dict.fromkeys(("D1", "D2", "D3", "D6"), Severity.SKIP)
    assert found == {**skips, "D4": Severity.HALT, "D5": Severity.WARN}
