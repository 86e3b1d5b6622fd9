"""A model as a file holds it, whatever the container: typed keys, and tensors in ggml's encodings.

Keys and tensor names are GGUF's (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md); other
containers are translated to them once, when they are converted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

from sse_steps.errors import ModelFormatError

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class KeyValue:
    """A value with its type in the file. `item_kind` is None where the value is no list."""

    value: object  # bool, int, float, str, or a list of one of them
    kind: gguf.GGUFValueType
    item_kind: gguf.GGUFValueType | None = None


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A tensor's bytes in place; `data` views the mapped file and costs no memory until read."""

    name: str
    shape: tuple[int, ...]  # in values, outermost dimension first
    encoding: gguf.GGMLQuantizationType
    data: NDArray[np.uint8]  # [..., bytes of a row]

    def values(self) -> FloatArray:
        """Return the tensor in float32, a new array of `shape`.

        Raises:
            NotImplementedError: nothing here decodes the encoding.
        """
        decoded = gguf.quants.dequantize(self.data, self.encoding)
        return np.ascontiguousarray(decoded, dtype=np.float32).reshape(self.shape)


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A file of weights, its header checked: every tensor lies inside the file, none overlap."""

    path: Path
    keys: Mapping[str, KeyValue]
    tensors: Mapping[str, StoredTensor]
    provenance: Mapping[str, object] = field(default_factory=dict)  # where it comes from
    quantization: str | None = None  # what it was converted to; only .apr says so


class DecodedTensors(Mapping[str, StoredTensor]):
    """Tensors as 32-bit floats, decoded each time they are asked for, and never kept."""

    def __init__(self, tensors: Mapping[str, StoredTensor]) -> None:
        self._tensors = tensors

    def __getitem__(self, name: str) -> StoredTensor:
        tensor = self._tensors[name]
        data = tensor.values().view(np.uint8)  # [..., bytes of a row]
        return StoredTensor(name, tensor.shape, gguf.GGMLQuantizationType.F32, data)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)


def decoded(stored: StoredModel) -> StoredModel:
    """Return a model whose tensors are 32-bit floats, whatever the file holds."""
    return replace(stored, tensors=DecodedTensors(stored.tensors))


def unusable(path: Path, wrong: str) -> ModelFormatError:
    """Return the fault of a file that cannot be run, with its remedy."""
    remedy = "Download the file again, or name a model file of a kind that the README lists."
    return ModelFormatError(f"{path}: {wrong}.", remedy)
