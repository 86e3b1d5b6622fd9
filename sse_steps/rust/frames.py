"""Typed values on a pipe: the judge's end of what `support.rs` speaks.

A frame is a little-endian u32 length and a payload. Everything that comes back is hostile: sizes
are bounded by what was received, nesting by `_DEEPEST`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_DEEPEST = 64
_LARGEST_I128 = 2**127 - 1


class FrameError(ValueError):
    """Bytes that are no value of the protocol."""


class UnrepresentableError(ValueError):
    """A Python value that the protocol cannot carry."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The answer `Err(_)`."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The answer `()`, which is what Python calls None, and not what Rust calls so."""


@dataclass(frozen=True, slots=True)
class Unordered:
    """A set (of items) or a map (of pairs) as it was sent.

    Nothing is hashed: a candidate could choose items that all collide in Python.
    """

    items: tuple[object, ...]
    is_map: bool


def encode(value: object) -> bytes:
    """Return the bytes of a plain Python value.

    Raises:
        UnrepresentableError: the value is of another type, or an integer beyond a u128 or an i128.
    """
    if value is None:
        return b"n"
    if isinstance(value, bool):
        return b"b\x01" if value else b"b\x00"
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return b"f" + struct.pack("<d", value)
    if isinstance(value, str):
        data = value.encode("utf-8", errors="replace")
        return b"s" + struct.pack("<I", len(data)) + data
    return _encode_collection(value)


def _integer(value: int) -> bytes:
    """Return an i128, or a u128 where that is too small."""
    large = value > _LARGEST_I128
    try:
        data = value.to_bytes(16, "little", signed=not large)
    except OverflowError as too_big:
        raise UnrepresentableError(
            f"an integer of {value.bit_length()} bits and a sign; 128 are the most"
        ) from too_big
    return (b"g" if large else b"i") + data


def _encode_collection(value: object) -> bytes:
    if isinstance(value, dict):
        parts: Iterable[object] = (part for pair in value.items() for part in pair)
        return _sized(b"m", len(value), parts)
    for kind, tag in ((list, b"l"), (tuple, b"t"), (set, b"u"), (frozenset, b"u")):
        if isinstance(value, kind):
            return _sized(tag, len(value), value)
    raise UnrepresentableError(f"a value of type {type(value).__name__} cannot be sent")


def _sized(tag: bytes, count: int, parts: Iterable[object]) -> bytes:
    return tag + struct.pack("<I", count) + b"".join(map(encode, parts))


def decode(payload: bytes) -> object:
    """Return the value that `payload` holds, whole.

    Raises:
        FrameError: the bytes are not one value.
    """
    return decode_many(payload, 1)[0]


def decode_many(payload: bytes, count: int) -> tuple[object, ...]:
    """Return the `count` values that `payload` holds, whole.

    Raises:
        FrameError: the bytes are not so many values.
    """
    reader = _Reader(payload)
    values = tuple(reader.value(0) for _ in range(count))
    if reader.at != len(payload):
        raise FrameError(f"{len(payload) - reader.at} bytes behind the value")
    return values


class _Reader:
    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self.at = 0

    def _take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self._payload):
            raise FrameError("the frame ends inside a value")
        taken = self._payload[self.at : end]
        self.at = end
        return taken

    def _count(self) -> int:
        count = int.from_bytes(self._take(4), "little")
        if count > len(self._payload):
            raise FrameError(f"a count of {count} in a frame of {len(self._payload)} bytes")
        return count

    def value(self, depth: int) -> object:
        if depth > _DEEPEST:
            raise FrameError(f"values nested more than {_DEEPEST} deep")
        readers: dict[bytes, Callable[[], object]] = {
            b"n": lambda: None,
            b"e": Failed,
            b"v": Unit,
            b"b": lambda: self._take(1) != b"\x00",
            b"i": lambda: int.from_bytes(self._take(16), "little", signed=True),
            b"g": lambda: int.from_bytes(self._take(16), "little"),
            b"f": lambda: struct.unpack("<d", self._take(8))[0],
            b"s": self._text,
            b"l": lambda: [self.value(depth + 1) for _ in range(self._count())],
            b"t": lambda: tuple(self.value(depth + 1) for _ in range(self._count())),
            b"u": lambda: self._set(depth),
            b"m": lambda: self._map(depth),
        }
        tag = self._take(1)
        if tag not in readers:
            raise FrameError(f"the unknown tag {tag!r}")
        return readers[tag]()

    def _text(self) -> str:
        try:
            return self._take(self._count()).decode()
        except UnicodeDecodeError as wrong:
            raise FrameError("a text that is not UTF-8") from wrong

    def _set(self, depth: int) -> Unordered:
        items = tuple(self.value(depth + 1) for _ in range(self._count()))
        return Unordered(items, is_map=False)

    def _map(self, depth: int) -> Unordered:
        pairs = tuple((self.value(depth + 1), self.value(depth + 1)) for _ in range(self._count()))
        return Unordered(pairs, is_map=True)
