"""The whole build, typed as a user types it: what runs again, and what does not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from project import SETTINGS, Project, lay_out

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project that has been built once."""
    project = lay_out(tmp_path_factory.mktemp("project"))
    built = project.doit(*SETTINGS)
    assert built.exit_code == 0, built.text
    return project


@pytest.fixture
def settled(project: Project) -> Iterator[Project]:
    """Return the project with nothing left to build, and leave it so."""
    assert project.doit(*SETTINGS).exit_code == 0
    yield project
    assert project.doit(*SETTINGS).exit_code == 0


def test_a_build_leaves_every_file_of_the_report(project: Project) -> None:
    """The first command leaves Markdown, HTML, JSON, charts and a database."""
    report = ("report.md", "report.html", "report.json", "report.schema.json", "config.yaml")
    charts = ("pareto.svg", "latency_accuracy.svg", "cost_latency.svg", "run_spread.svg")
    names = (*report, *charts, "results.duckdb")
    assert all((project.folder / "results" / name).stat().st_size > 0 for name in names)


def test_controls_score_as_they_must(project: Project) -> None:
    """The reference solutions pass every example and the stub passes none."""
    with duckdb.connect(project.folder / "results/results.duckdb", read_only=True) as connection:
        rows = connection.execute("select model, pass_at_1 from model_metrics").fetchall()
    scores = dict(rows)
    assert (scores["reference"], scores["stub"]) == (1.0, 0.0)


def test_the_database_holds_what_was_asked(project: Project) -> None:
    """Each example of the build has its Python, its prompts and its cases as a row of programs."""
    with duckdb.connect(project.folder / "results/results.duckdb", read_only=True) as connection:
        rows = connection.execute("select example, python, prompt, cases from programs").fetchall()
    assert len(rows) == 3
    for _, python, prompt, cases in rows:
        assert python.strip() in prompt
        assert "Define exactly this function: pub fn" in prompt
        assert json.loads(cases)


def test_a_second_build_runs_no_step(project: Project) -> None:
    """Where nothing changed, nothing runs."""
    assert project.doit(*SETTINGS).ran == set()


def test_changed_python_is_transpiled_and_checked_alone(settled: Project) -> None:
    """A change to one example's Python asks each model for that example again, and no other."""
    path = "tasks/py2rs/03_functions/clamp/example.py"
    settled.edit(path, "def clamp", "# Kept between two bounds.\n\n\ndef clamp")
    built = settled.doit(*SETTINGS)
    title = "python_to_rust"
    assert built.count("corpus") == 1
    assert built.count(f"transpile {title} py2many run 1") == 1
    assert built.count(f"transpile {title} tiny run 1") == 1
    assert built.count(f"transpile {title} tiny run 2") == 0
    assert built.count(f"transpile {title} reference run 1") == 0


def test_changed_answers_judge_one_example_again(settled: Project) -> None:
    """A new case of one example has that example's programs judged again, and no other."""
    settled.edit(
        "tasks/py2rs/03_functions/factorial/inputs.yaml", "calls:", "calls:\n  - factorial(9)"
    )
    built = settled.doit(*SETTINGS)
    assert built.count("check python_to_rust reference run 1") == 1
    assert built.count("check python_to_rust stub run 1") == 1
    assert built.count("check python_to_rust py2many run 1") == 1


def test_a_changed_title_runs_the_report_alone(settled: Project) -> None:
    """A change to the report's settings runs the report and nothing before it."""
    assert settled.doit(*SETTINGS, "report.title=Another").ran == {"report"}
    assert "Another" in (settled.folder / "results/report.md").read_text(encoding="utf-8")


def test_a_changed_temperature_runs_that_model_alone(settled: Project) -> None:
    """A model's temperature concerns that model's completions and verdicts, and no other's."""
    ran = settled.doit(*SETTINGS, "model.tiny.temperature=0.7").ran
    steps = {name for name in ran if ":" in name}
    assert steps
    assert all(":tiny:" in name for name in steps)


def test_sampled_runs_differ_by_their_seed(settled: Project) -> None:
    """Above temperature 0 each run is written anew, with another seed."""
    built = settled.doit(*SETTINGS, "model.tiny.temperature=0.9")
    assert built.count("transpile python_to_rust tiny run 2") == 3
    with duckdb.connect(settled.folder / "results/results.duckdb", read_only=True) as connection:
        query = "select count(distinct reply) from completions where model = 'tiny'"
        found = connection.execute(query).fetchone()
    assert found is not None
    assert found[0] == 6


def test_one_model_and_fewer_runs_can_be_asked_for(settled: Project) -> None:
    """`models=[tiny] run.runs=1` reports that model and the controls, from one run."""
    assert settled.doit("models=[tiny]", "run.runs=1").exit_code == 0
    report = json.loads((settled.folder / "results/report.json").read_text(encoding="utf-8"))
    assert "py2many" not in json.dumps(report)


def test_a_broken_judge_stops_the_report(settled: Project) -> None:
    """A reference solution that fails its cases ends the build with two lines and no report."""
    path = "tasks/py2rs/03_functions/clamp/reference.rs"
    settled.edit(path, "pub fn clamp", "pub fn clamped")
    built = settled.doit(*SETTINGS)
    settled.edit(path, "pub fn clamped", "pub fn clamp")
    assert built.exit_code != 0
    assert "reference" in built.text
    assert "Traceback" not in built.text
    assert "report" not in built.ran


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("report", "modles=x"), "Did you mean 'models'?"),
        (("nosuchtask",), "nosuchtask"),
        (("models=[tyni]",), "Did you mean 'tiny'?"),
        (("run.runs=many",), "run.runs"),
        (("corpus=nowhere",), "nowhere"),
    ],
)
def test_a_wrong_word_is_answered_without_a_traceback(
    project: Project, arguments: tuple[str, ...], expected: str
) -> None:
    """A wrong override or task name names the fault and what is near it."""
    built = project.doit(*arguments)
    assert built.exit_code != 0
    assert expected in built.text
    assert "Traceback" not in built.text


def test_list_explains_each_step_in_a_line(project: Project) -> None:
    """`doit list` has one line for each step, with what it is for."""
    lines = project.doit("list").text.strip().splitlines()
    names = [line.split()[0] for line in lines]
    questions = ["analyze", "benchmark", "cache", "compare", "corpus-stats", "demo", "gate"]
    questions += ["evaluate", "inspect", "sql"]
    line = ["convert", "download", "pipeline", "record", "validate"]
    steps = [*line, "check", "corpus", "crates", "metrics", "report", "transpile"]
    assert sorted(names) == sorted([*questions, "verify", *steps])
    assert all(line.endswith(".") for line in lines)


def test_clean_and_forget_behave(settled: Project) -> None:
    """`doit clean` removes what a step made, `doit forget` makes it stale; neither loses work."""
    assert settled.doit("clean", "report", *SETTINGS).exit_code == 0
    assert not (settled.folder / "results/report.md").exists()
    assert settled.doit(*SETTINGS).ran == {"report"}
    assert settled.doit("forget", "transpile:python_to_rust:tiny:1", *SETTINGS).exit_code == 0
    built = settled.doit(*SETTINGS)
    assert "transpile:python_to_rust:tiny:1" in built.ran
    assert built.count("transpile python_to_rust tiny run 1") == 0


def test_a_corpus_elsewhere_is_used_when_named(settled: Project, tmp_path: Path) -> None:
    """`corpus=FOLDER` evaluates that folder's examples instead of the task's."""
    source = settled.folder / "tasks/py2rs/03_functions/factorial"
    target = tmp_path / "level/factorial"
    target.mkdir(parents=True)
    for file in source.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    built = settled.doit(*SETTINGS, f"corpus={tmp_path}")
    assert built.exit_code == 0, built.text
    with duckdb.connect(settled.folder / "results/results.duckdb", read_only=True) as connection:
        found = connection.execute("select distinct example from verdicts").fetchall()
    assert found == [("level/factorial",)]


def test_a_file_of_json_lines_is_evaluated_to_the_report(settled: Project, tmp_path: Path) -> None:
    """`corpus=FILE` goes all the way; what is untested or unusable is reported, not scored."""
    entries = [
        {"id": "add", "python_code": "def add(a, b):\n    return a + b\n",
         "test_cases": [{"input": [1, 2], "expected": 3}, {"input": [-1, 1], "expected": 0}]},
        {"id": "bare", "python_code": "class A:\n    pass\n", "test_cases": []},
        {"id": "broken", "python_code": "def f(:", "test_cases": []},
    ]  # fmt: skip
    path = tmp_path / "entries.jsonl"
    path.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries), encoding="utf-8")
    built = settled.doit(*SETTINGS, f"corpus={path}")
    assert built.exit_code == 0, built.text
    assert "1 of 3 entries usable, 1 untested, 1 unusable" in built.text
    with duckdb.connect(settled.folder / "results/results.duckdb", read_only=True) as connection:
        outcomes = connection.execute(
            "select distinct example, outcome from verdicts where model = 'stub' order by all"
        ).fetchall()
        examples = connection.execute("select distinct examples from model_metrics").fetchall()
    assert outcomes == [("add", "panicked"), ("bare", "untested")]
    assert examples == [(1,)]
    report = (settled.folder / "results/report.md").read_text(encoding="utf-8")
    assert "1 could not be used and 1 had no case that can be run" in report


def test_two_models_may_share_their_weights(settled: Project) -> None:
    """One file of weights under two settings is brought once and evaluated twice."""
    tiny = (settled.folder / "conf/model/tiny.yaml").read_text(encoding="utf-8")
    hot = settled.folder / "conf/model/hot.yaml"
    hot.write_text(f"{tiny}temperature: 0.5\n", encoding="utf-8")
    built = settled.doit("models=[tiny,hot]", "run.runs=1")
    hot.unlink()
    assert built.exit_code == 0, built.text
    assert built.count("transpile python_to_rust hot run 1") == 3


def test_altered_weights_stop_the_build(settled: Project) -> None:
    """Weights that are no longer what their pin says are not evaluated under its name."""
    weights = settled.folder / "tiny.gguf"
    before = weights.read_bytes()
    pin = f"model.tiny.sha256={hashlib.sha256(before).hexdigest()}"
    assert settled.doit(*SETTINGS, pin).exit_code == 0
    weights.write_bytes(before[:-4] + b"\0\0\0\1")
    built = settled.doit(*SETTINGS, pin)
    weights.write_bytes(before)
    assert built.exit_code != 0
    assert "JIDOKA HALT" in built.text
    assert "Traceback" not in built.text


def test_an_example_without_a_reference_solution_can_be_evaluated(settled: Project) -> None:
    """The control that must pass is scored over the examples that have a solution."""
    path = settled.folder / "tasks/py2rs/03_functions/clamp/reference.rs"
    text = path.read_text(encoding="utf-8")
    path.unlink()
    built = settled.doit(*SETTINGS)
    path.write_text(text, encoding="utf-8")
    assert built.exit_code == 0, built.text
    assert "report" in built.ran
