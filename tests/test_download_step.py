"""The step as builds run it: killed, twice at once, offline, on full and read-only disks."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants
from local_hub import Fault, LocalHub, serving
from model_folder import GGUF, Line
from project import Project, lay_out
from small_disk import fill, mounted, remount

from sse_steps.errors import DownloadError
from sse_steps.models import retries
from sse_steps.models.cache import hold
from sse_steps.settings import CacheSettings

ROOT = Path(__file__).parents[1]
SOURCE = "hf://tiny/model@main/model.gguf"
LARGE = GGUF * 8  # 3 MB
RUN = """
import sys
from pathlib import Path
from model_folder import Line
record = Line(Path(sys.argv[1]), sys.argv[2], name=sys.argv[3], entry=sys.argv[3]).run()
sys.exit(record.skip.wrong if record.skip else 0)
"""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[LocalHub]:
    """Return a hub with one file of 3 MB that this process and its children are told to use."""
    monkeypatch.setattr(retries, "_WAITS_S", (0.01, 0.02))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    monkeypatch.setenv("HF_HUB_DISABLE_TELEMETRY", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT), str(ROOT / "tests"))))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with serving(LocalHub({"model.gguf": LARGE})) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        yield served
    hold.cache_clear()


def start(folder: Path, source: str = SOURCE, entry: str = "one") -> subprocess.Popen[str]:
    """Start the step in a process of its own."""
    command = [sys.executable, "-c", RUN, str(folder), source, entry]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def finish(process: subprocess.Popen[str]) -> None:
    """Wait for a step to end well."""
    _, text = process.communicate(timeout=120)
    assert process.returncode == 0, text


def wait_until_served(hub: LocalHub, count: int) -> None:
    """Wait until so many bytes of the model have left the hub."""
    deadline = time.monotonic() + 60
    while hub.bytes_served.get("model.gguf", 0) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_killed_download_goes_on_where_it_stopped(hub: LocalHub, tmp_path: Path) -> None:
    """Kill -9 in the middle leaves no file of the model's name; the next run brings the rest."""
    hub.faults = {"/cdn/": Fault(pause_s=0.05)}
    process = start(tmp_path)
    wait_until_served(hub, len(LARGE) // 2)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    line = Line(tmp_path, SOURCE, entry="one")
    assert not line.weights.exists()
    assert not line.lock_file.exists()
    hub.faults = {}
    finish(start(tmp_path))
    assert line.weights.read_bytes() == LARGE
    assert hub.bytes_served["model.gguf"] < 1.3 * len(LARGE)
    assert not list(line.weights.parent.glob("*.partial"))


def test_an_interrupt_ends_the_step_at_once(hub: LocalHub, tmp_path: Path) -> None:
    """Ctrl-C does not wait for the download to end; the next run goes on from there."""
    hub.faults = {"/cdn/": Fault(pause_s=0.5)}  # 24 seconds for all of it
    process = start(tmp_path)
    wait_until_served(hub, 200_000)
    interrupted = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert time.monotonic() - interrupted < 10
    assert process.returncode != 0
    hub.faults = {}
    finish(start(tmp_path))
    assert hub.bytes_served["model.gguf"] < 1.3 * len(LARGE)


def test_two_builds_at_once_bring_a_file_once(hub: LocalHub, tmp_path: Path) -> None:
    """The second build waits for the first and finds everything there."""
    hub.faults = {"/cdn/": Fault(pause_s=0.02)}
    for process in [start(tmp_path) for _ in range(3)]:
        finish(process)
    assert hub.bytes_served["model.gguf"] == len(LARGE)
    assert Line(tmp_path, SOURCE, entry="one").weights.read_bytes() == LARGE


def test_a_build_that_waited_takes_what_the_first_locked(hub: LocalHub, tmp_path: Path) -> None:
    """Where a branch moves while a second build waits, both end with the first one's bytes."""
    hub.faults = {"/cdn/": Fault(pause_s=0.05)}
    first = start(tmp_path)
    wait_until_served(hub, 500_000)
    second = start(tmp_path)
    lock = tmp_path / "cache/models/one/.download.lock"
    assert lock.exists()
    finish(first)
    hub.files["model.gguf"] = GGUF
    finish(second)
    assert Line(tmp_path, SOURCE, entry="one").weights.read_bytes() == LARGE


def test_three_downloads_at_a_time_over_all_processes(hub: LocalHub, tmp_path: Path) -> None:
    """Five builds that share a cache download three files at a time."""
    hub.files = {f"m{number}.gguf": GGUF + bytes([number]) for number in range(5)}
    hub.faults = {"/cdn/": Fault(pause_s=0.4)}
    sources = [f"hf://tiny/model@main/m{number}.gguf" for number in range(5)]
    builds = [start(tmp_path, source, f"e{at}") for at, source in enumerate(sources)]
    for process in builds:
        finish(process)
    assert 1 < hub.most_at_once <= 3
    lock = json.loads((tmp_path / "models.lock.json").read_text(encoding="utf-8"))
    assert [each["source"] for each in lock["models"]] == sources


def test_offline_mode_of_the_environment_is_honoured(
    hub: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With HF_HUB_OFFLINE a build that has everything succeeds, and one that has not says why."""
    finish(start(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    asked = len(hub.asked)
    finish(start(tmp_path))
    process = start(tmp_path / "elsewhere")
    assert "HF_HUB_OFFLINE" in process.communicate(timeout=60)[1]
    assert process.returncode != 0
    assert len(hub.asked) == asked


def check_stops(line: Line, says: str) -> None:
    """Check that the step ends in an error of two lines and writes no record."""
    with pytest.raises(DownloadError, match=says) as caught:
        line.run()
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert all(lines)
    assert not (line.folder / "results" / f"{line.name}.json").exists()


def test_a_disk_that_is_too_small_is_seen_before_a_byte_moves(
    hub: LocalHub, tmp_path: Path
) -> None:
    """What cannot fit is not begun; with room the next build completes."""
    line = Line(tmp_path, SOURCE)
    with mounted(tmp_path / "cache", "size=1m"):
        check_stops(line, "is full")
        assert hub.bytes_served == {}
        remount(tmp_path / "cache", "size=8m")
        assert line.run().skip is None
        assert line.weights.read_bytes() == LARGE


def test_a_disk_that_fills_up_loses_nothing(hub: LocalHub, tmp_path: Path) -> None:
    """Where the room goes in the middle, what came stays, and so does every other model."""
    hub.files["small.gguf"] = GGUF
    other = Line(tmp_path, "hf://tiny/model@main/small.gguf", name="other", entry="other")
    line = Line(tmp_path, SOURCE)
    with mounted(tmp_path / "cache", "size=6m"):
        assert other.run().skip is None
        hub.faults = {"/cdn/": Fault(pause_s=0.05)}
        process = start(tmp_path)
        wait_until_served(hub, 500_000)
        filler = tmp_path / "cache/filler"
        fill(filler)
        _, text = process.communicate(timeout=60)
        assert process.returncode != 0
        assert "is full" in text
        filler.unlink()
        assert other.run().skip is None
        served = hub.bytes_served["model.gguf"]
        hub.faults = {}
        finish(start(tmp_path))
        assert (tmp_path / "cache/models/one/model.gguf").read_bytes() == LARGE
        assert hub.bytes_served["model.gguf"] - served < len(LARGE)
        line.entry = "one"
        assert line.run().skip is None


def test_a_read_only_cache_serves_what_it_has(hub: LocalHub, tmp_path: Path) -> None:
    """From a read-only cache a model that is there is used; another one is an error."""
    line = Line(tmp_path, SOURCE)
    with mounted(tmp_path / "cache", "size=8m"):
        assert line.run().skip is None
        hold.cache_clear()
        remount(tmp_path / "cache", "ro")
        asked = len(hub.asked)
        assert line.run().skip is None
        assert len(hub.asked) == asked
        hub.files["other.gguf"] = GGUF
        other = Line(tmp_path, "hf://tiny/model@main/other.gguf", name="other", entry="other")
        check_stops(other, "cannot be written to")
        assert line.weights.read_bytes() == LARGE


def test_the_limit_is_kept_by_evicting_what_nobody_needs(hub: LocalHub, tmp_path: Path) -> None:
    """A new model takes the place of the least recently used; the build's own models stay."""
    limit = CacheSettings(limit_gb=7e-3)  # room for two models of 3 MB
    lines = []
    for number in range(3):
        name = f"m{number}"
        hub.files[f"{name}.gguf"] = LARGE + bytes([number])
        source = f"hf://tiny/model@main/{name}.gguf"
        lines.append(Line(tmp_path, source, name=name, entry=name, cache=limit))
    for line in lines[:2]:
        finish(start(tmp_path, line.source, line.entry))
    lines[2].needed = frozenset({lines[0].weights})
    assert lines[2].run().skip is None
    assert [line.weights.exists() for line in lines] == [True, False, True]


def test_a_model_larger_than_the_cache_is_kept_and_said(
    hub: LocalHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where everything is needed the limit gives way, with a line that says so."""
    line = Line(tmp_path, SOURCE, cache=CacheSettings(limit_gb=1e-3))
    assert line.run().skip is None
    assert line.weights.read_bytes() == LARGE
    assert "above its limit" in capsys.readouterr().err
    assert hub.bytes_served["model.gguf"] == len(LARGE)


@pytest.fixture
def project(tmp_path: Path, hub: LocalHub) -> Project:
    """Return a project with a model of the hub and one that the hub does not have."""
    assert hub.url
    project = lay_out(tmp_path)
    models = project.folder / "conf/model"
    for name, source in (("hubbed", SOURCE), ("lost", "hf://tiny/other@main/model.gguf")):
        text = f"description: From a hub.\nengine: numpy\nsource: {source}\n"
        (models / f"{name}.yaml").write_text(text, encoding="utf-8")
    return project


@pytest.mark.slow
def test_doit_downloads_once(project: Project, hub: LocalHub) -> None:
    """`doit download` brings models, says who is skipped, and asks again for those alone."""
    command = ("models=[hubbed,lost,tiny]", "download")
    built = project.doit(*command)
    assert built.exit_code == 0, built.text
    assert "POKA-YOKE" in built.text
    assert built.ran == {"download:hubbed", "download:lost", "download:tiny"}
    assert project.doit(*command).ran == {"download:lost"}
    assert hub.bytes_served["model.gguf"] == len(LARGE)
    shutil.rmtree(project.folder / "cache/models")  # with the records of what was downloaded
    assert project.doit(*command).ran == built.ran
    (project.folder / "models.lock.json").unlink()
    assert project.doit(*command).ran == {"download:hubbed", "download:lost"}
    assert (project.folder / "models.lock.json").is_file()


@pytest.mark.slow
def test_doit_shows_and_trims_the_cache(project: Project) -> None:
    """`doit cache` prints nothing but its answer, and its options reach the cache."""
    assert project.doit("models=[hubbed]", "download").exit_code == 0
    shown = project.doit("models=[hubbed]", "cache", "--json", "--pin", "hubbed")
    entries = json.loads(shown.text)["entries"]
    assert [(each["source"], each["pinned"]) for each in entries] == [(SOURCE, True)]
    tight = ("models=[tiny]", "cache.limit_gb=0", "cache", "--trim", "--json")
    assert json.loads(project.doit(*tight).text)["evicted"] == []
    assert project.doit("models=[tiny]", "cache", "--unpin", "hubbed").exit_code == 0
    assert json.loads(project.doit(*tight).text)["evicted"] == [SOURCE]
    wrong = project.doit("cache", "--pin", "nothing")
    assert wrong.exit_code == 2
    assert len(wrong.text.splitlines()) == 2
