"""What can be said of a model file from its header alone, whether or not any engine knows it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sse_steps.models.companions import is_index
from sse_steps.models.formats import FileFormat, format_by_content
from sse_steps.models.header_json import parse_json
from sse_steps.models.model_file import read_stored
from sse_steps.models.safetensors_file import SafetensorsModel, read_safetensors
from sse_steps.models.stored_model import KeyValue, StoredModel, unusable
from sse_steps.models.tiers import Tier, tier_of

_LARGEST_CONFIG_BYTES: Final = 1 << 20
_LONGEST_VALUE: Final = 80
_HEADS: Final = ("output.weight", "lm_head.weight")  # in GGUF, in safetensors


@dataclass(frozen=True, slots=True)
class InspectedTensor:
    """A tensor's place in the table: `shape` in values, outermost dimension first."""

    name: str
    encoding: str
    shape: tuple[int, ...]
    size_bytes: int

    @property
    def parameters(self) -> int:
        """The number of values."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class EncodingShare:
    """What is stored in one encoding."""

    encoding: str
    tensors: int
    parameters: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """A model file as its header describes it. All text is the file's own: hostile."""

    path: Path
    kind: FileFormat
    architecture: str | None  # None where the file does not say
    quantization: str | None  # what it was converted to; only .apr says so
    tensors: tuple[InspectedTensor, ...]
    keys: Mapping[str, str]  # shortened
    provenance: Mapping[str, object] = field(default_factory=dict)

    @property
    def parameters(self) -> int:
        """The number of values in all tensors of the file."""
        return sum(tensor.parameters for tensor in self.tensors)

    @property
    def head_parameters(self) -> int:
        """Those of a head stored apart, which may hold the embedding's values a second time."""
        return sum(tensor.parameters for tensor in self.tensors if tensor.name in _HEADS)

    @property
    def tier(self) -> Tier:
        """The class of sizes."""
        return tier_of(self.parameters)

    @property
    def bits_per_weight(self) -> float:
        """Bits of all tensors over parameters, scales and the like included."""
        size = sum(tensor.size_bytes for tensor in self.tensors)
        return 8 * size / self.parameters if self.parameters else 0.0

    def encodings(self) -> list[EncodingShare]:
        """Return the encodings, the one with most parameters first."""
        shares = [
            _share(name, [tensor for tensor in self.tensors if tensor.encoding == name])
            for name in sorted({tensor.encoding for tensor in self.tensors})
        ]
        return sorted(shares, key=lambda share: -share.parameters)


def _share(encoding: str, tensors: list[InspectedTensor]) -> EncodingShare:
    parameters = sum(tensor.parameters for tensor in tensors)
    return EncodingShare(
        encoding, len(tensors), parameters, sum(tensor.size_bytes for tensor in tensors)
    )


def inspect_model(path: Path) -> Inspection:
    """Return what the header of a model file says; no tensor is read.

    Args:
        path: .apr, GGUF, .safetensors, or the index of safetensors shards.

    Raises:
        ModelFormatError: it is none of these, or damaged.
    """
    try:
        kind = format_by_content(path)
    except OSError as error:
        raise unusable(path, f"not a readable file: {error}") from error
    if kind is FileFormat.SAFETENSORS or is_index(path.name):
        return _of_safetensors(read_safetensors(path))
    return _of_stored(read_stored(path), kind)


def _of_stored(stored: StoredModel, kind: FileFormat) -> Inspection:
    architecture = stored.keys.get("general.architecture")
    tensors = (
        InspectedTensor(tensor.name, tensor.encoding.name, tensor.shape, tensor.data.nbytes)
        for tensor in stored.tensors.values()
    )
    return Inspection(
        stored.path,
        kind,
        str(architecture.value) if architecture else None,
        stored.quantization,
        tuple(tensors),
        {name: _short(value) for name, value in stored.keys.items()},
        stored.provenance,
    )


def _of_safetensors(model: SafetensorsModel) -> Inspection:
    tensors = (
        InspectedTensor(tensor.name, tensor.dtype, tensor.shape, tensor.data.nbytes)
        for tensor in model.tensors.values()
    )
    return Inspection(
        model.path,
        FileFormat.SAFETENSORS,
        _configured_architecture(model.path.parent / "config.json"),
        None,
        tuple(tensors),
        {name: value[:_LONGEST_VALUE] for name, value in model.metadata.items()},
    )


def _configured_architecture(config: Path) -> str | None:
    """Return what the configuration beside safetensors names, None where it names nothing."""
    try:
        if format_by_content(config) is not FileFormat.JSON:
            return None
        with config.open("rb") as file:
            entries = parse_json(str(file.read(_LARGEST_CONFIG_BYTES), "utf-8"))
    except (OSError, ValueError):
        return None
    name = entries.get("model_type") if isinstance(entries, dict) else None
    return name if isinstance(name, str) else None


def _short(value: KeyValue) -> str:
    if isinstance(value.value, list) and value.item_kind is not None:
        kind = value.item_kind.name.lower()
        return f"{len(value.value)} x {kind}: {_shortened(value.value[:4])}"
    return str(value.value)[:_LONGEST_VALUE]


def _shortened(items: Iterable[object]) -> str:
    return ", ".join(str(item)[: _LONGEST_VALUE // 4] for item in items)
