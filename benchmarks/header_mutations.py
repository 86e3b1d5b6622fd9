"""Ways to spoil the header of a model file, from single bits to whole values in canonical form."""

from __future__ import annotations

import random
import struct
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from unittest import mock

import header_seeds
from header_seeds import sealed
from rebuilt_headers import HUGE, REBUILDERS

from sse_steps.models import gguf_file
from sse_steps.models.header_reader import HeaderReader

CONTAINERS: Final = ("apr", "gguf", "safetensors")
INTERESTING: Final = (0, 1, 2, 7, 31, 63, 64, 255, 4096, 65_537, 2**31 - 1, 2**31, 2**32 - 1)
FRAGMENTS: Final = (
    *(b"[" * 3000, b'{"a":' * 3000, b"1e999", b"NaN", b"-0", b"9" * 5000, b"\\ud800", b"\xff\xfe"),
    *(b"null", b"[]", b"{}", b'""', b"true", b" ", b"\0" * 70, b"-1", b"18446744073709551616"),
)


class Seed:
    """A sound file, how long its header is, and where its integers lie."""

    def __init__(self, container: str) -> None:
        self.container = container
        keys, tensors = header_seeds.keys(), header_seeds.tensors()
        if container == "apr":
            self.raw = header_seeds.apr_bytes(keys, tensors)
            lengths = struct.unpack_from("<II", self.raw, 24)
            self.end = sum(lengths)
            self.fields = [(4 * at, 4) for at in range(1, 8)] + [(8 * at, 8) for at in range(4, 8)]
            self.fields += [(at, 8) for at in range(lengths[0], self.end - 8)]
        elif container == "gguf":
            self.raw = header_seeds.gguf_bytes(keys, tensors)
            self.fields = _integers_read(self.raw)
            self.end = max(position + size for position, size in self.fields)
        else:
            self.raw = header_seeds.safetensors_bytes()
            self.end = 8 + int.from_bytes(self.raw[:8], "little")
            self.fields = [(0, 8)]

    def mutated(self, rng: random.Random, raw: bytes | None = None) -> bytes:
        """Return the file, or a file that it became, spoilt in one to four ways."""
        if rng.random() < (0.4 if raw is None else 0.1):
            raw = REBUILDERS[self.container](rng)
            if rng.random() < 0.8:
                return raw
        raw = raw or self.raw
        for _ in range(rng.randint(1, 4)):
            raw = rng.choice(RAW_MUTATIONS)(rng, raw, self) or b"\0"
        if self.container == "apr" and len(raw) >= 64 and rng.random() < 0.9:
            raw = _fitted(rng, raw)
        return raw


def _integers_read(raw: bytes) -> list[tuple[int, int]]:
    """Return position and size of each integer that the GGUF reader reads in a sound file."""
    found: list[tuple[int, int]] = []

    class Recording(HeaderReader):
        def integer(self, size: int) -> int:
            found.append((self.position, size))
            return super().integer(size)

        def texts(self, count: int) -> list[str]:
            found.append((self.position, 8))
            return super().texts(count)

    with (
        mock.patch.object(gguf_file, "HeaderReader", Recording),
        tempfile.NamedTemporaryFile() as file,
    ):
        file.write(raw)
        file.flush()
        gguf_file.read_gguf(Path(file.name))
    return found


def _fitted(rng: random.Random, raw: bytes) -> bytes:
    """Return an .apr file whose lengths fit its size, sometimes, and whose CRC-32 is right."""
    if rng.random() < 0.3:
        data_at = int.from_bytes(raw[32:40], "little")
        length = max(0, len(raw) - data_at)
        raw = raw[:40] + struct.pack("<QQ", length, len(raw)) + raw[56:]
    return sealed(raw)


def _position(rng: random.Random, raw: bytes, seed: Seed) -> int:
    return rng.randrange(min(seed.end, len(raw)))


def _flip(rng: random.Random, raw: bytes, seed: Seed) -> bytes:
    at = _position(rng, raw, seed)
    return raw[:at] + bytes([raw[at] ^ 1 << rng.randrange(8)]) + raw[at + 1 :]


def _byte(rng: random.Random, raw: bytes, seed: Seed) -> bytes:
    at = _position(rng, raw, seed)
    return raw[:at] + rng.randbytes(rng.choice((1, 1, 1, 2, 8))) + raw[at + 1 :]


def _integer(rng: random.Random, raw: bytes, seed: Seed) -> bytes:
    """Set an integer of the header: absurd, next to what it was, or next to the file's size."""
    at, size = rng.choice(seed.fields)
    before = int.from_bytes(raw[at : at + size], "little")
    near = [before + step for step in (-64, -8, -1, 1, 8, 64)] + [
        before * 2,
        len(raw),
        len(raw) - at,
    ]
    value: int = rng.choice([*INTERESTING, *HUGE, *near, *near]) % 2 ** (8 * size)
    return raw[:at] + value.to_bytes(size, "little") + raw[at + size :]


def _cut(rng: random.Random, raw: bytes, seed: Seed) -> bytes:
    return raw[: rng.choice((rng.randrange(len(raw)), _position(rng, raw, seed), len(raw) - 1))]


def _span(rng: random.Random, raw: bytes, seed: Seed) -> tuple[int, int]:
    start = _position(rng, raw, seed)
    return start, min(len(raw), start + rng.choice((1, 4, 8, 16, 40, rng.randint(1, 500))))


def _drop(rng: random.Random, raw: bytes, seed: Seed) -> bytes:
    start, end = _span(rng, raw, seed)
    return raw[:start] + raw[end:]


def _repeat(rng: random.Random, raw: bytes, seed: Seed) -> bytes:
    start, end = _span(rng, raw, seed)
    return raw[:end] + raw[start:end] * rng.choice((1, 1, 2, 50)) + raw[end:]


def _swap(rng: random.Random, raw: bytes, seed: Seed) -> bytes:
    (a, b), (c, d) = sorted((_span(rng, raw, seed), _span(rng, raw, seed)))
    return raw if b > c else raw[:a] + raw[c:d] + raw[b:c] + raw[a:b] + raw[d:]


def _overwrite(rng: random.Random, raw: bytes, seed: Seed) -> bytes:
    start, end = _span(rng, raw, seed)
    at = _position(rng, raw, seed)
    return raw[:at] + raw[start:end] + raw[at + end - start :]


def _insert(rng: random.Random, raw: bytes, seed: Seed) -> bytes:
    at = _position(rng, raw, seed)
    return raw[:at] + rng.choice(FRAGMENTS) + raw[at:]


def _append(rng: random.Random, raw: bytes, _seed: Seed) -> bytes:
    return raw + rng.choice((b"\0", bytes(64), b"PK\x03\x04", rng.randbytes(40)))


RAW_MUTATIONS: Final[Sequence[Callable[[random.Random, bytes, Seed], bytes]]] = (
    *(_flip, _byte, _integer, _integer, _integer, _cut, _drop),
    *(_repeat, _swap, _overwrite, _insert, _append),
)
