"""The whole line, typed as a user types it, with a hub on loopback: faults, kills, two at once."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from local_hub import Fault, LocalHub, serving
from model_folder import GGUF, bomb
from project import Project, lay_out
from tiny_hugging_face import TinyHuggingFace
from tiny_model import TinyModel

from sse_steps.models.line import StageRecord, read_stage

pytestmark = pytest.mark.slow

MODEL = "models=[hubbed]"
BOTH = "quantization=[none,q8_0]"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[LocalHub]:
    """Return a hub with a tiny GGUF file, which builds are told to use."""
    weights = TinyModel(context_length=512).write(tmp_path / "tiny.gguf")
    for name, value in (
        ("HF_HUB_DISABLE_TELEMETRY", "1"),
        ("HF_HOME", str(tmp_path / "home")),
        ("NO_PROXY", "127.0.0.1"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with serving(LocalHub({"model.gguf": weights.read_bytes()})) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        yield served


@pytest.fixture
def project(tmp_path: Path, hub: LocalHub) -> Project:
    """Return a project with a model that the hub has."""
    del hub  # it only has to be there
    (tmp_path / "project").mkdir()
    project = lay_out(tmp_path / "project")
    declare(project, "hf://tiny/model@main/model.gguf")
    return project


def declare(project: Project, source: str) -> None:
    """Write the model's file."""
    (project.folder / "conf/model/hubbed.yaml").write_text(
        f"description: From the hub.\nengine: numpy\nsource: {source}\nmax_tokens: 8\n",
        encoding="utf-8",
    )


def record(project: Project, name: str = "hubbed") -> StageRecord:
    """Return what the last stage says about a model."""
    return read_stage(project.folder / f"results/models/{name}.json")


def test_the_line_brings_converts_and_validates_once(project: Project, hub: LocalHub) -> None:
    """One download serves both quantisations, each is validated, and nothing runs again."""
    built = project.doit("pipeline", MODEL, BOTH)
    assert built.exit_code == 0, built.text
    assert hub.count("GET", "/cdn/") == 1
    lossless, quantized = record(project), record(project, "hubbed-q8_0")
    for each in (lossless, quantized):
        assert each.skip is None
        assert {finding.gate for finding in each.findings} >= {"V1", "V2", "V3", "T1", "T4", "T5"}
    conversions = [each.details["conversion"] for each in (lossless, quantized)]
    assert conversions[0]["worst_kl"] == 0
    assert 0 < conversions[1]["worst_kl"] <= 1e-3
    assert conversions[0]["largest_logit_difference"] < 0.1
    assert project.doit("pipeline", MODEL, BOTH).ran == set()


def test_safetensors_go_the_same_way(project: Project, hub: LocalHub, tmp_path: Path) -> None:
    """Shards with their companions come along, and a quantised model has a lossless reference."""
    folder = tmp_path / "hugging_face"
    index = TinyHuggingFace("llama", shards=2).write(folder)
    hub.files = {path.name: path.read_bytes() for path in folder.iterdir()}
    declare(project, f"hf://tiny/model@main/{index.name}")
    built = project.doit("pipeline", MODEL, "quantization=q8_0")
    assert built.exit_code == 0, built.text
    assert record(project, "hubbed-q8_0").skip is None, built.text
    assert {"convert:hubbed-q8_0", "convert:hubbed-q8_0-source"} <= built.ran


@pytest.mark.parametrize(
    ("gate", "files", "faults"),
    [
        ("D1", {}, {}),
        ("D1", None, {"": Fault(status=401, code="RepoNotFound")}),
        ("D3", None, {"/cdn/": Fault(cut_after=1000)}),
        ("D3", None, {"": Fault(status=503)}),
        ("D3", None, {"": Fault(status=429, retry_after="0")}),
        ("D6", {"model.gguf": bomb()}, {}),
        ("D2", {"model.gguf": b"<!doctype html><html></html>" * 99}, {}),
        ("C2", {"model.gguf": GGUF}, {}),
    ],
)
def test_a_fault_skips_the_model_at_its_gate_and_the_build_goes_on(
    project: Project,
    hub: LocalHub,
    gate: str,
    files: dict[str, bytes] | None,
    faults: dict[str, Fault],
) -> None:
    """The line fails, the record names the gate, and a mended source is brought next time."""
    good = hub.files
    hub.files = good if files is None else files
    hub.faults = faults
    built = project.doit("pipeline", MODEL)
    assert built.exit_code == 1, built.text
    skip = record(project).skip
    assert skip is not None
    assert skip.gate == gate
    assert skip.wrong in " ".join(built.text.split())
    hub.files, hub.faults = good, {}
    (project.folder / "models.lock.json").unlink(missing_ok=True)
    built = project.doit("pipeline", MODEL)
    assert record(project).skip is None, built.text


def test_a_wrong_byte_halts_the_line_and_leaves_a_record(project: Project, hub: LocalHub) -> None:
    """Gate D4: the build fails, a person is told where to look, and the bad file is never used."""
    hub.faults = {"/cdn/": Fault(wrong_byte=True)}
    built = project.doit("pipeline", MODEL)
    assert built.exit_code != 0
    assert "JIDOKA HALT" in built.text
    assert "Traceback" not in built.text
    (andon,) = (project.folder / "results/andon").iterdir()
    assert "gate D4" in andon.read_text(encoding="utf-8")
    assert not list((project.folder / "cache/models").rglob("model.gguf"))
    hub.faults = {}
    assert project.doit("pipeline", MODEL).exit_code == 0
    assert record(project).skip is None


def test_a_skipped_model_is_a_line_in_the_report_and_no_row(
    project: Project, hub: LocalHub
) -> None:
    """The others are evaluated; the report and the table say who took no part, and why."""
    hub.files = {}
    built = project.doit("models=[py2many,hubbed]", "run.runs=1")
    assert built.exit_code == 0, built.text
    assert "hubbed took no part" in " ".join(built.text.split())
    report = json.loads((project.folder / "results/report.json").read_text(encoding="utf-8"))
    (task,) = report["tasks"]
    assert [row["model"] for row in task["skipped"]] == ["hubbed"]
    assert "hubbed" not in {each["metrics"]["model"] for each in task["standings"]}


@pytest.mark.parametrize("stage", ["convert", "validate"])
def test_a_killed_stage_is_done_again_and_what_was_finished_stays(
    project: Project, hub: LocalHub, stage: str
) -> None:
    """Kill -9 while a stage runs: no record of it, no half file; the next build completes."""
    process = subprocess.Popen(
        project.command("pipeline", MODEL),
        cwd=project.folder,
        env=project.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if f"{stage}:hubbed" in line:
            break
    time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    served = hub.count("GET", "/cdn/")
    built = project.doit("pipeline", MODEL)
    assert built.exit_code == 0, built.text
    assert record(project).skip is None
    assert hub.count("GET", "/cdn/") == served, "what was downloaded stays"


def test_two_builds_at_once_complete(project: Project, hub: LocalHub) -> None:
    """Two builds of one project end well, and the model came once."""
    processes = [
        subprocess.Popen(
            project.command("run", "--db-file", f".doit-{number}.db", "pipeline", MODEL),
            cwd=project.folder,
            env=project.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number in range(2)
    ]
    texts = [process.communicate(timeout=240)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], texts
    assert record(project).skip is None
    assert hub.count("GET", "/cdn/") == 1
