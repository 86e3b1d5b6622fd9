"""A build writes over nothing that is not its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from sse_steps.config import load_settings
from sse_steps.errors import ConfigError
from sse_steps.places import check_replaceable

ROOT = Path(__file__).parents[1]
REPORTS = {
    "a.md": "# A title\n\n## Task python_to_rust\n",
    "a.json": '{\n  "$schema": "report.schema.json",\n  "schema": 1\n}',
    "a.html": '<!doctype html><meta http-equiv="Content-Security-Policy" content="">',
}


def fault_of(*overrides: str) -> ConfigError:
    """Return the fault of a command line, after checking that it has two lines."""
    with pytest.raises(ConfigError) as caught:
        load_settings(overrides, root=ROOT)
    assert len(str(caught.value).splitlines()) == 2
    return caught.value


@pytest.mark.parametrize("place", [".", "conf", "conf/model", "results/../tasks", "sse_steps"])
def test_results_do_not_go_among_the_files_of_the_project(place: str) -> None:
    """config.yaml of the results would take the place of the project's own."""
    assert "files of the project" in fault_of(f"paths.results={place}").wrong


def test_a_corpus_is_no_result(tmp_path: Path) -> None:
    """What a build writes cannot be what it reads first."""
    (tmp_path / "corpus").mkdir()
    typed = (f"paths.results='{tmp_path}'", f"corpus='{tmp_path}/corpus'")
    assert "where the results go" in fault_of(*typed).wrong


@pytest.mark.parametrize("name", REPORTS)
def test_only_a_report_gives_way_to_a_report(tmp_path: Path, name: str) -> None:
    """A file of somebody's stays, also one with a report's ending; an earlier report does not."""
    file = tmp_path / name
    check_replaceable(file)
    file.touch()
    check_replaceable(file)
    file.write_text(REPORTS[name], encoding="utf-8")
    check_replaceable(file)
    file.write_text("# My project\n\nHow to use it.\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="is no report"):
        check_replaceable(file)
