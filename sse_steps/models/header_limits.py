"""What no header of a model file may exceed, so that reading a stranger's costs little.

The limits lie well above the largest vocabularies in use (262,144 tokens with three lists each) and
keep what a header can cost below 200 MB, whatever it claims.
"""

from __future__ import annotations

import math
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import gguf
import numpy as np
from numpy.typing import NDArray

MAX_HEADER_BYTES: Final = 16 << 20
MAX_VALUES: Final = 1_250_000  # of all keys together, the items of lists counted
MAX_KEYS: Final = 4096
MAX_TENSORS: Final = 32_768
MAX_NAME_BYTES: Final = 64  # of a tensor, as in GGUF
MAX_DIMENSIONS: Final = 4  # ggml's own limit


def map_file(path: Path) -> NDArray[np.uint8]:
    """Return a file's bytes [size of the file], mapped read-only.

    Raises:
        ValueError: there is nothing to map.
        OSError: the file cannot be opened.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is no regular file")  # a pipe would be waited for without end
    if not status.st_size:
        raise ValueError("it is empty")
    return np.memmap(path, dtype=np.uint8, mode="r")


def tensor_bytes(shape: Sequence[int], encoding: gguf.GGMLQuantizationType) -> int:
    """Return how many bytes a tensor of `shape`, outermost dimension first, takes.

    Raises:
        ValueError: ggml has no tensors of this shape in this encoding.
    """
    if not 1 <= len(shape) <= MAX_DIMENSIONS:
        raise ValueError(f"it has {len(shape)} dimensions, not 1 to {MAX_DIMENSIONS}")
    if min(shape) < 1 or math.prod(shape) >= 2**60:
        raise ValueError(f"its shape is {tuple(shape)}")
    values, size = gguf.GGML_QUANT_SIZES[encoding]
    if shape[-1] % values:
        wrong = f"its rows of {shape[-1]} values are no whole blocks of {encoding.name}"
        raise ValueError(f"{wrong}, which hold {values}")
    return math.prod(shape) // values * size


def tensor_rows(
    data: NDArray[np.uint8], shape: Sequence[int], encoding: gguf.GGMLQuantizationType
) -> NDArray[np.uint8]:
    """Return a tensor's bytes [size] as rows [..., bytes of a row], without a copy."""
    return data.reshape(*shape[:-1], tensor_bytes(shape[-1:], encoding))


def encoding_of(number: int) -> gguf.GGMLQuantizationType:
    """Return ggml's encoding of that number.

    Raises:
        ValueError: there is none.
    """
    try:
        return gguf.GGMLQuantizationType(number)
    except ValueError:
        raise ValueError(f"its encoding is {number}, which ggml does not know") from None
