"""Where things lie in an .apr file: header, metadata, index, data, in this order.

docs/apr-format.md is the specification.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import gguf
import numpy as np
from numpy.typing import NDArray

from sse_steps.models.header_limits import (
    MAX_DIMENSIONS,
    MAX_HEADER_BYTES,
    MAX_NAME_BYTES,
    MAX_TENSORS,
    encoding_of,
    tensor_bytes,
)
from sse_steps.models.header_reader import HeaderReader

MAGIC: Final = b"APR!"
VERSION: Final = 1
HEADER_BYTES: Final = 64
ALIGNMENT: Final = 64  # of each tensor
PAGE: Final = 4096  # the data begin a page, so that they can be mapped by themselves
_CRC_AT: Final = 12
# magic, version, flags, tensors, CRC-32, metadata at, length, index at, length, data at, length,
# file length, reserved
_HEADER: Final = struct.Struct("<4sHHIIIIIIQQQQ")


def aligned(offset: int, alignment: int) -> int:
    """Return the first multiple of `alignment` that is not below `offset`."""
    return -(-offset // alignment) * alignment


@dataclass(frozen=True, slots=True)
class TensorPlan:
    """A tensor to be written. `shape` counts values, outermost dimension first."""

    name: str
    shape: tuple[int, ...]
    encoding: gguf.GGMLQuantizationType


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tensor lies: `offset` in bytes from the start of the data."""

    plan: TensorPlan
    offset: int
    size: int

    @property
    def end(self) -> int:
        """The first byte after the tensor."""
        return self.offset + self.size


def places(plans: Iterable[TensorPlan]) -> list[Place]:
    """Return where tensors lie: sorted by the bytes of their names, each at the next 64 bytes.

    Raises:
        ValueError: a name, a shape or the number of tensors is not allowed.
    """
    found: list[Place] = []
    for plan in sorted(plans, key=lambda plan: plan.name.encode("utf-8")):
        _check_name(plan.name, found[-1].plan.name if found else None)
        try:
            size = tensor_bytes(plan.shape, plan.encoding)
        except ValueError as error:
            raise ValueError(f"tensor {plan.name}: {error}") from error
        found.append(Place(plan, aligned(found[-1].end, ALIGNMENT) if found else 0, size))
    if len(found) > MAX_TENSORS:
        raise ValueError(f"it has {len(found)} tensors, more than {MAX_TENSORS}")
    return found


def _check_name(name: str, before: str | None) -> None:
    raw = name.encode("utf-8")
    if not 0 < len(raw) <= MAX_NAME_BYTES:
        raise ValueError(f"the name of a tensor has {len(raw)} bytes, not 1 to {MAX_NAME_BYTES}")
    if name == before:
        raise ValueError(f"tensor {name} is there twice")
    if before is not None and raw < before.encode("utf-8"):
        raise ValueError(f"tensor {name} is not sorted")


@dataclass(frozen=True, slots=True)
class Layout:
    """The sizes of an .apr file's parts; all offsets follow from them."""

    tensors: int
    metadata_length: int
    index_length: int
    data_length: int

    @property
    def index_at(self) -> int:
        """The first byte of the index."""
        return HEADER_BYTES + self.metadata_length

    @property
    def head_length(self) -> int:
        """Header, metadata and index: what the CRC-32 covers."""
        return self.index_at + self.index_length

    @property
    def data_at(self) -> int:
        """The first byte of the data."""
        return aligned(self.head_length, PAGE)

    @property
    def file_length(self) -> int:
        """The bytes of the whole file."""
        return self.data_at + self.data_length

    def header(self, crc: int) -> bytes:
        """Return the 64 bytes of the header."""
        return _HEADER.pack(
            *(MAGIC, VERSION, 0, self.tensors, crc),
            *(HEADER_BYTES, self.metadata_length, self.index_at, self.index_length),
            *(self.data_at, self.data_length, self.file_length, 0),
        )


def head(metadata: bytes, tensors: Sequence[Place]) -> tuple[Layout, bytes]:
    """Return the layout of a file, and its bytes up to the end of the index."""
    index = b"".join(map(_packed, tensors))
    data_length = tensors[-1].end if tensors else 0
    layout = Layout(len(tensors), len(metadata), len(index), data_length)
    covered = layout.header(0) + metadata + index
    return layout, layout.header(zlib.crc32(covered)) + metadata + index


def _packed(place: Place) -> bytes:
    name, shape = place.plan.name.encode("utf-8"), place.plan.shape
    return b"".join(
        (
            struct.pack("<Q", len(name)) + name,
            struct.pack(f"<II{len(shape)}Q", place.plan.encoding, len(shape), *shape),
            struct.pack("<QQ", place.offset, place.size),
        )
    )


def read_layout(header: bytes, file_length: int) -> Layout:
    """Return what 64 bytes of header say, for a file of so many bytes.

    Raises:
        ValueError: it is of another version, or does not fit the file.
    """
    if len(header) < HEADER_BYTES:
        raise ValueError(f"its header has {len(header)} bytes, not {HEADER_BYTES}")
    magic, version, flags, tensors, crc, *sizes = _HEADER.unpack(header)
    if magic != MAGIC:
        raise ValueError(f"it begins with {magic!r}, not {MAGIC!r}")
    if (version, flags) != (VERSION, 0):
        raise ValueError(f"it is of version {version} with flags {flags}, not {VERSION} with 0")
    _, metadata_length, _, index_length, _, data_length, _, _ = sizes
    layout = Layout(tensors, metadata_length, index_length, data_length)
    if layout.file_length != file_length:
        raise ValueError(f"it has {file_length} bytes, its header says {layout.file_length}")
    if layout.head_length > MAX_HEADER_BYTES:
        raise ValueError(f"its header has {layout.head_length} bytes, over {MAX_HEADER_BYTES}")
    if layout.header(crc) != header:
        raise ValueError("the offsets in its header do not follow from the lengths there")
    if tensors > MAX_TENSORS:
        raise ValueError(f"it has {tensors} tensors, more than {MAX_TENSORS}")
    return layout


def check_crc(covered: NDArray[np.uint8]) -> None:
    """Compare the CRC-32 in a header with that of header, metadata and index.

    Raises:
        ValueError: they differ.
    """
    header = covered[:HEADER_BYTES].tobytes()
    written = int.from_bytes(header[_CRC_AT : _CRC_AT + 4], "little")
    blank = header[:_CRC_AT] + bytes(4) + header[_CRC_AT + 4 :]
    found = zlib.crc32(covered[HEADER_BYTES:].data, zlib.crc32(blank))
    if found != written:
        raise ValueError(f"its CRC-32 is {found:08x}, its header says {written:08x}")


def read_index(reader: HeaderReader, layout: Layout) -> list[Place]:
    """Return where each tensor lies.

    Raises:
        ValueError: the index is not what a writer makes of these names, shapes and encodings.
    """
    found: list[Place] = []
    for _ in range(layout.tensors):
        place = _unpacked(reader)
        _check_name(place.plan.name, found[-1].plan.name if found else None)
        _check_place(place, aligned(found[-1].end, ALIGNMENT) if found else 0)
        found.append(place)
    if reader.position != layout.head_length:
        raise ValueError(f"its index goes on behind {layout.tensors} tensors")
    if layout.data_length != (found[-1].end if found else 0):
        raise ValueError(
            f"its data are {layout.data_length} bytes, its tensors need another number"
        )
    return found


def _unpacked(reader: HeaderReader) -> Place:
    name = reader.text()
    try:
        encoding, dimensions = encoding_of(reader.integer(4)), reader.integer(4)
        if dimensions > MAX_DIMENSIONS:
            raise ValueError(f"it has {dimensions} dimensions, not 1 to {MAX_DIMENSIONS}")  # noqa: TRY301 - gets its name below
        shape = tuple(reader.integer(8) for _ in range(dimensions))
        place = Place(TensorPlan(name, shape, encoding), reader.integer(8), reader.integer(8))
        if place.size != tensor_bytes(shape, encoding):
            raise ValueError(f"{place.size} bytes are not {shape} in {encoding.name}")  # noqa: TRY301 - as above
    except ValueError as error:
        raise ValueError(f"tensor {name[:80]}: {error}") from error
    return place


def _check_place(place: Place, expected: int) -> None:
    if place.offset != expected:
        wrong = f"tensor {place.plan.name} lies at byte {place.offset} of the data"
        raise ValueError(f"{wrong}, not at {expected}: tensors overlap, or leave a gap")
