"""Which tensors a quantisation touches, and the encoding itself, streamed.

The encodings are the gguf package's, which follow ggml's reference in every byte. The rules are
those of llama.cpp's quantiser (src/llama-quant.cpp) without an importance matrix; docs/conversion.md
lists where they differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import gguf
import numpy as np

from sse_steps.models.quantization import Quantization
from sse_steps.models.source_model import Bytes, SourceTensor, decoded, in_chunks
from sse_steps.models.stored_model import FloatArray

Encoding = gguf.GGMLQuantizationType

_ENCODINGS: Final = {Quantization.Q8_0: Encoding.Q8_0, Quantization.Q4_0: Encoding.Q4_0}
FILE_TYPES: Final = {
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


def reencoded(tensor: SourceTensor, encoding: gguf.GGMLQuantizationType) -> Iterator[Bytes]:
    """Yield a tensor's bytes in another encoding, chunk by chunk; in its own they are not touched.

    Raises:
        NotImplementedError: nothing here decodes the source's encoding.
    """
    for chunk in in_chunks(tensor.load(), tensor.encoding):
        if encoding is tensor.encoding:
            yield chunk
        else:
            yield encoded(decoded(chunk, tensor.encoding), encoding)


def encoded(values: FloatArray, encoding: gguf.GGMLQuantizationType) -> Bytes:
    """Return whole blocks of float32 in an encoding; infinities overflow and are found by a gate."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.ascontiguousarray(gguf.quants.quantize(values, encoding)).view(np.uint8)
