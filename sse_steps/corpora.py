"""Corpora for use from Python."""

from __future__ import annotations

from pathlib import Path

from sse_steps.corpus.reading import read_corpus
from sse_steps.corpus.source import Corpus


def load_corpus(path: Path | str) -> Corpus:
    """Read a corpus in any of the formats of docs/corpora.md. No Python of it is run.

    What cannot be used is in `unusable`, with the reason.

    Raises:
        CorpusError: there is no corpus at `path`.
    """
    return read_corpus(Path(path))
