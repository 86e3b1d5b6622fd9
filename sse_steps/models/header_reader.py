"""Little-endian fields of an untrusted header, each held against the end before it is read."""

from __future__ import annotations

import struct
from typing import Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

_LENGTH: Final = struct.Struct("<Q")


class HeaderReader:
    """Reads from the start of `data` on, and never beyond `end`.

    Args:
        data: the mapped file, [bytes].
        position: where to begin, in bytes.
        end: where to stop; the end of the data where that comes first.
    """

    def __init__(self, data: NDArray[np.uint8], *, position: int = 0, end: int) -> None:
        self._bytes = data.data
        self.position = position
        self.end = min(end, len(self._bytes))

    def take(self, size: int) -> memoryview:
        """Return the next `size` bytes.

        Raises:
            ValueError: there are not so many.
        """
        start = self.position
        if size > self.end - start:
            raise ValueError(f"{size} bytes at byte {start} lie beyond the end at {self.end}")
        self.position = start + size
        return self._bytes[start : start + size]

    def integer(self, size: int) -> int:
        """Return an unsigned integer of `size` bytes."""
        return int.from_bytes(self.take(size), "little")

    def text(self) -> str:
        """Return a string: its length in 8 bytes, then so many bytes of UTF-8."""
        return self.texts(1)[0]

    def texts(self, count: int) -> list[str]:
        """Return `count` strings; one loop without calls, since vocabularies are long.

        Raises:
            ValueError: one lies beyond the end, or is no UTF-8.
        """
        if count * _LENGTH.size > self.end - self.position:
            raise ValueError(f"{count} strings at byte {self.position} lie beyond the end")
        found, content, position = [], self._bytes, self.position
        for _ in range(count):
            start = position + _LENGTH.size
            if start > self.end:
                raise ValueError(f"a string at byte {position} lies beyond the end at {self.end}")
            (length,) = _LENGTH.unpack_from(content, position)
            position = start + length
            if position > self.end:
                wrong = f"a string of {length} bytes at byte {start} lies beyond the end"
                raise ValueError(f"{wrong} at {self.end}")
            found.append(str(content[start:position], "utf-8"))
        self.position = position
        return found

    def numbers(self, kind: DTypeLike, count: int) -> list[int | float]:
        """Return `count` numbers of a numpy type as Python's own."""
        found = np.frombuffer(self.take(np.dtype(kind).itemsize * count), dtype=kind)
        numbers: list[int | float] = found.tolist()
        return numbers
