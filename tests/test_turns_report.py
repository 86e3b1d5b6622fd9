"""What the report says about levels and about later turns."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from synthetic_results import COMPLETION, attempt, candidate, scripted, write_sources

from sse_steps.records import Outcome
from sse_steps.report.caveats import turn_caveats
from sse_steps.report.markdown import render_markdown
from sse_steps.report.options import ReportOptions
from sse_steps.report.report_data import Provenance, Report, load_report
from sse_steps.report.report_json import render_json
from sse_steps.report.sections import sections
from sse_steps.report.task_tables import level_table
from sse_steps.report.terminal import render_table
from sse_steps.report.turn_tables import score_table, turn_table
from sse_steps.report.wording import ABSENT
from sse_steps.sql.database import build_database

TITLE = "What another try brings"


def report(folder: Path, later: str = "") -> Report:
    """Return a report on two models, four examples each; `later` says how `slow` fares in turn 2.

    `fast` passes all at once; `slow` passes the first example of level 1 and compiles no other.
    """
    attempts = [*scripted("fast", ["pppp"]), *scripted("slow", ["pccc"], per_level=1)]
    letters = {"p": Outcome.PASSED, "c": Outcome.COMPILE_ERROR}
    levels = {"e00": 1, "e01": 1, "e02": 2, "e03": 2}
    for number, letter in enumerate(later, start=1):
        row = replace(COMPLETION, model="slow", example=f"e{number:02}", turn=2)
        attempts.append(attempt(row, letters[letter]))
    attempts = [
        (replace(c, level=levels[c.example]), replace(v, level=levels[c.example]))
        for c, v in attempts
    ]
    models = [candidate("fast"), candidate("slow")]
    build_database(folder / "results.duckdb", write_sources(folder, attempts, models))
    return load_report(folder / "results.duckdb", ReportOptions(), Provenance("0123"))


def shown(found: Report) -> str:
    """Return what the terminal shows."""
    console = Console(file=io.StringIO(), width=120)
    console.print(render_table(found))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_without_later_turns_there_is_no_section_about_them(tmp_path: Path) -> None:
    """With one turn the report says nothing of another try."""
    found = report(tmp_path)
    assert TITLE not in [section.title for section in sections(found, found.tasks[0])]
    assert turn_table(found.tasks[0]).rows == ()


def test_later_turns_have_a_section(tmp_path: Path) -> None:
    """A row for each turn of a model that had several, with sums; the others have none."""
    found = report(tmp_path, "cpc")
    assert TITLE in [section.title for section in sections(found, found.tasks[0])]
    table = turn_table(found.tasks[0])
    names = [column.name for column in table.columns]
    one, two = (dict(zip(names, row, strict=True)) for row in table.rows)
    assert (one["Model"], one["Turn"], two["Turn"]) == ("slow", "1", "2")
    assert (one["Asked"], one["Passed here"], one["Passed so far"]) == ("4", "1", "25 %")
    assert (two["Asked"], two["Passed here"], two["Passed so far"]) == ("3", "1", "50 %")
    assert (one["Tokens so far"], two["Tokens so far"]) == ("400 + 200", "700 + 350")
    assert (one["$ so far"], two["$ so far"]) == ("$0.0040", "$0.0070")
    assert (two["$ per pass so far"], two["Latency p50 so far"]) == ("$0.0035", "1.0 s")
    assert TITLE in render_markdown(found)


def test_a_level_that_passes_later_has_its_own_mark(tmp_path: Path) -> None:
    """Level 1 passes at once, level 2 with the second try; the score counts the first."""
    found = report(tmp_path, "cpc")
    cells = {row[0]: row[-1] for row in level_table(found, found.tasks[0]).rows}
    assert (cells["1 Hello"], cells["2 Variables"]) == ("● 1/2", "◐ 0/2")
    fast, slow = score_table(found, found.tasks[0]).rows
    none = ABSENT * 8
    assert fast == ("fast", "3.6", "2 of 10", "1 and 2", ABSENT, f"●●{none}")
    assert slow == ("slow", "1.5", "1 of 10", "1", "2", f"●◐{none}")


def test_the_terminal_shows_a_line_of_marks_for_each_model(tmp_path: Path) -> None:
    """The line stands below the ranking, best model first."""
    text = shown(report(tmp_path, "cpc"))
    fast, slow = f"Levels 1-10: ●●{ABSENT * 8}  fast", f"Levels 1-10: ●◐{ABSENT * 8}  slow"
    assert text.index(fast) < text.index(slow)


def test_the_json_has_scores_and_turns(tmp_path: Path) -> None:
    """Other programs find what the tables show."""
    (task,) = json.loads(render_json(report(tmp_path, "cpc")))["tasks"]
    (slow,) = (score for score in task["scores"] if score["model"] == "slow")
    assert (slow["passed_levels"], slow["levels_passed_later"]) == ([1], [2])
    assert [(row["model"], row["turn"]) for row in task["turns"]] == [
        ("fast", 1),
        ("slow", 1),
        ("slow", 2),
    ]


def test_turns_that_nobody_was_asked_in_are_told(tmp_path: Path) -> None:
    """Where later turns were allowed and came to nothing, a caveat says so; elsewhere none does."""
    one_turn = report(tmp_path)
    (tmp_path / "two").mkdir()
    two_turns = report(tmp_path / "two", "p")
    (told,) = turn_caveats(2, one_turn.tasks[0].turns)
    assert told.startswith("2 turns were allowed, but nobody was asked again")
    assert turn_caveats(1, one_turn.tasks[0].turns) == ()
    assert turn_caveats(2, two_turns.tasks[0].turns) == ()
