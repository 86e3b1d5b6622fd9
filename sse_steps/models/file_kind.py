"""What a model file is, by its first bytes and never by its name."""

from __future__ import annotations

import stat
from enum import StrEnum
from pathlib import Path
from typing import Final

_MARKUP: Final = (b"<!doctype", b"<html", b"<?xml", b"<head")
_PICKLE_PROTOCOLS: Final = b"\x02\x03\x04\x05"
_SAMPLE_BYTES: Final = 512


class FileKind(StrEnum):
    """A kind of file that is found where a model should be; the value says what it is."""

    APR = "an .apr file"
    GGUF = "a GGUF file"
    SAFETENSORS = "a safetensors file"
    ZIP = "a zip archive, as PyTorch wraps its pickles in"
    GZIP = "a gzip archive"
    LFS_POINTER = "a git-lfs pointer, not the file that it stands for"
    PICKLE = "a pickle, which runs code when it is loaded"
    MARKUP = "a page of HTML or XML, such as a server's message of an error"
    JSON = "JSON"
    EMPTY = "empty"
    UNKNOWN = "of no kind known here"


_BY_MAGIC: Final = {
    b"APR!": FileKind.APR,
    b"GGUF": FileKind.GGUF,
    b"PK\x03\x04": FileKind.ZIP,
    b"\x1f\x8b": FileKind.GZIP,
    b"version https://git-lfs": FileKind.LFS_POINTER,
}


def kind_of_file(path: Path) -> FileKind:
    """Return what a file is.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError("it is no regular file")  # a pipe would be waited for without end
    with path.open("rb") as file:
        return kind_of_bytes(file.read(_SAMPLE_BYTES))


def kind_of_bytes(start: bytes) -> FileKind:
    """Return what a file is whose first bytes, 512 or all, are `start`."""
    if not start:
        return FileKind.EMPTY
    for magic, kind in _BY_MAGIC.items():
        if start.startswith(magic):
            return kind
    if start[:1] == b"\x80" and len(start) > 1 and start[1] in _PICKLE_PROTOCOLS:
        return FileKind.PICKLE
    if start[8:9] == b"{" and int.from_bytes(start[:8], "little") < 2**40:
        return FileKind.SAFETENSORS
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(_MARKUP):
        return FileKind.MARKUP
    return FileKind.JSON if text[:1] in (b"{", b"[") else FileKind.UNKNOWN
