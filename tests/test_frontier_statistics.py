"""The tables of the frontier's probability and volume, built from completions and verdicts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from synthetic_results import COMPLETION, candidate, scripted, write_sources

from sse_steps.records import Completion, Role
from sse_steps.sql.database import build_database

CHEAP = replace(COMPLETION, cost_usd=0.001, latency_s=0.25)
DEAR = replace(COMPLETION, cost_usd=0.004, latency_s=1.0)
UNKNOWN = replace(COMPLETION, cost_usd=None, latency_s=1.0)


def build(folder: Path, attempts: dict[str, tuple[str, Completion]]) -> duckdb.DuckDBPyConnection:
    """Build a database of models with the letters of one run, and open it."""
    rows = [
        row
        for model, (letters, template) in attempts.items()
        for row in scripted(model, [letters], template=template)
    ]
    rows += scripted("control", ["p" * len(next(iter(attempts.values()))[0])])
    control = candidate("control", role=Role.CONTROL_PASS)
    models = [*map(candidate, attempts), control]
    build_database(folder / "results.duckdb", write_sources(folder, rows, models))
    return duckdb.connect(folder / "results.duckdb", read_only=True)


def test_probabilities_of_certain_and_uncertain_places(tmp_path: Path) -> None:
    """Cheaper and never worse is always on it; the dear one is where it draws what it alone passes.

    It is on it unless that one example of eight is not drawn: 1 - (7/8)^8 = 0.656.
    """
    attempts = {"cheap": ("pppwwwww", CHEAP), "dear": ("ppppwwww", DEAR), "bad": ("wwwwwwww", DEAR)}
    with build(tmp_path, attempts) as connection:
        rows = connection.execute("from frontier_probability order by model").fetchall()
    assert [row[1] for row in rows] == ["bad", "cheap", "dear"]
    # Where the cheap one draws nothing that it passes, it is not on it: (5/8)^8 = 0.023.
    expected = [0, 1 - (5 / 8) ** 8, 1 - (7 / 8) ** 8]
    for row, share in zip(rows, expected, strict=True):
        assert row[2] == pytest.approx(share, abs=0.02)
        assert row[4:] == (10_000, "")


def test_one_example_and_an_unknown_cost_have_a_defined_answer(tmp_path: Path) -> None:
    """The shares are 0 or 1, and the note says why that is worth little."""
    attempts = {"cheap": ("p", CHEAP), "unknown": ("p", UNKNOWN)}
    with build(tmp_path, attempts) as connection:
        rows = connection.execute("from frontier_probability order by model").fetchall()
        volumes = connection.execute("from hypervolume order by model nulls first").fetchall()
    assert [(row[1], row[2]) for row in rows] == [("cheap", 1), ("unknown", 0)]
    assert rows[1][5] == "one example cannot be resampled; cost not known"
    assert [row[3] for row in volumes] == [
        "1 without a known cost or latency count for nothing",
        "",
        "cost or latency not known: counts for nothing",
    ]


def test_hypervolume_is_of_the_marts_figures(tmp_path: Path) -> None:
    """A quarter of the largest cost and latency and half the accuracy: 0.5 x 0.75 x 0.75."""
    attempts = {"cheap": ("ppww", CHEAP), "dear": ("wwww", DEAR)}
    with build(tmp_path, attempts) as connection:
        rows = connection.execute("from hypervolume order by model nulls first").fetchall()
    assert rows == [
        ("task", None, 0.5 * 0.75 * 0.75, ""),
        ("task", "cheap", 0, ""),
        ("task", "dear", 0.5 * 0.75 * 0.75, ""),
    ]


def test_the_arrays_take_the_latencies_that_the_marts_take(tmp_path: Path) -> None:
    """A slow first batch is left out of both, so that they speak of the same latency."""
    rows = scripted("model", ["pppp"], template=CHEAP) + scripted("other", ["pppp"], template=DEAR)
    cold = [
        (replace(done, cold=done.example in ("e00", "e01", "e02"), latency_s=latency), verdict)
        for (done, verdict), latency in zip(
            rows, [9.0, 9.0, 9.0, 0.25, 2.0, 2.0, 2.0, 2.0], strict=True
        )
    ]
    models = [candidate("model"), candidate("other")]
    build_database(tmp_path / "results.duckdb", write_sources(tmp_path, cold, models))
    with duckdb.connect(tmp_path / "results.duckdb", read_only=True) as connection:
        latency = connection.execute("select latency from frontier_candidates order by model")
        assert latency.fetchall() == [(250.0,), (2000.0,)]
        query = "select model, on_frontier from frontier_probability order by model"
        assert connection.execute(query).fetchall() == [("model", 1.0), ("other", 0.0)]
