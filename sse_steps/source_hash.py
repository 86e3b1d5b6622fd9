"""The identity of our own code, for results that depend on it."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_SUFFIXES = {".py", ".rs", ".sql", ".jinja", ".css"}


@cache
def source_hash(*places: str) -> str:
    """Return the SHA-256 over source files of this package.

    Args:
        places: files and folders below the package; none of them stands for all of it.
    """
    package = Path(__file__).parent
    roots = [package / place for place in places] or [package]
    files = {path for root in roots for path in (root.rglob("*") if root.is_dir() else [root])}
    digest = hashlib.sha256()
    for path in sorted(path for path in files if path.suffix in _SUFFIXES):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def source_digests() -> dict[str, str]:
    """Return the first digits of the SHA-256 of each source file, by its path in this package."""
    package = Path(__file__).parent
    files = sorted(path for path in package.rglob("*") if path.suffix in _SUFFIXES)
    return {
        path.relative_to(package).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        for path in files
    }
