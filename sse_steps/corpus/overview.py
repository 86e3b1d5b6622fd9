"""What a corpus holds, found by reading alone: cases are found here, not confirmed.

None of the corpus's Python is run, so an overview takes seconds whatever the corpus's programs do.
Whether a case that was found can become one is known after the corpus step.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sse_steps.corpus.levels import LEVELS, Level, classify
from sse_steps.corpus.source import Corpus, Run, Source, Unusable


@dataclass(frozen=True, slots=True)
class ExampleOverview:
    """One entry that can be read. `kind` is `function`, `program`, or `untested`."""

    id: str
    level: int
    kind: str
    cases_found: int
    lines_of_code: int


@dataclass(frozen=True, slots=True)
class LevelShare:
    """How many examples a level has, and their share of all, 0 to 1."""

    level: Level
    examples: int
    share: float


@dataclass(frozen=True, slots=True)
class Overview:
    """A corpus by the numbers."""

    format: str
    entries: int
    examples: tuple[ExampleOverview, ...]
    unusable: tuple[Unusable, ...]
    left_out: tuple[Unusable, ...]

    def count(self, kind: str) -> int:
        """Return how many examples are of a kind."""
        return sum(example.kind == kind for example in self.examples)

    @property
    def cases_found(self) -> int:
        """How many cases there are, before any of them was tried."""
        return sum(example.cases_found for example in self.examples)

    @property
    def lines_of_code(self) -> int:
        """How many lines are neither empty nor a comment."""
        return sum(example.lines_of_code for example in self.examples)

    def levels(self) -> tuple[LevelShare, ...]:
        """Return all ten levels with their share of the examples, untested ones among them."""
        counts = Counter(example.level for example in self.examples)
        whole = len(self.examples) or 1
        return tuple(
            LevelShare(level, counts[level.level], counts[level.level] / whole) for level in LEVELS
        )

    def difficulties(self) -> dict[str, int]:
        """Return how many examples each difficulty has, easiest first."""
        shares = self.levels()
        names = dict.fromkeys(share.level.difficulty for share in shares)
        return {
            name: sum(share.examples for share in shares if share.level.difficulty == name)
            for name in names
        }

    def coverage(self) -> str:
        """Return a mark for each level: ● has examples, ○ has none."""
        return "".join("●" if share.examples else "○" for share in self.levels())


def overview_of(corpus: Corpus) -> Overview:
    """Return what a corpus holds."""
    return Overview(
        corpus.format,
        corpus.entries,
        tuple(map(_example, corpus.sources)),
        corpus.unusable,
        tuple(reason for source in corpus.sources for reason in source.left_out),
    )


def _example(source: Source) -> ExampleOverview:
    return ExampleOverview(
        source.id,
        classify(source.python),
        _kind(source),
        source.cases_found,
        _lines_of_code(source.python),
    )


def _kind(source: Source) -> str:
    if not source.inputs:
        return "untested"
    return "program" if isinstance(source.inputs[0], Run) else "function"


def _lines_of_code(python: str) -> int:
    lines = map(str.strip, python.splitlines())
    return sum(bool(line) and not line.startswith("#") for line in lines)
