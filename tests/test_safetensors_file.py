"""safetensors files: read as the safetensors package reads them, refused where it refuses them."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import safetensors
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hypothesis_numpy

from sse_steps.errors import ModelFormatError
from sse_steps.models.safetensors_file import SafetensorsModel, read_safetensors

HUGE = 2**62


def tensor(dtype: str, shape: list[int], start: int, stop: int) -> dict[str, object]:
    """Return a header's entry of a tensor."""
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


def content(header: object, data: bytes = b"") -> bytes:
    """Return a file of a header and data, sound or not."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + data


def read(folder: Path, raw: bytes) -> SafetensorsModel:
    """Read a file of these bytes."""
    path = folder / "model.safetensors"
    path.write_bytes(raw)
    return read_safetensors(path)


ARRAYS = hypothesis_numpy.arrays(
    st.sampled_from([np.float32, np.float16, np.int64, np.uint8]),
    hypothesis_numpy.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
)


@settings(max_examples=60)
@given(
    arrays=st.dictionaries(
        st.text(max_size=12).filter(lambda name: name != "__metadata__"), ARRAYS, max_size=4
    ),
    # An empty dictionary makes the package write a file that it cannot read itself.
    metadata=st.none() | st.dictionaries(st.text(max_size=5), st.text(), min_size=1, max_size=3),
)
def test_honest_files_read_as_the_package_wrote_them(
    tmp_path_factory: pytest.TempPathFactory,
    arrays: dict[str, np.ndarray],
    metadata: dict[str, str] | None,
) -> None:
    """Names, shapes, metadata and every byte arrive as the safetensors package wrote them."""
    raw = safetensors.numpy.save(arrays, metadata)
    found = read(tmp_path_factory.mktemp("honest"), raw)
    assert found.metadata == (metadata or {})
    assert set(found.tensors) == set(arrays)
    for name, array in arrays.items():
        assert found.tensors[name].shape == array.shape
        assert found.tensors[name].data.tobytes() == array.tobytes()
        if array.dtype in (np.float32, np.float16):
            values = found.tensors[name].values()
            assert values.dtype == np.float32
            np.testing.assert_array_equal(values, array.astype(np.float32))


def test_bf16_is_read_exactly(tmp_path: Path) -> None:
    """Sixteen bits of a float32 come back as that float32."""
    whole = np.array([[1.0, -2.5, 0.0], [3.0e38, -1e-38, 0.15625]], np.float32)
    upper = (whole.view(np.uint32) >> 16).astype("<u2")
    raw = content({"w": tensor("BF16", [2, 3], 0, 12)}, upper.tobytes())
    values = read(tmp_path, raw).tensors["w"].values()
    expected = (upper.astype(np.uint32) << 16).view(np.float32)
    np.testing.assert_array_equal(values, expected)


@pytest.mark.parametrize("dtype", ["I64", "BOOL", "F8_E4M3", "F64"])
def test_other_types_are_listed_but_not_read(tmp_path: Path, dtype: str) -> None:
    """A tensor of a type that no weights have is seen, and refused when its values are wanted."""
    size = {"I64": 8, "F64": 8}.get(dtype, 1)
    found = read(tmp_path, content({"w": tensor(dtype, [1], 0, size)}, bytes(size))).tensors["w"]
    assert found.dtype == dtype
    with pytest.raises(ModelFormatError, match=f"tensor w holds {dtype}, not F32, F16 or BF16"):
        found.values()


ONE = tensor("F32", [1], 0, 4)
HOSTILE = {
    "a length cut short": b"\x08\x00\x00",
    "a length beyond the end": struct.pack("<Q", HUGE) + b"{}",
    "no object": content(b"[]"),
    "a leading space": content(b" {}"),
    "no JSON": content(b"{nothing}"),
    "no UTF-8": content(b'{"\xff":1}'),
    "endless nesting": content(b'{"a":' + b"[" * 100_000),
    "a name twice": content(b'{"w":%s,"w":%s}' % ((json.dumps(ONE).encode(),) * 2), bytes(4)),
    "a field twice": content(
        b'{"w":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4)
    ),
    "a number of 5,000 digits": content(
        b'{"w":{"dtype":"F32","shape":[%s],"data_offsets":[0,4]}}' % (b"9" * 5000), bytes(4)
    ),
    "metadata with a number": content({"__metadata__": {"a": 1}}),
    "metadata that are a list": content({"__metadata__": []}),
    "a tensor that is a list": content({"w": []}),
    "a field too many": content({"w": {**ONE, "more": 1}}, bytes(4)),
    "a field too few": content({"w": {"dtype": "F32", "shape": [1]}}, bytes(4)),
    "an unknown type": content({"w": tensor("F31", [1], 0, 4)}, bytes(4)),
    "a type that is no text": content({"w": {**ONE, "dtype": ["F32"]}}, bytes(4)),
    "a negative dimension": content({"w": tensor("F32", [-1], 0, 4)}, bytes(4)),
    "a dimension that is true": content({"w": {**ONE, "shape": [True]}}, bytes(4)),
    "a dimension with a fraction": content({"w": {**ONE, "shape": [1.0]}}, bytes(4)),
    "absurd dimensions": content({"w": tensor("F32", [HUGE, HUGE], 0, 4)}, bytes(4)),
    "dimensions that overflow to the size": content({"w": tensor("F32", [2**32, 2**32, 1], 0, 0)}),
    "an absurd dimension beside a zero": content({"w": tensor("F32", [HUGE, 0], 0, 0)}),
    "too many dimensions": content({"w": tensor("F32", [1] * 9, 0, 4)}, bytes(4)),
    "three offsets": content({"w": {**ONE, "data_offsets": [0, 4, 4]}}, bytes(4)),
    "descending offsets": content({"w": tensor("F32", [1], 4, 0)}, bytes(4)),
    "an offset outside": content({"w": tensor("F32", [1], 4, 8)}, bytes(4)),
    "a size that does not fit the shape": content({"w": tensor("F32", [1], 0, 8)}, bytes(8)),
    "an overlap": content({"a": ONE, "b": tensor("F32", [1], 0, 4)}, bytes(4)),
    "a partial overlap": content({"a": ONE, "b": tensor("F32", [1], 2, 6)}, bytes(6)),
    "a hole": content({"a": ONE, "b": tensor("F32", [1], 8, 12)}, bytes(12)),
    "bytes behind the last tensor": content({"w": ONE}, bytes(5)),
    "data without a tensor": content({}, b"MZ"),
    "a name that is a surrogate": content(b'{"\\ud800":%s}' % json.dumps(ONE).encode(), bytes(4)),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_are_refused(tmp_path: Path, raw: bytes) -> None:
    """Each of these files is refused in two lines that name the file."""
    with pytest.raises(ModelFormatError, match=r"not readable as safetensors: .*\n.*Download"):
        read(tmp_path, raw)


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_the_package_refuses_is_refused(tmp_path: Path, raw: bytes) -> None:
    """No file that the safetensors package refuses is read here."""
    try:
        safetensors.deserialize(raw)  # type: ignore[no-untyped-call]  # the package's own gap
    except safetensors.SafetensorError:
        with pytest.raises(ModelFormatError):
            read(tmp_path, raw)


def test_a_header_of_too_many_values_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    """Millions of empty lists, which would cost a gigabyte, are counted and refused."""
    with pytest.raises(ModelFormatError, match="holds 3000001 values"):
        read(tmp_path, content(b"{" + b"[]," * 1_500_000))


def write_shards(folder: Path, shards: Mapping[str, list[str]], places: object) -> Path:
    """Write shards of one-float tensors with these names, and an index of these places."""
    for file, names in shards.items():
        arrays = {name: np.full(1, len(name), np.float32) for name in names}
        safetensors.numpy.save_file(arrays, folder / file)
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {"total_size": 8}, "weight_map": places}))
    return index


def test_shards_are_read_as_one_model(tmp_path: Path) -> None:
    """The tensors of all shards that an index names arrive together."""
    shards = {"a.safetensors": ["x", "yy"], "b.safetensors": ["zzz"]}
    places = {name: file for file, names in shards.items() for name in names}
    found = read_safetensors(write_shards(tmp_path, shards, places))
    assert {name: found.tensors[name].values()[0] for name in found.tensors} == {
        "x": 1.0,
        "yy": 2.0,
        "zzz": 3.0,
    }
    assert found.tensors["zzz"].path == tmp_path / "b.safetensors"


SHARDS = {"a.safetensors": ["x", "y"], "b.safetensors": ["z"]}
WRONG_PLACES = {
    "a tensor in another shard": {"x": "a.safetensors", "y": "b.safetensors", "z": "b.safetensors"},
    "a tensor that the index leaves out": {"x": "a.safetensors", "z": "b.safetensors"},
    "a tensor that no shard has": {
        **{"x": "a.safetensors", "y": "a.safetensors", "z": "b.safetensors"},
        "more": "b.safetensors",
    },
    "a shard that is not there": {"x": "c.safetensors"},
    "a shard in a folder above": {"x": "../a.safetensors"},
    "a shard by its absolute path": {"x": "/etc/a.safetensors"},
    "a shard of another kind": {"x": "a.bin"},
    "a hidden shard": {"x": ".safetensors"},
    "a name with a line break": {"x": "a\n.safetensors"},
    "a number for a name": {"x": 1},
    "no tensors": {},
    "a list": [],
}


@pytest.mark.parametrize("places", WRONG_PLACES.values(), ids=WRONG_PLACES.keys())
def test_an_index_that_does_not_fit_its_shards_is_refused(tmp_path: Path, places: object) -> None:
    """Each tensor lies in the shard that the index says, and nowhere else; no path leads away."""
    with pytest.raises(ModelFormatError, match="not readable as safetensors"):
        read_safetensors(write_shards(tmp_path, SHARDS, places))


def test_a_tensor_in_two_shards_is_refused(tmp_path: Path) -> None:
    """A second copy of a tensor, in a shard that the index does not say, is refused."""
    shards = {"a.safetensors": ["x"], "b.safetensors": ["x", "z"]}
    places = {"x": "a.safetensors", "z": "b.safetensors"}
    with pytest.raises(ModelFormatError, match=r"which the index has a\.safetensors"):
        read_safetensors(write_shards(tmp_path, shards, places))


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: path.write_bytes(b"")])
def test_what_is_no_file_is_refused(tmp_path: Path, make: Callable[[Path], object]) -> None:
    """A folder and an empty file are refused in two lines."""
    path = tmp_path / "model.safetensors"
    make(path)
    with pytest.raises(ModelFormatError, match=r"no regular file|empty"):
        read_safetensors(path)
