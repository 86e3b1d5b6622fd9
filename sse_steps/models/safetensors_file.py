"""The safetensors container: https://huggingface.co/docs/safetensors, in one file or in shards.

The `safetensors` package reads it too, but copies each tensor, has no BF16 without a framework and
bounds no memory; the tests hold this reader against it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import gguf
import numpy as np
from numpy.typing import NDArray

from sse_steps.models.companions import is_index
from sse_steps.models.header_json import MAX_JSON_BYTES, parse_json
from sse_steps.models.header_limits import MAX_TENSORS, map_file
from sse_steps.models.stored_model import FloatArray, unusable

_LENGTH_BYTES: Final = 8
_BYTES_OF: Final = {
    **{"BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1},
    **{"U16": 2, "I16": 2, "F16": 2, "BF16": 2},
    **{"U32": 4, "I32": 4, "F32": 4},
    **{"U64": 8, "I64": 8, "F64": 8, "C64": 8},
}
_ENCODINGS: Final = {
    "F32": gguf.GGMLQuantizationType.F32,
    "F16": gguf.GGMLQuantizationType.F16,
    "BF16": gguf.GGMLQuantizationType.BF16,
}
_FIELDS: Final = {"dtype", "shape", "data_offsets"}
_MAX_VALUES: Final = 8 * MAX_TENSORS  # a tensor of two dimensions holds eight
_MAX_DIMENSIONS: Final = 8
_MAX_SHARDS: Final = 1024


@dataclass(frozen=True, slots=True)
class SafeTensor:
    """A tensor's bytes in place; `data` views the mapped file and costs no memory until read."""

    path: Path  # the file, or the shard, that it lies in
    name: str
    dtype: str  # as safetensors names it, such as BF16
    shape: tuple[int, ...]  # outermost dimension first
    data: NDArray[np.uint8]  # [bytes of the tensor]

    @property
    def encoding(self) -> gguf.GGMLQuantizationType:
        """The dtype by ggml's name.

        Raises:
            ModelFormatError: weights of this type are not read here.
        """
        if self.dtype not in _ENCODINGS:
            wrong = f"tensor {self.name[:80]} holds {self.dtype}, not F32, F16 or BF16"
            raise unusable(self.path, wrong)
        return _ENCODINGS[self.dtype]

    def values(self) -> FloatArray:
        """Return the tensor in float32, a new array of `shape`; exact for every type read here.

        Raises:
            ModelFormatError: weights of this type are not read here.
        """
        decoded = gguf.quants.dequantize(self.data, self.encoding)
        return np.array(decoded, dtype=np.float32).reshape(self.shape)


@dataclass(frozen=True, slots=True)
class SafetensorsModel:
    """A file or a set of shards, headers checked: tensors fill their files and none overlap."""

    path: Path  # the file, or the index of the shards
    tensors: Mapping[str, SafeTensor]
    metadata: Mapping[str, str]  # free text of whoever wrote the file


def read_safetensors(path: Path) -> SafetensorsModel:
    """Read the header of a .safetensors file, or of all shards that an index names.

    Args:
        path: the file, or the `*.safetensors.index.json` beside its shards.

    Raises:
        ModelFormatError: a file is not safetensors, is cut short, or the shards do not fit.
    """
    try:
        if is_index(path.name):
            return _read_shards(path)
        return _read_file(path)
    except (OSError, ValueError) as error:
        raise unusable(path, f"not readable as safetensors: {error}") from error


def _read_file(path: Path) -> SafetensorsModel:
    data = map_file(path)
    header, content = _split(data)
    if not isinstance(header, dict):
        raise ValueError("its header is no JSON object")  # noqa: TRY004 - the file's fault
    metadata = _metadata(header.pop("__metadata__", {}))
    if len(header) > MAX_TENSORS:
        raise ValueError(f"it has {len(header)} tensors, more than {MAX_TENSORS}")
    spans = sorted((_span(name, entry), name) for name, entry in header.items())
    end = 0
    for (start, stop), name in spans:
        if start != end:
            wrong = f"tensor {name[:80]} begins at byte {start} of the data"
            raise ValueError(f"{wrong}, not at {end}: tensors overlap, or leave a gap")
        end = stop
    if end != content.size:
        raise ValueError(f"its data are {content.size} bytes, its tensors {end}")
    tensors = {
        name: SafeTensor(
            path, name, header[name]["dtype"], tuple(header[name]["shape"]), content[start:stop]
        )
        for (start, stop), name in spans
    }
    return SafetensorsModel(path, tensors, metadata)


def _split(data: NDArray[np.uint8]) -> tuple[Any, NDArray[np.uint8]]:
    """Return the parsed header, and the bytes that follow it."""
    length = int.from_bytes(data[:_LENGTH_BYTES].tobytes(), "little")
    if data.size < _LENGTH_BYTES or length > data.size - _LENGTH_BYTES:
        raise ValueError(f"a header of {length} bytes does not fit in {data.size}")
    if length > MAX_JSON_BYTES:
        raise ValueError(f"its header has {length} bytes, more than {MAX_JSON_BYTES}")
    end = _LENGTH_BYTES + length
    text = str(data[_LENGTH_BYTES:end].data, "utf-8")
    if not text.startswith("{"):
        raise ValueError("its header does not begin with '{'")
    return parse_json(text, values=_MAX_VALUES), data[end:]


def _metadata(entries: object) -> Mapping[str, str]:
    if not isinstance(entries, dict):
        raise ValueError("its __metadata__ is no JSON object")  # noqa: TRY004 - the file's fault
    if not all(isinstance(value, str) for value in entries.values()):
        raise ValueError("its __metadata__ holds more than text")
    return entries


def _span(name: str, entry: object) -> tuple[int, int]:
    """Return where a tensor begins and ends in the data, checked against shape and dtype."""
    name.encode("utf-8")  # JSON can name surrogates, nothing else can
    if not isinstance(entry, dict) or set(entry) != _FIELDS:
        raise ValueError(f"tensor {name[:80]} has other fields than {', '.join(sorted(_FIELDS))}")
    dtype, shape = entry["dtype"], _sizes(name, entry["shape"])
    start, stop = [*_sizes(name, entry["data_offsets"]), -1, -1][:2]
    if len(entry["data_offsets"]) != 2 or stop < start:
        raise ValueError(f"tensor {name[:80]} has no two ascending data_offsets")
    if not isinstance(dtype, str) or dtype not in _BYTES_OF:
        raise ValueError(f"tensor {name[:80]} is of the unknown type {str(dtype)[:80]!r}")
    if math.prod(max(size, 1) for size in shape) >= 2**60:  # even beside a 0: numpy has none such
        raise ValueError(f"tensor {name[:80]} has the shape {shape}")
    if math.prod(shape) * _BYTES_OF[dtype] != stop - start:
        raise ValueError(f"tensor {name[:80]}: {stop - start} bytes are not {shape} of {dtype}")
    return start, stop


def _sizes(name: str, sizes: object) -> list[int]:
    if (
        not isinstance(sizes, list)
        or len(sizes) > _MAX_DIMENSIONS
        or not all(type(size) is int and 0 <= size < 2**63 for size in sizes)
    ):
        raise ValueError(f"tensor {name[:80]} has a shape or data_offsets that cannot be")
    return sizes


def _read_shards(index: Path) -> SafetensorsModel:
    places = _weight_map(index)
    files = sorted(set(places.values()))
    if len(files) > _MAX_SHARDS:
        raise ValueError(f"it names {len(files)} files, more than {_MAX_SHARDS}")
    tensors: dict[str, SafeTensor] = {}
    metadata: dict[str, str] = {}
    for file in files:
        shard = _read_file(index.parent / file)
        metadata |= shard.metadata
        for name, tensor in shard.tensors.items():
            if places.get(name) != file:
                said = places.get(name, "in no file")
                raise ValueError(f"{file} holds tensor {name[:80]}, which the index has {said}")
            tensors[name] = tensor
    for name, file in places.items():
        if name not in tensors:
            raise ValueError(f"{file} does not hold tensor {name[:80]}, as the index says")
    return SafetensorsModel(index, tensors, metadata)


def _weight_map(index: Path) -> dict[str, str]:
    """Return the file of each tensor: a plain name in the index's own folder."""
    data = map_file(index)
    if data.size > MAX_JSON_BYTES:
        raise ValueError(f"it has {data.size} bytes, more than {MAX_JSON_BYTES}")
    entries = parse_json(str(data.data, "utf-8"), values=_MAX_VALUES)
    places = entries.get("weight_map") if isinstance(entries, dict) else None
    if not isinstance(places, dict) or not 0 < len(places) <= MAX_TENSORS:
        raise ValueError(f"it has no weight_map of 1 to {MAX_TENSORS} tensors")
    for file in set(map(str, places.values())):
        if not _is_plain(file):
            raise ValueError(f"a shard is named {file[:80]!r}, not a .safetensors file beside it")
    if not all(isinstance(file, str) for file in places.values()):
        raise ValueError("its weight_map names a file by something else than text")
    return places


def _is_plain(file: str) -> bool:
    """Return whether a name can only mean a shard in the same folder."""
    return (
        file.endswith(".safetensors")
        and file.isprintable()
        and not file.startswith(".")
        and not set(file) & set("/\\:")
        and len(file) <= 255
    )
