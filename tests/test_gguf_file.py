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
from sse_steps.models.gguf_file import BoundedReader
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
    ],
)
def test_hostile_headers_are_refused(tmp_path: Path, content: bytes) -> None:
    """Wrong magic, versions, lengths, types, counts and offsets all end in the same fault."""
    with pytest.raises(ModelFormatError, match=r"not a readable GGUF file.*\n.*Download"):
        read_bytes(tmp_path, content)


@pytest.mark.parametrize("kind", [0, 4, 8, 9])
def test_endless_arrays_stop_at_the_end_of_the_file(tmp_path: Path, kind: int) -> None:
    """An array that claims 2**60 elements is refused at once, and does not eat the memory."""
    start = time.perf_counter()
    with pytest.raises(ModelFormatError, match="beyond the end"):
        read_bytes(tmp_path, header(text(b"a"), struct.pack("<IIQ", 9, kind, HUGE)))
    assert time.perf_counter() - start < 1


def test_arrays_nested_without_end_are_refused(tmp_path: Path) -> None:
    """Arrays in arrays, thousands deep, do not overflow the stack."""
    nested = struct.pack("<IQ", 9, 1) * 50_000
    with pytest.raises(ModelFormatError):
        read_bytes(tmp_path, header(text(b"a"), struct.pack("<I", 9), nested))


def test_headers_of_too_many_elements_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real array of bytes, each of which would become an array, is refused beyond a limit."""
    monkeypatch.setattr(BoundedReader, "max_reads", 1000)
    with pytest.raises(ModelFormatError, match="more than 1000 fields"):
        read_bytes(tmp_path, header(text(b"a"), struct.pack("<IIQ", 9, 0, 5000), bytes(5000)))


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
        (TinyModel(extra={"llama.block_count": 2**31}), "blk.2.attn_norm.weight is missing"),
        (TinyModel(extra={"llama.embedding_length": 32}), r"has shape \(\d+, 64\)"),
        (TinyModel(extra={"llama.block_count": "two"}), "block_count is 'two', not an integer"),
        (TinyModel(extra={"llama.attention.head_count": 0}), "head_count is '0', not an integer"),
        (TinyModel(extra={"llama.attention.head_count_kv": 3}), "4 heads cannot share 3"),
        (TinyModel(extra={"llama.rope.dimension_count": 8}), "8 of 16 dimensions"),
        (TinyModel(extra={"llama.rope.scaling.type": "yarn"}), "rope.scaling.type is yarn"),
        (TinyModel(extra={"llama.rope.freq_base": float("inf")}), "freq_base is 'inf'"),
        (TinyModel(extra={"tokenizer.ggml.model": "llama"}), "tokenizer is 'llama'"),
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
