"""Corpora of `example_*` folders, each with one command-line tool in Python."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sse_steps.corpus.command_lines import runs_in_python, runs_in_text
from sse_steps.corpus.doctests import docstrings, doctest_calls, doctest_statements
from sse_steps.corpus.files import UnreadableError, files_below, is_inside, read_text
from sse_steps.corpus.levels import classify
from sse_steps.corpus.source import Corpus, Run, Source, Unusable
from sse_steps.corpus.syntax import is_main_guard, parse_python

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
    texts, unreadable = _texts(folder, root)
    programs, broken = _programs(folder, texts)
    left_out = (*unreadable, *broken)
    if not programs:
        why = left_out[0].why if left_out else "there is no Python file in it"
        return Unusable(str(folder), why)
    main = max(programs, key=lambda path: _rank(path, programs[path], folder))
    source = Source(
        str(folder.relative_to(root)), texts[main], (), None, str(main), left_out=left_out
    )
    runs = tuple(dict.fromkeys(_runs(programs[main], main, texts)))
    if runs:
        return replace(source, inputs=runs[:_MOST_RUNS], left_out=(*left_out, *_cut(main, runs)))
    calls, not_literal = doctest_calls(texts[main], str(main))
    return replace(source, inputs=calls, left_out=(*left_out, *not_literal))


def _cut(main: Path, runs: tuple[Run, ...]) -> list[Unusable]:
    """Say where there are more runs than are used."""
    more = len(runs) - _MOST_RUNS
    return [Unusable(str(main), f"{more} runs beyond the first {_MOST_RUNS}")] if more > 0 else []


def _texts(folder: Path, root: Path) -> tuple[dict[Path, str], tuple[Unusable, ...]]:
    """Return the Python and the documents of a folder by path, and what of it is not read."""
    texts, left_out = {}, []
    files, more = files_below(folder, (".py", ".md", ".rst", ".txt"))
    for path in files:
        try:
            texts[path] = read_text(path, root)
        except UnreadableError as fault:
            left_out.append(Unusable(str(path), str(fault)))
    if more:
        left_out.append(Unusable(str(folder), f"{more} files beyond the first {len(files)}"))
    return texts, tuple(left_out)


def _programs(
    folder: Path, texts: dict[Path, str]
) -> tuple[dict[Path, ast.Module], tuple[Unusable, ...]]:
    """Return the Python files of a folder that are no tests, and those that are no Python."""
    programs, left_out = {}, []
    for path, text in texts.items():
        if path.suffix == ".py" and path.parent == folder and not _is_test(path):
            try:
                classify(text)
                programs[path] = parse_python(text)
            except SyntaxError as fault:
                left_out.append(Unusable(str(path), f"{path.name} does not parse: {fault}"))
    return programs, tuple(left_out)


def _is_test(path: Path) -> bool:
    name = path.stem
    return name.startswith("test_") or name.endswith("_test") or name in ("conftest", "setup")


def _rank(path: Path, tree: ast.Module, folder: Path) -> tuple[bool, bool, bool, bool, str]:
    """Return what makes a file the tool of its folder, most telling first."""
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


def _runs(tree: ast.Module, main: Path, texts: dict[Path, str]) -> Iterator[Run]:
    """Yield the runs of a tool: from its doctests, its tests, its own texts, its README."""
    for text in docstrings(tree):
        yield from _runs_in_doctests(text, main.name)
    for path, text in texts.items():
        if path.suffix == ".py" and path != main:
            yield from _runs_in_test(text, main.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from runs_in_text(node.value, main.name)
    for path, text in texts.items():
        if path.suffix != ".py":
            yield from _runs_in_doctests(text, main.name)
            yield from runs_in_text(text, main.name)


def _runs_in_doctests(text: str, tool: str) -> Iterator[Run]:
    for statement in doctest_statements(text):
        yield from runs_in_python(statement, tool)


def _runs_in_test(text: str, tool: str) -> Iterator[Run]:
    try:
        yield from runs_in_python(parse_python(text), tool)
    except SyntaxError:
        return  # a test that is no Python is a place where nothing is found
