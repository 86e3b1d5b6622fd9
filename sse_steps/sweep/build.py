"""A build of doit in a process of its own, as a user would type it."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_FAILED = re.compile(r"taskid:(\S+)\n(.*?)(?=\n#{10,}|\n\S+ - taskid:|\n\n|\Z)", re.DOTALL)
_ENDING_S = 2.0  # what a build may take to end after Ctrl-C
_WRONG = re.compile(r"^ERROR: (.+)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a build ended, and what it said."""

    exit_code: int
    text: str

    @property
    def killed(self) -> bool:
        """Whether a signal ended it, such as that of a machine out of memory."""
        return self.exit_code < 0

    @property
    def reason(self) -> str:
        """What went wrong, in at most two lines; nothing where nothing did."""
        if self.exit_code == 0:
            return ""
        if self.killed:
            name = signal.Signals(-self.exit_code).name
            return f"Its build was ended by {name}.\nRun the sweep again: finished work is kept."
        found = _WRONG.search(self.text)
        failed = _FAILED.search(self.text)
        said = found[1] if found else failed[2] if failed else self.text[-500:]
        lines = [line for line in said.strip().splitlines() if line.strip()]
        return "\n".join(lines[:2]) or f"Its build ended with the exit code {self.exit_code}."


def build(root: Path, arguments: Sequence[str], state_file: Path, log: Path) -> Ended:
    """Run doit in `root` with a state file of its own; what it says goes to `log`.

    Whoever wants the same state file waits. The build itself holds the lock, so that one whose
    parent was killed is waited for; it ends by itself, because nobody waits for it.
    """
    state_file.parent.mkdir(parents=True, exist_ok=True)
    program = [sys.executable, "-m", "sse_steps.sweep.job_build", str(os.getpid())]
    command = [*program, "--db-file", str(state_file), *arguments]
    with locked(state_file.with_suffix(".lock")) as lock, log.open("wb") as output:
        started = subprocess.Popen(  # noqa: S603 - doit itself
            command,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(lock,),
        )
        exit_code = _waited_for(started)
    return Ended(exit_code, log.read_text(encoding="utf-8", errors="replace"))


def build_in_sight(root: Path, arguments: Sequence[str], state_file: Path | None = None) -> int:
    """Run doit in `root` on this terminal, and return its exit code."""
    state = [] if state_file is None else ["--db-file", str(state_file)]
    command = [sys.executable, "-m", "doit", *state, *arguments]
    return _waited_for(subprocess.Popen(command, cwd=root))  # noqa: S603 - doit itself


def _waited_for(process: subprocess.Popen[bytes]) -> int:
    """Return a build's exit code. After Ctrl-C it ends by itself, and leaves the terminal whole."""
    try:
        return process.wait()
    except KeyboardInterrupt:
        try:
            process.wait(_ENDING_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Hold a file's lock, once whoever has it gives it back; yield its descriptor."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
