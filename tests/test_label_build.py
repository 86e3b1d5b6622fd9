"""Tasks of labels typed as a user types them, beside a task of code."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from project import ROOT, Project, lay_out

pytestmark = pytest.mark.slow

TASKS = "tasks=[python_to_rust,sentiment,question_answering]"
SETTINGS = (TASKS, "models=[py2many,tiny]", "run.runs=2", "run.samples=6")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with all three kinds of task that has been built once."""
    project = lay_out(tmp_path_factory.mktemp("project"))
    for name in ("sentiment", "question_answering"):
        shutil.copy(ROOT / f"tasks/{name}.yaml", project.folder / "tasks")
        shutil.copytree(ROOT / "tasks" / name, project.folder / "tasks" / name)
    built = project.doit(*SETTINGS)
    assert built.exit_code == 0, built.text
    return project


def rows_of(folder: Path, query: str) -> list[tuple[object, ...]]:
    """Return what `query` gives of the project's results."""
    with duckdb.connect(folder / "results/results.duckdb", read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_controls_hold_in_every_task(project: Project) -> None:
    """Right answers score 100 % and stubs 0 %, with a compiler and without."""
    found = rows_of(project.folder, "select task, model, score from controls order by all")
    tasks = ("python_to_rust", "question_answering", "sentiment")
    assert found == [
        (task, model, score)
        for task in tasks
        for model, score in (("reference", 1.0), ("stub", 0.0))
    ]


def test_a_transpiler_takes_no_part_in_tasks_without_python(project: Project) -> None:
    """It is skipped there with a reason and judged on code; another model is asked everywhere."""
    skipped = rows_of(project.folder, "select task, model, reason from skipped_models order by all")
    assert [row[:2] for row in skipped] == [
        ("question_answering", "py2many"),
        ("sentiment", "py2many"),
    ]
    assert all("no Python to turn" in str(row[2]) for row in skipped)
    models = "select task, model from model_metrics where role = 'candidate' order by all"
    assert rows_of(project.folder, models) == [
        ("python_to_rust", "py2many"),
        ("python_to_rust", "tiny"),
        ("question_answering", "tiny"),
        ("sentiment", "tiny"),
    ]


def test_replies_are_asked_and_paid_for_as_ever(project: Project) -> None:
    """Tokens, seconds and dollars are measured, no reply is longer than the task allows."""
    query = (
        "select count(*), count(cost_usd), count(prompt_tokens), max(completion_tokens),"
        " count(rust) from completions where task = 'sentiment' and model = 'tiny'"
    )
    assert rows_of(project.folder, query) == [(12, 12, 12, 8, 0)]


def test_a_second_build_runs_no_step(project: Project) -> None:
    """Where nothing changed, nothing runs."""
    assert project.doit(*SETTINGS).ran == set()


def test_another_rule_judges_again_and_asks_nobody(project: Project) -> None:
    """The metric is a matter of verdicts: replies are kept."""
    path, old = "tasks/question_answering.yaml", "metric: f1"
    listed = ("    - f1\n", "")
    project.edit(path, old, "metric: exact_match")
    project.edit(path, *listed)
    ran = project.doit(*SETTINGS).ran
    assert "check:question_answering:tiny:1" in ran
    assert not {name for name in ran if name.startswith(("transpile", "check:sentiment"))}
    ((f1,),) = rows_of(
        project.folder,
        "select mean_f1 from answer_metrics where model = 'tiny' and task = 'question_answering'",
    )
    assert f1 is None


def test_a_record_without_a_key_of_the_prompt_stops_its_task(project: Project) -> None:
    """The build ends with two lines that name the file and the line."""
    path = "tasks/sentiment/reviews.jsonl"
    project.edit(path, '"id": "review_02", "review"', '"id": "review_02", "text"')
    built = project.doit(*SETTINGS)
    assert built.exit_code != 0
    assert "reviews.jsonl', line 2, has no 'review'" in built.text
    assert "Traceback" not in built.text
