"""The report's tables around the frontier, from completions to words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from synthetic_results import COMPLETION, candidate, scripted, write_sources

from sse_steps.report.frontier_tables import (
    domination_table,
    membership_table,
    mixture_table,
    value_table,
)
from sse_steps.report.html import render_html
from sse_steps.report.markdown import escape, render_markdown
from sse_steps.report.options import ReportOptions
from sse_steps.report.report_data import Provenance, Report, TaskReport, load_report
from sse_steps.sql.database import build_database

# A candidate's verdicts, dollars per example, seconds, and size.
Figures = tuple[str, float | None, float, int | None]
Make = Callable[[Mapping[str, Figures]], Report]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a function that builds the report of candidates with these figures."""

    def make_report(figures: Mapping[str, Figures]) -> Report:
        attempts = [
            row
            for model, (letters, cost, seconds, _) in figures.items()
            for row in scripted(
                model, [letters], template=replace(COMPLETION, cost_usd=cost, latency_s=seconds)
            )
        ]
        models = [candidate(model, size_bytes=row[3]) for model, row in figures.items()]
        build_database(tmp_path / "results.duckdb", write_sources(tmp_path, attempts, models))
        return load_report(tmp_path / "results.duckdb", ReportOptions(), Provenance("0123abcd"))

    return make_report


def task_of(report: Report) -> TaskReport:
    """Return the only task."""
    (task,) = report.tasks
    return task


FOUR: dict[str, Figures] = {
    "small": ("pwwww", 0.001, 0.25, 100),
    "large": ("ppppp", 0.005, 1.0, 900),
    "middle": ("ppwww", 0.003, 0.5, None),
    "bad": ("pwwww", 0.004, 0.75, 50),
}


def test_who_is_behind_whom_and_by_how_much(make: Make) -> None:
    """Best first on both sides: points less, times the cost, times the latency of the other."""
    table = domination_table(task_of(make(FOUR)))
    assert table.rows == (
        ("bad", "middle", "20 points", "1.3×", "1.5×"),  # noqa: RUF001 -- times
        ("bad", "small", "0 points", "4×", "3×"),  # noqa: RUF001 -- times
    )


def test_a_mixture_is_told_in_words(make: Make) -> None:
    """Two models with their probabilities, what they pass and what they cost."""
    rows = {row[0]: row[1:] for row in mixture_table(task_of(make(FOUR))).rows}
    assert rows["middle"] == (
        "small with probability 0.50 and large with 0.50 passes 60 % at $0.0030",
        "20 points",
    )
    assert rows["bad"] == (
        "small with probability 0.25 and large with 0.75 passes 80 % at $0.0040",
        "60 points",
    )
    assert set(rows) == {"middle", "bad"}


def test_one_model_alone_may_beat_a_dearer_one(make: Make) -> None:
    """Where it costs more than the most accurate, no mixture is needed."""
    table = mixture_table(
        task_of(make({"good": ("pp", 0.001, 1.0, None), "bad": ("pw", 0.002, 1.0, None)}))
    )
    assert table.rows == (("bad", "good alone passes 100 % at $0.0010", "50 points"),)


def test_small_probabilities_are_not_rounded_to_nothing(make: Make) -> None:
    """A share of one in a thousand is written as such, on both sides."""
    figures: dict[str, Figures] = {
        "free": ("pwww", 0.0, 1.0, None),
        "dear": ("pppp", 10.0, 2.0, None),
        "cheap": ("pwww", 0.01, 0.5, None),
    }
    rows = {row[0]: row[1] for row in mixture_table(task_of(make(figures))).rows}
    assert rows["cheap"].startswith("free with probability 0.999 and dear with 0.001 passes")


def test_membership_has_a_row_for_each_candidate_and_says_of_what(make: Make) -> None:
    """Shares of resamples, the frontier with size where it is known, and what each adds."""
    table = membership_table(task_of(make(FOUR)))
    rows = {row[0]: row[1:] for row in table.rows}
    assert [row[0] for row in table.rows] == ["large", "middle", "small", "bad"]
    assert rows["large"][2] == rows["small"][2] == rows["bad"][2] == "yes"
    assert rows["middle"][2] == "–"  # noqa: RUF001 -- not known
    # Of the box $0.005 x 1 s: small 0.2 x 0.8 x 0.75, middle 0.4 x 0.4 x 0.5 less what both have.
    assert rows["middle"][3] == "4 %"
    assert rows["large"][3] == "0 %"
    assert "10,000 resamples" in table.note
    assert "cover 16 % of the volume" in table.note


def test_the_best_buys_are_named_with_their_figures(make: Make) -> None:
    """Passes per dollar, and the value score."""
    figures = {**FOUR, "small": ("pwwww", 0.0005, 0.25, 100)}
    assert value_table(task_of(make(figures))).rows == (
        ("Accuracy per dollar", "small", "400.0 passes per dollar"),
        ("Value score", "small", "8.0"),
    )


def test_what_passes_nothing_is_not_celebrated(make: Make) -> None:
    """It is on no frontier, in no resample, and the best buy at nothing."""
    report = make({"useless": ("ww", 0.0001, 0.1, 1), "good": ("pp", 1.0, 9.0, 2)})
    rows = {row[0]: row[1:] for row in membership_table(task_of(report)).rows}
    assert rows["useless"][:3] == ("0 %", "0 %", "no")
    assert {row[1] for row in value_table(task_of(report)).rows} == {"good"}
    assert "| passes nothing |" in render_markdown(report)
    nothing = make({"useless": ("ww", 0.0001, 0.1, 1), "worse": ("ww", 1.0, 9.0, 2)})
    assert value_table(task_of(nothing)).rows == ()
    assert "on it" not in render_markdown(nothing)


def test_of_one_candidate_nothing_is_told(make: Make) -> None:
    """With nobody to be held against there is no section."""
    report = make({"only": ("pw", 1.0, 1.0, 1)})
    assert "Who is worth having" not in render_markdown(report)


def test_the_notes_of_the_statistics_are_told(make: Make) -> None:
    """An unknown cost is named, beside the figure that suffers from it."""
    report = make({"known": ("pw", 1.0, 1.0, 1), "unknown": ("pw", None, 1.0, 1)})
    note = membership_table(task_of(report)).note
    assert "unknown: cost not known." in note
    assert "1 without a known cost or latency count for nothing." in note


def test_hostile_names_stay_text_in_every_format(make: Make) -> None:
    """A model's name is escaped in the new tables as everywhere."""
    name = "<img src=x onerror=alert(1)>|`"
    figures: dict[str, Figures] = {name: ("pp", 0.001, 1.0, None), "z": ("pw", 0.002, 1.0, None)}
    report = make(figures)
    assert "<img" not in render_html(report, ReportOptions())
    assert f"{escape(name)} alone passes 100 %" in render_markdown(report)
