"""The .apr container: what goes in comes out, bit for bit, and nothing else is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import header_seeds
import numpy as np
import pytest
from gguf import GGMLQuantizationType as Encoding
from gguf import GGUFValueType as Kind
from header_seeds import apr_bytes
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
