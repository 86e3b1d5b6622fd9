"""The metadata of an .apr file: canonical JSON, so that the same keys are always the same bytes.

docs/apr-format.md is the specification.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from gguf import GGUFValueType

from sse_steps.models.header_json import parse_json
from sse_steps.models.header_limits import MAX_HEADER_BYTES, MAX_KEYS
from sse_steps.models.stored_model import KeyValue

_KINDS: Final = {kind.name.lower(): kind for kind in GGUFValueType}
RANGES: Final[dict[GGUFValueType, np.iinfo[Any]]] = {
    GGUFValueType.UINT8: np.iinfo(np.uint8),
    GGUFValueType.INT8: np.iinfo(np.int8),
    GGUFValueType.UINT16: np.iinfo(np.uint16),
    GGUFValueType.INT16: np.iinfo(np.int16),
    GGUFValueType.UINT32: np.iinfo(np.uint32),
    GGUFValueType.INT32: np.iinfo(np.int32),
    GGUFValueType.UINT64: np.iinfo(np.uint64),
    GGUFValueType.INT64: np.iinfo(np.int64),
}
_FLOATS: Final = (GGUFValueType.FLOAT32, GGUFValueType.FLOAT64)
_TYPES: Final = {
    **dict.fromkeys(RANGES, int),
    **dict.fromkeys(_FLOATS, float),
    GGUFValueType.BOOL: bool,
    GGUFValueType.STRING: str,
}
_ENTRIES: Final = {"architecture", "keys", "provenance", "quantization"}
_MAX_DEPTH: Final = 8  # of provenance
_LONGEST_WORD: Final = 64


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an .apr file says beside its tensors."""

    keys: Mapping[str, KeyValue]
    quantization: str
    provenance: Mapping[str, object]

    @property
    def architecture(self) -> str | None:
        """The architecture by GGUF's name, None where no key says it."""
        found = self.keys.get("general.architecture")
        return found.value if found is not None and isinstance(found.value, str) else None


def encode(metadata: Metadata) -> str:
    """Return the canonical text, in ASCII. Values of the kind FLOAT32 are rounded to float32.

    Raises:
        ValueError: a value does not fit its kind, is not finite, or there is too much of all.
    """
    text = _canonical(
        {
            "architecture": metadata.architecture,
            "keys": {key: _entry(key, value) for key, value in metadata.keys.items()},
            "provenance": metadata.provenance,
            "quantization": metadata.quantization,
        }
    )
    decode(text)  # what is written can be read
    return text


def decode(text: str) -> Metadata:
    """Return what a canonical text says.

    Raises:
        ValueError: it is not canonical, or what it says does not hold together.
    """
    entries = _parsed(text)
    if not isinstance(entries, dict) or set(entries) != _ENTRIES:
        raise ValueError(f"the entries of its metadata are not {', '.join(sorted(_ENTRIES))}")
    keys, provenance = entries["keys"], entries["provenance"]
    if not isinstance(keys, dict) or not isinstance(provenance, dict):
        raise ValueError("its keys or its provenance are no JSON object")  # noqa: TRY004 - the file's fault
    if len(keys) > MAX_KEYS:
        raise ValueError(f"it has {len(keys)} keys, more than {MAX_KEYS}")
    _check_plain(provenance, depth=0)
    found = Metadata(
        {_text(key): _key_value(key, entry) for key, entry in keys.items()},
        _word(entries["quantization"]),
        provenance,
    )
    if entries["architecture"] != found.architecture:
        raise ValueError("its architecture is not what its key general.architecture says")
    return found


def _canonical(entries: object) -> str:
    """Return JSON in ASCII: names sorted, no white space, all else escaped by its code."""
    return json.dumps(
        entries, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":")
    )


def _parsed(text: str) -> object:
    if len(text) > MAX_HEADER_BYTES:
        raise ValueError(f"its metadata are {len(text)} bytes, more than {MAX_HEADER_BYTES}")
    entries = parse_json(text, names_twice=True)  # none survive what follows
    try:
        canonical = _canonical(entries) == text
    except RecursionError:
        raise ValueError("its metadata are nested too deep") from None
    if not canonical:
        raise ValueError("its metadata are not canonical JSON: names sorted, none twice, no space")
    return entries


def _entry(key: str, value: KeyValue) -> list[object]:
    """Return [kind, value], or ["array", kind of the items, items]."""
    if value.kind is not GGUFValueType.ARRAY:
        return [value.kind.name.lower(), _written(key, [value.value], value.kind)[0]]
    if value.item_kind is None or not isinstance(value.value, Sequence):
        raise ValueError(f"{key[:80]} is a list without a kind of its items")
    return ["array", value.item_kind.name.lower(), _written(key, value.value, value.item_kind)]


def _written(key: str, items: Sequence[Any], kind: GGUFValueType) -> list[Any]:
    """Return items as JSON holds them: floats as such, float32 exactly."""
    if kind not in _FLOATS:
        return list(items)
    with np.errstate(over="ignore"):
        floats = np.asarray(items, np.float32 if kind is GGUFValueType.FLOAT32 else np.float64)
    if not np.isfinite(floats).all():
        raise ValueError(f"{key[:80]} is not finite, which JSON cannot hold")
    written: list[Any] = floats.astype(np.float64).tolist()
    return written


def _key_value(key: str, entry: object) -> KeyValue:
    if isinstance(entry, list) and len(entry) == 2:
        kind = _kind(key, entry[0])
        _check_items(key, entry[1:], kind)
        return KeyValue(entry[1], kind)
    if isinstance(entry, list) and len(entry) == 3 and entry[0] == "array":
        kind = _kind(key, entry[1])
        if not isinstance(entry[2], list):
            raise ValueError(f"{key[:80]} is an array without a list")
        _check_items(key, entry[2], kind)
        return KeyValue(entry[2], GGUFValueType.ARRAY, kind)
    raise ValueError(f"{key[:80]} has no kind and value")


def _kind(key: str, name: object) -> GGUFValueType:
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None or kind is GGUFValueType.ARRAY:
        raise ValueError(f"{key[:80]} is of no kind that a value can have")
    return kind


def _check_items(key: str, items: Sequence[Any], kind: GGUFValueType) -> None:
    wanted = _TYPES[kind]
    if not all(type(item) is wanted for item in items):
        raise ValueError(f"{key[:80]} is not {kind.name.lower()}")
    if kind is GGUFValueType.STRING:
        for item in items:
            _text(item)
    elif kind in RANGES and items:
        limits = RANGES[kind]
        if min(items) < limits.min or max(items) > limits.max:
            raise ValueError(f"{key[:80]} lies outside of {kind.name.lower()}")
    elif kind in _FLOATS and _written(key, items, kind) != items:
        raise ValueError(f"{key[:80]} is not exactly {kind.name.lower()}")


def _text(text: str) -> str:
    """Return a text that UTF-8 can hold: JSON can name surrogates, GGUF and files cannot."""
    if not text.isascii():
        text.encode("utf-8")
    return text


def _word(name: object) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_WORD:
        raise ValueError("its quantization has no name")
    return _text(name)


def _check_plain(value: object, depth: int) -> None:
    """Demand plain JSON: what provenance holds is kept and shown, never interpreted."""
    if depth > _MAX_DEPTH:
        raise ValueError(f"its provenance is nested more than {_MAX_DEPTH} deep")
    if isinstance(value, str):
        _text(value)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            if not isinstance(name, str):
                raise ValueError("its provenance has a name that is no text")  # noqa: TRY004 - the file's fault
            _text(name)
            _check_plain(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_plain(item, depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("its provenance holds a number that is not finite")
