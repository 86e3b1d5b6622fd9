"""docs/apr-format.md is true: its example is what is written, and its reader reads it."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from gguf import GGUFValueType as Kind

from sse_steps.models import apr_layout, header_limits
from sse_steps.models.apr_file import AprWriter, TensorPlan, read_apr
from sse_steps.models.gguf_file import read_gguf
from sse_steps.models.stored_model import KeyValue

PAGE = (Path(__file__).parents[1] / "docs/apr-format.md").read_text(encoding="utf-8")
KEYS = {
    "general.architecture": KeyValue("llama", Kind.STRING),
    "llama.rope.freq_base": KeyValue(10000.0, Kind.FLOAT32),
    "tokenizer.ggml.tokens": KeyValue(["é", "b"], Kind.ARRAY, Kind.STRING),
}
TENSORS = {
    "output_norm.weight": (np.array([1, -2], np.float32), gguf.GGMLQuantizationType.F32),
    "a.weight": (np.array([[0.5, 1, 2], [4, 8, 16]], np.float32), gguf.GGMLQuantizationType.F16),
}


def write_example(path: Path) -> Path:
    """Write the file that the page shows."""
    plans = [TensorPlan(name, array.shape, kind) for name, (array, kind) in TENSORS.items()]
    with AprWriter(path, KEYS, "none", {"source": "docs"}, plans) as writer:
        for name, (array, kind) in TENSORS.items():
            writer.write(name, gguf.quants.quantize(array, kind).view(np.uint8))
    return path


def hexdump(raw: bytes) -> str:
    """Return 16 bytes a line, rows of zeros that repeat as one star: what `hexdump -C` prints."""
    lines: list[str] = []
    for at in range(0, len(raw), 16):
        row = raw[at : at + 16]
        if row == raw[at - 16 : at] and at + 16 < len(raw):
            lines += [] if lines[-1] == "*" else ["*"]
            continue
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{at:08x}  {row[:8].hex(' '):23}  {row[8:].hex(' '):23}  |{text}|")
    return "\n".join([*lines, f"{len(raw):08x}"])


def block(language: str) -> str:
    """Return the page's only block of code of a language."""
    found: list[str] = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return found[0]


def test_the_example_is_what_is_written(tmp_path: Path) -> None:
    """The bytes on the page are those of the file that the writer makes, to the last one."""
    shown = [line.partition("  <- ")[0].rstrip() for line in block("text").splitlines()]
    assert "\n".join(shown) == hexdump(write_example(tmp_path / "example.apr").read_bytes())


def documented_reader() -> Any:  # noqa: ANN401 - a function that the page defines
    """Return the reader that the page lists."""
    names: dict[str, Any] = {}
    exec(compile(block("python"), "docs/apr-format.md", "exec"), names)  # noqa: S102 - our own page
    return names["read"]


def test_the_reader_on_the_page_reads_the_example(tmp_path: Path) -> None:
    """Thirty lines written from the page alone find every key and every tensor."""
    path = write_example(tmp_path / "example.apr")
    metadata, tensors = documented_reader()(path)
    assert metadata["keys"]["tokenizer.ggml.tokens"] == ["array", "string", ["é", "b"]]
    assert metadata["architecture"] == "llama"
    for name, tensor in read_apr(path).tensors.items():
        encoding, shape, data = tensors[name]
        assert (encoding, shape, bytes(data)) == (
            tensor.encoding,
            tensor.shape,
            tensor.data.tobytes(),
        )
    assert len(block("python").splitlines()) <= 30


def test_the_reader_on_the_page_sees_damage(tmp_path: Path) -> None:
    """A damaged header is refused by the reader on the page too."""
    path = write_example(tmp_path / "example.apr")
    raw = bytearray(path.read_bytes())
    raw[100] ^= 1
    path.write_bytes(raw)
    with pytest.raises(ValueError, match="CRC"):
        documented_reader()(path)


@pytest.mark.slow
def test_the_reader_on_the_page_reads_a_real_model(tmp_path: Path, smollm2_path: Path) -> None:
    """A real model, converted, is read by the page's reader as by ours."""
    source, path = read_gguf(smollm2_path), tmp_path / "real.apr"
    plans = [TensorPlan(each.name, each.shape, each.encoding) for each in source.tensors.values()]
    with AprWriter(path, source.keys, "none", {}, plans) as writer:
        for tensor in source.tensors.values():
            writer.write(tensor.name, tensor.data)
    metadata, tensors = documented_reader()(path)
    assert (
        metadata["keys"]["tokenizer.ggml.tokens"][2] == source.keys["tokenizer.ggml.tokens"].value
    )
    for name, tensor in source.tensors.items():
        assert bytes(tensors[name][2]) == tensor.data.tobytes()


def test_the_table_of_the_header_is_the_header() -> None:
    """Offsets, types and order of the documented fields are those of the code."""
    rows = re.findall(r"^\| (\d+) \| (\d+) \| (bytes|u16|u32|u64) \|", PAGE, re.MULTILINE)[:13]
    code = {"bytes": "4s", "u16": "H", "u32": "I", "u64": "Q"}
    layout = struct.Struct("<" + "".join(code[kind] for _, _, kind in rows))
    assert layout.size == apr_layout.HEADER_BYTES
    at = 0
    for offset, size, kind in rows:
        assert int(offset) == at
        assert int(size) == struct.calcsize(f"<{code[kind]}")
        at += int(size)
    assert layout.unpack(apr_layout.Layout(1, 2, 3, 4).header(5)) == (
        *(b"APR!", 1, 0, 1, 5, 64, 2, 66, 3, 4096, 4, 4100, 0),
    )


@pytest.mark.parametrize(
    "limit",
    [
        f"{header_limits.MAX_HEADER_BYTES:,}",
        f"{header_limits.MAX_VALUES:,}",
        f"{header_limits.MAX_KEYS:,}",
        f"{header_limits.MAX_TENSORS:,}",
        f"{header_limits.MAX_NAME_BYTES} bytes",
        f"1 to {header_limits.MAX_DIMENSIONS}",
    ],
)
def test_every_limit_is_documented(limit: str) -> None:
    """A reader written from the page knows the same limits."""
    assert limit in PAGE


def test_every_encoding_is_documented() -> None:
    """The page's table of encodings has each that ggml has, with its block."""
    rows = re.findall(r"^\| (\w+) \| (\d+) \| (\d+) \| (\d+) \|", PAGE, re.MULTILINE)
    documented = {name: tuple(map(int, sizes)) for name, *sizes in rows}
    for encoding, block_sizes in gguf.GGML_QUANT_SIZES.items():
        assert documented[encoding.name] == (int(encoding), *block_sizes)
