"""What keeps generated code away from the machine."""

from __future__ import annotations

import ctypes
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sse_steps.doctor.finding import Finding, State
from sse_steps.doctor.surroundings import Surroundings, first_line
from sse_steps.errors import UserError
from sse_steps.rust.isolation import Isolation
from sse_steps.rust.probe import strongest_sandbox
from sse_steps.rust.toolchain import find_toolchain

_GET = "Run: apt-get install bubblewrap"
_ALLOW = (
    "Allow them: sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000; on "
    "Ubuntu 24.04 kernel.apparmor_restrict_unprivileged_userns=0; in Docker --privileged or "
    "--security-opt seccomp=unconfined"
)
_LANDLOCK_CREATE_RULESET = 444  # on every architecture
_LANDLOCK_VERSION = 1  # a flag: return the version of its interface


def bubblewrap(around: Surroundings) -> Iterator[Finding]:
    """Look for bubblewrap, and run something in it: it may be there and not be allowed to work."""
    program = around.program("bwrap")
    if program is None:
        yield Finding("bubblewrap", State.WARNING, "not on PATH", _GET)
        return
    told = around.run(program, "--version")
    if told is None or told.exit_code != 0:
        yield Finding("bubblewrap", State.WARNING, "cannot be started", _GET)
        return
    yield Finding("bubblewrap", State.OK, first_line(told))
    done = around.run(program, "--unshare-all", "--ro-bind", "/", "/", "true")
    if done is None or done.exit_code != 0:
        said = "it cannot be started" if done is None else first_line(done)
        yield Finding(
            "user namespaces", State.WARNING, f"bubblewrap cannot make one: {said}", _ALLOW
        )
    else:
        yield Finding("user namespaces", State.OK, "bubblewrap makes its own")


def kernel(around: Surroundings) -> Iterator[Finding]:
    """Ask the kernel for Landlock and for filters of system calls."""
    version = _landlock_version()
    if version > 0:
        yield Finding("Landlock", State.OK, f"interface {version}")
    else:
        yield Finding(
            "Landlock",
            State.WARNING,
            "the kernel has none, or it is switched off",
            "Use Linux 5.13 or newer, started with landlock among its 'lsm='.",
        )
    actions = around.kernel_text("/proc/sys/kernel/seccomp/actions_avail")
    if actions is not None and "errno" in actions.split():
        yield Finding("seccomp", State.OK, "filters of system calls can be set")
    else:
        remedy = "Use a kernel with CONFIG_SECCOMP_FILTER."
        yield Finding("seccomp", State.WARNING, "the kernel offers no filter", remedy)


def _landlock_version() -> int:
    """Return the version of the kernel's Landlock; see landlock_create_ruleset(2)."""
    library = ctypes.CDLL(None, use_errno=True)
    none = ctypes.c_void_p(None)
    return int(
        library.syscall(
            ctypes.c_long(_LANDLOCK_CREATE_RULESET),
            none,
            ctypes.c_size_t(0),
            ctypes.c_uint32(_LANDLOCK_VERSION),
        )
    )


def level(around: Surroundings) -> Iterator[Finding]:
    """Find the strongest sandbox by running something in each, as a build does."""
    name = "sandbox"
    if around.program("rustc") is None:
        yield Finding(name, State.MISSING, "not tried: its launcher is built by rustc", "")
        return
    try:
        with tempfile.TemporaryDirectory() as folder:
            cache = around.folder("cache")
            kept = cache if (cache / "judge").is_dir() else Path(folder)
            sandbox = strongest_sandbox(find_toolchain(kept).launcher)
    except UserError as fault:
        yield Finding(name, State.MISSING, fault.wrong, fault.remedy)
        return
    except OSError as fault:
        yield Finding(name, State.MISSING, f"cannot be built: {fault}", "See the lines above.")
        return
    full = sandbox.level is Isolation.FULL and sandbox.filtered
    yield Finding(
        name,
        State.OK if full else State.WARNING,
        f"level {sandbox.level}. {sandbox.not_enforced}",
        "" if full else "Mend bubblewrap, user namespaces, Landlock or seccomp above.",
    )
