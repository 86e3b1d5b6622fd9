"""Where a conversion works: beside its target, one at a time on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from sse_steps.errors import LineHaltedError


@contextmanager
def workshop(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside `target`, which no other process uses at the same time.

    What a killed process left is removed by the next. What halted the line stays until then.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = target.parent / f".{target.name}.work"
    with FileLock(target.parent / f".{target.name}.lock", thread_local=False):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        except LineHaltedError:
            raise  # what it saw is evidence
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        shutil.rmtree(folder)
