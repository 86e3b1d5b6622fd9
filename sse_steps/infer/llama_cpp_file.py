"""A GGUF file that exists in memory alone, as the C stream that llama.cpp loads a model from.

llama.cpp reads models from GGUF files or from a `FILE *`. The stream shows it such a file: a small
header, written from what was read and checked, then the tensors where they lie, in the mapped file
of whatever container. Nothing is copied on the disk, and llama.cpp never parses a stranger's header
(https://man7.org/linux/man-pages/man3/fopencookie.3.html; glibc and musl have it).
"""

from __future__ import annotations

import ctypes
import io
import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from typing import Final

import gguf
import numpy as np
from gguf.gguf_writer import WriterState
from numpy.typing import NDArray

from sse_steps.models.model_file import ModelFile
from sse_steps.models.stored_model import KeyValue, StoredModel, unusable

ALIGNMENT: Final = gguf.GGUF_DEFAULT_ALIGNMENT
SHAPE_KEYS: Final = (
    *("block_count", "context_length", "embedding_length", "feed_forward_length"),
    *("attention.head_count", "attention.head_count_kv"),
    *("attention.key_length", "attention.value_length"),
    *("attention.layer_norm_rms_epsilon", "attention.layer_norm_epsilon"),
    *("attention.sliding_window", "attention.sliding_window_pattern"),
    *("rope.dimension_count", "rope.freq_base", "rope.freq_base_swa"),
    *("rope.scaling.type", "rope.scaling.factor", "rope.scale_linear"),
)
Bytes = NDArray[np.uint8]

_Read = ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
_Seek = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int64), ctypes.c_int
)


class _Functions(ctypes.Structure):
    """cookie_io_functions_t."""

    _fields_ = (
        ("read", _Read),
        ("write", ctypes.c_void_p),
        ("seek", _Seek),
        ("close", ctypes.c_void_p),
    )


class HeaderWriter(gguf.GGUFWriter):
    """A GGUFWriter whose header goes to memory."""

    def __init__(self, architecture: str) -> None:
        super().__init__(None, architecture)
        self._memory = io.BytesIO()

    def open_output_file(self, path: object = None) -> None:
        """Open what the header is written to."""
        del path
        if self.fout is None:
            self.fout = [io.BufferedWriter(self._memory)]
            self.state = WriterState.EMPTY

    def header(self) -> bytes:
        """Return the header, up to where the first tensor begins."""
        self.write_header_to_file()
        self.write_kv_data_to_file()
        self.write_ti_data_to_file()
        header = self._memory.getvalue()
        return header + bytes(-len(header) % ALIGNMENT)


def needed_keys(stored: StoredModel, file: ModelFile) -> dict[str, KeyValue]:
    """Return the shape of the model and nothing else, in particular no vocabulary.

    Texts are cut into tokens before they come to llama.cpp. The words would cost it time and
    memory, and a stranger's words, merges and template are better not parsed twice. Of the other
    keys only those that were read and checked are shown: llama.cpp ends the process at some values
    of some that are not, such as a number of experts.

    Raises:
        ModelFormatError: one of the keys is a list.
    """
    name = str(stored.keys["general.architecture"].value)
    wanted = (f"{name}.{key}" for key in SHAPE_KEYS)
    keys = {key: stored.keys[key] for key in wanted if key in stored.keys}
    for key, value in keys.items():
        if value.item_kind is not None:
            raise unusable(stored.path, f"{key} is a list")
    size = file.hyperparameters.vocabulary_size
    keys[f"{name}.vocab_size"] = KeyValue(size, gguf.GGUFValueType.UINT32)
    keys["tokenizer.ggml.model"] = KeyValue("no_vocab", gguf.GGUFValueType.STRING)
    return keys


def gguf_parts(stored: StoredModel, file: ModelFile) -> list[Bytes]:
    """Return header and tensors of a GGUF file; each part is to begin at a multiple of 32 bytes."""
    writer = HeaderWriter(str(stored.keys["general.architecture"].value))
    for key, value in needed_keys(stored, file).items():
        writer.add_key_value(key, value.value, value.kind, value.item_kind)
    for tensor in stored.tensors.values():
        kind = np.dtype(np.float32)  # any but uint8, which would say that the shape is in bytes
        size = tensor.data.nbytes
        writer.add_tensor_info(tensor.name, tensor.shape, kind, size, raw_dtype=tensor.encoding)
    header = np.frombuffer(writer.header(), np.uint8)
    tensors = (np.ascontiguousarray(tensor.data) for tensor in stored.tensors.values())
    return [header, *(tensor.reshape(-1) for tensor in tensors)]


class SplicedFile:
    """Parts laid one after another, each at the next multiple of 32 bytes, as one file to read."""

    def __init__(self, parts: Sequence[Bytes]) -> None:
        padded = (-(-part.nbytes // ALIGNMENT) * ALIGNMENT for part in parts)
        *self._starts, self._size = accumulate(padded, initial=0)
        self._parts = parts
        self._position = 0

    def read(self, target: int, size: int) -> int:
        """Copy at most `size` bytes to an address, and return how many there were."""
        end = min(self._position + size, self._size)
        written = 0
        while self._position < end:
            count = self._read_part(target + written, end - self._position)
            self._position += count
            written += count
        return written

    def seek(self, offset: int, whence: int) -> int:
        """Go to a place, and return it counted from the beginning; below zero: there is none."""
        position = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._position}.get(whence, self._size)
        if position >= 0:
            self._position = position
        return position

    def _read_part(self, target: int, size: int) -> int:
        """Copy bytes of the part at the present position, or the zeros between it and the next."""
        index = bisect_right(self._starts, self._position) - 1
        part, offset = self._parts[index], self._position - self._starts[index]
        if offset < part.nbytes:
            count = min(size, part.nbytes - offset)
            ctypes.memmove(target, part.ctypes.data + offset, count)
            return count
        count = min(size, -part.nbytes % ALIGNMENT - (offset - part.nbytes))
        ctypes.memset(target, 0, count)
        return count


@contextmanager
def open_stream(file: SplicedFile) -> Iterator[int]:
    """Yield the address of a C stream, `FILE *`, that reads a file.

    Raises:
        OSError: the C library has no such streams.
    """
    library = ctypes.CDLL(None, use_errno=True)
    try:
        fopencookie, fclose = library.fopencookie, library.fclose
    except AttributeError as error:
        raise OSError("the C library has no fopencookie") from error
    fopencookie.argtypes = (ctypes.c_void_p, ctypes.c_char_p, _Functions)
    fopencookie.restype = ctypes.c_void_p
    fclose.argtypes = (ctypes.c_void_p,)

    def read(_: object, target: int, size: int) -> int:
        return file.read(target, size)

    def seek(_: object, offset: ctypes._Pointer[ctypes.c_int64], whence: int) -> int:
        offset[0] = place = file.seek(offset[0], whence)
        return 0 if place >= 0 else -1

    functions = _Functions(_Read(read), None, _Seek(seek), None)  # kept until the stream is closed
    stream = fopencookie(None, b"rb", functions)
    if not stream:
        raise OSError(ctypes.get_errno(), "fopencookie failed")
    try:
        yield stream
    finally:
        fclose(stream)
