"""The GGUF container: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.

A model file is untrusted input: the header is read with every length held against the file's end.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import gguf
import numpy as np
from numpy.typing import DTypeLike, NDArray

from sse_steps.models.stored_model import KeyValue, StoredModel, StoredTensor, unusable


class BoundedReader(gguf.GGUFReader):
    """A GGUFReader that refuses to read beyond the end of the file.

    The original slices past the end without a word, so that a length of 2**60 in the header makes
    it loop over empty arrays until the memory is gone. It also makes one array for each element
    read, so that a file of bytes could still cost a hundred times its size: hence the second limit.
    """

    max_reads = 8_000_000  # vocabularies of 260,000 tokens, the largest in use, need 2,500,000

    def __init__(self, path: Path) -> None:
        self.reads = 0
        super().__init__(path)

    def _get(
        self,
        offset: int,
        dtype: DTypeLike,
        count: int = 1,
        override_order: Literal["I", "S", "<"] | None = None,
    ) -> NDArray[Any]:
        self.reads += 1
        if self.reads > self.max_reads:
            raise ValueError(f"the header has more than {self.max_reads} fields")
        size = np.dtype(dtype).itemsize * int(count)
        if int(offset) + size > self.data.size:
            raise ValueError(
                f"{size} bytes at byte {int(offset)} lie beyond the end at {self.data.size}"
            )
        return super()._get(offset, dtype, count, override_order)


def read_gguf(path: Path) -> StoredModel:
    """Read the header of a GGUF file; the tensors are views of the mapped file.

    Raises:
        ModelFormatError: the file is not GGUF, or is cut short.
    """
    reader = _open(path)
    keys = {
        name: _key_value(path, field)
        for name, field in reader.fields.items()
        if not name.startswith("GGUF.")  # the reader's own: version, counts
    }
    tensors = {tensor.name: _tensor(tensor) for tensor in reader.tensors}
    return StoredModel(path, keys, tensors)


def _open(path: Path) -> gguf.GGUFReader:
    try:
        with np.errstate(over="raise"):
            reader = BoundedReader(path)
    except (OSError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
        raise unusable(path, f"not a readable GGUF file: {error}") from error
    if reader.endianess is not gguf.GGUFEndian.LITTLE:
        raise unusable(path, "the file is big-endian")
    return reader


def _key_value(path: Path, field: gguf.ReaderField) -> KeyValue:
    try:
        value = field.contents()
    except (ValueError, LookupError) as error:
        raise unusable(path, f"{field.name[:80]} cannot be read: {error}") from error
    if len(field.types) > 2:
        raise unusable(path, f"{field.name[:80]} is a list of lists")
    item_kind = field.types[1] if field.types[0] is gguf.GGUFValueType.ARRAY else None
    return KeyValue(value, field.types[0], item_kind)


def _tensor(tensor: gguf.ReaderTensor) -> StoredTensor:
    shape = tuple(int(size) for size in reversed(tensor.shape))  # GGUF has the innermost first
    rows = tensor.data.view(np.uint8)  # [..., bytes of a row]
    return StoredTensor(tensor.name, shape, tensor.tensor_type, rows)
