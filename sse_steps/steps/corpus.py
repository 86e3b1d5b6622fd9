"""Step: examples and inputs in, examples with expected values out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sse_steps.console import progress, say
from sse_steps.corpus.examples_file import (
    example_from_json,
    example_to_json,
    write_any_examples,
)
from sse_steps.corpus.expected import Answered, each_with_expected
from sse_steps.corpus.interpreter import Python
from sse_steps.corpus.reading import read_corpus
from sse_steps.corpus.source import Corpus, Source, Unusable
from sse_steps.corpus.summary import CorpusCounts, CorpusSummary, in_words, write_summary
from sse_steps.corpus.values import to_json
from sse_steps.errors import CorpusError
from sse_steps.labels.reading import FORMAT, read_labelled
from sse_steps.labels.rules import AnswerRules
from sse_steps.records import Example, LabelledExample
from sse_steps.rust.toolchain import cpu_count
from sse_steps.slices import CorpusSlice
from sse_steps.source_hash import source_hash
from sse_steps.steps import machine
from sse_steps.store import RecordStore, content_key

_ASKED_TOGETHER = 64


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


Named = TypeVar("Named", bound=_HasId)


def run(settings: CorpusSlice, path: Path, cache: Path, target: Path, reasons: Path) -> None:
    """Write the examples of a corpus with what their Python answers.

    What cannot be used does not stop the rest; it is counted on the terminal and listed in a file.

    Args:
        settings: how many examples, and the limits of their programs.
        path: the corpus, a folder or a file.
        cache: where finished answers are kept.
        target: the examples, one JSON document a line.
        reasons: what is unusable, untested or left out, and why; JSON.

    Raises:
        CorpusError: there is no corpus, or no entry of it can be used.
    """
    examples: list[Example] | list[LabelledExample]
    if settings.answers is None:
        examples, summary = _programs(settings, path, cache)
    else:
        examples, summary = _labelled(settings, settings.answers, path)
    write_summary(summary, reasons)
    _say(summary.counts, target.stem, reasons)
    if not summary.counts.usable:
        raise CorpusError(
            f"No entry of the corpus '{path}' can be used: {in_words(summary.counts)}.",
            f"The reasons are in '{reasons}'.",
        )
    write_any_examples(examples, target)


def _programs(
    settings: CorpusSlice, path: Path, cache: Path
) -> tuple[list[Example], CorpusSummary]:
    corpus = read_corpus(path)
    drawn = _sample(corpus.sources, settings.samples)
    isolated = machine.sandbox(cache, allow_weak=settings.allow_weak_isolation)
    python = Python(isolated, machine.limits(settings.limits))
    answered = _answered(drawn, python, RecordStore(cache / "records.sqlite"))
    return [each.example for each in answered], _summary(path, corpus, drawn, answered)


def _labelled(
    settings: CorpusSlice, rules: AnswerRules, path: Path
) -> tuple[list[LabelledExample], CorpusSummary]:
    corpus = read_labelled(path, rules, settings.keys)
    drawn = _sample(corpus.examples, settings.samples)
    counts = CorpusCounts(
        entries=corpus.entries,
        usable=len(drawn),
        untested=0,
        unusable=len(corpus.unusable),
        not_drawn=len(corpus.examples) - len(drawn),
        cases=len(drawn),
        cases_left_out=0,
    )
    return drawn, CorpusSummary(str(path), FORMAT, counts, corpus.unusable, (), ())


def _sample(sources: Sequence[Named], count: int) -> list[Named]:
    """Return `count` examples in their order; which ones depends on their names alone."""
    by_hash = sorted(sources, key=lambda source: hashlib.sha256(source.id.encode()).digest())
    chosen = {source.id for source in by_hash[:count]}
    return [source for source in sources if source.id in chosen]


def _answered(sources: Sequence[Source], python: Python, store: RecordStore) -> list[Answered]:
    """Return the examples in their order, running the Python of those that are new."""
    keys = [_key(source, python) for source in sources]
    by_key = dict(zip(keys, sources, strict=True))
    records = store.get_many(by_key)
    missing = [key for key in by_key if key not in records]

    def answer(some: Sequence[str]) -> dict[str, dict[str, Any]]:
        found = each_with_expected([by_key[key] for key in some], python)
        fresh = {key: _record(each) for key, each in zip(some, found, strict=True)}
        store.put_many(fresh)
        return fresh

    # Small enough that all processors have something to do until the end.
    size = min(_ASKED_TOGETHER, -(-len(missing) // (4 * cpu_count())))
    groups = [missing[start : start + size] for start in range(0, len(missing), max(1, size))]
    with progress("corpus", len(missing)) as advance, ThreadPoolExecutor(cpu_count()) as pool:
        for fresh in pool.map(answer, groups):
            records |= fresh
            advance(len(fresh))
    return [_restored(source, records[key]) for source, key in zip(sources, keys, strict=True)]


def _record(answered: Answered) -> dict[str, Any]:
    return {"example": example_to_json(answered.example), "left_out": list(answered.left_out)}


def _restored(source: Source, record: dict[str, Any]) -> Answered:
    example = example_from_json(record["example"])
    named = replace(example, id=source.id, reference=source.reference)
    return Answered(named, tuple(record["left_out"]))


def _written(value: object) -> str:
    """Return a value as the same text in every process: sets have no order of their own."""
    try:
        return json.dumps(to_json(value), sort_keys=True)
    except TypeError:  # no plain data; it will be left out
        return repr(value)


def _key(source: Source, python: Python) -> str:
    inputs = [list(map(_written, asdict(each).values())) for each in source.inputs]
    code = source_hash("corpus", "rust")
    declared = (source.failure, source.tolerance)
    return content_key("example", code, source.python, inputs, declared, python.identity)


def _summary(
    path: Path, corpus: Corpus, drawn: Sequence[Source], answered: Sequence[Answered]
) -> CorpusSummary:
    left_out = [
        reason
        for source, each in zip(drawn, answered, strict=True)
        for reason in (
            *source.left_out,
            *(Unusable(source.origin, why) for why in each.left_out),
        )
    ]
    examples = [each.example for each in answered]
    untested = tuple(example.id for example in examples if not example.cases)
    counts = CorpusCounts(
        entries=corpus.entries,
        usable=len(examples) - len(untested),
        untested=len(untested),
        unusable=len(corpus.unusable),
        not_drawn=len(corpus.sources) - len(drawn),
        cases=sum(len(example.cases) for example in examples),
        cases_left_out=len(left_out),
    )
    return CorpusSummary(
        str(path), corpus.format, counts, corpus.unusable, untested, tuple(left_out)
    )


def _say(counts: CorpusCounts, task: str, reasons: Path) -> None:
    """Say on the terminal what is not used, in a line; nothing where all of it is."""
    if counts.untested or counts.unusable or counts.cases_left_out:
        say(f"corpus {task}: {in_words(counts)}; why: {reasons}")
