"""Which sandbox this machine can have, found by running something in it."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from sse_steps.errors import WeakIsolationError
from sse_steps.rust.isolation import Isolation
from sse_steps.rust.sandbox import Access, Limits, Sandbox


def strongest_sandbox(launcher: Path, *, allow_weak: bool = False) -> Sandbox:
    """Return a sandbox at the strongest level that works here, with a filter where that works.

    Raises:
        WeakIsolationError: only resource limits are to be had, and `allow_weak` is False.
    """
    bubblewrap = shutil.which("bwrap") or "bwrap"
    levels = [level for level in Isolation if level is not Isolation.LIMITS or allow_weak]
    for level, filtered in itertools.product(levels, (True, False)):
        sandbox = Sandbox(level, launcher, bubblewrap, filtered)
        if works(sandbox):
            return with_own_users(sandbox)
    raise WeakIsolationError(
        "No isolation works on this machine: neither bubblewrap nor Landlock.",
        "Install bubblewrap (apt-get install bubblewrap), or accept the risk of running generated "
        "code unprotected with run.allow_weak_isolation=true.",
    )


def with_own_users(sandbox: Sandbox) -> Sandbox:
    """Return `sandbox` with a user for each candidate, where this is root and has the right to."""
    if os.geteuid() != 0:
        return sandbox  # the limit on threads binds already
    separate = replace(sandbox, own_users=True)
    limits = Limits(cpu_s=5, wall_s=10.0, memory_bytes=1 << 30, output_bytes=1 << 16)
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "program"  # the launcher again: linked statically, as it has to be
        shutil.copy(sandbox.launcher, program)
        done = separate.run([str(program), "--"], Access(Path(folder)), limits)
    return separate if done.launched and b"no program" in done.stderr else sandbox


def works(sandbox: Sandbox) -> bool:
    """Return whether a program runs in `sandbox` and answers."""
    limits = Limits(cpu_s=5, wall_s=10.0, memory_bytes=1 << 30, output_bytes=1 << 16)
    with tempfile.TemporaryDirectory() as folder:
        access = Access(Path(folder), system=True)
        try:
            return sandbox.run(["/bin/sh", "-c", "echo works"], access, limits).stdout == b"works\n"
        except FileNotFoundError:
            return False
