"""Corpora of `example_*` folders, each with one command-line tool in Python."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sse_steps.corpus.command_lines import runs_in_python, runs_in_text
from sse_steps.corpus.doctests import docstrings, doctest_calls, doctest_statements
from sse_steps.corpus.files import UnreadableError, files_below, is_inside, read_text
from sse_steps.corpus.levels import classify
from sse_steps.corpus.source import Corpus, Run, Source, Unusable
from sse_steps.corpus.syntax import is_main_guard, literal_text, parse_python

FORMAT = "example_* folders of tools"
_MOST_RUNS = 50


def tools_in(root: Path) -> list[Path]:
    """Return the `example_*` folders below `root`, or one folder further down."""
    for pattern in ("example_*", "*/example_*"):
        found = sorted(path for path in root.glob(pattern) if path.is_dir() or path.is_symlink())
        if found:
            return found
    return []


def read_tools(root: Path) -> Corpus:
    """Return every `example_*` folder as a source or as unusable."""
    found = [_read_tool(folder, root) for folder in tools_in(root)]
    return Corpus(
        FORMAT,
        tuple(each for each in found if isinstance(each, Source)),
        tuple(each for each in found if isinstance(each, Unusable)),
    )


def _read_tool(folder: Path, root: Path) -> Source | Unusable:
    if not is_inside(folder, root):
        return Unusable(str(folder), "it is a symbolic link that leads out of the corpus")
    files = files_below(folder)
    programs, left_out = _programs(folder, root, files)
    if not programs:
        why = left_out[0].why if left_out else "there is no Python file in it"
        return Unusable(str(folder), why)
    main = max(programs, key=lambda path: _rank(path, programs[path], folder))
    python, tree = programs[main]
    runs = list(islice(_runs(tree, main, root, files), _MOST_RUNS))
    name = str(folder.relative_to(root))
    if runs:
        return Source(name, python, tuple(dict.fromkeys(runs)), None, str(main), left_out=left_out)
    calls, not_literal = doctest_calls(python, str(main))
    return Source(name, python, calls, None, str(main), left_out=(*left_out, *not_literal))


def _programs(
    folder: Path, root: Path, files: list[Path]
) -> tuple[dict[Path, tuple[str, ast.Module]], tuple[Unusable, ...]]:
    """Return the Python files of a folder that are no tests, and those that are no Python."""
    programs, left_out = {}, []
    for path in files:
        if path.suffix == ".py" and path.parent == folder and not _is_test(path):
            try:
                text = read_text(path, root)
                classify(text)
                programs[path] = text, parse_python(text)
            except UnreadableError as fault:
                left_out.append(Unusable(str(path), str(fault)))
            except SyntaxError as fault:
                left_out.append(Unusable(str(path), f"{path.name} does not parse: {fault}"))
    return programs, tuple(left_out)


def _is_test(path: Path) -> bool:
    name = path.stem
    return name.startswith("test_") or name.endswith("_test") or name in ("conftest", "setup")


def _rank(
    path: Path, program: tuple[str, ast.Module], folder: Path
) -> tuple[bool, bool, bool, bool, str]:
    """Return what makes a file the tool of its folder, most telling first."""
    _, tree = program
    own_name = folder.name.removeprefix("example_")
    return (
        path.stem in (own_name, folder.name),
        _has_argument_parser(tree),
        any(map(is_main_guard, tree.body)),
        path.stem in ("main", "cli", "tool"),
        path.name,
    )


def _has_argument_parser(tree: ast.Module) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr == "ArgumentParser")
        or (isinstance(node, ast.Name) and node.id == "ArgumentParser")
        for node in ast.walk(tree)
    )


def _runs(tree: ast.Module, main: Path, root: Path, files: list[Path]) -> Iterator[Run]:
    """Yield the runs of a tool: from its doctests, its tests, its own texts, its README."""
    for text in docstrings(tree):
        for statement in doctest_statements(text):
            yield from runs_in_python(statement, main.name)
    for path in files:
        if path.suffix == ".py" and path != main:
            yield from _runs_in_test(path, root, main.name)
    for node in ast.walk(tree):
        text = literal_text(node) if isinstance(node, ast.expr) else None
        if text is not None and main.name in text:
            yield from runs_in_text(text, main.name)
    for path in files:
        if path.suffix.lower() in (".md", ".rst", ".txt"):
            yield from _runs_in_readme(path, root, main.name)


def _runs_in_test(path: Path, root: Path, tool: str) -> Iterator[Run]:
    try:
        yield from runs_in_python(parse_python(read_text(path, root)), tool)
    except (UnreadableError, SyntaxError):
        return  # a test that cannot be read is a place where nothing is found


def _runs_in_readme(path: Path, root: Path, tool: str) -> Iterator[Run]:
    try:
        text = read_text(path, root)
    except UnreadableError:
        return
    for statement in doctest_statements(text):
        yield from runs_in_python(statement, tool)
    yield from runs_in_text(text, tool)
