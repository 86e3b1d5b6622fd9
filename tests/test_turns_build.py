"""Whole builds in several turns, with a stand-in for a tool that reads what it is told."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from project import Built, Project, lay_out
from stand_ins import StandIns, on_path

pytestmark = pytest.mark.slow

TASK = "python_to_rust"
ONE = ("models=[py2many,tool]", "run.runs=1")
THREE = (*ONE, "run.turns=3")
TOOL = """\
description: A stand-in for a tool.
engine: command_line
command: [tool]
temperature: 1.0
tool: {version: [tool, --version], hosted: false}
"""
# factorial is right at once, clamp once rustc's message was read, is_prime never.
BODY = """
if not heard:
    print("tool 1")
    sys.exit()
prompt = heard.decode()
asked = "Define exactly this function: "
header = [line for line in prompt.splitlines() if line.startswith(asked)][-1].removeprefix(asked)
name = header.removeprefix("pub fn ").partition("(")[0]
known = {{path.parent.name: path.read_text() for path in pathlib.Path({tasks!r}).glob("*/*/*.rs")}}
told = "error[E0425]: cannot find value `{hostile}`" in prompt
right = name == "factorial" or name == "clamp" and told
wrong = header + " {{ {hostile} }}" if name == "clamp" else header + " {{ false }}"
print("```rust")
print(known[name] if right else wrong)
print("```")
"""


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIns]:
    """Return a folder of executables that is on PATH for all of this file's builds."""
    with pytest.MonkeyPatch.context() as environment:
        yield on_path(tmp_path_factory.mktemp("tools"), environment)


def stand_in_body(project: Project) -> str:
    """Return the stand-in's program: it knows the project's solutions."""
    tasks = str(project.folder / "tasks/py2rs")
    return "import pathlib\n" + BODY.format(tasks=tasks, hostile="unknown_name")


def add_tool(stand_ins: StandIns, project: Project) -> None:
    """Put the stand-in on PATH and declare it as a model."""
    stand_ins.add("tool", stand_in_body(project))
    (project.folder / "conf/model/tool.yaml").write_text(TOOL, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class First:
    """A project's first build with three turns: its results, and what the tool was asked."""

    project: Project
    database: Path
    heard: tuple[str, ...]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query finds in the results."""
        with duckdb.connect(self.database, read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, stand_ins: StandIns) -> First:
    """Return a project that was built with one turn, and then with three."""
    project = lay_out(tmp_path_factory.mktemp("project"))
    add_tool(stand_ins, project)
    built = project.doit(*ONE)
    assert built.exit_code == 0, built.text
    assert not list(project.folder.rglob("*turn*.parquet"))
    before = {path: path.read_bytes() for path in project.folder.rglob("run=*.parquet")}
    built = project.doit(*THREE)
    assert built.exit_code == 0, built.text
    assert {path: path.read_bytes() for path in before} == before
    assert built.ran == later_steps("tool", 2) | later_steps("tool", 3) | {"record:tool", *ENDS}
    kept = project.folder / "first.duckdb"
    shutil.copy(project.folder / "results/results.duckdb", kept)
    return First(project, kept, tuple(call.stdin.decode() for call in stand_ins.calls("tool")))


@pytest.fixture
def project(first: First) -> Project:
    """Return the project, in whatever state the test before it has left it."""
    return first.project


ENDS = ("metrics", "report")


def later_steps(model: str, turn: int, run: int = 1) -> set[str]:
    """Return the names of one later turn's steps."""
    return {f"{step}:{TASK}:{model}:{run}:{turn}" for step in ("transpile", "check")}


def rows(project: Project, query: str) -> list[tuple[Any, ...]]:
    """Return what a query finds in the results."""
    with duckdb.connect(project.folder / "results/results.duckdb", read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_what_did_not_pass_is_tried_again(first: First) -> None:
    """One example passes at once, one after the compiler's message, and one never does."""
    query = "select example, turn, outcome from verdicts where model = 'tool' order by all"
    assert first.rows(query) == [
        ("03_functions/clamp", 1, "compile_error"),
        ("03_functions/clamp", 2, "passed"),
        ("03_functions/factorial", 1, "passed"),
        ("05_control_flow/is_prime", 1, "wrong_answer"),
        ("05_control_flow/is_prime", 2, "wrong_answer"),
        ("05_control_flow/is_prime", 3, "wrong_answer"),
    ]
    query = "select turn, asked, passed_here, passed_so_far from turns where model = 'tool'"
    assert first.rows(query) == [(1, 3, 1, 1), (2, 2, 1, 2), (3, 1, 0, 2)]


def test_only_what_converses_is_asked_again(first: First) -> None:
    """Transpilers and controls have one turn: nothing can be said to them."""
    query = "select model from completions where turn > 1 group by all"
    assert first.rows(query) == [("tool",)]


def test_the_ranking_is_that_of_the_first_turn(first: First) -> None:
    """pass@1 and the score count what passed at once."""
    query = "select pass_at_1 from model_metrics where model = 'tool'"
    assert first.rows(query) == [(pytest.approx(1 / 3),)]
    query = "select marks from composite_scores where model = 'tool'"
    assert first.rows(query)[0][0][2:5] == "●–○"  # noqa: RUF001 -- as the report has it


def test_expected_values_are_not_told(first: First) -> None:
    """The tool hears the input of a failing case and its own answer, and not the right one."""
    told = [text for text in first.heard if "its answer to a test is wrong" in text]
    assert len(told) == 2
    assert all("is_prime(2) gave False" in text for text in told)
    assert all("expected" not in text.partition("--- You replied: ---")[2] for text in told)
    assert not any(str(first.project.folder) in text for text in first.heard)


def test_another_turn_of_the_conversation_begins_with_the_ones_before(
    first: First,
) -> None:
    """What is asked in turn 3 is turn 2's text, its reply, and what came of that."""
    tries = sorted((text for text in first.heard if "pub fn is_prime" in text), key=len)
    assert len(tries) == 3
    assert tries[1].startswith(tries[0])
    assert tries[2].startswith(tries[1])
    assert [text.count("--- You replied: ---") for text in tries] == [0, 1, 2]


def built_again(project: Project) -> Built:
    """Build with three turns."""
    built = project.doit(*THREE)
    assert built.exit_code == 0, built.text
    return built


def test_a_second_build_runs_no_step(project: Project) -> None:
    """Where nothing changed, no turn is asked or judged again."""
    built_again(project)
    assert built_again(project).ran == set()


def test_one_turn_again_asks_nothing(project: Project, stand_ins: StandIns) -> None:
    """Going back to one turn and forth again only computes metrics and reports anew."""
    built_again(project)
    calls = len(stand_ins.calls("tool"))
    back = project.doit(*ONE)
    assert back.exit_code == 0, back.text
    assert back.ran == {"record:tool", *ENDS}
    assert rows(project, "select distinct turn from turns") == [(1,)]
    assert built_again(project).ran == {"record:tool", *ENDS}
    assert len(stand_ins.calls("tool")) == calls


def test_a_changed_example_is_tried_alone(project: Project) -> None:
    """A remark in one program asks and judges that example in its turns, and no other."""
    built_again(project)
    path = "tasks/py2rs/05_control_flow/is_prime/example.py"
    project.edit(path, "def is_prime", "# Divisible by one and itself.\n\n\ndef is_prime")
    built = built_again(project)
    assert built.count(f"transpile {TASK} tool run 1") == 1
    assert built.count(f"transpile {TASK} tool run 1 turn 2") == 1
    assert built.count(f"transpile {TASK} tool run 1 turn 3") == 1
    assert built.count(f"check {TASK} tool run 1 turn 2") == 0  # equal Rust is judged once


def test_lost_files_are_built_again_without_asking(project: Project, stand_ins: StandIns) -> None:
    """A later turn's file that is gone comes back with the same bytes, from what was kept."""
    built_again(project)
    calls = len(stand_ins.calls("tool"))
    file = project.folder / f"results/completions/task={TASK}/model=tool/run=1.turn=2.parquet"
    before = file.read_bytes()
    file.unlink()
    built = built_again(project)
    assert built.ran == {f"transpile:{TASK}:tool:1:2"}
    assert file.read_bytes() == before
    assert len(stand_ins.calls("tool")) == calls


def test_a_conversation_is_recorded_and_replayed(project: Project) -> None:
    """A recording holds every turn, and gives the same turns without the tool."""
    built_again(project)
    recording = project.folder / "results/recordings/tool.jsonl"
    assert len(recording.read_text(encoding="utf-8").splitlines()) == 6
    (project.folder / "kept.jsonl").write_bytes(recording.read_bytes())
    (project.folder / "conf/model/replayed.yaml").write_text(
        "description: Recorded.\nengine: replay\nrecording: kept.jsonl\ntemperature: 1.0\n",
        encoding="utf-8",
    )
    verdicts = "select example, turn, outcome from verdicts where model = '{}' order by all"
    live = rows(project, verdicts.format("tool"))
    built = project.doit("models=[replayed]", *THREE[1:], "paths.results=again")
    assert built.exit_code == 0, built.text
    with duckdb.connect(project.folder / "again/results.duckdb", read_only=True) as connection:
        assert connection.execute(verdicts.format("replayed")).fetchall() == live


def test_equal_runs_share_the_replies_of_every_turn(project: Project, stand_ins: StandIns) -> None:
    """At temperature 0 the second run's turns are the first run's, and are marked so."""
    greedy = ("models=[tool]", "run.runs=2", "run.turns=2", "model.tool.temperature=0")
    calls = len(stand_ins.calls("tool"))
    built = project.doit(*greedy)
    assert built.exit_code == 0, built.text
    assert len(stand_ins.calls("tool")) == calls + 5
    query = "select run, turn, count(*), bool_and(cached) from completions where model = 'tool'"
    assert rows(project, f"{query} group by all order by all") == [
        (1, 1, 3, False),
        (1, 2, 2, False),
        (2, 1, 3, True),
        (2, 2, 2, True),
    ]


def test_a_failed_later_turn_loses_nothing(tmp_path: Path, stand_ins: StandIns) -> None:
    """A tool that goes offline after its first replies has failed requests, and its first turn."""
    project = lay_out(tmp_path)
    add_tool(stand_ins, project)
    assert project.doit(*ONE).exit_code == 0
    stand_ins.add("tool", "print('tool 1') if not heard else sys.exit('offline')")
    built = built_again(project)
    assert "Traceback" not in built.text
    query = "select turn, finish_reason, count(*) from completions where model = 'tool'"
    assert sorted(rows(project, f"{query} group by all")) == [(1, "stop", 3), (2, "error", 2)]
    query = "select pass_at_1 from model_metrics where model = 'tool'"
    assert rows(project, query) == [(pytest.approx(1 / 3),)]
    assert rows(project, "select turn, unanswered from turns where model = 'tool'") == [
        (1, 0),
        (2, 2),
    ]


def test_a_language_model_is_asked_in_its_own_template(project: Project) -> None:
    """Weights take later turns as well: what they wrote did not compile, and they are told."""
    built = project.doit("models=[tiny]", "run.runs=1", "run.turns=2")
    assert built.exit_code == 0, built.text
    query = "select turn, count(*), min(prompt_tokens) from completions where model = 'tiny'"
    (first, second) = sorted(rows(project, f"{query} group by turn"))
    assert (first[:2], second[:2]) == ((1, 3), (2, 3))
    assert second[2] > first[2]
    skipped = project.folder / f"results/skipped/task={TASK}/model=tiny"
    assert [path.name for path in skipped.iterdir()] == ["run=1.parquet"]


def test_a_build_that_is_killed_in_a_later_turn_goes_on(
    tmp_path: Path, stand_ins: StandIns
) -> None:
    """Replies that were whole are not asked for again, and the results are the same."""
    project = lay_out(tmp_path)
    add_tool(stand_ins, project)
    stand_ins.add("tool", stand_in_body(project).replace("prompt =", "time.sleep(1); prompt ="))
    before = len(stand_ins.calls("tool"))
    process = subprocess.Popen(
        project.command(*THREE),
        cwd=project.folder,
        env=project.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while len(stand_ins.calls("tool")) < before + 5:  # three of turn 1, then the second of turn 2
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (project.folder / "results/results.duckdb").exists()
    built_again(project)
    assert len(stand_ins.calls("tool")) == before + 7  # the one that was killed is asked again
    query = "select turn, asked, passed_here, passed_so_far from turns where model = 'tool'"
    assert rows(project, query) == [(1, 3, 1, 1), (2, 2, 1, 2), (3, 1, 0, 2)]
