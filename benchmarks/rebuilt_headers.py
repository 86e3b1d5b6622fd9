"""Headers of model files written anew: sound containers, values that no model should have."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import gguf
import header_seeds
import numpy as np
from gguf import GGUFValueType as Kind
from header_seeds import PLAIN_KINDS

from sse_steps.models.header_limits import tensor_bytes
from sse_steps.models.stored_model import KeyValue, StoredTensor

HUGE: Final = (2**32, 2**40, 2**60, 2**62, 2**63 - 1, 2**63, 2**64 - 64, 2**64 - 1)
ARCHITECTURES: Final = ("qwen2", "gemma3", "gpt2")
SPECIAL_KEYS: Final = ("attention.sliding_window", "attention.sliding_window_pattern")
ODD_VALUES: Final = (
    *(0, 1, -1, 2, 3, 31, 64, 2**31, 2**32 - 1, 2**63 - 1, 0.0, -0.0, 0.5, 1e30, True, False),
    *("", "llama", "qwen2", "gemma3", "gpt2", "none", "\x00", "\x1b[31m", "é😀", "x" * 5000),
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
