"""Command: the ten levels, with what a corpus has of each."""

from __future__ import annotations

import sys
from pathlib import Path

from sse_steps.corpus.overview import overview_of
from sse_steps.corpus.reading import read_corpus
from sse_steps.report.answer import print_answer
from sse_steps.sql.query import Answer

_COLUMNS = ("level", "name", "difficulty", "weight", "mark", "examples", "for instance")


def run(corpus: Path) -> bool:
    """Classify the corpus, from the syntax trees alone, and print an example of each level.

    Raises:
        CorpusError: there is no corpus.
    """
    overview = overview_of(read_corpus(corpus))
    rows = []
    for share in overview.levels():
        level = share.level
        names = sorted(each.id for each in overview.examples if each.level == level.level)
        mark, first = ("●", names[0]) if names else ("○", "")
        rows.append(
            (level.level, level.name, level.difficulty, level.weight, mark, share.examples, first)
        )
    print_answer(Answer(_COLUMNS, tuple(rows)))
    sys.stdout.write(
        f"Levels 1-10: {overview.coverage()}  (● has examples, ○ empty), by syntax tree.\n"
        "Your own: doit benchmark --corpus PATH\n"
    )
    return True
