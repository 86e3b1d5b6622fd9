"""Whether a model file is the one that was meant."""

from __future__ import annotations

from pathlib import Path

from sse_steps.errors import DownloadError
from sse_steps.store import sha256_of


def check_sha256(path: Path, sha256: str | None, name: str) -> str:
    """Compare a file with its pin, where it has one, and return its SHA-256 in hexadecimal.

    Raises:
        DownloadError: they differ.
    """
    found = sha256_of(path)
    if sha256 is not None and found != sha256.lower():
        raise DownloadError(
            f"JIDOKA HALT: '{name}' has the SHA-256 {found}, but its pin says {sha256}.",
            "Do not use this file. If the source is right, correct `sha256` in the model's YAML.",
        )
    return found
