"""The .apr container, written and read: docs/apr-format.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from sse_steps.models import apr_layout, apr_metadata
from sse_steps.models.apr_layout import HEADER_BYTES, Layout, Place, TensorPlan
from sse_steps.models.header_limits import map_file, tensor_rows
from sse_steps.models.header_reader import HeaderReader
from sse_steps.models.stored_model import KeyValue, StoredModel, StoredTensor, unusable
from sse_steps.store import written_beside

__all__ = ["AprWriter", "TensorPlan", "read_apr"]


class AprWriter:
    """Writes an .apr file whole or not at all, holding no tensor longer than it takes to write.

    Used as a context manager: the file is there once the block has ended without a fault.

    Args:
        target: the file to write.
        keys: GGUF's keys; one of the kind FLOAT32 is rounded to float32.
        quantization: how the weights are stored, such as q8_0.
        provenance: where they come from: plain JSON, shown and never interpreted.
        tensors: what will be written, in any order.

    Raises:
        ModelFormatError: the keys or tensors are such that no .apr file can hold them.
    """

    def __init__(
        self,
        target: Path,
        keys: Mapping[str, KeyValue],
        quantization: str,
        provenance: Mapping[str, object],
        tensors: Iterable[TensorPlan],
    ) -> None:
        self._target = target
        try:
            metadata = apr_metadata.encode(apr_metadata.Metadata(keys, quantization, provenance))
            places = apr_layout.places(tensors)
            self._layout, self._head = apr_layout.head(metadata.encode("ascii"), places)
            apr_layout.read_layout(self._head[:HEADER_BYTES], self._layout.file_length)
        except ValueError as error:
            raise unusable(target, f"cannot be written as .apr: {error}") from error
        self._missing = {place.plan.name: place for place in places}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            partial = stack.enter_context(written_beside(self._target))
            self._file: BinaryIO = stack.enter_context(partial.open("wb"))
            self._file.write(self._head)
            self._file.truncate(self._layout.file_length)  # paddings are zeros
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        if kind is None and self._missing:
            with self._stack:
                raise ValueError(f"tensors were not written: {', '.join(sorted(self._missing))}")
        return self._stack.__exit__(kind, error, traceback)

    def write(self, name: str, data: NDArray[np.uint8]) -> None:
        """Write one tensor's bytes; the tensors may come in any order, each once.

        Raises:
            ValueError: the tensor is not planned, is written already, or is of another size.
        """
        place = self._missing.get(name)
        if place is None:
            raise ValueError(f"tensor {name} is not planned, or written already")
        if data.nbytes != place.size:
            raise ValueError(f"tensor {name} has {data.nbytes} bytes, not {place.size}")
        self._file.seek(self._layout.data_at + place.offset)
        self._file.write(np.ascontiguousarray(data).data)
        del self._missing[name]


def read_apr(path: Path) -> StoredModel:
    """Read the header of an .apr file; the tensors are views of the mapped file.

    Raises:
        ModelFormatError: the file is not .apr, is cut short, or is damaged before its data.
    """
    try:
        return _read(path)
    except (OSError, ValueError) as error:
        raise unusable(path, f"not a readable .apr file: {error}") from error


def _read(path: Path) -> StoredModel:
    data = map_file(path)
    layout = apr_layout.read_layout(data[:HEADER_BYTES].tobytes(), data.size)
    apr_layout.check_crc(data[: layout.head_length])
    metadata = apr_metadata.decode(str(data[HEADER_BYTES : layout.index_at].data, "ascii"))
    reader = HeaderReader(data, position=layout.index_at, end=layout.head_length)
    places = apr_layout.read_index(reader, layout)
    _check_paddings(data, layout, places)
    tensors = {place.plan.name: _tensor(data, layout, place) for place in places}
    return StoredModel(path, metadata.keys, tensors, metadata.provenance, metadata.quantization)


def _check_paddings(data: NDArray[np.uint8], layout: Layout, places: Iterable[Place]) -> None:
    """Demand zeros between the parts: nothing hides where nothing reads."""
    end = layout.head_length
    for place in places:
        start = layout.data_at + place.offset
        if data[end:start].any():
            raise ValueError(f"the padding before tensor {place.plan.name} is not zero")
        end = layout.data_at + place.end
    if data[end:].any():  # a file without tensors still has its header padded
        raise ValueError("the padding at its end is not zero")


def _tensor(data: NDArray[np.uint8], layout: Layout, place: Place) -> StoredTensor:
    start, plan = layout.data_at + place.offset, place.plan
    rows = tensor_rows(data[start : start + place.size], plan.shape, plan.encoding)
    return StoredTensor(plan.name, plan.shape, plan.encoding, rows)
