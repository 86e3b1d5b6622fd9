"""The gates of the stage that brings a model: D1 to D6."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sse_steps.models.companions import is_index
from sse_steps.models.formats import WEIGHTS, FileFormat
from sse_steps.models.gates import Finding, Gate, Severity

_UNSAFE = (FileFormat.PICKLE, FileFormat.ARCHIVE)
_KNOWN = WEIGHTS | {FileFormat.JSON, FileFormat.TEMPLATE}


@dataclass(frozen=True)
class SourceExists(Gate):
    """D1. `fault` says what is missing; None where everything is there."""

    code: ClassVar[str] = "D1"
    severity: ClassVar[Severity] = Severity.SKIP
    question: ClassVar[str] = "Does the source exist?"
    remedy: ClassVar[str] = (
        "Correct `source` in the model's YAML, or bring what is missing; for a private or gated "
        "repository set HF_TOKEN."
    )

    source: str
    fault: str | None = None

    def check(self) -> Finding:
        """Whether nothing was found missing."""
        found = self.fault or f"{self.source} is there"
        return self.finding(
            passed=self.fault is None, found=found, expected="a source that can be read"
        )


@dataclass(frozen=True)
class KnownFormat(Gate):
    """D2. By its name alone before the download, and by its bytes afterwards.

    The name that is asked for before the download is that of a file of weights.
    """

    code: ClassVar[str] = "D2"
    severity: ClassVar[Severity] = Severity.SKIP
    question: ClassVar[str] = "Is each file of a known format, and of the one that its name says?"
    remedy: ClassVar[str] = (
        "Name a .gguf, .apr or .safetensors file, or a .safetensors.index.json, as the source."
    )

    name: str
    claimed: FileFormat
    found: FileFormat | None = None  # None: its bytes are not here yet
    pickle_allowed: bool = False

    def check(self) -> Finding:
        """Whether the name is known and the bytes are what it says."""
        known = _KNOWN if self.found is not None or is_index(self.name) else WEIGHTS
        known = known | {FileFormat.PICKLE} if self.pickle_allowed else known
        # An archive is what a pickle's name may well stand for: PyTorch writes them zipped.
        agrees = self.found in (None, self.claimed) or self.claimed is FileFormat.PICKLE
        found = f"'{self.name}' is called {self.claimed.value}"
        if self.found is not None:
            found = f"'{self.name}' is {self.found.value}"
        return self.finding(
            passed=self.claimed in known and agrees,
            found=found,
            expected=self.claimed.value if self.claimed in known else "GGUF, APR or safetensors",
        )


@dataclass(frozen=True)
class Complete(Gate):
    """D3. `fault` says what did not come after every try; None where all did."""

    code: ClassVar[str] = "D3"
    severity: ClassVar[Severity] = Severity.SKIP
    question: ClassVar[str] = "Is every byte here, after three tries?"
    remedy: ClassVar[str] = (
        "Check the network, HF_ENDPOINT, HF_HUB_OFFLINE and PIP_INDEX_URL, and run the same "
        "command again: what has come stays."
    )

    source: str
    total_bytes: int
    fault: str | None = None

    def check(self) -> Finding:
        """Whether nothing failed."""
        found = self.fault or f"{self.total_bytes:,} bytes of {self.source}"
        return self.finding(passed=self.fault is None, found=found, expected="every byte")


@dataclass(frozen=True)
class DigestMatches(Gate):
    """D4. Whether bytes are the ones that a pin, the lock file or the hub promised."""

    code: ClassVar[str] = "D4"
    severity: ClassVar[Severity] = Severity.HALT
    question: ClassVar[str] = "Are the bytes the ones that were meant?"
    remedy: ClassVar[str] = (
        "Do not use this file; if it lies in the cache remove it, and the next build brings it "
        "again. If the source is right and was changed on purpose, correct `sha256` in the model's "
        "YAML or remove the model's entry from models.lock.json."
    )

    name: str
    found: str
    expected: str  # a digest, or empty where nothing is promised
    promised_by: str

    def check(self) -> Finding:
        """Whether the digests are equal, in either case of their letters."""
        return self.finding(
            passed=not self.expected or self.found.lower() == self.expected.lower(),
            found=f"'{self.name}' has the digest {self.found}",
            expected=f"{self.expected}, by {self.promised_by}" if self.expected else "no promise",
        )


@dataclass(frozen=True)
class SizeBounded(Gate):
    """D5. All files of the model together."""

    code: ClassVar[str] = "D5"
    severity: ClassVar[Severity] = Severity.WARN
    question: ClassVar[str] = "Is it a small model?"
    remedy: ClassVar[str] = "Choose a smaller model or quantisation, or raise cache.warn_above_gb."

    total_bytes: int
    limit_bytes: int

    def check(self) -> Finding:
        """Whether the files are no larger than the limit."""
        return self.finding(
            passed=self.total_bytes <= self.limit_bytes,
            found=f"{self.total_bytes:,} bytes",
            expected=f"at most {self.limit_bytes:,} bytes",
        )


@dataclass(frozen=True)
class SafeFormat(Gate):
    """D6. No pickle and no archive, by name before the download and by content afterwards."""

    code: ClassVar[str] = "D6"
    severity: ClassVar[Severity] = Severity.SKIP
    question: ClassVar[str] = "Can its format be read without running it?"
    remedy: ClassVar[str] = (
        "Choose the model's GGUF or safetensors files: loading a pickle runs whatever it says."
    )

    name: str
    claimed: FileFormat
    found: FileFormat | None = None  # None: its bytes are not here yet
    pickle_allowed: bool = False

    def check(self) -> Finding:
        """Whether it is none; a pickle that calls itself one may be allowed."""
        unsafe = next((each for each in (self.found, self.claimed) if each in _UNSAFE), None)
        allowed = self.pickle_allowed and self.claimed is FileFormat.PICKLE
        return self.finding(
            passed=unsafe is None or allowed,
            found=f"'{self.name}' is {(unsafe or self.found or self.claimed).value}",
            expected="a format that holds numbers and text alone",
        )
