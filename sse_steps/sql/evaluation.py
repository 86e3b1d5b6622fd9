"""One evaluation as it stands in its results database: who attempted what, and under what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sse_steps.records import Role
from sse_steps.sql.query import read_existing

Key: TypeAlias = tuple[str, str]  # a task, and a candidate or an example of it


@dataclass(frozen=True, slots=True)
class _Model:
    task: str
    model: str
    role: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A row of `attempts`. Its latency was measured unless the reply was reused or never came."""

    task: str
    model: str
    example: str
    run: int
    is_tested: bool
    passes: bool
    cost_usd: float | None
    latency_ms: float
    is_cached: bool
    is_answered: bool


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
class _Prices:
    date: str
    machine: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.date}, {self.machine}, SHA-256 {self.sha256[:12]}"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Each candidate's attempts at tested examples, by example and ordered by run."""

    attempts: Mapping[Key, Mapping[str, tuple[Attempt, ...]]]
    programs: Mapping[Key, Program]
    isolation: Mapping[str, frozenset[str]]
    facts: Mapping[str, str]

    def runs(self, candidate: Key) -> int:
        """Return how many runs a candidate has."""
        return max(map(len, self.attempts[candidate].values()), default=0)

    def scores(self, candidate: Key, examples: Sequence[str]) -> NDArray[np.float64]:
        """Return 1 for each attempt that passed and 0 for others, [examples, runs]; NaN: none."""
        scores = np.full((len(examples), self.runs(candidate)), np.nan)
        for place, example in enumerate(examples):
            attempts = self.attempts[candidate][example]
            scores[place, : len(attempts)] = [each.passes for each in attempts]
        return scores

    def usd_per_example(self, candidate: Key, examples: Sequence[str]) -> float | None:
        """Return the mean cost of an attempt; None where one is unknown."""
        costs = [
            each.cost_usd for example in examples for each in self.attempts[candidate][example]
        ]
        known = [cost for cost in costs if cost is not None]
        return fmean(known) if known and len(known) == len(costs) else None

    def latency_ms(self, candidate: Key, examples: Sequence[str]) -> float | None:
        """Return the median of the latencies that were measured; None where none was."""
        measured = [
            each.latency_ms
            for example in examples
            for each in self.attempts[candidate][example]
            if each.is_answered and not each.is_cached
        ]
        return median(measured) if measured else None


def read_evaluation(database: Path) -> Evaluation:
    """Read a results database.

    Raises:
        QueryError: there is none, or another version of this program built it.
    """
    models = read_existing(database, "model_metrics", _Model)
    isolation: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for level in read_existing(database, "isolation_levels", _Isolation):
        isolation[level.task] |= {level.isolation}
    return Evaluation(
        attempts=_gathered(
            read_existing(database, "attempts", Attempt),
            {(row.task, row.model) for row in models if row.role == Role.CANDIDATE},
        ),
        programs={
            (row.task, row.example): row for row in read_existing(database, "programs", Program)
        },
        isolation=dict(isolation),
        facts={row.name: row.value for row in read_existing(database, "facts", _Fact)}
        | {"Prices": ", ".join(map(str, read_existing(database, "prices", _Prices)))},
    )


def _gathered(
    attempts: Iterable[Attempt], candidates: set[Key]
) -> dict[Key, dict[str, tuple[Attempt, ...]]]:
    """Gather attempts, which come ordered by run within an example."""
    found: dict[Key, dict[str, tuple[Attempt, ...]]] = {key: {} for key in candidates}
    for each in attempts:
        if each.is_tested and (each.task, each.model) in found:
            examples = found[each.task, each.model]
            examples[each.example] = (*examples.get(each.example, ()), each)
    return found
