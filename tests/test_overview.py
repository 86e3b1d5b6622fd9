"""What a corpus holds, by reading alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from sse_steps.corpus.levels import LEVELS
from sse_steps.corpus.overview import Overview, overview_of
from sse_steps.corpus.source import Call, Check, Corpus, Run, Source, Unusable
from sse_steps.errors import CorpusError
from sse_steps.steps import benchmark, corpus_stats

HOSTILE = "[bold]x[/bold] \x1b[31m\n]]"


def corpus() -> Corpus:
    """Return a corpus with an entry of each kind, and one that is unusable."""
    left_out = (Unusable(HOSTILE, HOSTILE),)
    return Corpus(
        "a format",
        (
            Source("f", "# text\n\ndef f():\n    return 1\n", (Call("f", ()),) * 2, None, ""),
            Source("p", "print(1)\n", (Run(),), None, "", left_out=left_out),
            Source("c", "for x in 'ab':\n    print(x)\n", (Check("f", "", 7),), None, ""),
            Source(HOSTILE, "class A:\n    x = 1\n", (), None, ""),
        ),
        (Unusable("here", "no Python"),),
    )  # fmt: skip


def test_everything_is_counted() -> None:
    """Entries are functions, programs, untested or unusable; cases and lines add up."""
    overview = overview_of(corpus())
    kinds = ("function", "program", "untested")
    assert [overview.count(kind) for kind in kinds] == [2, 1, 1]
    assert overview.entries == 5
    assert overview.cases_found == 2 + 1 + 7
    assert overview.lines_of_code == 2 + 1 + 2 + 2
    assert len(overview.left_out) == 1


def test_levels_difficulties_and_coverage_agree() -> None:
    """Ten levels, five difficulties and ten marks say the same of the same examples."""
    overview = overview_of(corpus())
    assert [share.examples for share in overview.levels()] == [1, 0, 1, 0, 1, 0, 1, 0, 0, 0]
    assert sum(share.share for share in overview.levels()) == pytest.approx(1)
    assert overview.coverage() == "●○●○●○●○○○"
    assert overview.difficulties() == {"Trivial": 1, "Easy": 1, "Medium": 1, "Hard": 1, "Expert": 0}


def test_an_empty_corpus_has_no_shares() -> None:
    """Nothing is divided by nothing."""
    empty = Overview("a format", 0, (), (), ())
    assert empty.coverage() == "○" * len(LEVELS)
    assert all(share.share == 0 for share in empty.levels())


def test_hostile_texts_do_not_reach_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names and reasons are printed without control characters and without markup."""
    for step in (corpus_stats, benchmark):
        monkeypatch.setattr(step, "read_corpus", lambda _: corpus())
    corpus_stats.run(tmp_path, path="", json=False)
    benchmark.run(tmp_path, corpus="", verbose=True, json=False)
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert text.count("[bold]x[/bold]") == 3


def test_a_path_without_a_corpus_is_an_error(tmp_path: Path) -> None:
    """Both commands say in two lines which path was meant."""
    with pytest.raises(CorpusError, match="nowhere"):
        corpus_stats.run(tmp_path, path="nowhere", json=True)
    with pytest.raises(CorpusError, match="nowhere"):
        benchmark.run(tmp_path, corpus="nowhere", verbose=False, json=True)
