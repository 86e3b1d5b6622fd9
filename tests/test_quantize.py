"""Encodings against ggml's own code, and rules against llama.cpp's quantiser."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tiny_model import TinyModel

from sse_steps.errors import ModelFormatError
from sse_steps.models.gguf_file import read_gguf
from sse_steps.models.llama_quantizer import quantize_q4_k_m
from sse_steps.models.quantization import Quantization
from sse_steps.models.quantize import check_decodable, encoded, encoding_after, reencoded
from sse_steps.models.source_model import Bytes, SourceModel, SourceTensor, from_stored
from sse_steps.models.stored_model import FloatArray

Encoding = gguf.GGMLQuantizationType
BLOCKS = arrays(np.float32, 64, elements=st.floats(-100, 100, width=32, allow_subnormal=False))


def ggml_bytes(values: FloatArray, encoding: Encoding) -> Bytes:
    """Return what ggml's reference makes of whole blocks: ggml_quantize_chunk in ggml-base."""
    llama_cpp = pytest.importorskip("llama_cpp")
    library = ctypes.CDLL(str(Path(llama_cpp.__file__).parent / "lib/libggml-base.so"))
    function = library.ggml_quantize_chunk
    function.restype = ctypes.c_size_t
    function.argtypes = [
        *(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p),
        *(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p),
    ]
    size, width = gguf.GGML_QUANT_SIZES[encoding]
    target = np.zeros(values.size // size * width, np.uint8)
    addresses = values.ctypes.data, target.ctypes.data
    written = function(int(encoding), *addresses, 0, 1, values.size, None)
    assert written == target.size
    return target


@pytest.mark.parametrize("encoding", [Encoding.Q8_0, Encoding.Q4_0])
@settings(max_examples=500)
@given(values=BLOCKS)
def test_bytes_are_those_of_ggml(encoding: Encoding, values: FloatArray) -> None:
    """On any blocks of ordinary numbers we write ggml's reference bytes."""
    np.testing.assert_array_equal(encoded(values, encoding), ggml_bytes(values, encoding))


@pytest.mark.parametrize("encoding", [Encoding.Q8_0, Encoding.Q4_0])
def test_bytes_of_many_weights_are_those_of_ggml(encoding: Encoding) -> None:
    """A million normally distributed weights come out as ggml writes them."""
    values = np.random.default_rng(0).standard_normal(1 << 20, np.float32) / np.float32(50)
    np.testing.assert_array_equal(encoded(values, encoding), ggml_bytes(values, encoding))


def tensor(name: str, *shape: int, encoding: Encoding = Encoding.F16) -> SourceTensor:
    """Return a tensor of zeros."""
    size = int(np.prod(shape)) * 2
    return SourceTensor(name, shape, encoding, lambda: np.zeros(size, np.uint8))


RULES = [
    (tensor("blk.0.attn_q.weight", 64, 64), Encoding.Q4_0),
    (tensor("blk.0.attn_norm.weight", 64), Encoding.F16),
    (tensor("blk.0.attn_q_norm.weight", 2, 64), Encoding.F16),
    (tensor("blk.0.attn_q.bias", 64), Encoding.F16),
    (tensor("blk.0.ffn_down.weight", 64, 48), Encoding.F16),  # 48 is no multiple of 32
    (tensor("position_embd.weight", 64, 64), Encoding.F16),
    (tensor("output.weight", 64, 64), Encoding.Q8_0),
    (tensor("token_embd.weight", 64, 64), Encoding.Q4_0),
]


@pytest.mark.parametrize(("source", "expected"), RULES, ids=lambda each: getattr(each, "name", ""))
def test_rules(source: SourceTensor, expected: Encoding) -> None:
    """Matrices are quantised; norms, biases, positions and odd rows stay; the head gets 8 bits."""
    assert encoding_after(source, Quantization.Q4_0, tied=False) is expected
    assert encoding_after(source, Quantization.NONE, tied=False) is source.encoding


def test_a_tied_embedding_is_the_head() -> None:
    """What is both gets the head's eight bits."""
    embedding = tensor("token_embd.weight", 64, 64)
    assert encoding_after(embedding, Quantization.Q4_0, tied=True) is Encoding.Q8_0


@pytest.mark.parametrize("chunk", [256, 1 << 18])
def test_chunks_change_no_byte(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tensor encoded in small chunks has the bytes of one encoded whole."""
    values = np.random.default_rng(0).standard_normal((48, 96)).astype(np.float32)
    source = SourceTensor("w", values.shape, Encoding.F32, lambda: values.view(np.uint8))
    monkeypatch.setattr("sse_steps.models.source_model.CHUNK_VALUES", chunk)
    np.testing.assert_array_equal(
        reencoded(source.load(), source.encoding, Encoding.Q4_0),
        encoded(values.reshape(-1), Encoding.Q4_0),
    )


def test_what_cannot_be_decoded_is_refused_before_work_is_spent() -> None:
    """An encoding that nothing here turns into numbers is a fault of the model, by name."""
    odd = tensor("w", 64, 64, encoding=Encoding.Q8_1)
    with pytest.raises(ModelFormatError, match="Q8_1"):
        check_decodable(SourceModel(Path("odd.gguf"), {}, (odd,)))


def llama_quantized(source: Path, target: Path, file_type: str) -> SourceModel:
    """Return what llama.cpp's quantiser makes of a file."""
    llama_cpp: Any = pytest.importorskip("llama_cpp")
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = getattr(llama_cpp, f"LLAMA_FTYPE_MOSTLY_{file_type}")
    parameters.allow_requantize = True
    parameters.nthread = 2
    files = bytes(source), bytes(target)
    assert llama_cpp.llama_model_quantize(*files, ctypes.byref(parameters)) == 0
    return from_stored(read_gguf(target))


def differences(source: Path, theirs: SourceModel, quantization: Quantization) -> dict[str, str]:
    """Return how each tensor differs, by encoding or in bytes, between ours and llama.cpp's."""
    model = from_stored(read_gguf(source))
    tied = all(each.name != "output.weight" for each in model.tensors)
    other = {each.name: each for each in theirs.tensors}
    assert other.keys() == {each.name for each in model.tensors}
    found = {}
    for each in model.tensors:
        ours = encoding_after(each, quantization, tied=tied)
        their = other[each.name]
        if ours is not their.encoding:
            found[each.name] = f"{ours.name}, not {their.encoding.name}"
        elif not np.array_equal(
            reencoded(each.load(), each.encoding, ours), their.load().reshape(-1)
        ):
            found[each.name] = "bytes"
    return found


@pytest.mark.parametrize("quantization", [Quantization.Q8_0, Quantization.Q4_0])
@pytest.mark.parametrize("tied", [True, False])
def test_a_tiny_model_is_quantised_as_llama_cpp_does(
    quantization: Quantization, tmp_path: Path, *, tied: bool
) -> None:
    """Every tensor of a model with rows of 64 has llama.cpp's encoding and bytes."""
    source = TinyModel(tied=tied).write(tmp_path / "tiny.gguf")
    theirs = llama_quantized(source, tmp_path / "theirs.gguf", quantization.name)
    assert differences(source, theirs, quantization) == {}


@pytest.mark.slow
@pytest.mark.parametrize("quantization", [Quantization.Q8_0, Quantization.Q4_0])
def test_the_real_model_is_quantised_as_llama_cpp_does(
    quantization: Quantization, smollm2_path: Path, tmp_path: Path
) -> None:
    """Every tensor of a real model has llama.cpp's encoding and bytes."""
    theirs = llama_quantized(smollm2_path, tmp_path / "theirs.gguf", quantization.name)
    assert differences(smollm2_path, theirs, quantization) == {}


def test_what_llama_cpp_refuses_is_a_fault_of_the_model(tmp_path: Path) -> None:
    """A file that is no model ends the quantiser's own process, and ours gets two lines."""
    pytest.importorskip("llama_cpp")
    (tmp_path / "no.gguf").write_bytes(b"GGUF and nothing else")
    with pytest.raises(ModelFormatError, match="quantiser ended with 1"):
        quantize_q4_k_m(tmp_path / "no.gguf", tmp_path / "out.gguf")
