"""Stand-in executables that a test puts on PATH: they note how they were called, then behave."""

from __future__ import annotations

import json
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

_NOTE = """
import json, os, sys, time
heard = b""
words = [os.fsencode(word).hex() for word in sys.argv[1:]]
if words != [b"--version".hex()]:
    heard = sys.stdin.buffer.read()
    call = [words, heard.hex(), os.listdir("."), os.environ.get("HOME")]
    with open({notes!r}, "a") as notes:
        notes.write(json.dumps(call) + "\\n")
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """One call of a stand-in, as the stand-in saw it."""

    arguments: list[bytes]
    stdin: bytes
    folder: list[str]
    home: str


@dataclass(frozen=True, slots=True)
class StandIns:
    """A folder of executables that is the first on PATH."""

    folder: Path

    def add(self, name: str, body: str, *, notes: bool = True) -> None:
        """Add a Python program; it notes its arguments and what it reads before `body` runs."""
        note = _NOTE.format(notes=str(self._notes(name))) if notes else "import os, sys, time\n"
        file = self.folder / name
        file.write_text(f"#!{sys.executable}\n{note}\n{body}\n", encoding="utf-8")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    def calls(self, name: str) -> list[Heard]:
        """Return what a stand-in has noted so far."""
        if not self._notes(name).exists():
            return []
        calls = []
        for line in self._notes(name).read_text(encoding="utf-8").splitlines():
            words, stdin, folder, home = json.loads(line)
            arguments = [bytes.fromhex(word) for word in words]
            calls.append(Heard(arguments, bytes.fromhex(stdin), folder, home))
        return calls

    def _notes(self, name: str) -> Path:
        return self.folder.parent / f"{name}.calls"


def on_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """Return an empty folder of stand-ins that comes first on PATH."""
    programs = folder / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return StandIns(programs)
