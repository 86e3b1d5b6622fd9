"""What a build tells and to whom: a quiet one nothing but faults, and the log everything."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from project import Project, lay_out

pytestmark = pytest.mark.slow

WRONG = f"model.tiny.sha256={'0' * 64}"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with a model of random weights and one that is a pickle."""
    project = lay_out(tmp_path_factory.mktemp("project"))
    (project.folder / "weights.bin").write_bytes(b"\x80\x04\x95")
    (project.folder / "conf/model/pickled.yaml").write_text(
        "description: A pickle.\nengine: numpy\nsource: weights.bin\n", encoding="utf-8"
    )
    return project


def run(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a doit command with its two streams apart."""
    return subprocess.run(
        project.command(*arguments),
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def last_build(folder: Path) -> list[dict[str, Any]]:
    """Return the lines that the last build added to the log."""
    text = (folder / "build.log").read_text(encoding="ascii")
    lines = [json.loads(line) for line in text.splitlines()]
    return [line for line in lines if line["build"] == lines[-1]["build"]]


@pytest.mark.parametrize("quiet", [("-v", "0"), ("-v0",), ("--verbosity", "0")])
def test_a_quiet_build_that_goes_well_says_nothing(
    project: Project, quiet: tuple[str, ...]
) -> None:
    """Neither stream has a byte, whether there is something to do or not; the log has it all."""
    results = f"results-{'-'.join(quiet)}"
    for _ in range(2):
        done = run(
            project, *quiet, "download", "models=[tiny]", "controls=[]", f"paths.results={results}"
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    lines = last_build(project.folder / results)
    assert [line["event"] for line in lines] == ["build begins", "build ends"]
    assert lines[-1]["up_to_date"] == 1


def test_a_halt_is_told_and_logged(project: Project) -> None:
    """Wrong bytes halt the line: also a quiet build says so, and the log has a JIDOKA HALT line."""
    done = run(project, "-v", "0", "download", "models=[tiny]", WRONG, "paths.results=halted")
    assert done.returncode != 0
    assert done.stdout == ""
    assert "JIDOKA HALT: 'tiny' fails gate D4" in done.stderr
    lines = last_build(project.folder / "halted")
    (halt,) = [line for line in lines if line["event"] == "JIDOKA HALT"]
    assert (halt["level"], halt["step"], halt["model"], halt["gate"]) == (
        *("ERROR", "download", "tiny", "D4"),
    )
    assert halt["what"].startswith("JIDOKA HALT: 'tiny' fails gate D4")
    assert "andon" in halt["remedy"]
    assert lines[-1]["failed"] == 1


def test_a_pickle_that_is_refused_is_told_and_logged(project: Project) -> None:
    """The model is skipped: a line on standard error, none from a quiet build, one in the log."""
    loud = run(project, "download", "models=[pickled]", "paths.results=loud")
    assert loud.returncode == 0
    assert "POKA-YOKE: 'pickled' fails gate D6" in loud.stderr
    quiet = run(project, "-v", "0", "download", "models=[pickled]", "paths.results=quiet")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    for folder in ("loud", "quiet"):
        lines = last_build(project.folder / folder)
        (refused,) = [line for line in lines if line["event"] == "POKA-YOKE"]
        assert (refused["level"], refused["step"]) == ("WARNING", "download")
        assert (refused["model"], refused["gate"]) == ("pickled", "D6")


def test_the_log_makes_nothing_stale(project: Project) -> None:
    """A log that is gone, or of another size, runs no task again; size 0 keeps none."""
    arguments = ("download", "models=[tiny]", "paths.results=stale")
    assert ".  download:tiny" in run(project, *arguments).stdout
    (project.folder / "stale/build.log").unlink()
    assert "-- download:tiny" in run(project, *arguments, "log.megabytes=0").stdout
    assert not (project.folder / "stale/build.log").exists()


def test_a_command_keeps_no_log_and_speaks_also_when_quiet(project: Project) -> None:
    """What a command prints is its result, not chatter."""
    done = run(project, "-v", "0", "cache", "--json", "paths.results=command")
    assert done.returncode == 0
    json.loads(done.stdout)
    assert not (project.folder / "command").exists()
