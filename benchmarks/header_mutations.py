"""Ways to spoil the header of a model file, from single bits to whole values in canonical form."""

from __future__ import annotations

import json
import random
import struct
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from unittest import mock

import gguf
import header_seeds
import numpy as np
from gguf import GGUFValueType as Kind
from header_seeds import PLAIN_KINDS, sealed

from sse_steps.models import gguf_file
from sse_steps.models.header_limits import tensor_bytes
from sse_steps.models.header_reader import HeaderReader
from sse_steps.models.stored_model import KeyValue, StoredTensor

CONTAINERS: Final = ("apr", "gguf", "safetensors")
INTERESTING: Final = (0, 1, 2, 7, 31, 63, 64, 255, 4096, 65_537, 2**31 - 1, 2**31, 2**32 - 1)
HUGE: Final = (2**32, 2**40, 2**60, 2**62, 2**63 - 1, 2**63, 2**64 - 64, 2**64 - 1)
ARCHITECTURES: Final = ("qwen2", "gemma3", "gpt2")
SPECIAL_KEYS: Final = ("attention.sliding_window", "attention.sliding_window_pattern")
FRAGMENTS: Final = (
    *(b"[" * 3000, b'{"a":' * 3000, b"1e999", b"NaN", b"-0", b"9" * 5000, b"\\ud800", b"\xff\xfe"),
    *(b"null", b"[]", b"{}", b'""', b"true", b" ", b"\0" * 70, b"-1", b"18446744073709551616"),
)
ODD_VALUES: Final = (
    *(0, 1, -1, 2, 3, 31, 64, 2**31, 2**32 - 1, 2**63 - 1, 0.0, -0.0, 0.5, 1e30, True, False),
    *("", "llama", "qwen2", "gemma3", "gpt2", "none", "\x00", "\x1b[31m", "é😀", "x" * 5000),
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


def _mutated_keys(rng: random.Random) -> dict[str, KeyValue]:
    """Return keys that a file can hold, some of which no model has."""
    keys = _of_architecture(rng.choice(("llama", "llama", *ARCHITECTURES)))
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        name = rng.choice([name for name in keys if not name.startswith("other.")] or ["more"])
        change = rng.randrange(4)
        if change == 0:
            del keys[name]
        elif change == 1:
            keys[name] = _odd_value(rng)
        elif change == 2:
            keys[name] = _odd_list(rng, keys[name])
        else:
            keys[rng.choice([*keys, f"{name}.more"])] = keys[name]
    return keys


def _of_architecture(name: str) -> dict[str, KeyValue]:
    """Return the seed's keys as those of another architecture, with keys that some of them have."""
    keys = {key.replace("llama.", f"{name}."): value for key, value in header_seeds.keys().items()}
    if name != "llama":
        keys["general.architecture"] = KeyValue(name, Kind.STRING)
        keys |= {f"{name}.{key}": KeyValue(2, Kind.UINT32) for key in SPECIAL_KEYS}
    return keys


def _odd_value(rng: random.Random) -> KeyValue:
    value = rng.choice(ODD_VALUES)
    return KeyValue(value, rng.choice([kind for kind in PLAIN_KINDS if _fits(value, kind)]))


def _fits(value: object, kind: Kind) -> bool:
    try:
        header_seeds.gguf_item(value, kind)
    except (struct.error, OverflowError, AttributeError, TypeError):
        return False
    wanted = {Kind.STRING: str, Kind.BOOL: bool, Kind.FLOAT32: float, Kind.FLOAT64: float}
    return type(value) is wanted.get(kind, int)


def _odd_list(rng: random.Random, before: KeyValue) -> KeyValue:
    if not isinstance(before.value, list) or before.item_kind is None:
        return KeyValue([before.value] * rng.choice((0, 1, 3)), Kind.ARRAY, before.kind)
    items = list(before.value)
    if items and rng.random() < 0.5:
        fitting = [value for value in ODD_VALUES if _fits(value, before.item_kind)]
        items[rng.randrange(len(items))] = rng.choice(fitting)
    else:
        items = items * rng.choice((0, 1, 2, 40)) + items[: rng.randrange(len(items) + 1)]
    return replace(before, value=items)


def _mutated_tensors(rng: random.Random) -> list[StoredTensor]:
    """Return tensors that a file can hold, some of which no model has."""
    tensors = header_seeds.tensors()
    for _ in range(rng.choice((0, 1, 1, 2))):
        at = rng.randrange(len(tensors))
        tensor = tensors[at]
        change = rng.randrange(4)
        if change == 0 and len(tensors) > 1:
            del tensors[at]
        elif change == 1:
            names = ("output.weight", "blk.1.attn_q.weight", "\x1b[31m", "n" * 64, tensors[0].name)
            tensors[at] = replace(tensor, name=rng.choice(names))
        elif change == 2:
            tensors[at] = replace(tensor, shape=(1, *tensor.shape), data=tensor.data[None])
        else:
            encoding = rng.choice((gguf.GGMLQuantizationType.I8, gguf.GGMLQuantizationType.IQ1_S))
            data = np.zeros(tensor_bytes((256,), encoding), np.uint8)
            tensors[at] = StoredTensor(tensor.name, (256,), encoding, data)
    return tensors


def _rebuilt_apr(rng: random.Random) -> bytes:
    try:
        raw = header_seeds.apr_bytes(_mutated_keys(rng), _mutated_tensors(rng))
    except ValueError:  # the writer refuses it: nothing to read
        return header_seeds.apr_bytes(header_seeds.keys(), [])
    if rng.random() < 0.5:
        return raw
    end = int.from_bytes(raw[24:28], "little")
    metadata = _mutated_json(rng, json.loads(raw[64:end]))
    return header_seeds.assembled(
        json.dumps(metadata, sort_keys=True, separators=(",", ":")).encode(), raw
    )


def _rebuilt_gguf(rng: random.Random) -> bytes:
    return header_seeds.gguf_bytes(_mutated_keys(rng), _mutated_tensors(rng))


def _rebuilt_safetensors(rng: random.Random) -> bytes:
    raw = header_seeds.safetensors_bytes()
    end = 8 + int.from_bytes(raw[:8], "little")
    header = json.dumps(_mutated_json(rng, json.loads(raw[8:end]))).encode()
    return struct.pack("<Q", len(header)) + header + raw[end:]


def _mutated_json(rng: random.Random, document: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return JSON with values changed, removed, moved or wrapped, at any depth."""
    for _ in range(rng.randint(1, 3)):
        holder, key = _place(rng, document)
        change = rng.randrange(4)
        if change == 0:
            del holder[key]
        elif change == 1:
            holder[key] = rng.choice((*ODD_VALUES, *HUGE, None, [], {}, [[]], [0, 2**64]))
        elif change == 2:
            holder[key] = rng.choice(([holder[key]], {"a": holder[key]}, [holder[key]] * 9))
        else:
            other, name = _place(rng, document)
            holder[key] = other[name]
            if holder[key] is holder or not _is_plain(document):
                return document if _is_plain(document) else {}
        if not document:
            break
    return document


def _is_plain(document: object) -> bool:
    try:
        json.dumps(document)
    except ValueError:  # it contains itself
        return False
    return True


def _place(rng: random.Random, document: Any) -> tuple[Any, Any]:  # noqa: ANN401 - any JSON
    """Return a holder and one of its keys, at a random depth."""
    while True:
        keys = list(document) if isinstance(document, dict) else list(range(len(document)))
        key = rng.choice(keys)
        inner = document[key]
        if not isinstance(inner, dict | list) or not inner or rng.random() < 0.2:
            return document, key
        document = inner


REBUILDERS: Final[dict[str, Callable[[random.Random], bytes]]] = {
    "apr": _rebuilt_apr,
    "gguf": _rebuilt_gguf,
    "safetensors": _rebuilt_safetensors,
}
