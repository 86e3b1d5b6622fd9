"""The seed's commands evaluate, report, analyze and pipeline, typed as a user types them."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from project import ROOT, Project, lay_out

from sse_steps.errors import ConfigError
from sse_steps.pareto_analysis import EvalResult, analyze_pareto
from sse_steps.steps.command_line import overrides_of
from sse_steps.steps.evaluate_line import is_report_file, overrides_for

NONE = dict.fromkeys(("tasks", "models", "corpus", "baselines", "runs", "samples", "output"), "")


def test_options_become_overrides(tmp_path: Path) -> None:
    """Each option is the setting that it stands for; patterns are expanded in order."""
    for name in ("b.apr", "a.apr", "it's.apr"):
        (tmp_path / name).touch()
    given = NONE | {"models": "*.apr, stub", "baselines": "claude,gemini", "runs": "3"}
    assert overrides_for(given | {"samples": "5"}, here=tmp_path) == [
        "models=['a.apr','b.apr','it\\'s.apr','stub']",
        "baselines=['claude','gemini']",
        "run.runs=3",
        "run.samples=5",
    ]
    assert overrides_for(NONE | {"output": "mine"}, here=tmp_path) == [
        f"paths.results='{tmp_path}/mine'"
    ]
    assert overrides_for(NONE | {"output": "mine.json"}, here=tmp_path) == []


def test_golden_prompts_beside_tasks_are_no_tasks() -> None:
    """The pattern of the seed's first example finds the tasks and nothing else."""
    (found,) = overrides_for(NONE | {"tasks": "tasks/*.yaml"}, here=ROOT)
    assert found == (
        "tasks=['tasks/python_to_rust.yaml','tasks/question_answering.yaml','tasks/sentiment.yaml']"
    )


def test_what_is_typed_as_a_setting_wins() -> None:
    """An override on the same line comes after what the options stand for."""
    line = ["evaluate", "--runs", "3", "--samples=4", "run.runs=1"]
    assert overrides_of(line) == ["run.runs=3", "run.samples=4", "run.runs=1"]
    assert overrides_of(["report", "run.runs=1"]) == ["run.runs=1"]


@pytest.mark.parametrize("name", ["report.pdf", "out.txt"])
def test_an_output_that_is_no_report_is_refused(name: str) -> None:
    """A file of another ending is refused before any work."""
    with pytest.raises(ConfigError):
        is_report_file(Path(name))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project that `doit evaluate` has built, with its report in a file."""
    project = lay_out(tmp_path_factory.mktemp("project"))
    done = project.doit(
        *("evaluate", "--tasks", "tasks/python_to_rust.yaml", "--models", "py2many,tin*.gguf"),
        *("--corpus", "tasks/py2rs", "--runs", "2", "--samples", "2", "--output", "out/all.json"),
        "model.tiny.max_tokens=24",
        "model.tiny.engine=numpy",
    )
    assert done.exit_code == 0, done.text
    return project


def test_evaluate_writes_its_report(project: Project) -> None:
    """The report in the file is the build's own, about what the options asked for."""
    written = json.loads((project.folder / "out/all.json").read_text(encoding="utf-8"))
    own = json.loads((project.folder / "results/report.json").read_text(encoding="utf-8"))
    assert written == own
    command = written["provenance"]["command"]
    assert "run.runs=2 run.samples=2" in command
    assert (project.folder / "results/completions/task=python_to_rust/model=tiny").is_dir()


def test_a_report_is_written_from_a_folder(project: Project, tmp_path: Path) -> None:
    """Results that were moved and lost their report get the same one again, byte for byte."""
    moved = tmp_path / "moved"
    shutil.copytree(project.folder / "results", moved)
    kept = {
        name: (moved / name).read_text(encoding="utf-8") for name in ("report.md", "config.yaml")
    }
    (moved / "report.md").unlink()
    done = project.doit("report", "--input", str(moved), "--output", str(tmp_path / "a/b.md"))
    assert done.exit_code == 0, done.text
    text = (tmp_path / "a/b.md").read_text(encoding="utf-8")
    assert "(b-charts/pareto.svg)" in text
    assert (tmp_path / "a/b-charts/pareto.svg").is_file()
    assert text.replace("b-charts/", "") == kept["report.md"]
    assert project.doit("report", "--input", str(moved)).exit_code == 0
    assert (moved / "config.yaml").read_text(encoding="utf-8") == kept["config.yaml"]


@pytest.mark.parametrize("ending", ["html", "json"])
def test_a_report_is_written_in_each_format(project: Project, ending: str, tmp_path: Path) -> None:
    """The ending of the output says which format is meant."""
    target = tmp_path / f"mine.{ending}"
    done = project.doit("report", "--input", "results", "--output", str(target))
    assert done.exit_code == 0, done.text
    text = target.read_text(encoding="utf-8")
    assert text.startswith("{" if ending == "json" else "<!doctype html>"[:2])
    assert {path.name for path in tmp_path.iterdir()} == {target.name}


def test_a_report_of_nothing_is_refused(project: Project, tmp_path: Path) -> None:
    """A folder without results is an error of two lines."""
    done = project.doit("report", "--input", str(tmp_path), "--output", str(tmp_path / "x.md"))
    assert done.exit_code == 2
    assert "There is no results database" in done.text


def test_analyze_agrees_with_the_frontier_of_the_results(project: Project) -> None:
    """Frontier and value leader are those that the database says."""
    done = project.doit("analyze", "--input", "results", "--json")
    (found,) = json.loads(done.text)
    query = "select model from frontier where on_frontier order by model"
    said = project.doit("sql", query, "--json", "-")
    assert sorted(found["frontier_models"]) == [row["model"] for row in json.loads(said.text)]
    text = project.doit("analyze").text
    assert text.startswith("python_to_rust\n")


FIGURES = [
    EvalResult(model_id="large", task_id="t", accuracy=0.95, cost=0.25, latency_s=0.8),
    EvalResult(model_id="small", task_id="t", accuracy=0.92, cost=0.0001, latency_s=0.015),
    EvalResult(model_id="worse", task_id="t", accuracy=0.9, cost=0.3, latency_s=None),
]


@pytest.mark.parametrize("ending", ["json", "csv"])
def test_analyze_reads_figures_of_a_file(project: Project, ending: str, tmp_path: Path) -> None:
    """JSON and CSV say the same as the API, which is told "not known" by an empty field."""
    file = tmp_path / f"figures.{ending}"
    keys = ("model_id", "task_id", "accuracy", "cost", "latency_s")
    rows = [{key: getattr(each, key) for key in keys} for each in FIGURES]
    with file.open("w", encoding="utf-8", newline="") as out:
        if ending == "json":
            json.dump(rows, out)
        else:
            writer = csv.DictWriter(out, keys)
            writer.writeheader()
            writer.writerows(rows)
    (found,) = json.loads(project.doit("analyze", "--input", str(file), "--json").text)
    expected = analyze_pareto(FIGURES)
    assert found["frontier_models"] == list(expected.frontier_models) == ["large", "small"]
    assert found["trade_offs"][1]["value_score"] == expected.trade_offs[1].value_score


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "holds no list of results"),
        ("[", "cannot be read"),
        ('[{"model_id": "a"}]', "lacks task_id"),
        ('[{"model_id": "a", "task_id": "t", "accuracy": 2}]', "accuracy=2"),
        ('[{"model_id": "a", "task_id": "t", "accuracy": "x"}]', "could not convert"),
        pytest.param("[" * 100_000, "cannot be read", id="nested deeply"),
        ('[{"model_id": "a", "task_id": "t", "accuracy": 1, "price": 1}]', "unknown key 'price'"),
    ],
)
def test_figures_that_do_not_fit_get_two_lines(
    project: Project, text: str, words: str, tmp_path: Path
) -> None:
    """What a file of figures may get wrong is told with the place, and what to write."""
    file = tmp_path / "figures.json"
    file.write_text(text, encoding="utf-8")
    done = project.doit("analyze", "--input", str(file))
    assert done.exit_code == 2
    assert words in done.text
    assert len(done.text.splitlines()) == 2


def test_pipeline_fails_where_a_model_was_skipped(project: Project) -> None:
    """It takes the others as far as they go, says who was skipped and why, and fails."""
    (project.folder / "conf/model/gone.yaml").write_text(
        "description: Not there.\nengine: numpy\nsource: gone.gguf\n", encoding="utf-8"
    )
    done = project.doit("pipeline", "models=[gone,tiny]")
    assert done.exit_code == 1, done.text
    assert "'gone' was skipped" in done.text
    assert "UnmetDependency" not in done.text
    assert project.doit("pipeline", "models=[gone]").exit_code == 1
    assert "tiny is ready." in done.text
    assert project.doit("pipeline", "models=[tiny]").exit_code == 0
