"""The gates of a conversion, C1 to C8 of the design.

C1 to C4 ask whether this model can be converted at all: one that cannot is skipped. C5 to C8 look
at the file as it was written: a fault there is ours, and a person has to look at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from sse_steps.models.formats import FileFormat
from sse_steps.models.gates import Finding, Gate, Severity
from sse_steps.models.precision import Precision

CONVERTIBLE: Final = (FileFormat.GGUF, FileFormat.SAFETENSORS, FileFormat.APR)
MAGIC: Final = b"APR!"
_NAMED: Final = 5  # tensors that a finding names
_REPORT: Final = "Do not use the file; report the converter's fault with the evidence that is kept."


@dataclass(frozen=True, slots=True)
class FormatDetected(Gate):
    """C1."""

    code: ClassVar[str] = "C1"
    severity: ClassVar[Severity] = Severity.SKIP
    question: ClassVar[str] = "Is the source of a format that can be converted?"
    remedy: ClassVar[str] = "Name a GGUF or safetensors file in the model's `source`."

    kind: FileFormat | str  # what the file is, or why it cannot be told

    def check(self) -> Finding:
        """Look at the file's first bytes."""
        return self.finding(
            passed=self.kind in CONVERTIBLE, found=str(self.kind), expected=" or ".join(CONVERTIBLE)
        )


@dataclass(frozen=True, slots=True)
class Parsed(Gate):
    """C2."""

    code: ClassVar[str] = "C2"
    severity: ClassVar[Severity] = Severity.SKIP
    question: ClassVar[str] = "Do the source's header, configuration and tokenizer hold together?"
    remedy: ClassVar[str] = "Choose a model of a kind that docs/conversion.md lists."

    fault: str | None

    def check(self) -> Finding:
        """Look at what reading brought up."""
        return self.finding(
            passed=self.fault is None, found=self.fault or "a model", expected="a model"
        )


@dataclass(frozen=True, slots=True)
class TensorsComplete(Gate):
    """C3."""

    code: ClassVar[str] = "C3"
    severity: ClassVar[Severity] = Severity.SKIP
    question: ClassVar[str] = "Is every tensor there that the architecture needs, and no other?"
    remedy: ClassVar[str] = "Get the model from another place: this file is not whole."

    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    misshapen: tuple[str, ...]

    def check(self) -> Finding:
        """Look at the names and shapes."""
        faults = (("missing", self.missing), ("unknown", self.unknown), ("shaped", self.misshapen))
        found = "; ".join(f"{what}: {_few(names)}" for what, names in faults if names)
        return self.finding(
            passed=not found,
            found=found or "every tensor",
            expected="every tensor of the architecture, in its shape",
        )


@dataclass(frozen=True, slots=True)
class Written(Gate):
    """C4."""

    code: ClassVar[str] = "C4"
    severity: ClassVar[Severity] = Severity.SKIP
    question: ClassVar[str] = "Could the model be encoded and written?"
    remedy: ClassVar[str] = "Choose another quantisation, or another file of the model."

    fault: str | None

    def check(self) -> Finding:
        """Look at what writing brought up."""
        return self.finding(
            passed=self.fault is None, found=self.fault or "a file", expected="a file"
        )


@dataclass(frozen=True, slots=True)
class MagicWritten(Gate):
    """C5."""

    code: ClassVar[str] = "C5"
    severity: ClassVar[Severity] = Severity.HALT
    question: ClassVar[str] = "Does the written file begin as an .apr file, and can it be read?"
    remedy: ClassVar[str] = _REPORT

    magic: bytes
    fault: str | None  # of reading the header

    def check(self) -> Finding:
        """Look at the first four bytes, and at the reader's answer."""
        found = self.fault if self.fault and self.magic == MAGIC else f"bytes {self.magic.hex(' ')}"
        return self.finding(
            passed=self.magic == MAGIC and self.fault is None,
            found=found,
            expected=f"bytes {MAGIC.hex(' ')} and a readable header",
        )


@dataclass(frozen=True, slots=True)
class ParametersKept(Gate):
    """C6."""

    code: ClassVar[str] = "C6"
    severity: ClassVar[Severity] = Severity.HALT
    question: ClassVar[str] = "Does the written file have as many parameters as the source?"
    remedy: ClassVar[str] = _REPORT

    source: int
    written: int

    def check(self) -> Finding:
        """Compare the counts."""
        return self.finding(
            passed=self.source == self.written,
            found=f"{self.written:,}",
            expected=f"{self.source:,}",
        )


@dataclass(frozen=True, slots=True)
class ShapesKept(Gate):
    """C7."""

    code: ClassVar[str] = "C7"
    severity: ClassVar[Severity] = Severity.HALT
    question: ClassVar[str] = "Has every written tensor its source's name and shape?"
    remedy: ClassVar[str] = _REPORT

    source: Mapping[str, tuple[int, ...]]
    written: Mapping[str, tuple[int, ...]]

    def check(self) -> Finding:
        """Compare the shapes, name by name."""
        names = sorted(self.source.keys() | self.written.keys())
        different = tuple(
            f"{name} {self.written.get(name, 'missing')} of {self.source.get(name, 'nothing')}"
            for name in names
            if self.source.get(name) != self.written.get(name)
        )
        return self.finding(
            passed=not different,
            found=_few(different) or f"{len(names)} tensors",
            expected="the names and shapes of the source",
        )


@dataclass(frozen=True, slots=True)
class PrecisionKept(Gate):
    """C8."""

    code: ClassVar[str] = "C8"
    severity: ClassVar[Severity] = Severity.HALT
    question: ClassVar[str] = (
        "Is every written tensor as near to its source as its encoding allows?"
    )
    remedy: ClassVar[str] = "Choose a finer quantisation for this model, or look at the tensor."

    tensors: tuple[Precision, ...]

    def check(self) -> Finding:
        """Compare each tensor's figures with its limit, and name the worst."""
        outside = [tensor for tensor in self.tensors if not tensor.within]
        worst = max(outside or self.tensors, key=_excess, default=None)
        if worst is None:
            return self.finding(passed=True, found="no tensors", expected="any")
        count = f"{len(outside)} of {len(self.tensors)} tensors outside; " if outside else ""
        figures = f"KL {worst.kl:.3g}, cosine {worst.cosine:.6f}, scale {worst.scale:.6f}"
        return self.finding(
            passed=not outside,
            found=f"{count}worst: {worst.name} in {worst.encoding}, {figures}",
            expected=_limits(worst),
        )


def _excess(tensor: Precision) -> float:
    """Return how far a divergence goes, by its limit; what is no number goes farthest."""
    if tensor.kl != tensor.kl:
        return float("inf")
    return tensor.kl / tensor.limit if tensor.limit else tensor.kl


def _limits(tensor: Precision) -> str:
    if tensor.limit == 0:
        return "the bytes of the source"
    cosine, scale = 1 - 10 * tensor.limit, tensor.limit**0.5
    return f"KL at most {tensor.limit:g}, cosine at least {cosine:g}, scale within {scale:.2g} of 1"


def _few(names: tuple[str, ...]) -> str:
    shown = ", ".join(name[:120] for name in names[:_NAMED])
    more = len(names) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown
