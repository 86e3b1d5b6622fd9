"""Step: examples and inputs in, examples with expected values out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from sse_steps.console import progress
from sse_steps.corpus.examples_file import example_from_json, example_to_json, write_examples
from sse_steps.corpus.expected import Python, with_expected
from sse_steps.corpus.folder import Source, read_folder
from sse_steps.records import Example
from sse_steps.rust.toolchain import cpu_count
from sse_steps.settings import CorpusSlice
from sse_steps.steps import machine
from sse_steps.store import RecordStore, content_key

_VERSION = 1


def run(settings: CorpusSlice, folder: Path, cache: Path, target: Path) -> None:
    """Write the examples of `folder` with what their Python answers.

    Args:
        settings: how many examples, and the limits of their programs.
        folder: the corpus.
        cache: where finished answers are kept.
        target: the examples, one JSON document a line.

    Raises:
        CorpusError: an example cannot be used.
    """
    sources = _sample(list(read_folder(folder)), settings.samples)
    isolated = machine.sandbox(cache, allow_weak=settings.allow_weak_isolation)
    python = Python(isolated, machine.limits(settings.limits))
    store = RecordStore(cache / "records.sqlite")
    write_examples(_answered(sources, python, store), target)


def _sample(sources: list[Source], count: int) -> list[Source]:
    """Return `count` examples in their order; which ones depends on their names alone."""
    by_hash = sorted(sources, key=lambda source: hashlib.sha256(source.id.encode()).digest())
    chosen = {source.id for source in by_hash[:count]}
    return [source for source in sources if source.id in chosen]


def _answered(sources: list[Source], python: Python, store: RecordStore) -> Iterator[Example]:
    keys = [_key(source, python) for source in sources]
    known = store.get_many(keys)

    def answer(source: Source, key: str) -> Example:
        if key in known:
            return example_from_json(known[key])
        example = with_expected(source, python)
        store.put_many({key: example_to_json(example)})
        return example

    with (
        progress("corpus", len(sources)) as advance,
        ThreadPoolExecutor(cpu_count()) as pool,
    ):
        for example in pool.map(answer, sources, keys):
            advance(1)
            yield example


def _key(source: Source, python: Python) -> str:
    inputs = [repr(asdict(each)) for each in source.inputs]
    return content_key("example", _VERSION, source.id, source.python, source.reference, inputs,
                       python.identity)  # fmt: skip
