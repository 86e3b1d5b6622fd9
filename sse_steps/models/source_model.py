"""A model that is about to be converted: GGUF's keys and names, tensors that load when asked for.

What GGUF and .apr hold is there already. What Hugging Face's layouts hold is renamed, and some of
it turned or shifted, at the moment it is loaded; so there is never more than one tensor in memory.
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

from sse_steps.models.stored_model import FloatArray, KeyValue, StoredModel, StoredTensor

Bytes = NDArray[np.uint8]

CHUNK_VALUES = 1 << 18  # a multiple of every encoding's block; the 1 MB of float32 fits a cache


@dataclass(frozen=True, slots=True)
class SourceTensor:
    """A tensor that can be had. `load` gives its bytes, a view or a new array."""

    name: str
    shape: tuple[int, ...]  # in values, outermost dimension first
    encoding: gguf.GGMLQuantizationType
    load: Callable[[], Bytes]

    @property
    def values(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return encoded_size(self.values, self.encoding)


@dataclass(frozen=True, slots=True)
class SourceModel:
    """Everything that goes into a converted file."""

    path: Path
    keys: Mapping[str, KeyValue]
    tensors: tuple[SourceTensor, ...]
    provenance: Mapping[str, object] = field(default_factory=dict)  # of a file converted before

    @property
    def parameters(self) -> int:
        """The number of all weights."""
        return sum(tensor.values for tensor in self.tensors)


def from_stored(stored: StoredModel) -> SourceModel:
    """Return a model whose file has GGUF's names already."""
    tensors = tuple(map(_from_stored, stored.tensors.values()))
    return SourceModel(stored.path, stored.keys, tensors, stored.provenance)


def _from_stored(tensor: StoredTensor) -> SourceTensor:
    return SourceTensor(tensor.name, tensor.shape, tensor.encoding, lambda: tensor.data)


def encoded_size(values: int, encoding: gguf.GGMLQuantizationType) -> int:
    """Return the bytes of whole blocks of values."""
    block_values, block_bytes = gguf.GGML_QUANT_SIZES[encoding]
    return values // block_values * block_bytes


def in_chunks(data: Bytes, encoding: gguf.GGMLQuantizationType) -> Iterator[Bytes]:
    """Yield a tensor's bytes in order, `CHUNK_VALUES` values at a time, as views where it can be.

    Blocks follow one another without regard to rows, so a chunk may end in the middle of a row.
    """
    flat = data.reshape(-1)
    step = encoded_size(CHUNK_VALUES, encoding)
    for start in range(0, len(flat), step):
        yield flat[start : start + step]


def forget_pages(data: Bytes) -> None:
    """Give back the memory of a mapped file's pages; what is needed again is read again.

    The pages are the kernel's to take back at any time, yet they count as the process's own.
    """
    base: object = data
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, mmap.mmap):
        base.madvise(mmap.MADV_DONTNEED)


def decoded(data: Bytes, encoding: gguf.GGMLQuantizationType) -> FloatArray:
    """Return the values of whole blocks, a one-dimensional array of float32.

    Raises:
        NotImplementedError: nothing here decodes the encoding.
    """
    values: FloatArray = gguf.quants.dequantize(data.reshape(-1), encoding)
    return values
