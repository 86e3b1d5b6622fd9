"""The doctor's checks, each against surroundings in which the thing it looks for is wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project import ROOT, lay_out
from small_disk import fill, mounted

from sse_steps.config import load_settings
from sse_steps.doctor import (
    cache_checks,
    machine_checks,
    program_checks,
    rust_checks,
    sandbox_checks,
)
from sse_steps.doctor.examination import CHECKS, examine, surroundings
from sse_steps.doctor.finding import Check, Finding, State
from sse_steps.doctor.surroundings import Surroundings
from sse_steps.errors import ConfigError
from sse_steps.settings import Settings

# Limits of the namespace that the shell is in, which is its own.
_FORBID = (
    "echo 0 > /proc/sys/user/max_user_namespaces; echo 0 > /proc/sys/user/max_mnt_namespaces; "
    'exec "$0" "$@"'
)


@pytest.fixture
def settings() -> Settings:
    """Return the project's own settings."""
    return load_settings([], root=ROOT)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is all of PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def script(folder: Path, name: str, body: str) -> None:
    """Put a shell script on that PATH."""
    file = folder / name
    file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    file.chmod(0o755)


def around(root: Path = ROOT, **environment: str) -> Surroundings:
    """Return surroundings with settings that cannot be composed, and the process's variables."""
    fault = ConfigError("A fault.", "Mend it.")
    return Surroundings(root, fault, {**os.environ, **environment})


def only(check: Check, where: Surroundings) -> Finding:
    """Return the one finding of a check."""
    (found,) = check(where)
    return found


@pytest.mark.parametrize("check", [rust_checks.rustc, rust_checks.cargo])
def test_no_toolchain_is_found(check: Check, programs: Path) -> None:
    """Without rustc or cargo something needed is missing, and rustup is named."""
    found = only(check, around(PATH=str(programs)))
    assert found.state is State.MISSING
    assert "rustup.rs" in found.remedy


@pytest.mark.parametrize(
    ("version", "state"),
    [("1.60.0", State.MISSING), ("1.74.1", State.MISSING), ("1.75.0", State.OK)],
)
def test_an_old_cargo_is_found(version: str, state: State, programs: Path) -> None:
    """A cargo before 1.75 is too old, whatever else it says."""
    script(programs, "cargo", f"echo 'cargo {version} (d1fd9fe2c 2022-03-01)'")
    found = only(rust_checks.cargo, around(PATH=str(programs)))
    assert found.state is state
    assert version in found.found
    assert ("rustup update" in found.remedy) == (state is State.MISSING)


def test_a_cargo_that_does_not_work_is_found(programs: Path) -> None:
    """A shim of rustup without a toolchain behind it says so itself."""
    script(programs, "cargo", "echo 'error: no default toolchain' >&2; exit 1")
    found = only(rust_checks.cargo, around(PATH=str(programs)))
    assert found.state is State.MISSING
    assert "no default toolchain" in found.found


def test_no_linker_is_found(programs: Path) -> None:
    """Without a C compiler nothing can be linked; one that cannot link statically is no help."""
    assert only(rust_checks.linker, around(PATH=str(programs))).state is State.MISSING
    script(programs, "cc", "echo 'cannot find -lc' >&2; exit 1")
    found = only(rust_checks.linker, around(PATH=str(programs)))
    assert found.state is State.MISSING
    assert "cannot find -lc" in found.found
    assert "apt-get install gcc" in found.remedy


def test_no_bubblewrap_is_found(programs: Path) -> None:
    """Without bubblewrap evaluations run less safely, and the package is named."""
    found = only(sandbox_checks.bubblewrap, around(PATH=str(programs)))
    assert found.state is State.WARNING
    assert "apt-get install bubblewrap" in found.remedy


def test_bubblewrap_that_may_make_no_namespace_is_found(programs: Path) -> None:
    """Bubblewrap is there and says its version, and is not allowed to do its work."""
    refuses = "echo 'bwrap: No permissions to create a new namespace' >&2; exit 1"
    script(
        programs, "bwrap", f'[ "$1" = --version ] && echo "bubblewrap 0.8.0" || {{ {refuses}; }}'
    )
    there, namespaces = sandbox_checks.bubblewrap(around(PATH=str(programs)))
    assert there.state is State.OK
    assert (namespaces.name, namespaces.state) == ("user namespaces", State.WARNING)
    assert "No permissions" in namespaces.found
    assert "sysctl" in namespaces.remedy


def test_a_kernel_that_allows_no_namespace_is_found() -> None:
    """The real bubblewrap, in a namespace whose limit of further ones is none, is not let."""
    forbid = ["unshare", "-Ur", "sh", "-c", _FORBID]
    if subprocess.run([*forbid, "true"], check=False).returncode != 0 or not shutil.which("bwrap"):
        pytest.skip("this machine has no user namespaces that could be taken away")
    done = subprocess.run(
        [*forbid, sys.executable, "-m", "doit", "doctor", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found = {each["name"]: each for each in json.loads(done.stdout)}
    assert found["bubblewrap"]["state"] == "ok"
    assert found["user namespaces"]["state"] == "warning"
    assert found["sandbox"]["state"] == "warning"
    assert found["sandbox"]["found"].startswith("level landlock")


def test_a_sandbox_is_not_tried_without_a_compiler(programs: Path) -> None:
    """The launcher is built by rustc, so the line says what to mend first."""
    assert only(sandbox_checks.level, around(PATH=str(programs))).state is State.MISSING


def test_the_sandbox_of_this_machine_is_found() -> None:
    """The level that a build reaches here is named, with what it leaves open."""
    found = only(sandbox_checks.level, around())
    assert found.state in (State.OK, State.WARNING)
    assert "Memory and processor seconds" in found.found


def test_a_kernel_without_filters_is_found(tmp_path: Path) -> None:
    """Without the kernel's list of seccomp actions there is no filter of system calls."""
    _, seccomp = sandbox_checks.kernel(replace(around(), system=tmp_path))
    assert (seccomp.name, seccomp.state) == ("seccomp", State.WARNING)


def kernel_files(folder: Path, files: Mapping[str, str]) -> Surroundings:
    """Return surroundings whose kernel says what `files` hold."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return replace(around(), system=folder)


MEMINFO = "MemTotal:       16000000 kB\nMemFree: 1 kB\n"


@pytest.mark.parametrize(
    ("files", "state", "words"),
    [
        ({"proc/meminfo": MEMINFO}, State.OK, "16.4 GB"),
        (
            {
                "proc/meminfo": MEMINFO,
                "proc/self/cgroup": "0::/box/inner\n",
                "sys/fs/cgroup/box/memory.max": "8000000000\n",
                "sys/fs/cgroup/box/inner/memory.max": "max\n",
            },
            State.WARNING,
            "8.0 GB, the limit of this container; the machine has 16.4 GB",
        ),
        (
            {
                "proc/meminfo": MEMINFO,
                "proc/self/cgroup": "5:memory:/box\n1:cpu:/\n",
                "sys/fs/cgroup/memory/box/memory.limit_in_bytes": "2000000000\n",
            },
            State.WARNING,
            "2.0 GB",
        ),
        ({"proc/meminfo": "MemTotal: 2000000 kB\n"}, State.WARNING, "2.0 GB"),
        ({}, State.WARNING, "does not say"),
    ],
)
def test_memory_is_what_a_container_leaves(
    files: Mapping[str, str], state: State, words: str, tmp_path: Path
) -> None:
    """The smallest limit of the control groups counts, where it is below the machine's memory."""
    found = only(machine_checks.memory, kernel_files(tmp_path, files))
    assert (found.state, words in found.found) == (state, True)


@given(limits=st.lists(st.integers(1, 10**12) | st.just("max"), min_size=1, max_size=4))
def test_the_smallest_limit_counts(limits: list[int | str]) -> None:
    """Of nested control groups the tightest holds, wherever it stands."""
    with tempfile.TemporaryDirectory() as name:
        path = "".join(f"/g{number}" for number in range(len(limits)))
        files = {"proc/meminfo": MEMINFO, "proc/self/cgroup": f"0::{path}\n"}
        for number, limit in enumerate(limits):
            nested = "".join(f"/g{each}" for each in range(number + 1))
            files[f"sys/fs/cgroup{nested}/memory.max"] = f"{limit}\n"
        found = only(machine_checks.memory, kernel_files(Path(name), files))
    smallest = min([each for each in limits if isinstance(each, int)], default=10**13)
    assert found.found.startswith(f"{min(smallest, 16_384_000_000) / 1e9:.1f} GB")


def test_a_full_cache_is_found(tmp_path: Path, settings: Settings) -> None:
    """More models than the limit allows is a warning that names what makes room."""
    entry = tmp_path / "models" / "0123456789abcdef"
    entry.mkdir(parents=True)
    (entry / "weights.gguf").write_bytes(bytes(2_000_000))
    paths = replace(settings.paths, cache=str(tmp_path))
    for limit_gb, state in ((0.001, State.WARNING), (0.003, State.OK)):
        cache = replace(settings.cache, limit_gb=limit_gb)
        where = Surroundings(ROOT, replace(settings, paths=paths, cache=cache))
        found = only(cache_checks.cache_limit, where)
        assert found.state is state
        assert ("doit cache --trim" in found.remedy) == (state is State.WARNING)


def test_a_folder_that_may_not_be_written_to_is_found(tmp_path: Path) -> None:
    """A place where nothing can be written is needed, and the setting is named."""
    (tmp_path / "results").symlink_to("/proc/self")  # where not even root makes a file
    found = {each.name: each for each in machine_checks.disks(around(tmp_path))}
    assert found["results"].state is State.MISSING
    assert "paths.results=FOLDER" in found["results"].remedy
    assert found["cache"].state is not State.MISSING


def test_a_full_disk_is_found(tmp_path: Path) -> None:
    """On a real disk without a byte left nothing can be written, and the line says why."""
    with mounted(tmp_path / "disk", "size=4m"):
        fill(tmp_path / "disk/filler")
        found = {each.name: each for each in machine_checks.disks(around(tmp_path / "disk"))}
    assert found["results"].state is State.MISSING
    assert "No space left" in found["results"].found
    assert "Make room" in found["results"].remedy


def test_an_extra_that_is_not_installed_is_found(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """It is optional, and needed as soon as a model's engine comes with it."""
    lacking = ["numpy>=2", "no-such-package>=1; extra == 'llama'"]
    monkeypatch.setattr(metadata, "requires", lambda _: lacking)
    packages, extra = program_checks.packages(Surroundings(ROOT, settings))
    assert packages.state is State.OK
    assert (extra.name, extra.state) == ("extra llama", State.ABSENT)
    assert "pip install -e '.[llama]'" in extra.remedy
    fast = {"a": replace(settings.models["stub"], engine="llama_cpp")}
    _, extra = program_checks.packages(Surroundings(ROOT, replace(settings, models=fast)))
    assert extra.state is State.MISSING


def test_an_extra_that_cannot_be_imported_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A package that is installed and broken is told by what Python says of it."""
    (tmp_path / "rich.py").write_text("raise ImportError('libbroken.so')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.setattr(metadata, "requires", lambda _: ["rich; extra == 'x'"])
    _, extra = program_checks.packages(around())
    assert (extra.name, extra.state) == ("extra x", State.WARNING)
    assert "libbroken.so" in extra.found


def test_a_package_that_is_not_installed_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is needed and not there is named."""
    monkeypatch.setattr(metadata, "requires", lambda _: ["no-such-package>=1"])
    (found,) = program_checks.packages(around())
    assert found.state is State.MISSING
    assert "no-such-package" in found.found


def test_tools_are_found_with_their_versions(programs: Path, settings: Settings) -> None:
    """A tool is optional unless a chosen model is asked through it; its version is shown."""
    where = Surroundings(ROOT, settings, {"PATH": str(programs)})
    assert {each.state for each in program_checks.tools(where)} == {State.ABSENT}
    script(programs, "claude", "echo '2.1.0 (Claude Code)'")
    script(programs, "gemini", "exit 3")
    found = {each.name: each for each in program_checks.tools(where)}
    assert found["tool claude"].found == "2.1.0 (Claude Code)"
    assert found["tool gemini"].state is State.WARNING
    chosen = replace(settings, models={"llm": settings.models["stub"]})
    found = {each.name: each for each in program_checks.tools(replace(where, settings=chosen))}
    assert found["tool llm"].state is State.MISSING


@pytest.mark.parametrize(
    ("environment", "state", "words"),
    [
        ({}, State.OK, "huggingface.co, without a token"),
        ({"HF_TOKEN": "hf_secret"}, State.OK, "with a token"),
        ({"HF_HUB_OFFLINE": "1"}, State.WARNING, "HF_HUB_OFFLINE"),
        ({"HF_ENDPOINT": "nonsense"}, State.WARNING, "is no address"),
        ({"HF_ENDPOINT": "https://me:hf_secret@hub.org"}, State.OK, "https://...@hub.org,"),
    ],
)
def test_the_hub_s_variables_are_told(
    environment: Mapping[str, str], state: State, words: str
) -> None:
    """The address, the token's presence and the ban on asking are shown; the token never is."""
    found = only(program_checks.hub, Surroundings(ROOT, ConfigError("", ""), environment))
    assert found.state is state
    assert words in found.found
    assert "hf_secret" not in found.found


def test_a_locale_without_utf_8_is_found() -> None:
    """A locale of another encoding is a warning; none at all is UTF-8 to Python."""
    for value, state in (
        ("de_DE.ISO-8859-1", State.WARNING),
        ("C.UTF-8", State.OK),
        ("", State.OK),
    ):
        where = Surroundings(ROOT, ConfigError("", ""), {"LC_ALL": value})
        assert next(machine_checks.locale(where)).state is state


def test_a_broken_configuration_is_a_finding(tmp_path: Path) -> None:
    """Neither a wrong override nor a folder without conf/ ends the examination."""
    for root, overrides in ((ROOT, ["run.rums=2"]), (tmp_path, [])):
        where = surroundings(root, overrides)
        found = only(program_checks.settings, where)
        assert found.state is State.MISSING
        assert found.remedy


def test_a_check_that_fails_itself_ends_nothing() -> None:
    """A fault of a check is a line of the table, and the next check is made."""

    def breaks(_: Surroundings) -> object:
        raise RuntimeError("by design")

    first, second = examine(around(), [breaks, machine_checks.memory])  # type: ignore[list-item]  # on purpose
    assert first.state is State.WARNING
    assert "by design" in first.found
    assert second.name == "memory"


def test_every_line_that_is_not_well_says_what_to_do(programs: Path) -> None:
    """On a machine with nothing on PATH, whatever is not ok has a remedy or a line that has it."""
    found = list(examine(around(PATH=str(programs)), CHECKS))
    silent = [each.name for each in found if each.state is not State.OK and not each.remedy]
    assert silent == ["sandbox"]  # "its launcher is built by rustc", whose line says what to do


def test_the_command_works_where_nothing_loads(tmp_path: Path) -> None:
    """A dodo.py with a fault in it and a broken conf/ are no obstacle; the exit code is 1."""
    project = lay_out(tmp_path)
    assert project.doit("doctor").exit_code == 0
    project.edit("dodo.py", "ROOT = Path", "ROOT = 1 / 0 #")
    (tmp_path / "conf/config.yaml").write_text("models: [", encoding="utf-8")
    done = project.doit("doctor")
    assert done.exit_code == 1
    assert "missing  configuration" in done.text
    assert done.text.splitlines()[-1] == "Missing: configuration."
