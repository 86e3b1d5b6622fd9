"""Any corpus: its format is recognised from what lies at the path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from sse_steps.corpus import example_folders, folder, human_eval, jsonl
from sse_steps.corpus.json_lines import Entry, read_json_lines
from sse_steps.corpus.source import Corpus, Source, Unusable
from sse_steps.errors import CorpusError

_LINES_LOOKED_AT = 50


def read_corpus(path: Path) -> Corpus:
    """Read a corpus. None of its Python is run; what cannot be used is listed with its reason.

    A file holds JSON lines: HumanEval's or ours. A folder holds `LEVEL/NAME/example.py`, or
    `example_NAME/` with a command-line tool each.

    Raises:
        CorpusError: there is nothing at `path`, or nothing of a known format.
    """
    if path.is_dir():
        return _read_folder(path)
    if path.is_file():
        return _read_lines(path)
    raise CorpusError(
        f"There is no corpus at '{path}'.", "Name a folder of examples or a file of JSON lines."
    )


def _read_folder(path: Path) -> Corpus:
    if any(path.glob("*/*/inputs.yaml")) or not example_folders.tools_in(path):
        return folder.read_folder(path)
    return example_folders.read_tools(path)


def _read_lines(path: Path) -> Corpus:
    name, read = _format_of(path)
    found = [_read_one(read, each) for each in read_json_lines(path)]
    sources, duplicates = _distinct(each for each in found if isinstance(each, Source))
    unusable = [each for each in found if isinstance(each, Unusable)]
    return Corpus(name, tuple(sources), (*unusable, *duplicates))


def _read_one(
    read: Callable[[Entry], Source | Unusable], entry: Entry | Unusable
) -> Source | Unusable:
    """Return what is in a line; one that breaks its reader is unusable and harms no other."""
    if isinstance(entry, Unusable):
        return entry
    try:
        return read(entry)
    except (ValueError, RecursionError, MemoryError) as fault:
        said = str(fault) or type(fault).__name__
        return Unusable(entry.origin, f"it cannot be read: {said:.200}")


def _format_of(path: Path) -> tuple[str, Callable[[Entry], Source | Unusable]]:
    """Return the format of a file, from the keys of the first line that has those of one."""
    for each in islice(read_json_lines(path), _LINES_LOOKED_AT):
        if isinstance(each, Entry) and each.data.keys() >= human_eval.KEYS:
            return human_eval.FORMAT, human_eval.read_problem
        if isinstance(each, Entry) and each.data.keys() >= jsonl.KEYS:
            return jsonl.FORMAT, jsonl.read_entry
    raise CorpusError(
        f"'{path}' holds no corpus: none of its first {_LINES_LOOKED_AT} lines is an entry.",
        "A line is an object with `id`, `python_code` and `test_cases`, or one of HumanEval's.",
    )


def _distinct(sources: Iterable[Source]) -> tuple[list[Source], list[Unusable]]:
    """Return the first source of each id, and the others as unusable."""
    kept: dict[str, Source] = {}
    others = []
    for source in sources:
        if source.id in kept:
            why = f"the id {source.id!r:.80} is taken, by {kept[source.id].origin}"
            others.append(Unusable(source.origin, why))
        else:
            kept[source.id] = source
    return list(kept.values()), others
