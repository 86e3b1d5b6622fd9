"""What the judge is measured on: reference solutions, their mutants, real model output."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mutants import mutants

from sse_steps.corpus.expected import with_expected
from sse_steps.corpus.interpreter import Python
from sse_steps.corpus.reading import read_corpus
from sse_steps.records import Example
from sse_steps.rust.judge import Judge, Sample
from sse_steps.rust.probe import strongest_sandbox
from sse_steps.rust.sandbox import Limits
from sse_steps.rust.toolchain import cpu_count, find_toolchain

ROOT = Path(__file__).parents[1]
MODEL_OUTPUT = ROOT / "tests/data/model_output.jsonl"
LIMITS = Limits(cpu_s=3, wall_s=20.0, memory_bytes=1 << 30, output_bytes=1 << 20)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A program that claims to solve an example, and where it comes from."""

    origin: str  # reference, mutant, or a model's name
    example: Example
    rust: str

    @property
    def sample(self) -> Sample:
        """What the judge is given."""
        return Sample(self.rust, self.example.cases)

    @property
    def name(self) -> str:
        """What a table calls it."""
        return f"{self.origin} {self.example.id}"


def find_judge(cache: Path = ROOT / "cache") -> Judge:
    """Return the judge with the strongest sandbox of this machine."""
    toolchain = find_toolchain(cache)
    return Judge(toolchain, strongest_sandbox(toolchain.launcher), LIMITS)


def read_examples(python: Python, folders: str | tuple[str, ...] = "") -> list[Example]:
    """Return the corpus, or the folders whose names begin so, with expected values."""
    sources = read_corpus(ROOT / "tasks/py2rs").sources
    wanted = [source for source in sources if source.id.startswith(folders)]
    with ThreadPoolExecutor(cpu_count()) as pool:
        return list(pool.map(lambda source: with_expected(source, python).example, wanted))


def references(examples: Iterable[Example]) -> list[Candidate]:
    """Return the reference solutions."""
    return [Candidate("reference", each, each.reference) for each in examples if each.reference]


def shuffled_mutants(examples: Iterable[Example], seed: int) -> list[Candidate]:
    """Return every mutant of every reference solution, in a drawn order."""
    found = [
        Candidate("mutant", each, text)
        for each in examples
        for text, _ in mutants(each.reference or "")
    ]
    random.Random(seed).shuffle(found)  # noqa: S311 - a sample, not a secret
    return found


def model_output(examples: Iterable[Example]) -> list[Candidate]:
    """Return what models wrote for these examples, as it is kept in tests/data."""
    by_id = {example.id: example for example in examples}
    with MODEL_OUTPUT.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Candidate(row["model"], by_id[row["example"]], row["rust"])
        for row in rows
        if row["example"] in by_id
    ]


def distinct(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Yield the first of equal programs for the same example."""
    seen = set()
    for each in candidates:
        key = (each.example.id, each.rust)
        if key not in seen:
            seen.add(key)
            yield each


def spread(candidates: Sequence[Candidate], count: int) -> list[Candidate]:
    """Return `count` of them at even distances, so that every part of the list is there."""
    return [candidates[index * len(candidates) // count] for index in range(count)]
