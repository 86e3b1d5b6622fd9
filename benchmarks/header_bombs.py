"""Headers as large as the limits allow, of what costs a reader most."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final

import header_seeds

from sse_steps.models.header_json import MAX_JSON_BYTES
from sse_steps.models.header_limits import MAX_HEADER_BYTES, MAX_TENSORS, MAX_VALUES

ITEMS: Final = MAX_VALUES - 100
EMPTY_APR: Final = header_seeds.apr_bytes({}, [])


def _apr(path: Path, **entries: object) -> None:
    whole = {"architecture": None, "keys": {}, "provenance": {}, "quantization": "none", **entries}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"))
    path.write_bytes(header_seeds.assembled(text.encode(), EMPTY_APR))


def _apr_list(path: Path, kind: str, items: list[object]) -> None:
    _apr(path, keys={"a": ["array", kind, items]})


def _apr_tensors(path: Path) -> None:
    tensors = [header_seeds.float_tensor(f"{number:064}") for number in range(MAX_TENSORS)]
    path.write_bytes(header_seeds.apr_bytes({}, tensors))


def _gguf(path: Path, *values: bytes) -> None:
    keys = (struct.pack("<QB", 1, 97 + at) + value for at, value in enumerate(values))
    raw = b"GGUF" + struct.pack("<IQQ", 3, 0, len(values)) + b"".join(keys)
    path.write_bytes(raw + bytes(-len(raw) % 32))


def _gguf_list(kind: int, item: bytes, count: int) -> bytes:
    return struct.pack("<IIQ", 9, kind, count) + item * count


def _gguf_tensors(path: Path) -> None:
    tensors = [header_seeds.float_tensor(f"{number:064}") for number in range(MAX_TENSORS)]
    path.write_bytes(header_seeds.gguf_bytes({}, tensors))


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _safetensors(path: Path, header: str, data: int = 0) -> None:
    raw = header.encode()
    path.write_bytes(struct.pack("<Q", len(raw)) + raw + bytes(data))


def _safetensors_tensors(path: Path) -> None:
    entry = {"dtype": "U8", "shape": [1]}
    header = {
        f"{number:05}": {**entry, "data_offsets": [number, number + 1]}
        for number in range(MAX_TENSORS)
    }
    _safetensors(path, json.dumps(header, separators=(",", ":")), data=MAX_TENSORS)


BOMBS: Final[dict[str, Callable[[Path], None]]] = {
    "apr of empty lists": lambda path: _apr(path, provenance={"a": [[]] * (ITEMS // 2)}),
    "apr of objects": lambda path: _apr(path, provenance={"a": [{"a": 1}] * (ITEMS // 2)}),
    "apr of short strings": lambda path: _apr_list(path, "string", ["ab"] * ITEMS),
    "apr of letters that need 4 bytes": lambda path: _apr_list(
        path, "string", ["😀"] * (MAX_HEADER_BYTES // 15 - 100)
    ),
    "apr of floats": lambda path: _apr_list(path, "float64", [0.1] * ITEMS),
    "apr of integers": lambda path: _apr_list(path, "int32", [12345] * ITEMS),
    "apr of one long string": lambda path: _apr(
        path, keys={"a": ["string", "x" * (MAX_HEADER_BYTES - 200)]}
    ),
    "apr of tensors": _apr_tensors,
    "gguf of short strings": lambda path: _gguf(path, _gguf_list(8, _text("ab"), ITEMS)),
    "gguf of letters that need 4 bytes": lambda path: _gguf(
        path, _gguf_list(8, _text("😀a"), ITEMS)
    ),
    "gguf of long strings with one such letter": lambda path: _gguf(
        path, _gguf_list(8, _text("😀" + "a" * 1000), MAX_HEADER_BYTES // 1020)
    ),
    "gguf of integers": lambda path: _gguf(path, _gguf_list(4, b"\x39\x30\0\0", ITEMS)),
    "gguf of tensors": _gguf_tensors,
    "safetensors of tensors": _safetensors_tensors,
    "safetensors of letters that need 4 bytes": lambda path: _safetensors(
        path, '{"__metadata__":{"a":"' + "😀" + "a" * (MAX_JSON_BYTES - 100) + '"}}'
    ),
    "safetensors of objects": lambda path: _safetensors(
        path, '{"a":[' + '{"a":1},' * 130_000 + "1]}"
    ),
}
