"""Fresh environments: a wheel of this repository, interpreters, and a shell that knows nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

_OURS = ("PYTHON", "VIRTUAL_ENV", "PYTEST", "COLUMNS", "LLM_", "XDG_", "COVERAGE")


def built(kind: str, folder: Path) -> Path:
    """Build a "wheel" or an "sdist" of this repository into `folder`, without a network."""
    code = f"import sys, hatchling.build as b; print(b.build_{kind}(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(folder)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return folder / done.stdout.split()[-1]


def repository_files() -> list[str] | None:
    """Return what the repository holds, ignored files left out; None where this is no checkout."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        return None
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def interpreter(version: str) -> Path | None:
    """Return a Python of a version such as 3.12 that is on this machine and works."""
    return next((path for path in _candidates(version) if _is(path, version)), None)


def _candidates(version: str) -> Iterator[Path]:
    if sys.version.startswith(f"{version}."):
        yield Path(sys.executable).resolve()
    if found := shutil.which(f"python{version}"):
        yield Path(found)
    yield from Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}")
    yield from Path.home().glob(f".local/share/uv/python/cpython-{version}.*/bin/python{version}")


def _is(python: Path, version: str) -> bool:
    asked = [
        str(python),
        "-c",
        "import ensurepip, venv, sys; print('%d.%d' % sys.version_info[:2])",
    ]
    done = subprocess.run(asked, check=False, capture_output=True, text=True)
    return done.returncode == 0 and done.stdout.strip() == version


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody with a new account: an empty home, an empty folder and this `python3`.

    Args:
        folder: an empty folder; `home` and `work` are made in it.
        python: what `python3` stands for.
    """

    folder: Path
    python: Path

    @property
    def work(self) -> Path:
        """The folder in which the shell begins."""
        return self.folder / "work"

    def types(self, script: str, *, timeout_s: float = 900.0) -> str:
        """Let bash run a script that ends at its first fault, and return all that it printed."""
        self.work.mkdir(exist_ok=True, parents=True)
        typed = self.folder / "typed.sh"
        typed.write_text(script, encoding="utf-8")
        done = subprocess.run(
            ["bash", "-e", str(typed)],  # noqa: S607 - the shell that pages are written for
            cwd=self.work,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        assert done.returncode == 0, f"exit code {done.returncode} after\n{done.stdout}"
        return done.stdout

    def _environment(self) -> dict[str, str]:
        """Return this process's environment without what makes it ours.

        Rust stays where it is, and pip may use what it downloaded before: neither is on trial.
        """
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        programs = self.folder / "programs"
        programs.mkdir(exist_ok=True)
        if not (programs / "python3").is_symlink():
            (programs / "python3").symlink_to(self.python)
        ours = str(Path(sys.executable).parent)
        places = [place for place in os.environ["PATH"].split(os.pathsep) if place != ours]
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return {
            **kept,
            "HOME": str(home),
            "PATH": os.pathsep.join([str(programs), *places]),
            "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(Path.home() / ".rustup")),
            "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(Path.home() / ".cache/pip")),
        }
