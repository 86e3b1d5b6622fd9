"""One condition stands for many files, and misses no change that doit would see."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from doit.task import Task

from sse_steps.config import load_settings
from sse_steps.same_files import SameFiles, content_digest, files_below, listing_digest
from sse_steps.steps.plan import Plan

ROOT = Path(__file__).parents[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with some files."""
    for name in ("b/example.py", "a/example.py", "a/inputs.yaml", "readme.txt"):
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "corpus"


def saved(folder: Path) -> dict[str, str]:
    """Return what doit saves after a success."""
    task = Task("t", None)
    SameFiles(folder)(task, {})
    (saver,) = task.value_savers
    found: dict[str, str] = saver()
    return found


def grow(folder: Path) -> None:
    """Add a letter to a file."""
    (folder / "a/example.py").write_text("a/example.py!")


def replace_letter(folder: Path) -> None:
    """Change a file without changing its size."""
    (folder / "a/example.py").write_text("A/example.py")
    os.utime(folder / "a/example.py", ns=(1, 1))


CHANGES: dict[str, Callable[[Path], object]] = {
    "grown": grow,
    "same size": replace_letter,
    "added": lambda folder: (folder / "c.py").touch(),
    "removed": lambda folder: (folder / "readme.txt").unlink(),
    "renamed": lambda folder: (folder / "a").rename(folder / "z"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_is_seen(name: str, folder: Path) -> None:
    """A file that grows, changes, comes, goes or moves ends the condition, with a reason."""
    before = saved(folder)
    assert SameFiles(folder)(Task("t", None), before)
    CHANGES[name](folder)
    assert not SameFiles(folder)(Task("t", None), before)
    assert SameFiles(folder).why_not(before) == [f"files below '{folder}' changed"]


def test_a_touched_file_is_the_same(folder: Path) -> None:
    """Where only the time of a file changed, its content decides."""
    before = saved(folder)
    os.utime(folder / "readme.txt", ns=(5, 5))
    assert listing_digest(folder) != before["listing"]
    assert content_digest(folder) == before["content"]
    assert SameFiles(folder)(Task("t", None), before)


def test_nothing_is_known_before_the_first_success(folder: Path) -> None:
    """Without a success on record the condition does not hold."""
    assert not SameFiles(folder)(Task("t", None), {})


def test_links_to_folders_are_not_followed(folder: Path) -> None:
    """A link to a file is a file; a link to a folder, which may lead in a circle, is nothing."""
    (folder / "link.py").symlink_to(folder / "readme.txt")
    (folder / "circle").symlink_to(folder)
    names = [Path(entry.path).relative_to(folder).as_posix() for entry in files_below(folder)]
    assert names == ["a/example.py", "a/inputs.yaml", "b/example.py", "link.py", "readme.txt"]


def test_a_large_corpus_has_one_condition(tmp_path: Path) -> None:
    """A small folder's files are named one by one; beyond some thousands one condition stands."""
    plan = Plan(load_settings([f"corpus={tmp_path}"], root=ROOT), ROOT)
    for number in range(5_000):
        (tmp_path / str(number)).touch()
    assert len(plan.corpus_files("python_to_rust")) == 5_000
    assert plan.corpus_conditions("python_to_rust") == []
    (tmp_path / "one more").touch()
    assert plan.corpus_files("python_to_rust") == []
    assert plan.corpus_conditions("python_to_rust") == [SameFiles(tmp_path)]
