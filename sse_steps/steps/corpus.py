"""Step: examples and inputs in, examples with expected values out."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sse_steps.console import progress
from sse_steps.corpus.examples_file import example_from_json, example_to_json, write_examples
from sse_steps.corpus.expected import Python, with_expected
from sse_steps.corpus.folder import Source, read_folder
from sse_steps.records import Example
from sse_steps.rust.toolchain import cpu_count
from sse_steps.settings import CorpusSlice
from sse_steps.source_hash import source_hash
from sse_steps.steps import machine
from sse_steps.store import RecordStore, content_key


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


def _answered(sources: list[Source], python: Python, store: RecordStore) -> list[Example]:
    """Return the examples in their order, running the Python of those that are new."""
    keys = [_key(source, python) for source in sources]
    by_key = dict(zip(keys, sources, strict=True))
    records = store.get_many(by_key)
    missing = [key for key in by_key if key not in records]

    def answer(key: str) -> dict[str, Any]:
        record = example_to_json(with_expected(by_key[key], python))
        store.put_many({key: record})
        return record

    with progress("corpus", len(missing)) as advance, ThreadPoolExecutor(cpu_count()) as pool:
        for key, record in zip(missing, pool.map(answer, missing), strict=True):
            records[key] = record
            advance(1)
    answered = zip(sources, map(example_from_json, (records[key] for key in keys)), strict=True)
    return [
        replace(example, id=source.id, reference=source.reference) for source, example in answered
    ]


def _key(source: Source, python: Python) -> str:
    inputs = [repr(asdict(each)) for each in source.inputs]
    code = source_hash("corpus", "rust")
    return content_key("example", code, source.python, inputs, python.identity)
