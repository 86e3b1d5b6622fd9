"""The .apr container: what goes in comes out, bit for bit, and nothing else is read."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import header_seeds
import numpy as np
import pytest
from gguf import GGMLQuantizationType as Encoding
from gguf import GGUFValueType as Kind
from header_seeds import apr_bytes, sealed
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sse_steps.errors import ModelFormatError
from sse_steps.models.apr_file import AprWriter, TensorPlan, read_apr
from sse_steps.models.apr_metadata import RANGES
from sse_steps.models.gguf_file import read_gguf
from sse_steps.models.header_limits import MAX_VALUES, tensor_bytes
from sse_steps.models.model_file import interpret, read_stored
from sse_steps.models.stored_model import KeyValue, StoredModel, StoredTensor

SOUND = apr_bytes(header_seeds.keys(), header_seeds.tensors())
METADATA_END = int.from_bytes(SOUND[24:28], "little")
INDEX_END = METADATA_END + int.from_bytes(SOUND[28:32], "little")

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ITEMS: dict[Kind, st.SearchStrategy[Any]] = {
    **{kind: st.integers(int(at.min), int(at.max)) for kind, at in RANGES.items()},
    Kind.FLOAT32: st.floats(width=32, allow_nan=False, allow_infinity=False),
    Kind.FLOAT64: st.floats(allow_nan=False, allow_infinity=False),
    Kind.BOOL: st.booleans(),
    Kind.STRING: TEXT,
}
PLAIN = st.sampled_from(list(ITEMS))
VALUES = st.one_of(
    PLAIN.flatmap(lambda kind: st.builds(KeyValue, ITEMS[kind], st.just(kind))),
    PLAIN.flatmap(
        lambda kind: st.builds(
            KeyValue, st.lists(ITEMS[kind], max_size=5), st.just(Kind.ARRAY), st.just(kind)
        )
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ITEMS[Kind.FLOAT64] | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
ENCODINGS = st.sampled_from(
    [Encoding.F32, Encoding.F16, Encoding.BF16, Encoding.Q8_0, Encoding.Q4_K]
)


@st.composite
def stored_tensors(draw: st.DrawFn) -> list[StoredTensor]:
    """Return tensors of random names, shapes, encodings and bytes."""
    names = draw(st.lists(TEXT.filter(bool), max_size=4, unique=True))
    return [_random_tensor(name, draw) for name in names if len(name.encode()) <= 64]


def _random_tensor(name: str, draw: st.DrawFn) -> StoredTensor:
    encoding = draw(ENCODINGS)
    values, _ = gguf.GGML_QUANT_SIZES[encoding]
    outer = draw(st.lists(st.integers(1, 3), max_size=3))
    shape = (*outer, values * draw(st.integers(1, 2)))
    random = np.random.default_rng(draw(st.integers(0, 9)))
    data = random.integers(0, 256, tensor_bytes(shape, encoding), dtype=np.uint8)
    return StoredTensor(name, shape, encoding, data.reshape(*outer, -1))


def read(folder: Path, raw: bytes) -> StoredModel:
    """Read a file of these bytes."""
    path = folder / "model.apr"
    path.write_bytes(raw)
    return read_apr(path)


@settings(max_examples=150)
@given(
    keys=st.dictionaries(TEXT, VALUES, max_size=6),
    tensors=stored_tensors(),
    provenance=st.dictionaries(TEXT, JSON, max_size=3),
)
def test_what_goes_in_comes_out(
    tmp_path_factory: pytest.TempPathFactory,
    keys: dict[str, KeyValue],
    tensors: list[StoredTensor],
    provenance: dict[str, object],
) -> None:
    """Keys of every kind, provenance and tensors come back exactly, whatever their order."""
    folder = tmp_path_factory.mktemp("apr")
    plans = [TensorPlan(tensor.name, tensor.shape, tensor.encoding) for tensor in tensors]
    for name, order in (("one.apr", tensors), ("two.apr", tensors[::-1])):
        with AprWriter(folder / name, keys, "q8_0", provenance, plans) as writer:
            for tensor in order:
                writer.write(tensor.name, tensor.data)
        plans, keys = plans[::-1], dict(reversed(keys.items()))
    found = read_apr(folder / "one.apr")
    # JSON tells 0.0 from -0.0 and 1 from 1.0 from True; == would not.
    assert {key: repr(value) for key, value in found.keys.items()} == {
        key: repr(value) for key, value in keys.items()
    }
    assert found.provenance == provenance
    assert found.quantization == "q8_0"
    assert list(found.tensors) == sorted(tensor.name for tensor in tensors)
    for tensor in tensors:
        same = found.tensors[tensor.name]
        assert (same.shape, same.encoding) == (tensor.shape, tensor.encoding)
        np.testing.assert_array_equal(same.data, tensor.data)
    assert (folder / "one.apr").read_bytes() == (folder / "two.apr").read_bytes()


def test_every_tensor_is_aligned_and_the_data_begin_a_page(tmp_path: Path) -> None:
    """Each tensor starts at a multiple of 64 bytes in the mapped file."""
    for tensor in read(tmp_path, SOUND).tensors.values():
        assert tensor.data.ctypes.data % 64 == 0
    assert int.from_bytes(SOUND[32:40], "little") % 4096 == 0


def test_these_tests_start_from_what_the_writer_writes(tmp_path: Path) -> None:
    """The file that the hostile ones are made from is the writer's, byte for byte."""
    tensors = header_seeds.tensors()
    plans = [TensorPlan(tensor.name, tensor.shape, tensor.encoding) for tensor in tensors]
    path, provenance = tmp_path / "m.apr", header_seeds.PROVENANCE
    with AprWriter(path, header_seeds.keys(), "none", provenance, plans) as writer:
        for tensor in tensors:
            writer.write(tensor.name, tensor.data)
    assert path.read_bytes() == SOUND


def test_an_apr_file_means_what_its_gguf_meant(tmp_path: Path) -> None:
    """The same keys and tensors in both containers are interpreted as the same model."""
    keys, tensors = header_seeds.keys(), header_seeds.tensors()
    (tmp_path / "m.gguf").write_bytes(header_seeds.gguf_bytes(keys, tensors))
    (tmp_path / "m.apr").write_bytes(SOUND)
    one, two = (interpret(read_stored(tmp_path / name)) for name in ("m.gguf", "m.apr"))
    assert (one.hyperparameters, one.tokenizer) == (two.hyperparameters, two.tokenizer)
    for name in one.tensors:
        np.testing.assert_array_equal(one.tensors[name], two.tensors[name])


@pytest.mark.slow
def test_a_real_model_survives_bit_for_bit(tmp_path: Path, smollm2_path: Path) -> None:
    """Every key and every byte of a real GGUF file's tensors arrive in the .apr file."""
    source = read_gguf(smollm2_path)
    plans = [TensorPlan(each.name, each.shape, each.encoding) for each in source.tensors.values()]
    with AprWriter(tmp_path / "m.apr", source.keys, "none", {}, plans) as writer:
        for tensor in source.tensors.values():
            writer.write(tensor.name, tensor.data)
    found = read_apr(tmp_path / "m.apr")
    assert found.keys == source.keys
    assert set(found.tensors) == set(source.tensors)
    for name, tensor in source.tensors.items():
        np.testing.assert_array_equal(found.tensors[name].data, tensor.data)


def test_a_float32_key_is_rounded_to_float32(tmp_path: Path) -> None:
    """A double under a key of the kind float32 is stored as the float32 nearest to it."""
    keys = {"a": KeyValue(0.1, Kind.FLOAT32)}
    found = read(tmp_path, apr_bytes(keys, [])).keys["a"].value
    assert found == float(np.float32(0.1)) != 0.1


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [
        ({"a": KeyValue(float("nan"), Kind.FLOAT32)}, "a is not finite"),
        ({"a": KeyValue(float("inf"), Kind.FLOAT64)}, "a is not finite"),
        ({"a": KeyValue(1e300, Kind.FLOAT32)}, "a is not finite"),
        ({"a": KeyValue([1.0, float("-inf")], Kind.ARRAY, Kind.FLOAT32)}, "a is not finite"),
        ({"a": KeyValue(256, Kind.UINT8)}, "a lies outside of uint8"),
        ({"a": KeyValue(-1, Kind.UINT64)}, "a lies outside of uint64"),
        ({"a": KeyValue(value=True, kind=Kind.INT8)}, "a is not int8"),
        ({"a": KeyValue("\ud800", Kind.STRING)}, "surrogates not allowed"),
        ({"a": KeyValue([1], Kind.ARRAY)}, "without a kind of its items"),
        ({f"k{number}": KeyValue(0, Kind.INT8) for number in range(5000)}, "5000 keys"),
        ({"a": KeyValue([0] * MAX_VALUES, Kind.ARRAY, Kind.INT8)}, "more than"),
        ({"a": KeyValue("x" * (17 << 20), Kind.STRING)}, "more than"),
    ],
)
def test_keys_that_no_file_can_hold_are_refused(
    tmp_path: Path, keys: dict[str, KeyValue], wrong: str
) -> None:
    """What could not be read back is not written, and no file is left."""
    with pytest.raises(ModelFormatError, match=wrong):
        AprWriter(tmp_path / "m.apr", keys, "none", {}, [])
    assert list(tmp_path.iterdir()) == []


F32_PAIR = TensorPlan("a", (2,), Encoding.F32)


@pytest.mark.parametrize(
    ("plans", "wrong"),
    [
        ([F32_PAIR, F32_PAIR], "a is there twice"),
        ([TensorPlan("", (2,), Encoding.F32)], "has 0 bytes"),
        ([TensorPlan("é" * 33, (2,), Encoding.F32)], "has 66 bytes"),
        ([TensorPlan("a", (), Encoding.F32)], "0 dimensions"),
        ([TensorPlan("a", (1,) * 5, Encoding.F32)], "5 dimensions"),
        ([TensorPlan("a", (3, 0), Encoding.F32)], r"its shape is \(3, 0\)"),
        ([TensorPlan("a", (2**31, 2**31), Encoding.F32)], "its shape is"),
        ([TensorPlan("a", (33,), Encoding.Q8_0)], "no whole blocks of Q8_0, which hold 32"),
    ],
)
def test_tensors_that_no_file_can_hold_are_refused(
    tmp_path: Path, plans: list[TensorPlan], wrong: str
) -> None:
    """Duplicates, absurd shapes and broken blocks are refused before anything is written."""
    with pytest.raises(ModelFormatError, match=wrong):
        AprWriter(tmp_path / "m.apr", {}, "none", {}, plans)


def floats(*values: float) -> NDArray[np.uint8]:
    """Return the bytes of float32 values."""
    return np.array(values, np.float32).view(np.uint8)


@pytest.mark.parametrize(
    "use",
    [
        lambda _writer: None,
        lambda writer: writer.write("a", floats(1)),
        lambda writer: writer.write("b", floats(1, 2)),
        lambda writer: [writer.write("a", floats(1, 2)) for _ in range(2)],
    ],
    ids=["missing", "too short", "unknown", "twice"],
)
def test_a_file_is_whole_or_not_there(tmp_path: Path, use: Callable[[AprWriter], object]) -> None:
    """A tensor that is missing, unknown, repeated or of another size leaves no file at all."""
    target = tmp_path / "m.apr"
    target.write_text("what was there before")
    with (
        pytest.raises(ValueError, match=r"not written|bytes, not 8|not planned"),
        AprWriter(target, {}, "none", {}, [F32_PAIR]) as writer,
    ):
        use(writer)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["what was there before"]


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
