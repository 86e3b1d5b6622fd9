"""What files are, by name and by content, and that pickles are known without being loaded."""

from __future__ import annotations

import json
import os
import pickle
import tarfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_folder import GGUF, bomb, safetensors, zipped

from sse_steps.errors import ModelFormatError
from sse_steps.models.formats import (
    FileFormat,
    format_by_content,
    format_by_name,
    is_pickle,
)
from sse_steps.models.model_file import read_stored

IMPOSTORS = {
    FileFormat.TEMPLATE: b"",
    FileFormat.ARCHIVE: zipped(pickle.dumps([1])),
    FileFormat.LFS_POINTER: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
    FileFormat.PICKLE: pickle.dumps({"weights": [1.0]}),
    FileFormat.MARKUP: b"\n<!DOCTYPE html><html><body>404</body></html>",
    FileFormat.JSON: b'{"error": "Repository not found"}',
    FileFormat.SAFETENSORS: safetensors(),
    FileFormat.OTHER: b"ggml \x00 of another time",
}


def content(folder: Path, data: bytes) -> FileFormat:
    """Return what some bytes are."""
    path = folder / "file"
    path.write_bytes(data)
    return format_by_content(path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.gguf", FileFormat.GGUF),
        ("a.GGUF", FileFormat.GGUF),
        ("a.apr", FileFormat.APR),
        ("a.safetensors", FileFormat.SAFETENSORS),
        ("a.safetensors.index.json", FileFormat.JSON),
        ("config.json", FileFormat.JSON),
        ("chat_template.jinja", FileFormat.TEMPLATE),
        ("a.bin", FileFormat.PICKLE),
        ("a.gguf.pkl", FileFormat.PICKLE),
        ("a.npz", FileFormat.PICKLE),
        ("a.tar", FileFormat.ARCHIVE),
        ("a.7z", FileFormat.ARCHIVE),
        ("a.keras", FileFormat.ARCHIVE),
        ("a.onnx", FileFormat.OTHER),
        ("gguf", FileFormat.OTHER),
        ("", FileFormat.OTHER),
    ],
)
def test_names_say_a_format(name: str, expected: FileFormat) -> None:
    """The last suffix decides, in either case."""
    assert format_by_name(name) is expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (GGUF, FileFormat.GGUF),
        (b"APR!" + bytes(60), FileFormat.APR),
        (safetensors(), FileFormat.SAFETENSORS),
        (b'{"a": 1}', FileFormat.JSON),
        (b"[1, 2]", FileFormat.TEMPLATE),
        ("{{ messages }} \u00fc".encode(), FileFormat.TEMPLATE),
        (b"Copyright\nof somebody\n", FileFormat.TEMPLATE),
        (b"cold\n\nwater {{ x }}", FileFormat.TEMPLATE),
        (b"", FileFormat.TEMPLATE),
        (b"\x00" * 100, FileFormat.OTHER),
        (b"\x7fELF" + bytes(100), FileFormat.OTHER),
        (b"\x1b[2J", FileFormat.OTHER),
        (b"[" * 200_000, FileFormat.TEMPLATE),
        (zipped(b"x"), FileFormat.ARCHIVE),
        (b"\x1f\x8b\x08" + bytes(20), FileFormat.ARCHIVE),
        (b"7z\xbc\xaf\x27\x1c" + bytes(20), FileFormat.ARCHIVE),
        (b"Rar!\x1a\x07" + bytes(20), FileFormat.ARCHIVE),
        (b"\x89HDF\r\n\x1a\n" + bytes(20), FileFormat.ARCHIVE),
    ],
)
def test_bytes_say_a_format(tmp_path: Path, data: bytes, expected: FileFormat) -> None:
    """The first bytes decide what a file is, whatever its name."""
    assert content(tmp_path, data) is expected


def test_a_tar_and_an_array_of_objects_are_known(tmp_path: Path) -> None:
    """Tar has its magic further inside; NumPy's arrays of objects are pickles."""
    with tarfile.open(tmp_path / "a", "w") as archive:
        archive.add(Path(__file__), "name")
    assert format_by_content(tmp_path / "a") is FileFormat.ARCHIVE
    np.save(tmp_path / "b.npy", np.array([{}, []], dtype=object), allow_pickle=True)
    assert format_by_content(tmp_path / "b.npy") is FileFormat.PICKLE


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "value",
    [None, {}, [1.5], {"w": bytes(10)}, OrderedDict(a=1), np.arange(6.0), {"w": bytes(300_000)}],
    ids=["none", "dict", "list", "bytes", "class", "array", "long"],
)
def test_pickles_of_every_protocol_are_known(tmp_path: Path, protocol: int, value: object) -> None:
    """A pickle is a pickle in every protocol, whatever is in it."""
    assert content(tmp_path, pickle.dumps(value, protocol)) is FileFormat.PICKLE


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_code_before_garbage_is_known(
    tmp_path: Path, protocol: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pickle that runs something and then breaks off would still have run it."""
    monkeypatch.chdir(tmp_path)
    assert content(tmp_path, bomb(protocol)[:-1] + b"\x00\xff" * 50) is FileFormat.PICKLE
    assert not (tmp_path / "unpickled").exists()


def test_a_polyglot_is_a_pickle(tmp_path: Path) -> None:
    """Sound safetensors whose first bytes are sound opcodes as well are refused."""
    swallowed = b'{"__metadata__": {"a": "'
    payload = bytes(3) + swallowed  # what BINBYTES takes as its bytes: the rest of the length, too
    assert len(payload) < 256
    header = swallowed + bomb(0)
    header += b" " * ((ord("B") | len(payload) << 8) - len(header))
    frame = (ord("B") | len(payload) << 8).to_bytes(8, "little") + header
    assert content(tmp_path, frame) is FileFormat.PICKLE


@given(st.binary(max_size=300))
def test_any_bytes_are_something(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """No bytes break the reading of formats."""
    assert content(tmp_path_factory.mktemp("bytes"), data) in FileFormat
    assert is_pickle(data) in (True, False)


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=20))
def test_json_is_no_pickle(value: object) -> None:
    """What JSON can hold is never taken for a pickle."""
    assert not is_pickle(json.dumps({"value": value}).encode())


@pytest.mark.parametrize(("kind", "data"), IMPOSTORS.items())
def test_a_file_that_is_no_model_is_named(tmp_path: Path, kind: FileFormat, data: bytes) -> None:
    """A file with a model's name and other content is refused, and the message says what it is."""
    path = tmp_path / "model.gguf"
    path.write_bytes(data)
    assert format_by_content(path) is kind
    with pytest.raises(ModelFormatError) as raised:
        read_stored(path)
    assert f"the file is {kind}, not .apr or GGUF" in raised.value.wrong
    assert raised.value.remedy


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    """A named pipe, whose opening would never return, is refused at once."""
    path = tmp_path / "model.gguf"
    os.mkfifo(path)
    with pytest.raises(ModelFormatError, match="no regular file"):
        read_stored(path)
