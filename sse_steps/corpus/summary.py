"""How much of a corpus could be used, as a file beside its examples."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from sse_steps.corpus.source import Unusable
from sse_steps.store import write_text


@dataclass(frozen=True, slots=True)
class CorpusCounts:
    """Counts of a corpus's entries: usable, untested, unusable and not drawn are all of them."""

    entries: int
    usable: int  # with at least one case
    untested: int  # without a case that can be run
    unusable: int  # no Python, or no entry at all
    not_drawn: int  # more than the task's number of samples
    cases: int
    cases_left_out: int  # reasons; one may stand for several cases


@dataclass(frozen=True, slots=True)
class CorpusSummary:
    """What became of a corpus, with every reason."""

    corpus: str
    format: str
    counts: CorpusCounts
    unusable: tuple[Unusable, ...]
    untested: tuple[str, ...]  # their ids
    cases_left_out: tuple[Unusable, ...]


def write_summary(summary: CorpusSummary, target: Path) -> None:
    """Write a summary as JSON."""
    write_text(json.dumps(asdict(summary), indent=1, ensure_ascii=False) + "\n", target)


def read_counts(path: Path) -> CorpusCounts:
    """Read the counts of what `write_summary` wrote."""
    return CorpusCounts(**json.loads(path.read_text(encoding="utf-8"))["counts"])


def in_words(counts: CorpusCounts) -> str:
    """Return the counts as `158 of 164 entries usable, 6 untested; 8 cases left out`."""
    parts = [f"{counts.usable:,} of {counts.entries:,} entries usable"]
    for count, word in (
        (counts.untested, "untested"),
        (counts.unusable, "unusable"),
        (counts.not_drawn, "not drawn"),
    ):
        if count:
            parts.append(f"{count:,} {word}")
    left_out = f"; {counts.cases_left_out:,} cases left out" if counts.cases_left_out else ""
    return ", ".join(parts) + left_out
