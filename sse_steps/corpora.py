"""Corpora for use from Python."""

from __future__ import annotations

from pathlib import Path

from sse_steps.corpus.folder import Source, read_folder


def load_corpus(path: Path | str) -> list[Source]:
    """Read the examples of a corpus, in the order of their paths. No Python of them is run.

    Raises:
        CorpusError: there are none, or one of them cannot be read.
    """
    return list(read_folder(Path(path)))
