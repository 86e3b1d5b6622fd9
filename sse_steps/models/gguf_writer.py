"""Writes GGUF files, tensor by tensor: the way into llama.cpp's own tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import gguf
import numpy as np

from sse_steps.models.source_model import SourceTensor, forget_pages
from sse_steps.models.stored_model import KeyValue

_ARCHITECTURE = "general.architecture"  # the package's writer adds it itself
_ALIGNMENT = "general.alignment"  # of the file that the tensors come from; ours has the default


def write_gguf(
    target: Path,
    keys: Mapping[str, KeyValue],
    tensors: Sequence[SourceTensor],
    advance: Callable[[int], None] = lambda _: None,
) -> None:
    """Write a GGUF file; there is never more than one tensor in memory.

    Args:
        target: the file, which is not there before its time: it is written in place.
        keys: GGUF's keys. Empty lists, which a GGUFWriter cannot write, are left out, and so is
            another file's alignment.
        tensors: what to write, in this order.
        advance: called with the bytes that have been written since the last call.
    """
    writer = gguf.GGUFWriter(target, str(keys[_ARCHITECTURE].value))
    try:
        for name, key in keys.items():
            if name not in (_ARCHITECTURE, _ALIGNMENT) and key.value != []:
                writer.add_key_value(name, key.value, key.kind, key.item_kind)
        for tensor in tensors:
            kind = np.dtype(np.float32)  # any but uint8, which would say that the shape is in bytes
            writer.add_tensor_info(
                tensor.name, tensor.shape, kind, tensor.size, raw_dtype=tensor.encoding
            )
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for tensor in tensors:
            data = tensor.load()
            writer.write_tensor_data(np.ascontiguousarray(data).reshape(-1))
            forget_pages(data)
            advance(tensor.size)
    finally:
        writer.close()
