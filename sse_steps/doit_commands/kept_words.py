"""What may be typed in a project, kept from one press of TAB to the next.

It follows from a few files alone, so it is kept beside a digest of them, in the user's own cache:
to press TAB makes no file in a project.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sse_steps.doit_commands.candidates import Vocabulary
from sse_steps.source_hash import source_hash
from sse_steps.unfinished import unfinished_file

_PATTERNS = ("dodo.py", "doit.cfg", "conf/**/*.yaml", "tasks/*.yaml")


def read_kept(root: Path, home: Mapping[str, str] = os.environ) -> Vocabulary | None:
    """Return what is kept of a project, None where its files are not those of that time.

    Args:
        root: the project's folder.
        home: variables that say where the user's cache is.
    """
    try:
        held = json.loads(_place(root, home).read_text(encoding="utf-8"))
        return _vocabulary(held["words"]) if held["digest"] == _digest(root) else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def keep(words: Vocabulary, root: Path, home: Mapping[str, str] = os.environ) -> None:
    """Keep what may be typed; where nothing can be written, nothing is kept."""
    text = json.dumps({"digest": _digest(root), "words": asdict(words)})
    with suppress(OSError), unfinished_file(_place(root, home)) as partial:
        partial.write_text(text, encoding="utf-8")
        partial.replace(_place(root, home))


def _place(root: Path, home: Mapping[str, str]) -> Path:
    folder = Path(home.get("XDG_CACHE_HOME") or Path(home.get("HOME") or "/") / ".cache")
    name = hashlib.sha256(os.fsencode(root.absolute())).hexdigest()[:16]
    return folder / "single-shot-eval" / "completion" / f"{name}.json"


def _digest(root: Path) -> str:
    digest = hashlib.sha256(source_hash().encode())
    for path in _files(root):
        digest.update(f"{path.relative_to(root)}\0".encode(errors="surrogateescape"))
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    return (path for pattern in _PATTERNS for path in sorted(root.glob(pattern)) if path.is_file())


def _vocabulary(words: Mapping[str, Any]) -> Vocabulary:
    return Vocabulary(
        commands=tuple(words["commands"]),
        tasks=tuple(words["tasks"]),
        options=words["options"],
        settings=tuple(words["settings"]),
        values={key: tuple(names) for key, names in words["values"].items()},
    )
