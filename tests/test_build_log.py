"""The log of builds: lines that machines can read, whoever writes them, whatever they say."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from small_disk import fill, mounted

from sse_steps.build_log import build_log, log, log_context, log_fault
from sse_steps.errors import LineHaltedError, ModelSkippedError, WeakIsolationError

LARGE = 10**9
MANY = """
import sys
from pathlib import Path
from sse_steps.build_log import build_log, log
with build_log(Path(sys.argv[1]), largest_bytes=int(sys.argv[2])):
    for number in range(500):
        log("said", number=number, what="x" * 1500)
"""


def lines(folder: Path, name: str = "build.log") -> list[dict[str, Any]]:
    """Return the lines of a log, each of which is JSON."""
    return [json.loads(line) for line in (folder / name).read_text(encoding="ascii").splitlines()]


def test_a_line_says_when_what_and_where(tmp_path: Path) -> None:
    """Time, level, event and build come first; the thread's context and the fields follow."""
    with build_log(tmp_path, largest_bytes=LARGE), log_context(step="check", model="a"):
        log("step ends", seconds=1.5, gate=None)
    (line,) = lines(tmp_path)
    assert list(line)[:3] == ["time", "level", "event"]
    assert (line["level"], line["event"]) == ("INFO", "step ends")
    assert (line["step"], line["model"], line["seconds"]) == ("check", "a", 1.5)
    assert line["time"].endswith("+00:00")
    assert line["build"]
    assert "gate" not in line


def test_faults_have_the_words_of_the_line(tmp_path: Path) -> None:
    """A halt is a JIDOKA HALT; what is refused is a POKA-YOKE."""
    with build_log(tmp_path, largest_bytes=LARGE):
        log_fault(LineHaltedError("wrong bytes", "look", "D4"))
        log_fault(ModelSkippedError("a pickle", "convert it", "D6"))
        log_fault(WeakIsolationError("no isolation", "install it"))
    found = lines(tmp_path)
    assert [line["event"] for line in found] == ["JIDOKA HALT", "POKA-YOKE", "POKA-YOKE"]
    assert [line.get("gate") for line in found] == ["D4", "D6", None]
    assert [line["level"] for line in found] == ["ERROR", "WARNING", "WARNING"]
    assert (found[0]["what"], found[0]["remedy"]) == ("wrong bytes", "look")


@given(text=st.text(), name=st.sampled_from(["what", "example", "model"]))
def test_texts_of_strangers_stay_in_their_line(
    tmp_path_factory: Any,  # noqa: ANN401 - pytest's own
    text: str,
    name: str,
) -> None:
    """Any text comes back as it was, and nothing in the file moves a cursor."""
    folder = tmp_path_factory.mktemp("log")
    with build_log(folder, largest_bytes=LARGE):
        fields: dict[str, Any] = {name: text}
        log("said", **fields)
    raw = (folder / "build.log").read_bytes()
    assert all(0x20 <= letter < 0x7F for letter in raw[:-1])
    assert raw.endswith(b"\n")
    assert lines(folder)[0][name] == text


def test_a_long_text_is_cut(tmp_path: Path) -> None:
    """A megabyte of a model's words is no megabyte of log."""
    with build_log(tmp_path, largest_bytes=LARGE):
        log("said", what="x" * 1_000_000)
    assert (tmp_path / "build.log").stat().st_size < 5000


def test_two_builds_at_once_mix_no_lines(tmp_path: Path) -> None:
    """Two processes write a thousand lines, and each line is whole and names its build."""
    command = [sys.executable, "-c", MANY, str(tmp_path), str(LARGE)]
    for process in [subprocess.Popen(command) for _ in range(2)]:
        assert process.wait(timeout=120) == 0
    found = lines(tmp_path)
    builds = {line["build"] for line in found}
    assert len(builds) == 2
    for build in builds:
        assert [line["number"] for line in found if line["build"] == build] == list(range(500))


def test_a_large_log_is_renamed_first(tmp_path: Path) -> None:
    """A log above its limit becomes build.log.1; the one before that is gone."""
    for number in range(4):
        with build_log(tmp_path, largest_bytes=100):
            log("said", number=number, what="x" * 200)
    assert [line["number"] for line in lines(tmp_path)] == [3]
    assert [line["number"] for line in lines(tmp_path, "build.log.1")] == [2]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["build.log", "build.log.1"]


def test_no_build_no_log(tmp_path: Path, capsys: Any) -> None:  # noqa: ANN401 - pytest's own
    """Without a build nothing is written anywhere, and standard error stays clean."""
    logger = logging.getLogger("sse_steps")
    assert logger.handlers == []
    with build_log(tmp_path, largest_bytes=0):
        log("said")
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().err == ""


def test_a_full_disk_stops_nobody(tmp_path: Path) -> None:
    """A line that cannot be written is lost, and the work goes on."""
    disk = tmp_path / "results"
    with mounted(disk, "size=1m"):
        fill(disk / "full")
        with build_log(disk, largest_bytes=LARGE):
            log("said", what="x" * 2000)


def test_a_folder_that_cannot_be_written_to_has_no_log(tmp_path: Path) -> None:
    """Where the results are no folder the log is none, and the steps say what is wrong."""
    (tmp_path / "results").write_text("a file", encoding="utf-8")
    with build_log(tmp_path / "results", largest_bytes=LARGE):
        log("said")
