"""A corpus of `example_*` folders made of other people's code that is installed here anyway.

Command-line tools and modules with doctests of the standard library with their own tests, files
that are no Python on purpose, and the textbook functions of the package `algorithms`.
"""

from __future__ import annotations

import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import algorithms

STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))


def lay_out_tools(root: Path, count: int) -> Path:
    """Write `count` folders `example_NAME/NAME.py` below `root` and return it."""
    programs = _distinct(_programs())
    for _, program in zip(range(count), programs, strict=False):
        folder = root / f"example_{program.stem}"
        folder.mkdir(parents=True)
        shutil.copy(program, folder / f"{program.stem}.py")
        test = STANDARD_LIBRARY / "test" / f"test_{program.stem}.py"
        if program.is_relative_to(STANDARD_LIBRARY) and test.is_file():
            shutil.copy(test, folder)
    return root


def _programs() -> Iterator[Path]:
    for path in sorted(STANDARD_LIBRARY.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "ArgumentParser(" in text or ">>> " in text:
            yield path
    yield from sorted((STANDARD_LIBRARY / "lib2to3/tests/data").glob("*.py"))
    (package,) = algorithms.__path__
    yield from sorted(path for path in Path(package).rglob("*.py") if path.stem != "__init__")


def _distinct(paths: Iterator[Path]) -> Iterator[Path]:
    seen: set[str] = set()
    for path in paths:
        if path.stem not in seen:
            seen.add(path.stem)
            yield path
