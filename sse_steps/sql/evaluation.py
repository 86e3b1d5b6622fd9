"""One evaluation as it stands in its results database: who attempted what, and under what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sse_steps.records import Role
from sse_steps.sql.query import read_existing


@dataclass(frozen=True, slots=True)
class Figures:
    """A row of `model_metrics`: what a candidate costs and how long it takes."""

    task: str
    model: str
    role: str
    runs: int
    pass_at_1: float | None
    usd_per_example: float | None
    latency_p50_ms: float | None


@dataclass(frozen=True, slots=True)
class _Attempt:
    task: str
    model: str
    example: str
    run: int
    is_tested: bool
    passes: bool


@dataclass(frozen=True, slots=True)
class Program:
    """A row of `programs`: what one example asks."""

    task: str
    example: str
    python: str
    cases: str
    system_prompt: str
    prompt: str


@dataclass(frozen=True, slots=True)
class _Isolation:
    task: str
    isolation: str


@dataclass(frozen=True, slots=True)
class _Fact:
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An evaluation. Candidates and programs are addressed by their task and their name.

    `passes` holds for each candidate and each tested example whether each run passed, in order.
    """

    figures: Mapping[tuple[str, str], Figures]
    passes: Mapping[tuple[str, str], Mapping[str, tuple[bool, ...]]]
    programs: Mapping[tuple[str, str], Program]
    isolation: Mapping[str, frozenset[str]]
    facts: Mapping[str, str]

    def scores(self, candidate: tuple[str, str], examples: Iterable[str]) -> NDArray[np.float64]:
        """Return 1 for each attempt that passed and 0 for others, [examples, runs]; NaN: none."""
        rows = [self.passes[candidate].get(example, ()) for example in examples]
        scores = np.full((len(rows), max(map(len, rows), default=0)), np.nan)
        for place, row in enumerate(rows):
            scores[place, : len(row)] = row
        return scores


def read_evaluation(database: Path) -> Evaluation:
    """Read a results database.

    Raises:
        QueryError: there is none, or another version of this program built it.
    """
    figures = {
        (row.task, row.model): row
        for row in read_existing(database, "model_metrics", Figures)
        if row.role == Role.CANDIDATE
    }
    isolation: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for level in read_existing(database, "isolation_levels", _Isolation):
        isolation[level.task] |= {level.isolation}
    return Evaluation(
        figures=figures,
        passes=_passes(read_existing(database, "attempts", _Attempt), figures),
        programs={
            (row.task, row.example): row for row in read_existing(database, "programs", Program)
        },
        isolation=dict(isolation),
        facts={row.name: row.value for row in read_existing(database, "facts", _Fact)},
    )


def _passes(
    attempts: Iterable[_Attempt], figures: Mapping[tuple[str, str], Figures]
) -> dict[tuple[str, str], dict[str, tuple[bool, ...]]]:
    """Gather attempts, which come ordered by run within an example."""
    found: dict[tuple[str, str], dict[str, tuple[bool, ...]]] = {key: {} for key in figures}
    for each in attempts:
        if each.is_tested and (each.task, each.model) in found:
            examples = found[each.task, each.model]
            examples[each.example] = (*examples.get(each.example, ()), each.passes)
    return found
