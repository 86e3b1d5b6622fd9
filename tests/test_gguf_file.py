"""Model files: what is read from good ones, and how bad ones are refused."""

from __future__ import annotations

import contextlib
import struct
import time
from pathlib import Path

import gguf
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_model import END, MERGES, TOKENS, TinyModel

from sse_steps.errors import ModelFormatError
from sse_steps.models.gguf_file import read_gguf
from sse_steps.models.header_limits import MAX_VALUES
from sse_steps.models.model_file import read_model

HUGE = 2**60


def header(*parts: bytes, tensors: int = 0, fields: int = 1) -> bytes:
    """Return a GGUF header of version 3 with these bytes after the counts."""
    return b"GGUF" + struct.pack("<IQQ", 3, tensors, fields) + b"".join(parts)


def text(value: bytes) -> bytes:
    """Return a GGUF string."""
    return struct.pack("<Q", len(value)) + value


def read_bytes(folder: Path, content: bytes) -> None:
    """Read a file of these bytes."""
    path = folder / "model.gguf"
    path.write_bytes(content)
    read_model(path)


def test_hyperparameters_are_read(tmp_path: Path) -> None:
    """The header's hyperparameters arrive as they were written."""
    tiny = TinyModel(layers=3)
    read = read_model(tiny.write(tmp_path / "m.gguf")).hyperparameters
    assert read.norm_epsilon == pytest.approx(tiny.hyperparameters.norm_epsilon)
    assert read.layers == 3
    assert (read.heads, read.kv_heads, read.head_width) == (4, 2, 16)
    assert (read.embedding_width, read.feed_forward_width) == (64, 96)
    assert (read.vocabulary_size, read.context_length) == (len(TOKENS), 256)


def test_tokenizer_is_read(tmp_path: Path) -> None:
    """Tokens, merges, and both the named and the customary end tokens arrive."""
    tokenizer = read_model(TinyModel().write(tmp_path / "m.gguf")).tokenizer
    assert tokenizer.tokens == TOKENS
    assert tokenizer.merges == MERGES
    assert tokenizer.stop_ids == {END, TOKENS.index("<|endoftext|>")}
    assert tokenizer.bos_id is None


def test_chat_template_may_be_absent(tmp_path: Path) -> None:
    """A file without a chat template is read; whether that matters is the engine's affair."""
    assert (
        read_model(TinyModel(chat_template=None).write(tmp_path / "m.gguf")).chat_template is None
    )


def test_float_tensors_are_exact(tmp_path: Path) -> None:
    """Tensors stored as float32 come back bit for bit."""
    tiny = TinyModel(tied=False)
    tensors = read_model(tiny.write(tmp_path / "m.gguf")).tensors
    written = tiny.tensors()
    assert set(tensors) == set(written)
    for name, tensor in written.items():
        np.testing.assert_array_equal(tensors[name], tensor)


@pytest.mark.parametrize("name", ["F16", "BF16", "Q8_0", "Q4_1"])
def test_quantised_tensors_are_near(tmp_path: Path, name: str) -> None:
    """Tensors of each common type come back as float32, within the type's precision."""
    tiny = TinyModel(quantisation=gguf.GGMLQuantizationType[name])
    tensor = read_model(tiny.write(tmp_path / "m.gguf")).tensors["token_embd.weight"]
    written = tiny.tensors()["token_embd.weight"]
    assert tensor.dtype == np.float32
    coarsest = 2 / 30  # half of the fifteenth part of the range, for 4 bits
    assert np.abs(tensor - written).max() <= coarsest * np.abs(written).max()


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A path with no file is a fault in two lines, not a traceback."""
    with pytest.raises(ModelFormatError, match="No such file"):
        read_model(tmp_path / "none.gguf")


@pytest.mark.parametrize(
    "content",
    [
        b"GGUF",
        b"GGUF" + struct.pack("<IQQ", 99, 0, 0),
        header(struct.pack("<Q", HUGE), b"key"),
        header(text(b"a"), struct.pack("<I", 77)),
        header(text(b"\xff\xfe"), struct.pack("<II", 4, 1)),
        header(
            text(b"a"), struct.pack("<II", 4, 1), text(b"a"), struct.pack("<II", 4, 1), fields=2
        ),
        header(text(b"general.alignment"), struct.pack("<II", 4, 0)),
        header(fields=HUGE),
        header(fields=0, tensors=HUGE),
        header(text(b"t"), struct.pack("<IQIQ", 1, HUGE, 0, 0), fields=0, tensors=1),
        header(text(b"t"), struct.pack("<IQIQ", 1, 8, 0, 2**64 - 1), fields=0, tensors=1),
        header(text(b"t"), struct.pack("<IQIQ", HUGE >> 32, 8, 0, 0), fields=0, tensors=1),
        header(text(b"t"), struct.pack("<IQQIQ", 2, 2**32, 2**32, 0, 0), fields=0, tensors=1),
        header(text(b"t"), struct.pack("<IQIQ", 1, 8, 999, 0), fields=0, tensors=1),
        header(text(b"a"), struct.pack("<IB", 7, 2)),
        header(text(b"general.alignment"), struct.pack("<II", 4, 48)),
        header(text(b"general.alignment"), struct.pack("<II", 4, 2**31)),
        header(text(b"general.alignment"), struct.pack("<IQ", 10, 32)),
    ],
)
def test_hostile_headers_are_refused(tmp_path: Path, content: bytes) -> None:
    """Wrong magic, versions, lengths, types, counts and offsets all end in the same fault."""
    with pytest.raises(ModelFormatError, match=r"not a readable GGUF file.*\n.*Download"):
        read_bytes(tmp_path, content)


def float_tensor(name: bytes, count: int, offset: int) -> bytes:
    """Return a header's entry of a tensor of floats in one dimension."""
    return text(name) + struct.pack("<IQIQ", 1, count, 0, offset)


def file_of(*tensors: bytes, data: int) -> bytes:
    """Return a file with these entries and so many bytes of data."""
    start = header(*tensors, tensors=len(tensors), fields=0)
    return start + bytes(-len(start) % 32 + data)


def test_the_tensors_of_these_tests_are_sound_where_they_should_be(tmp_path: Path) -> None:
    """Tensors one after the other, each at the next 32 bytes, are read."""
    path = tmp_path / "m.gguf"
    entries = float_tensor(b"a", 2, 0), float_tensor(b"b", 8, 32)
    path.write_bytes(file_of(*entries, data=64))
    found = read_gguf(path).tensors
    assert [found[name].shape for name in ("a", "b")] == [(2,), (8,)]


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (file_of(float_tensor(b"a", 8, 0), float_tensor(b"b", 8, 0), data=64), "an overlap"),
        (file_of(float_tensor(b"a", 16, 0), float_tensor(b"b", 8, 32), data=64), "an overlap"),
        (file_of(float_tensor(b"a", 8, 0), float_tensor(b"b", 8, 64), data=96), "a gap"),
        (file_of(float_tensor(b"a", 8, 32), data=64), "a gap"),
        (file_of(float_tensor(b"a", 8, 7), data=64), "a gap"),
        (file_of(float_tensor(b"a", 8, 0), float_tensor(b"a", 8, 32), data=64), "there twice"),
        (file_of(float_tensor(b"a", 8, 0), data=31), "beyond the end of the file"),
        (file_of(float_tensor(b"a", 8, 0), data=99), "67 bytes follow the last tensor"),
        (file_of(float_tensor(b"a", 0, 0), data=0), r"its shape is \(0,\)"),
        (file_of(float_tensor(b"", 8, 0), data=32), "has not 1 to 64 bytes"),
        (file_of(float_tensor(b"n" * 65, 8, 0), data=32), "has not 1 to 64 bytes"),
        (file_of(text(b"t") + struct.pack("<IIQ", 0, 0, 0), data=4), "0 dimensions"),
        (file_of(text(b"t") + struct.pack("<I5QIQ", 5, *[1] * 5, 0, 0), data=4), "5 dimensions"),
        (file_of(text(b"t") + struct.pack("<IQIQ", 1, 31, 8, 0), data=34), "no whole blocks"),
    ],
)
def test_tensors_that_cannot_lie_so_are_refused(tmp_path: Path, content: bytes, wrong: str) -> None:
    """Overlaps, gaps, duplicates, absurd shapes and names are refused by what they are."""
    with pytest.raises(ModelFormatError, match=wrong):
        read_bytes(tmp_path, content)


def test_empty_lists_keep_their_kind(tmp_path: Path) -> None:
    """A list without items arrives as one, with the kind that its items would have."""
    path = tmp_path / "m.gguf"
    path.write_bytes(header(text(b"a"), struct.pack("<IIQ", 9, 8, 0)))
    found = read_gguf(path).keys["a"]
    assert (found.value, found.item_kind) == ([], gguf.GGUFValueType.STRING)


@pytest.mark.slow
def test_a_real_file_reads_as_the_gguf_package_reads_it(smollm2_path: Path) -> None:
    """Every key and every tensor's bytes are what the gguf package's own reader finds."""
    ours, theirs = read_gguf(smollm2_path), gguf.GGUFReader(smollm2_path)
    fields = {name: field for name, field in theirs.fields.items() if name[:5] != "GGUF."}
    assert set(ours.keys) == set(fields)
    for name, field in fields.items():
        assert ours.keys[name].value == field.contents()
        assert [ours.keys[name].kind, *field.types[1:]][: len(field.types)] == field.types
    assert [tensor.name for tensor in theirs.tensors] == list(ours.tensors)
    for tensor in theirs.tensors:
        found = ours.tensors[tensor.name]
        assert found.shape == tuple(reversed(tensor.shape.tolist()))
        assert found.encoding == tensor.tensor_type
        np.testing.assert_array_equal(
            found.data.reshape(-1), tensor.data.reshape(-1).view(np.uint8)
        )


@pytest.mark.parametrize("kind", [0, 4, 8, 9])
def test_endless_arrays_stop_at_the_end_of_the_file(tmp_path: Path, kind: int) -> None:
    """An array that claims 2**60 elements, or just too many, is refused at once."""
    start = time.perf_counter()
    for count in (HUGE, MAX_VALUES):
        with pytest.raises(ModelFormatError, match=r"beyond the end|more than|list of lists"):
            read_bytes(tmp_path, header(text(b"a"), struct.pack("<IIQ", 9, kind, count)))
    assert time.perf_counter() - start < 1


def test_arrays_nested_without_end_are_refused(tmp_path: Path) -> None:
    """Arrays in arrays, thousands deep, do not overflow the stack."""
    nested = struct.pack("<IQ", 9, 1) * 50_000
    with pytest.raises(ModelFormatError):
        read_bytes(tmp_path, header(text(b"a"), struct.pack("<I", 9), nested))


def test_headers_of_too_many_elements_are_refused(tmp_path: Path) -> None:
    """A real list of bytes, each of which would become a number of Python, is refused by count."""
    items = MAX_VALUES + 1
    with pytest.raises(ModelFormatError, match=f"more than {MAX_VALUES} values"):
        read_bytes(tmp_path, header(text(b"a"), struct.pack("<IIQ", 9, 0, items), bytes(items)))


def test_every_cut_short_file_is_refused(tmp_path: Path) -> None:
    """A file cut at any of many places, in the header or in the weights, is refused."""
    content = TinyModel(layers=1).write(tmp_path / "m.gguf").read_bytes()
    for length in range(0, len(content) - 64, len(content) // 60):
        with pytest.raises(ModelFormatError):
            read_bytes(tmp_path, content[:length])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_files_are_refused_or_read(tmp_path: Path, data: st.DataObject) -> None:
    """Random damage to a header leads to a model or to the declared fault, nothing else."""
    path = tmp_path / "whole.gguf"
    if not path.exists():
        TinyModel(layers=1).write(path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, 9000))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ModelFormatError):
        read_bytes(tmp_path, bytes(content))


@pytest.mark.parametrize(
    ("tiny", "wrong"),
    [
        (TinyModel(architecture="mamba"), "architecture is 'mamba'"),
        (TinyModel(without=frozenset(["blk.1.ffn_up.weight"])), "blk.1.ffn_up.weight is missing"),
        (TinyModel(extra={"llama.block_count": 1}), "blk.1.attn_norm.weight is none that"),
        (TinyModel(extra={"llama.block_count": 2**31}), "claims 2147483648 layers"),
        (TinyModel(extra={"llama.block_count": 3}), "blk.2.attn_norm.weight is missing"),
        (TinyModel(extra={"llama.embedding_length": 32}), r"has shape \(\d+, 64\)"),
        (TinyModel(extra={"llama.block_count": "two"}), "block_count is 'two', not an integer"),
        (TinyModel(extra={"llama.attention.head_count": 0}), "head_count is '0', not an integer"),
        (TinyModel(extra={"llama.attention.head_count_kv": 3}), "4 heads cannot share 3"),
        (TinyModel(extra={"llama.rope.dimension_count": 8}), "8 of 16 dimensions"),
        (TinyModel(extra={"llama.rope.scaling.type": "yarn"}), "rope.scaling.type is yarn"),
        (TinyModel(extra={"llama.rope.freq_base": float("inf")}), "freq_base is 'inf'"),
        (TinyModel(extra={"tokenizer.ggml.model": "bert"}), "tokenizer is 'bert'"),
        (TinyModel(extra={"tokenizer.ggml.eos_token_id": 10**9}), "eos_token_id is '1000000000'"),
        (TinyModel(extra={"tokenizer.ggml.token_type": [1, 1]}), "tokens have 2 types"),
        (TinyModel(extra={"tokenizer.ggml.merges": "a b"}), "merges is 'a b', not a list of str"),
        (TinyModel(extra={"tokenizer.chat_template": 7}), "chat template is not a string"),
    ],
)
def test_unusable_models_are_named(tmp_path: Path, tiny: TinyModel, wrong: str) -> None:
    """A sound file of a model that we cannot run says what was found and where."""
    path = tiny.write(tmp_path / "m.gguf")
    with pytest.raises(ModelFormatError, match=wrong) as raised:
        read_model(path)
    assert str(path) in raised.value.wrong
    assert raised.value.remedy


def test_big_endian_files_are_refused(tmp_path: Path) -> None:
    """A file for machines of the other byte order is refused, not read as noise."""
    content = b"GGUF" + struct.pack(">IQQ", 3, 0, 0)
    with pytest.raises(ModelFormatError, match="big-endian"):
        read_bytes(tmp_path, content)
