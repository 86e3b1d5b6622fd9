"""The figures and the picture of the README are those of the run that is recorded beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from generate_readme import (
    BEGIN,
    PICTURE,
    README,
    RECORDED,
    generate,
    load_recorded,
    measured_part,
    with_part,
)

from sse_steps.report.report_json import render_json
from sse_steps.report.wording import percent

ROOT = Path(__file__).parents[1]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a folder with the README, its picture and the recorded run."""
    for name in (README, PICTURE, RECORDED):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("name", [README, PICTURE, RECORDED])
def test_what_is_generated_is_what_is_there(copied: Path, name: Path) -> None:
    """Generated anew from the recorded run, README, picture and record are as committed."""
    generate(copied)
    assert (copied / name).read_text(encoding="utf-8") == (ROOT / name).read_text(encoding="utf-8")


def test_a_figure_that_was_changed_by_hand_does_not_stay(copied: Path) -> None:
    """A better figure typed into the README is gone after generating."""
    before = (copied / README).read_text(encoding="utf-8")
    first = load_recorded((copied / RECORDED).read_text(encoding="utf-8")).tasks[0].standings[0]
    shown = percent(first.accuracy)
    assert shown in before
    (copied / README).write_text(before.replace(shown, "98.3 %"), encoding="utf-8")
    generate(copied)
    assert (copied / README).read_text(encoding="utf-8") == before


def test_a_folder_of_results_takes_the_place_of_the_record(copied: Path, tmp_path: Path) -> None:
    """Of another run its report.json is kept, and the README has its figures."""
    text = (copied / RECORDED).read_text(encoding="utf-8").replace("smollm2_135m", "another")
    results = tmp_path / "results"
    results.mkdir()
    (results / "report.json").write_text(text, encoding="utf-8")
    generate(copied, results)
    assert (copied / RECORDED).read_text(encoding="utf-8") == text
    part = measured_part(load_recorded(text).tasks[0])
    assert "| another (" in part
    assert part in (copied / README).read_text(encoding="utf-8")


def test_the_record_is_read_whole() -> None:
    """Read and written again, the recorded report.json is the same text."""
    text = (ROOT / RECORDED).read_text(encoding="utf-8")
    assert render_json(load_recorded(text)) == text


def test_a_readme_without_marks_is_refused() -> None:
    """Where the marks are missing, or there twice, nothing is written."""
    readme = (ROOT / README).read_text(encoding="utf-8")
    for wrong in (readme.replace(BEGIN, ""), "nothing"):
        with pytest.raises(ValueError, match="once each"):
            with_part(wrong, "part")
