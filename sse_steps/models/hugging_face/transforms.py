"""Tensors of safetensors files as GGUF wants them: turned, interleaved or shifted when loaded.

Whatever only moves values leaves their bits alone.
"""

from __future__ import annotations

from typing import Any, Final

import gguf
import numpy as np
from numpy.typing import NDArray

from sse_steps.models.safetensors_file import SafeTensor
from sse_steps.models.source_model import Bytes, SourceTensor

_WORDS: Final = {
    gguf.GGMLQuantizationType.F32: np.uint32,
    gguf.GGMLQuantizationType.F16: np.uint16,
    gguf.GGMLQuantizationType.BF16: np.uint16,
}


def unchanged(name: str, tensor: SafeTensor) -> SourceTensor:
    """Return the tensor as the file has it."""
    return SourceTensor(name, tensor.shape, tensor.encoding, lambda: tensor.data)


def in_float32(name: str, tensor: SafeTensor, *, plus: float = 0.0) -> SourceTensor:
    """Return the tensor in float32, with a number added to every value."""

    def load() -> Bytes:
        values = tensor.values()
        return _bytes(values + np.float32(plus) if plus else values)

    return SourceTensor(name, tensor.shape, gguf.GGMLQuantizationType.F32, load)


def transposed(name: str, tensor: SafeTensor) -> SourceTensor:
    """Return a matrix [inputs, outputs] as [outputs, inputs]."""
    shape = tensor.shape[::-1]
    return SourceTensor(name, shape, tensor.encoding, lambda: _bytes(_words(tensor).T))


def interleaved(name: str, tensor: SafeTensor, heads: int) -> SourceTensor:
    """Return queries or keys with the rows of each head in the order 0, D/2, 1, D/2 + 1, ...

    transformers rotates the first half of a head against the second, llama.cpp's llama neighbours.
    """

    def load() -> Bytes:
        words = _words(tensor)
        halves = words.reshape(heads, 2, -1, *words.shape[1:])
        return _bytes(halves.swapaxes(1, 2))

    return SourceTensor(name, tensor.shape, tensor.encoding, load)


def _words(tensor: SafeTensor) -> NDArray[Any]:
    return tensor.data.view(_WORDS[tensor.encoding]).reshape(tensor.shape)


def _bytes(array: NDArray[Any]) -> Bytes:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)
