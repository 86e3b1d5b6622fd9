"""Folders of other builds that one report joins, and those that do not fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sse_steps.config import load_settings
from sse_steps.errors import ConfigError, JoinError
from sse_steps.settings import Settings
from sse_steps.steps.plan import Plan
from sse_steps.steps.report_plan import ReportPlan
from sse_steps.sweep.join import check_examples
from sse_steps.sweep.records import JobRecord, JobState

ROOT = Path(__file__).parents[1]
Build = Callable[..., Path]


def joining(*places: Path | str, models: str = "") -> Settings:
    """Return the settings of a build that joins folders."""
    join = ",".join(f"'{place}'" for place in places)
    return load_settings([f"models=[{models}]", f"join=[{join}]"], root=ROOT)


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Return what lays down a folder as a build leaves it: its configuration and its rows."""

    def lay_down(name: str, *overrides: str, rows: str = "rows") -> Path:
        folder = tmp_path / name
        plan = Plan(load_settings([*overrides, f"paths.results='{folder}'"], root=ROOT), ROOT)
        for path in plan.rows().files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(rows, encoding="utf-8")
        (folder / "config.yaml").write_text(plan.configuration, encoding="utf-8")
        return folder

    return lay_down


def test_a_configuration_is_read_as_it_was_written(build: Build) -> None:
    """The settings of a joined folder are those of its build, with its candidates alone."""
    folder = build("one", "models=[py2many]", "run.temperature=0.8", "run.runs=3")
    (joined,) = joining(folder).joined
    whole = load_settings(["models=[py2many]", "run.temperature=0.8", "run.runs=3"], root=ROOT)
    assert joined.run == whole.run
    assert joined.tasks == whole.tasks
    assert joined.models == {"py2many": whole.models["py2many"]}


def test_the_report_has_rows_evidence_and_questions_of_joined_builds(build: Build) -> None:
    """Metrics and report get the joined candidates beside this build's own."""
    folder = build("one", "models=[smollm2_135m]", "variant=warm", "run.runs=2")
    plan = ReportPlan(Plan(joining(folder, models="py2many"), ROOT))
    own = Plan(load_settings(["models=[py2many]"], root=ROOT), ROOT)
    assert set(plan.metrics_slice().models) == {"reference", "stub", "py2many", "smollm2_135m-warm"}
    added = {*plan.rows().verdicts} - {*own.rows().verdicts}
    assert {path.name for path in added} == {"run=1.parquet", "run=2.parquet"}
    assert all(path.is_relative_to(folder) for path in added)
    assert plan.evidence.weights == {"smollm2_135m-warm": folder / "models/smollm2_135m-warm.json"}
    assert [each.model for each in plan.report_slice().asked][-1] == "smollm2_135m-warm"


def test_the_price_of_a_joined_candidate_is_that_of_its_own_build(build: Build) -> None:
    """Rows keep the dollars that they were written with, and their note says whose they are."""
    folder = build("one", "models=[py2many]", "prices=own_machine")
    metrics = ReportPlan(Plan(joining(folder), ROOT)).metrics_slice()
    assert metrics.prices_of["py2many"].machine == "own machine, paid for"
    assert metrics.prices.machine != "own machine, paid for"


def test_a_pattern_takes_the_folders_with_results(build: Build, tmp_path: Path) -> None:
    """Jobs that came to nothing, and folders of something else, are passed over."""
    build("jobs/a", "models=[py2many]", "variant=a")
    failed = build("jobs/b", "models=[py2many]", "variant=b")
    JobRecord("b", (), JobState.FAILED, "It failed.").write(failed / "job.json")
    (tmp_path / "jobs/c").mkdir()
    found = joining(tmp_path / "jobs/*").joined
    assert [[*each.models] for each in found] == [["py2many-a"]]


def test_a_build_without_models_needs_something_to_join() -> None:
    """Only a report over others may have no models of its own."""
    with pytest.raises(ConfigError, match="'models' is empty"):
        load_settings(["models=[]"], root=ROOT)


def test_a_folder_without_results_is_told(tmp_path: Path) -> None:
    """A name that holds nothing is an error, and so is a pattern that nothing fits."""
    with pytest.raises(JoinError, match="holds no results"):
        joining(tmp_path)
    with pytest.raises(JoinError, match="no folder with results"):
        joining(tmp_path / "jobs/*")


def test_a_configuration_that_is_damaged_is_told(build: Build) -> None:
    """It is a stranger's file: what does not fit is two lines."""
    folder = build("one", "models=[py2many]")
    path = folder / "config.yaml"
    path.write_text(path.read_text().replace("engine: transpiler", "engine: [1]"), encoding="utf-8")
    with pytest.raises(JoinError, match="does not fit at"):
        joining(folder)
    path.write_text("- 1\n", encoding="utf-8")
    with pytest.raises(JoinError, match="does not fit"):
        joining(folder)


def test_one_name_for_two_different_candidates_is_refused(build: Build) -> None:
    """Other rows, or other settings, are another candidate."""
    one = build("one", "models=[py2many]")
    other_rows = build("two", "models=[py2many]", rows="others")
    with pytest.raises(JoinError, match=r"is in '.*one' and in '.*two', and not the same"):
        joining(one, other_rows)
    other_settings = build("three", "models=[py2many]", "run.timeout_ms=5")
    with pytest.raises(JoinError, match="not the same"):
        joining(one, other_settings)


def test_a_copy_of_results_counts_once(build: Build) -> None:
    """The same candidate with the same rows in two folders is one."""
    joined = joining(build("one", "models=[py2many]"), build("two", "models=[py2many]")).joined
    assert len(joined) == 1


def test_a_candidate_of_this_build_cannot_be_joined_too(build: Build) -> None:
    """It would have two sets of rows."""
    with pytest.raises(JoinError, match="and in this build"):
        joining(build("one", "models=[py2many]"), models="py2many")


def test_another_prompt_is_another_task(build: Build) -> None:
    """Replies to other prompts are not compared under one name."""
    folder = build("one", "models=[py2many]")
    path = folder / "config.yaml"
    text = path.read_text(encoding="utf-8")
    assert "{python_code}" in text
    path.write_text(text.replace("{python_code}", "Please: {python_code}"), encoding="utf-8")
    with pytest.raises(JoinError, match="other prompts"):
        joining(folder)


def test_a_report_over_others_has_none_to_join(build: Build) -> None:
    """Its rows are in the folders that it was made of."""
    folder = build("one", "models=[py2many]", "join=[]")
    report = build("two", "models=[]", f"join=['{folder}']")
    with pytest.raises(JoinError, match="no candidate of its own"):
        joining(report)


def examples(path: Path, **programs: str) -> Path:
    """Write a file of examples."""
    lines = [json.dumps({"id": id_, "python": text}) for id_, text in programs.items()]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_equal_examples_fit_in_any_order(tmp_path: Path) -> None:
    """Nothing is said where both builds asked the same."""
    own = examples(tmp_path / "own", a="1", b="2")
    check_examples(own, [examples(tmp_path / "other", b="2", a="1")])


def test_other_examples_do_not_fit(tmp_path: Path) -> None:
    """An example that differs is named; more or fewer of them are counted."""
    own = examples(tmp_path / "own", a="1", b="2")
    with pytest.raises(JoinError, match=r"The example 'b' of .*changed"):
        check_examples(own, [examples(tmp_path / "changed", a="1", b="3")])
    with pytest.raises(JoinError, match="has 1 examples, and not the 2"):
        check_examples(own, [examples(tmp_path / "fewer", a="1")])


def test_what_is_joined_is_not_in_the_configuration_twice(build: Build) -> None:
    """config.yaml names the folders; what they hold is in them."""
    folder = build("one", "models=[py2many]")
    settings = joining(folder)
    written = Plan(settings, ROOT).configuration
    assert written == Plan(replace(settings, joined=()), ROOT).configuration
    assert str(folder) in written
