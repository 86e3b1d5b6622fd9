"""What somebody promises about a file's bytes, and whether they kept it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest in hexadecimal: SHA-256 of the bytes, or the id that git gives them as a blob."""

    kind: Literal["sha256", "git"]
    value: str


@dataclass(frozen=True, slots=True)
class Promise:
    """The size and the digest that a file is to have."""

    total_bytes: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is to be brought. `path` is relative to the folder of the model's own file."""

    path: str
    total_bytes: int | None  # None: nobody says
    digests: tuple[tuple[Digest, str], ...] = ()  # each with who promises it


def digests_of(path: Path, promised: Iterable[tuple[Digest, str]]) -> dict[str, str]:
    """Return a file's digests of the kinds that somebody promises; the file is read once.

    git's id is SHA-1 over the word `blob`, the size and the bytes:
    https://git-scm.com/book/en/v2/Git-Internals-Git-Objects.
    """
    kinds = {digest.kind for digest, _ in promised}
    running = {kind: _started(kind, path) for kind in sorted(kinds)}
    for block in _blocks(path):
        for digest in running.values():
            digest.update(block)
    return {kind: digest.hexdigest() for kind, digest in running.items()}


def _started(kind: str, path: Path) -> hashlib._Hash:
    if kind == "sha256":
        return hashlib.sha256()
    header = f"blob {path.stat().st_size}\0".encode()
    return hashlib.sha1(header, usedforsecurity=False)


def _blocks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block
