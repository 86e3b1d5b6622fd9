"""Hostile .apr files, one a test case: each is refused by name, its CRC-32 correct."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import header_seeds
import pytest
from header_seeds import apr_bytes, sealed

from sse_steps.errors import ModelFormatError
from sse_steps.models.apr_file import read_apr
from sse_steps.models.stored_model import StoredModel

SOUND = apr_bytes(header_seeds.keys(), header_seeds.tensors())
METADATA_END = int.from_bytes(SOUND[24:28], "little")
INDEX_END = METADATA_END + int.from_bytes(SOUND[28:32], "little")


def read(folder: Path, raw: bytes) -> StoredModel:
    """Read a file of these bytes."""
    path = folder / "model.apr"
    path.write_bytes(raw)
    return read_apr(path)


def rebuilt(metadata: bytes, index: bytes = b"", *, tensors: int = 0, data: int = 0) -> bytes:
    """Return a file whose header fits these parts, whatever they say."""
    index_at = 64 + len(metadata)
    data_at = -(-(index_at + len(index)) // 4096) * 4096
    header = struct.pack(
        "<4sHHIIIIIIQQQQ",
        *(b"APR!", 1, 0, tensors, 0, 64, len(metadata), index_at, len(index)),
        *(data_at, data, data_at + data, 0),
    )
    return sealed((header + metadata + index).ljust(data_at, b"\0") + bytes(data))


def with_metadata(**entries: object) -> bytes:
    """Return a file without tensors whose metadata are canonical, but for these entries."""
    whole = {
        **{"architecture": None, "keys": {}, "provenance": {}, "quantization": "none"},
        **entries,
    }
    return rebuilt(json.dumps(whole, sort_keys=True, separators=(",", ":")).encode())


def with_key(*entry: object) -> bytes:
    """Return a file with this entry under the key `a`."""
    return with_metadata(keys={"a": list(entry)})


def with_index(*entries: bytes, tensors: int | None = None, data: int = 8) -> bytes:
    """Return a file with these index entries."""
    metadata = b'{"architecture":null,"keys":{},"provenance":{},"quantization":"none"}'
    count = len(entries) if tensors is None else tensors
    return rebuilt(metadata, b"".join(entries), tensors=count, data=data)


def entry(
    name: bytes = b"a",
    shape: tuple[int, ...] = (2,),
    encoding: int = 0,
    offset: int = 0,
    size: int = 8,
    dimensions: int | None = None,
) -> bytes:
    """Return an entry of the index: two floats at the start of the data, unless said otherwise."""
    count = len(shape) if dimensions is None else dimensions
    head = struct.pack("<Q", len(name)) + name + struct.pack("<II", encoding, count)
    return head + struct.pack(f"<{len(shape)}QQQ", *shape, offset, size)


def patched(position: int, *, seal: bool = True, raw: bytes = SOUND, by: bytes) -> bytes:
    """Return a file with other bytes at a position."""
    changed = raw[:position] + by + raw[position + len(by) :]
    return sealed(changed) if seal else changed


EMPTY = with_metadata()
HOSTILE = {
    "another magic": (patched(0, by=b"APR?"), "it begins with"),
    "a header cut short": (SOUND[:40], "its header has 40 bytes"),
    "version 2": (patched(4, by=b"\x02"), "version 2"),
    "a flag": (patched(6, by=b"\x01"), "flags 1"),
    "a reserved byte": (patched(63, by=b"\x01"), "do not follow from the lengths"),
    "metadata elsewhere": (patched(16, by=b"\x41"), "do not follow from the lengths"),
    "an index elsewhere": (patched(24, by=b"\0", seal=False), "do not follow from the lengths"),
    "data in the header": (patched(32, by=b"\0" * 8), "do not follow from the lengths"),
    "endless data": (patched(40, by=b"\xff" * 8), "do not follow|its header says"),
    "another file length": (patched(48, by=b"\x01"), "do not follow from the lengths"),
    "another CRC": (patched(12, by=bytes(4), seal=False), "its CRC-32 is"),
    "damaged metadata": (patched(80, by=b"x", seal=False), "its CRC-32 is"),
    "a damaged index": (patched(METADATA_END, by=b"x", seal=False), "its CRC-32 is"),
    "a file cut short": (SOUND[:-1], "bytes, its header says"),
    "trailing bytes": (SOUND + b"\0", "bytes, its header says"),
    "endless metadata": (patched(20, by=b"\xff" * 4), "its header says"),
    "padding before the data": (patched(INDEX_END, by=b"x"), "the padding before tensor"),
    "padding without tensors": (EMPTY[:-1] + b"x", "the padding at its end"),
    "no JSON": (rebuilt(b"{nothing}"), "Expecting property name"),
    "no metadata": (rebuilt(b""), "Expecting value"),
    "white space": (rebuilt(b'{"architecture": null}'), "not canonical"),
    "unsorted names": (rebuilt(b'{"keys":{},"architecture":null}'), "not canonical"),
    "a name twice": (rebuilt(b'{"keys":{},"keys":{}}'), "not canonical"),
    "an escape that is not needed": (rebuilt(b'"\\u0041"'), "not canonical"),
    "a number written otherwise": (rebuilt(b"1e0"), "not canonical"),
    "UTF-8": (rebuilt('"é"'.encode()), "can't decode"),
    "NaN": (rebuilt(b"[NaN]"), "NaN, which is no number"),
    "infinity by its digits": (rebuilt(b"[1e999]"), "not JSON compliant"),
    "a number of 5,000 digits": (rebuilt(b"9" * 5000), "4300 digits"),
    "endless nesting": (rebuilt(b"[" * 100_000), "nested too deep"),
    "nesting": (rebuilt(b"[" * 900 + b"]" * 900), "nested too deep|entries"),
    "too many values": (rebuilt(b"[" + b"[]," * 1_300_000), "more than 1250000"),
    "a list": (rebuilt(b"[]"), "the entries of its metadata"),
    "an entry too many": (with_metadata(more=1), "the entries of its metadata"),
    "keys that are a list": (with_metadata(keys=[]), "no JSON object"),
    "provenance that is a list": (with_metadata(provenance=[]), "no JSON object"),
    "too many keys": (
        with_metadata(keys={f"{number:04}": ["bool", True] for number in range(4097)}),
        "4097 keys",
    ),
    "no quantization": (with_metadata(quantization=None), "quantization has no name"),
    "a long quantization": (with_metadata(quantization="q" * 65), "quantization has no name"),
    "an architecture without key": (with_metadata(architecture="llama"), "general.architecture"),
    "deep provenance": (with_metadata(provenance={"a": [[[[[[[[[1]]]]]]]]]}), "8 deep"),
    "a surrogate in provenance": (with_metadata(provenance={"a": "\ud800"}), "surrogates"),
    "a surrogate for a key": (with_metadata(keys={"\udfff": ["bool", True]}), "surrogates"),
    "a surrogate in a key": (with_key("string", "\ud800"), "surrogates"),
    "a key without kind": (with_key(1), "a has no kind and value"),
    "a key that is text": (with_metadata(keys={"a": "b"}), "a has no kind and value"),
    "an unknown kind": (with_key("uint7", 1), "of no kind"),
    "a kind that is a list": (with_key([], 1), "of no kind"),
    "an array of arrays": (with_key("array", "array", [[]]), "of no kind"),
    "an array without a list": (with_key("array", "bool", "x"), "without a list"),
    "an array without its kind": (with_key("array", [True]), "of no kind"),
    "mixed items": (with_key("array", "bool", [True, 1]), "a is not bool"),
    "an integer as a float": (with_key("float64", 1), "a is not float64"),
    "a float as an integer": (with_key("uint8", 1.0), "a is not uint8"),
    "a value outside its kind": (with_key("int8", 128), "outside of int8"),
    "a double as a float32": (with_key("float32", 0.1), "not exactly float32"),
    "a float32 too large": (with_key("float32", 1e300), "not finite"),
    "a list for one value": (with_key("string", ["a"]), "a is not string"),
    "an index cut short": (with_index(entry()[:-1], tensors=1), "beyond the end"),
    "an index that goes on": (with_index(entry(), b"\0", tensors=1), "goes on behind 1 tensors"),
    "too few entries": (with_index(entry(), tensors=2), "beyond the end"),
    "too many tensors": (with_index(entry(), tensors=70_000), "70000 tensors, more than"),
    "an endless name": (with_index(struct.pack("<Q", 2**63), tensors=1), "beyond the end"),
    "no name": (with_index(entry(b"")), "has 0 bytes, not 1 to 64"),
    "a long name": (with_index(entry(b"n" * 65)), "has 65 bytes, not 1 to 64"),
    "a name that is no UTF-8": (with_index(entry(b"\xff")), "can't decode"),
    "unsorted tensors": (
        with_index(entry(b"b"), entry(b"a", offset=64), data=72),
        "tensor a is not sorted",
    ),
    "a tensor twice": (with_index(entry(), entry(offset=64), data=72), "a is there twice"),
    "an unknown encoding": (with_index(entry(encoding=999)), "999, which ggml does not know"),
    "no dimensions": (with_index(entry(shape=())), "0 dimensions"),
    "five dimensions": (with_index(entry(shape=(1,) * 5)), "5 dimensions"),
    "endless dimensions": (with_index(entry(dimensions=2**32 - 1)), "4294967295 dimensions"),
    "a dimension of none": (with_index(entry(shape=(0,), size=0), data=0), r"shape is \(0,\)"),
    "absurd dimensions": (with_index(entry(shape=(2**63, 2**63))), "its shape is"),
    "dimensions that overflow": (with_index(entry(shape=(2**32, 2**32, 2))), "its shape is"),
    "a broken block": (with_index(entry(encoding=8, shape=(31,))), "no whole blocks"),
    "a size that does not fit": (with_index(entry(size=12), data=12), "12 bytes are not"),
    "an overlap": (
        with_index(entry(), entry(b"b", offset=0)),
        "tensor b lies at byte 0 of the data, not at 64",
    ),
    "a gap": (with_index(entry(), entry(b"b", offset=128), data=136), "not at 64"),
    "a late start": (with_index(entry(offset=64), data=72), "not at 0"),
    "an offset outside": (with_index(entry(offset=2**64 - 8)), "not at 0"),
    "data that no tensor has": (with_index(entry(), data=72), "its data are 72 bytes"),
    "too little data": (with_index(entry(), data=4), "its data are 4 bytes"),
}


@pytest.mark.parametrize(("raw", "wrong"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_are_refused(tmp_path: Path, raw: bytes, wrong: str) -> None:
    """Each of these files is refused in two lines that say what is wrong, its CRC-32 correct."""
    with pytest.raises(ModelFormatError, match=rf"not a readable \.apr file: .*({wrong})"):
        read(tmp_path, raw)


def test_the_files_that_hostile_ones_are_made_from_are_sound(tmp_path: Path) -> None:
    """What the hostile files change is the only thing wrong with them."""
    assert read(tmp_path, EMPTY).quantization == "none"
    assert read(tmp_path, with_key("float32", 0.5)).keys["a"].value == 0.5
    assert read(tmp_path, with_index(entry(), entry(b"b", offset=64), data=72)).tensors.keys() == {
        "a",
        "b",
    }
