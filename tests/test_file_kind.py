"""What a model file is goes by its bytes; what is no model is named."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from sse_steps.errors import ModelFormatError
from sse_steps.models.file_kind import FileKind, kind_of_bytes
from sse_steps.models.model_file import read_stored


def zipped(content: bytes) -> bytes:
    """Return a zip archive with one file, as torch.save makes them."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("archive/data.pkl", content)
    return archive.getvalue()


SAFETENSORS = safetensors.numpy.save({"w": np.zeros(3, np.float32)})
IMPOSTORS = {
    FileKind.EMPTY: b"",
    FileKind.ZIP: zipped(pickle.dumps([1])),
    FileKind.GZIP: b"\x1f\x8b\x08" + bytes(9),
    FileKind.LFS_POINTER: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
    FileKind.PICKLE: pickle.dumps({"weights": [1.0]}),
    FileKind.MARKUP: b"\n<!DOCTYPE html><html><body>404</body></html>",
    FileKind.JSON: b'{"error": "Repository not found"}',
    FileKind.SAFETENSORS: SAFETENSORS,
    FileKind.UNKNOWN: b"ggml of another time",
}


@pytest.mark.parametrize(("kind", "content"), IMPOSTORS.items())
def test_a_file_that_is_no_model_is_named(tmp_path: Path, kind: FileKind, content: bytes) -> None:
    """A file with a model's name and other content is refused, and the message says what it is."""
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    assert kind_of_bytes(content[:512]) is kind
    with pytest.raises(ModelFormatError) as raised:
        read_stored(path)
    assert f"the file is {kind}, not .apr or GGUF" in raised.value.wrong
    assert raised.value.remedy


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_pickles_of_each_binary_protocol_are_known(protocol: int) -> None:
    """Whatever protocol since 2003 a pickle was written in, it is named as a pickle."""
    assert kind_of_bytes(pickle.dumps([0] * 99, protocol=protocol)) is FileKind.PICKLE


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    """A named pipe, whose opening would never return, is refused at once."""
    path = tmp_path / "model.gguf"
    os.mkfifo(path)
    with pytest.raises(ModelFormatError, match="no regular file"):
        read_stored(path)
