"""Small sound model files, written for mutation: a llama of a few weights in each container."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import gguf
import numpy as np
import safetensors.numpy
from gguf import GGUFValueType as Kind
from numpy.typing import NDArray

from sse_steps.models import apr_layout
from sse_steps.models.apr_layout import TensorPlan
from sse_steps.models.apr_metadata import Metadata, encode
from sse_steps.models.stored_model import KeyValue, StoredTensor

WIDTH = 32
TOKENS = [*(f"t{number}" for number in range(12)), "<|im_end|>", "Ġé", "日本", "😀"]
MERGES = ["t 1", "t 2", "t1 0"]
PROVENANCE = {"source": "local", "sha256": "0" * 64, "bytes": 123, "notes": ["a", None, True, 0.5]}
PLAIN_KINDS = (
    *(Kind.UINT8, Kind.INT8, Kind.UINT16, Kind.INT16, Kind.UINT32, Kind.INT32),
    *(Kind.UINT64, Kind.INT64, Kind.FLOAT32, Kind.FLOAT64, Kind.BOOL, Kind.STRING),
)
_FORMATS = {
    **{Kind.UINT8: "B", Kind.INT8: "b", Kind.UINT16: "H", Kind.INT16: "h", Kind.UINT32: "I"},
    **{Kind.INT32: "i", Kind.UINT64: "Q", Kind.INT64: "q", Kind.FLOAT32: "f", Kind.FLOAT64: "d"},
    Kind.BOOL: "?",
}


def keys() -> dict[str, KeyValue]:
    """Return the keys of a llama that can be interpreted, and one key of each kind."""
    example = {Kind.FLOAT32: 0.5, Kind.FLOAT64: 0.1, Kind.BOOL: True, Kind.STRING: "text"}
    return {
        "general.architecture": KeyValue("llama", Kind.STRING),
        "llama.block_count": KeyValue(1, Kind.UINT32),
        "llama.context_length": KeyValue(64, Kind.UINT32),
        "llama.embedding_length": KeyValue(WIDTH, Kind.UINT32),
        "llama.feed_forward_length": KeyValue(WIDTH, Kind.UINT32),
        "llama.attention.head_count": KeyValue(2, Kind.UINT32),
        "llama.attention.layer_norm_rms_epsilon": KeyValue(2.0**-17, Kind.FLOAT32),
        "tokenizer.ggml.model": KeyValue("gpt2", Kind.STRING),
        "tokenizer.ggml.tokens": KeyValue(TOKENS, Kind.ARRAY, Kind.STRING),
        "tokenizer.ggml.token_type": KeyValue([1] * len(TOKENS), Kind.ARRAY, Kind.INT32),
        "tokenizer.ggml.merges": KeyValue(MERGES, Kind.ARRAY, Kind.STRING),
        "tokenizer.ggml.eos_token_id": KeyValue(12, Kind.UINT32),
        "tokenizer.chat_template": KeyValue("{{ messages }}", Kind.STRING),
        **{
            f"other.{kind.name.lower()}": KeyValue(example.get(kind, 7), kind)
            for kind in PLAIN_KINDS
        },
        **{
            f"other.list.{kind.name.lower()}": KeyValue(
                [example.get(kind, 7)] * 3, Kind.ARRAY, kind
            )
            for kind in PLAIN_KINDS
        },
    }


def tensors() -> list[StoredTensor]:
    """Return the tensors of that llama, in several encodings."""
    return list(_tensors())


@cache
def _tensors() -> tuple[StoredTensor, ...]:
    f32, q8 = gguf.GGMLQuantizationType.F32, gguf.GGMLQuantizationType.Q8_0
    matrices = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
    return (
        _tensor("token_embd.weight", (len(TOKENS), WIDTH), gguf.GGMLQuantizationType.F16),
        _tensor("output_norm.weight", (WIDTH,), f32),
        _tensor("blk.0.attn_norm.weight", (WIDTH,), f32),
        *(_tensor(f"blk.0.{name}.weight", (WIDTH, WIDTH), q8) for name in matrices),
        _tensor("blk.0.ffn_norm.weight", (WIDTH,), f32),
    )


def _tensor(name: str, shape: tuple[int, ...], encoding: gguf.GGMLQuantizationType) -> StoredTensor:
    values = np.linspace(-1, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)
    data = gguf.quants.quantize(values, encoding)
    return StoredTensor(name, shape, encoding, data.view(np.uint8))


def apr_bytes(keys: Mapping[str, KeyValue], tensors: Iterable[StoredTensor]) -> bytes:
    """Return an .apr file of these keys and tensors, without a detour over a disk.

    Raises:
        ValueError: no such file can be.
    """
    held = sorted(tensors, key=lambda tensor: tensor.name.encode())
    plans = [TensorPlan(tensor.name, tensor.shape, tensor.encoding) for tensor in held]
    metadata = encode(Metadata(keys, "none", PROVENANCE))
    layout, head = apr_layout.head(metadata.encode(), apr_layout.places(plans))
    data = b"".join(_padded(tensor.data.tobytes(), 64) for tensor in held)
    return (_padded(head, 4096) + data)[: layout.file_length]


def _padded(raw: bytes, alignment: int) -> bytes:
    return raw + bytes(-len(raw) % alignment)


def sealed(raw: bytes) -> bytes:
    """Return an .apr file with the CRC-32 that its own header's lengths call for."""
    end = int.from_bytes(raw[24:28], "little") + int.from_bytes(raw[28:32], "little")
    blank = raw[:12] + bytes(4) + raw[16:]
    return raw[:12] + struct.pack("<I", zlib.crc32(blank[:end])) + raw[16:]


def assembled(metadata: bytes, raw: bytes) -> bytes:
    """Return an .apr file with other metadata and a header that fits them."""
    index_at, index_length = struct.unpack_from("<II", raw, 24)
    data_at, data_length = struct.unpack_from("<QQ", raw, 32)
    index, data = raw[index_at : index_at + index_length], raw[data_at:]
    head = 64 + len(metadata) + index_length
    new_data_at = head + -head % 4096
    header = raw[:16] + struct.pack(
        "<IIIIQQQQ",
        *(64, len(metadata), 64 + len(metadata), index_length),
        *(new_data_at, data_length, new_data_at + data_length, 0),
    )
    return sealed((header + metadata + index).ljust(new_data_at, b"\0") + data)


def gguf_bytes(keys: Mapping[str, KeyValue], tensors: Iterable[StoredTensor]) -> bytes:
    """Return a GGUF file of these keys and tensors, whether they make sense or not."""
    held = list(tensors)
    parts = [b"GGUF", struct.pack("<IQQ", 3, len(held), len(keys))]
    parts += [_text(name) + _gguf_value(value) for name, value in keys.items()]
    offset = 0
    for tensor in held:
        sizes = tensor.shape[::-1]
        parts += [_text(tensor.name), struct.pack(f"<I{len(sizes)}Q", len(sizes), *sizes)]
        parts += [struct.pack("<IQ", tensor.encoding, offset)]
        offset += tensor.data.nbytes + -tensor.data.nbytes % 32
    header = b"".join(parts)
    data = (tensor.data.tobytes() + bytes(-tensor.data.nbytes % 32) for tensor in held)
    return header + bytes(-len(header) % 32) + b"".join(data)


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _gguf_value(value: KeyValue) -> bytes:
    kind = struct.pack("<I", value.kind)
    if value.kind is not Kind.ARRAY or value.item_kind is None:
        return kind + gguf_item(value.value, value.kind)
    items: list[Any] = value.value if isinstance(value.value, list) else [value.value]
    head = struct.pack("<IQ", value.item_kind, len(items))
    return kind + head + b"".join(gguf_item(item, value.item_kind) for item in items)


def gguf_item(item: Any, kind: Kind) -> bytes:  # noqa: ANN401 - what a key holds
    """Return one value as GGUF holds it."""
    return _text(item) if kind is Kind.STRING else struct.pack(f"<{_FORMATS[kind]}", item)


def safetensors_bytes() -> bytes:
    """Return a safetensors file with tensors of several types and sizes."""
    arrays: dict[str, NDArray[Any]] = {
        "model.embed_tokens.weight": np.ones((16, 8), np.float32),
        "model.layers.0.self_attn.q_proj.weight": np.ones((8, 8), np.float16),
        "model.layers.0.mlp.mask": np.ones(7, np.bool_),
        "model.empty": np.ones((0, 8), np.float32),
        "model.scalar": np.ones((), np.int64),
    }
    return safetensors.numpy.save(arrays, {"format": "np", "about": "a seed"})


def float_tensor(name: str) -> StoredTensor:
    """Return a tensor of one float."""
    return StoredTensor(name, (1,), gguf.GGMLQuantizationType.F32, np.zeros(4, np.uint8))
