"""Which tensors a quantisation touches, and the encoding itself, streamed.

The encodings are the gguf package's, which follow ggml's reference in every byte. The rules are
those of llama.cpp's quantiser (src/llama-quant.cpp) without an importance matrix;
docs/conversion.md lists where they differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import gguf
import numpy as np

from sse_steps.models.quantization import Quantization
from sse_steps.models.source_model import (
    Bytes,
    SourceModel,
    SourceTensor,
    decoded,
    encoded_size,
    in_chunks,
)
from sse_steps.models.stored_model import FloatArray, KeyValue, unusable

Encoding = gguf.GGMLQuantizationType

_ENCODINGS: Final = {Quantization.Q8_0: Encoding.Q8_0, Quantization.Q4_0: Encoding.Q4_0}
_FILE_TYPES: Final = {
    Quantization.Q8_0: gguf.LlamaFileType.MOSTLY_Q8_0,
    Quantization.Q4_0: gguf.LlamaFileType.MOSTLY_Q4_0,
}
_EMBEDDING, _HEAD = "token_embd.weight", "output.weight"
_NEVER: Final = ("position_embd.weight", "token_types.weight")


def encoding_after(
    tensor: SourceTensor, quantization: Quantization, *, tied: bool
) -> gguf.GGMLQuantizationType:
    """Return what a tensor is written in.

    Args:
        tensor: as it is in the source.
        quantization: q8_0 or q4_0; anything else leaves it as it is.
        tied: whether the embedding is the head as well.

    Vectors, norms and biases stay, and so does what does not fill whole blocks: a row of a
    quantised matrix must. The head goes by the last hidden state alone and gets eight bits.
    """
    wanted = _ENCODINGS.get(quantization)
    if wanted is None or not _is_matrix(tensor):
        return tensor.encoding
    block_values, _ = gguf.GGML_QUANT_SIZES[wanted]
    if tensor.shape[-1] % block_values:
        return tensor.encoding
    return Encoding.Q8_0 if tensor.name == (_EMBEDDING if tied else _HEAD) else wanted


def _is_matrix(tensor: SourceTensor) -> bool:
    named = tensor.name.endswith(".weight") and not tensor.name.endswith("_norm.weight")
    return named and len(tensor.shape) >= 2 and tensor.name not in _NEVER


def keys_after(keys: Mapping[str, KeyValue], quantization: Quantization) -> Mapping[str, KeyValue]:
    """Return the keys with the encoding that most weights have now; llama.cpp writes its own."""
    if quantization not in _FILE_TYPES:
        return keys
    kind = gguf.GGUFValueType.UINT32
    return {
        **keys,
        "general.file_type": KeyValue(int(_FILE_TYPES[quantization]), kind),
        "general.quantization_version": KeyValue(gguf.GGML_QUANT_VERSION, kind),
    }


def check_decodable(model: SourceModel) -> None:
    """Check that every tensor can be turned into numbers, before work is spent.

    Raises:
        ModelFormatError: nothing here decodes an encoding.
    """
    for tensor in model.tensors:
        block = np.zeros(gguf.GGML_QUANT_SIZES[tensor.encoding][1], np.uint8)
        try:
            decoded(block, tensor.encoding)
        except NotImplementedError as error:
            wrong = f"tensor {tensor.name} is stored as {tensor.encoding.name}"
            raise unusable(model.path, f"{wrong}, which is not decoded here") from error


def reencoded(
    data: Bytes, before: gguf.GGMLQuantizationType, after: gguf.GGMLQuantizationType
) -> Bytes:
    """Return a tensor's bytes [bytes of the tensor] in another encoding; its own is not touched.

    What is in memory is the result and a few chunks in float32.
    """
    if before is after:
        return data.reshape(-1)
    block_values, block_bytes = gguf.GGML_QUANT_SIZES[before]
    result = np.empty(encoded_size(data.size // block_bytes * block_values, after), np.uint8)
    start = 0
    for chunk in in_chunks(data, before):
        part = encoded(decoded(chunk, before), after)
        result[start : start + len(part)] = part
        start += len(part)
    return result


def encoded(values: FloatArray, encoding: gguf.GGMLQuantizationType) -> Bytes:
    """Return whole blocks of float32 in an encoding.

    What is no number, or too large for it, comes out as something, which gate C8 sees.
    """
    positive = values + np.float32(0)  # no zero below zero: ggml knows none in a block of zeros
    with np.errstate(all="ignore"):
        return np.ascontiguousarray(gguf.quants.quantize(positive, encoding)).view(np.uint8)
