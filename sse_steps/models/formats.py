"""What a file is, by its name and by its bytes. Nothing here, or anywhere else, unpickles.

A pickle is a program: to load it is to run it. So pickles are known by their names before a byte
moves, and by their opcodes afterwards, whatever they are called.
"""

from __future__ import annotations

import io
import json
import pickletools
import re
import stat
import struct
from enum import StrEnum
from pathlib import Path, PurePosixPath


class FileFormat(StrEnum):
    """What is found where a model's files should be; the value says it in words."""

    GGUF = "GGUF"
    APR = ".apr"
    SAFETENSORS = "safetensors"
    JSON = "JSON"
    TEMPLATE = "text or nothing"
    PICKLE = "a pickle, which runs code when it is loaded"
    ARCHIVE = "an archive, as PyTorch wraps its pickles in"
    LFS_POINTER = "a git-lfs pointer, not the file that it stands for"
    MARKUP = "a page of HTML or XML, such as a server's message of an error"
    OTHER = "of no format that is known"


WEIGHTS = frozenset({FileFormat.GGUF, FileFormat.APR, FileFormat.SAFETENSORS})
HOW_TO_CONVERT = (
    "Convert it elsewhere, where it can do no harm: `save_pretrained(..., safe_serialization=True)`"
    " of transformers writes safetensors, llama.cpp's convert_hf_to_gguf.py writes GGUF."
)
# Formats that are pickles, or that usually have one inside.
_PICKLE_SUFFIXES = frozenset(
    (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".dill", ".npy", ".npz", ".nemo")
)
_ARCHIVE_SUFFIXES = frozenset(
    (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".mar", ".keras", ".h5")
)
_BY_SUFFIX = {
    ".gguf": FileFormat.GGUF,
    ".apr": FileFormat.APR,
    ".safetensors": FileFormat.SAFETENSORS,
    ".json": FileFormat.JSON,
    ".jinja": FileFormat.TEMPLATE,
    **dict.fromkeys(_PICKLE_SUFFIXES, FileFormat.PICKLE),
    **dict.fromkeys(_ARCHIVE_SUFFIXES, FileFormat.ARCHIVE),
}
_ARCHIVE_MAGIC = (
    b"PK\x03\x04",  # zip, which is what PyTorch has written since 1.6, with a pickle inside
    b"PK\x05\x06",
    b"\x1f\x8b",  # gzip
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",  # zstandard
    b"\x04\x22\x4d\x18",  # LZ4
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x89HDF\r\n\x1a\n",  # HDF5, where Keras keeps marshalled code
)
_BY_MAGIC = {
    b"GGUF": FileFormat.GGUF,
    b"APR!": FileFormat.APR,
    b"\x93NUMPY": FileFormat.PICKLE,  # arrays of objects are
    b"version https://git-lfs": FileFormat.LFS_POINTER,
    **dict.fromkeys(_ARCHIVE_MAGIC, FileFormat.ARCHIVE),
}
_TAR_MAGIC_AT = 257
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<head")
_HEAD_BYTES = 1 << 16
LARGEST_TEXT_BYTES = 256 << 20  # tokenizer.json of the largest vocabularies has 40 MB
_LARGEST_SAFETENSORS_HEADER = 100_000_000  # the format's own limit
_NAMES_CODE = frozenset(("GLOBAL", "INST"))  # with the module and the name as text
_RUNS_CODE = frozenset(
    (
        *("STACK_GLOBAL", "OBJ", "REDUCE", "BUILD", "NEWOBJ", "NEWOBJ_EX"),
        *("EXT1", "EXT2", "EXT4", "STOP"),
    )
)


def format_by_name(name: str) -> FileFormat:
    """Return the format that a file's name claims."""
    return _BY_SUFFIX.get(PurePosixPath(name).suffix.lower(), FileFormat.OTHER)


def format_by_content(path: Path) -> FileFormat:
    """Return the format that a file's bytes show. Nothing of it is executed or unpacked.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError("it is no regular file")  # a pipe would be waited for without end
    size = status.st_size
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    for magic, kind in _BY_MAGIC.items():
        if head.startswith(magic):
            return kind
    if head[_TAR_MAGIC_AT:].startswith(b"ustar"):
        return FileFormat.ARCHIVE
    if is_pickle(head):
        return FileFormat.PICKLE
    if _is_safetensors(head, size):
        return FileFormat.SAFETENSORS
    return _text_format(path, head, size)


def is_pickle(head: bytes) -> bool:
    """Return whether bytes begin with pickle opcodes, up to one that runs code or ends a pickle.

    Protocols 0 and 1 have no magic number, so the opcodes themselves are read; `pickletools` reads
    them without executing any. A pickle longer than `head` shows by its protocol's opcode.
    """
    stream = io.BytesIO(head)
    count = 0
    try:
        for opcode, argument, _ in pickletools.genops(stream):
            count += 1
            if opcode.name in _NAMES_CODE:
                return all(part.isidentifier() for part in re.split(r"[. ]", str(argument)))
            if opcode.name in _RUNS_CODE:
                return count > 1  # with nothing before it, a letter of some text
    except (ValueError, struct.error, UnicodeError, OverflowError, IndexError):
        # A sound start that only the end of `head` cut off.
        return head[:1] == b"\x80" and count > 1 and stream.tell() >= len(head)
    return False


def _is_safetensors(head: bytes, size: int) -> bool:
    """Return whether a file begins as safetensors do: a header's length, then JSON."""
    if len(head) < 9:
        return False
    (length,) = struct.unpack_from("<Q", head)
    return 2 <= length <= min(size - 8, _LARGEST_SAFETENSORS_HEADER) and head[8:9] == b"{"


def _text_format(path: Path, head: bytes, size: int) -> FileFormat:
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:9].lower().startswith(_MARKUP):
        return FileFormat.MARKUP
    if size > LARGEST_TEXT_BYTES:
        return FileFormat.OTHER
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError:
        return FileFormat.OTHER
    try:
        is_mapping = isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        is_mapping = False
    if is_mapping:
        return FileFormat.JSON
    is_text = all(letter.isprintable() or letter in "\n\r\t" for letter in text)
    return FileFormat.TEMPLATE if is_text else FileFormat.OTHER
