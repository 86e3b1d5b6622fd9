"""The GGUF container: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.

A model file is untrusted input. The reader of the `gguf` package makes an array of each field,
which costs seconds and hundreds of megabytes for an ordinary vocabulary, checks no length and lets
tensors overlap; this one reads a list at once, within the bounds of `header_limits`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import gguf
import numpy as np
from gguf import GGUFValueType
from numpy.typing import NDArray

from sse_steps.models.header_limits import (
    MAX_DIMENSIONS,
    MAX_HEADER_BYTES,
    MAX_KEYS,
    MAX_NAME_BYTES,
    MAX_TENSORS,
    MAX_VALUES,
    encoding_of,
    map_file,
    tensor_bytes,
    tensor_rows,
)
from sse_steps.models.header_reader import HeaderReader
from sse_steps.models.stored_model import KeyValue, StoredModel, StoredTensor, unusable

MAGIC: Final = b"GGUF"
VERSIONS: Final = (2, 3)
_BIG_ENDIAN_VERSIONS: Final = tuple(version << 24 for version in VERSIONS)
_ALIGNMENT_KEY: Final = "general.alignment"
_DEFAULT_ALIGNMENT: Final = 32
_LARGEST_ALIGNMENT: Final = 1 << 20
_NUMBERS: Final = {
    GGUFValueType.UINT8: "<u1",
    GGUFValueType.INT8: "<i1",
    GGUFValueType.UINT16: "<u2",
    GGUFValueType.INT16: "<i2",
    GGUFValueType.UINT32: "<u4",
    GGUFValueType.INT32: "<i4",
    GGUFValueType.UINT64: "<u8",
    GGUFValueType.INT64: "<i8",
    GGUFValueType.FLOAT32: "<f4",
    GGUFValueType.FLOAT64: "<f8",
}


@dataclass(frozen=True, slots=True)
class _Info:
    """What the header says of a tensor: `offset` counts bytes from the start of the data."""

    name: str
    shape: tuple[int, ...]  # outermost dimension first
    encoding: gguf.GGMLQuantizationType
    offset: int
    size: int  # in bytes


def read_gguf(path: Path) -> StoredModel:
    """Read the header of a GGUF file; the tensors are views of the mapped file.

    Raises:
        ModelFormatError: the file is not GGUF, is cut short, or contradicts itself.
    """
    try:
        return _read(path)
    except (OSError, ValueError) as error:
        raise unusable(path, f"not a readable GGUF file: {error}") from error


def _read(path: Path) -> StoredModel:
    data = map_file(path)
    reader = HeaderReader(data, end=MAX_HEADER_BYTES)
    tensor_count = _open(reader)
    keys = _keys(reader, _count(reader, MAX_KEYS, "keys"))
    infos = [_info(reader) for _ in range(tensor_count)]
    alignment = _alignment(keys)
    content = data[_padded(reader.position, alignment) :]
    _check_places(infos, alignment, content.size)
    return StoredModel(path, keys, {info.name: _tensor(content, info) for info in infos})


def _open(reader: HeaderReader) -> int:
    """Check magic and version, and return the number of tensors."""
    magic = bytes(reader.take(len(MAGIC)))
    if magic != MAGIC:
        raise ValueError(f"it begins with {magic!r}, not {MAGIC!r}")
    version = reader.integer(4)
    if version in _BIG_ENDIAN_VERSIONS:
        raise ValueError("it is big-endian")
    if version not in VERSIONS:
        raise ValueError(f"it is of version {version}, not {' or '.join(map(str, VERSIONS))}")
    return _count(reader, MAX_TENSORS, "tensors")


def _count(reader: HeaderReader, limit: int, what: str) -> int:
    count = reader.integer(8)
    if count > limit:
        raise ValueError(f"it has {count} {what}, more than {limit}")
    return count


def _keys(reader: HeaderReader, count: int) -> dict[str, KeyValue]:
    keys: dict[str, KeyValue] = {}
    room = MAX_VALUES
    for _ in range(count):
        name = reader.text()
        if name in keys:
            raise ValueError(f"key {name[:80]} is there twice")
        try:
            found = _key_value(reader, room)
        except ValueError as error:
            raise ValueError(f"key {name[:80]}: {error}") from error
        room -= len(found.value) if isinstance(found.value, list) else 1
        keys[name] = found
    return keys


def _key_value(reader: HeaderReader, room: int) -> KeyValue:
    kind = _kind(reader)
    if kind is not GGUFValueType.ARRAY:
        return KeyValue(_values(reader, kind, 1)[0], kind)
    item_kind, count = _kind(reader), reader.integer(8)
    if item_kind is GGUFValueType.ARRAY:
        raise ValueError("it is a list of lists")
    if count > room:
        raise ValueError(f"it makes the header hold more than {MAX_VALUES} values: {count} more")
    return KeyValue(_values(reader, item_kind, count), kind, item_kind)


def _kind(reader: HeaderReader) -> GGUFValueType:
    number = reader.integer(4)
    try:
        return GGUFValueType(number)
    except ValueError:
        raise ValueError(f"its kind is {number}, which GGUF does not know") from None


def _values(reader: HeaderReader, kind: GGUFValueType, count: int) -> list[Any]:
    if kind is GGUFValueType.STRING:
        return reader.texts(count)
    if kind is not GGUFValueType.BOOL:
        return reader.numbers(_NUMBERS[kind], count)
    found = reader.numbers("<u1", count)
    if max(found, default=0) > 1:
        raise ValueError("it is neither true nor false")
    return [bool(value) for value in found]


def _info(reader: HeaderReader) -> _Info:
    name = reader.text()
    if not 0 < len(name.encode()) <= MAX_NAME_BYTES:
        raise ValueError(
            f"the name of a tensor, {name[:80]!r}, has not 1 to {MAX_NAME_BYTES} bytes"
        )
    try:
        dimensions = reader.integer(4)
        if dimensions > MAX_DIMENSIONS:
            raise ValueError(f"it has {dimensions} dimensions, more than {MAX_DIMENSIONS}")  # noqa: TRY301 - gets its name below
        sizes = [reader.integer(8) for _ in range(dimensions)]
        shape, encoding = tuple(reversed(sizes)), encoding_of(reader.integer(4))
        return _Info(name, shape, encoding, reader.integer(8), tensor_bytes(shape, encoding))
    except ValueError as error:
        raise ValueError(f"tensor {name}: {error}") from error


def _alignment(keys: Mapping[str, KeyValue]) -> int:
    if _ALIGNMENT_KEY not in keys:
        return _DEFAULT_ALIGNMENT
    value = keys[_ALIGNMENT_KEY].value
    if keys[_ALIGNMENT_KEY].kind is not GGUFValueType.UINT32 or not isinstance(value, int):
        raise ValueError(f"{_ALIGNMENT_KEY} is no uint32")
    if value < 1 or value & (value - 1) or value > _LARGEST_ALIGNMENT:
        raise ValueError(f"{_ALIGNMENT_KEY} is {value}, no power of two up to {_LARGEST_ALIGNMENT}")
    return value


def _check_places(infos: Sequence[_Info], alignment: int, available: int) -> None:
    """Demand what llama.cpp does: one tensor after the other, in the header's order."""
    names: set[str] = set()
    end = 0
    for info in infos:
        if info.name in names:
            raise ValueError(f"tensor {info.name} is there twice")
        if info.offset != _padded(end, alignment):
            wrong = f"tensor {info.name} lies at byte {info.offset} of the data"
            raise ValueError(f"{wrong}, not at {_padded(end, alignment)}: an overlap, or a gap")
        names.add(info.name)
        end = info.offset + info.size
        if end > available:
            raise ValueError(f"tensor {info.name} ends beyond the end of the file")
    if available > _padded(end, alignment):
        raise ValueError(f"{available - end} bytes follow the last tensor")


def _padded(offset: int, alignment: int) -> int:
    return -(-offset // alignment) * alignment


def _tensor(content: NDArray[np.uint8], info: _Info) -> StoredTensor:
    data = content[info.offset : info.offset + info.size]
    return StoredTensor(
        info.name, info.shape, info.encoding, tensor_rows(data, info.shape, info.encoding)
    )
