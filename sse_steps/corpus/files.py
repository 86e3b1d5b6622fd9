"""Files of a corpus that strangers made: bounded, regular, inside the corpus, UTF-8."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

LARGEST_FILE_BYTES = 1 << 20
_MOST_FILES = 200
_DEEPEST = 4


class UnreadableError(ValueError):
    """A file that is not read, and why."""


def read_text(path: Path, root: Path, *, most: int = LARGEST_FILE_BYTES) -> str:
    """Return the text of a file below `root`.

    Raises:
        UnreadableError: it is missing, no regular file, outside `root` behind a symbolic link,
            larger than `most` bytes, or no UTF-8.
    """
    if not is_inside(path, root):
        raise UnreadableError(f"'{path}' leads out of the corpus")
    try:
        data = _read_regular(path, most)
        return data.decode("utf-8").removeprefix("\ufeff")
    except OSError as fault:
        raise UnreadableError(f"'{path}' cannot be read: {fault.strerror}") from fault
    except UnicodeDecodeError as fault:
        raise UnreadableError(f"'{path}' cannot be read: {fault}") from fault


def is_inside(path: Path, root: Path) -> bool:
    """Return whether a path stays below `root` once its symbolic links are followed."""
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):  # RuntimeError: links in a circle, before Python 3.13
        return False


def _read_regular(path: Path, most: int) -> bytes:
    # Without O_NONBLOCK a pipe that lies there as a file would be waited for.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor, so that what is checked is what is read
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError(f"'{path}' is no regular file")
        data = file.read(most + 1)
    if len(data) > most:
        raise UnreadableError(f"'{path}' is larger than {most:,} bytes")
    return data


def files_below(folder: Path, suffixes: Sequence[str]) -> tuple[list[Path], int]:
    """Return the files of a folder with these suffixes, and how many more there are.

    They come by suffix, then by path. Folders behind symbolic links are not entered, nor are
    hidden ones.
    """
    found = [path for path in _walk(folder, _DEEPEST) if path.suffix.lower() in suffixes]
    found.sort(key=lambda path: (suffixes.index(path.suffix.lower()), path))
    return found[:_MOST_FILES], max(0, len(found) - _MOST_FILES)


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name == "__pycache__":
            continue
        if entry.is_dir(follow_symlinks=False):
            if depth:
                yield from _walk(Path(entry.path), depth - 1)
        else:
            yield Path(entry.path)
