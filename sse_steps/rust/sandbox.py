"""Where untrusted programs run: compilers on hostile input, candidates, the Python of a corpus.

Two layers, used as far as the machine has them: bubblewrap (own process, network, IPC and mount
namespaces, no capabilities) and a launcher of ours (resource limits, no_new_privs, Landlock, a
filter of system calls). The level reached is part of every verdict; `Sandbox.gaps` says what is
left open.
"""

from __future__ import annotations

import os
import secrets
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sse_steps.errors import SandboxError
from sse_steps.rust.isolation import Isolation, gaps

_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
MOST_READ_BYTES = 4 << 20
_SYSTEM_FOLDERS = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
# All namespaces but that of users, which would know root alone; the launcher drops what is added.
_OWN_USER_OPTIONS = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
_OWN_USER_OPTIONS += ["--unshare-cgroup-try", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
_OWN_USER_OPTIONS += ["--cap-add", "CAP_KILL"]  # to end a run that is another user's by then


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process may use. The clock on the wall runs too, for programs that sleep."""

    cpu_s: int
    wall_s: float
    memory_bytes: int
    output_bytes: int
    processes: int = 256  # and threads; beyond what runs already under the same user
    open_files: int = 256


@dataclass(frozen=True, slots=True)
class Access:
    """What a program is given: paths, under their own names, and variables."""

    folder: Path  # working directory
    readable: tuple[Path, ...] = ()
    writable: bool = False  # whether the working directory may be written to
    system: bool = False  # whether the system's programs and libraries are needed
    processes: bool = False  # whether it may start others; threads it may start in any case
    proc: bool = False  # whether it sees /proc, by which programs find their own place
    environment: tuple[tuple[str, str], ...] = ()  # beside PATH, LANG and TMPDIR


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended. A negative or large exit code is a signal; see `signal_number`."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    wall_s: float
    timed_out: bool
    launched: bool = True  # False: the sandbox itself could not start the program

    @property
    def signal_number(self) -> int | None:
        """The signal that ended the program."""
        return signal_of(self.exit_code)


def signal_of(exit_code: int) -> int | None:
    """Return the signal behind an exit code, whether it was seen directly or through bubblewrap."""
    if exit_code < 0:
        return -exit_code
    return exit_code - 128 if 128 < exit_code < 128 + signal.NSIG else None


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Runs programs at one level of isolation."""

    level: Isolation
    launcher: Path
    bubblewrap: str = "bwrap"
    filtered: bool = True  # whether system calls are filtered as well
    own_users: bool = False  # whether a program that root runs becomes a user of its own

    @property
    def gaps(self) -> tuple[str, ...]:
        """What this sandbox does not keep a program from, a sentence each."""
        bound = self.own_users or os.geteuid() != 0
        return gaps(self.level, filtered=self.filtered, threads_bound=bound)

    @property
    def not_enforced(self) -> str:
        """The gaps as one text."""
        return " ".join(self.gaps)

    def command(
        self,
        program: Sequence[str],
        access: Access,
        limits: Limits,
        *,
        status: int,
        series: int | None = None,
    ) -> list[str]:
        """Return the whole command line that runs `program` isolated, once or in a series."""
        own_user = self.own_users and _needs_nothing(access)
        launcher = str(self.launcher.absolute())  # the working directory will be another one
        launched = [launcher, *_limit_options(limits, own_user=own_user), "--status", str(status)]
        if own_user:
            launched += ["--user", str(_unused_user())]
        if self.level in (Isolation.FULL, Isolation.LANDLOCK):
            launched += _landlock_options(access)
        if self.level is Isolation.LANDLOCK:
            launched.append("--no-capabilities")
        if self.filtered:
            launched += _filter_options(access)
        if series is not None:
            wall_ms = int(limits.wall_s * 1000)
            launched += ["--series", str(series), "--wall", str(wall_ms)]
        launched += ["--", *program]
        if self.level in (Isolation.FULL, Isolation.NAMESPACES):
            return [*self._namespace_options(access, own_user=own_user), *launched]
        return launched

    def start(
        self,
        program: Sequence[str],
        access: Access,
        limits: Limits,
        *,
        streams: Streams,
        descriptors: Sequence[int] = (),
    ) -> Running:
        """Start `program` and return at once; the caller stops it."""
        status, reported = os.pipe()
        os.set_blocking(status, False)
        try:
            process = subprocess.Popen(  # noqa: S603 - untrusted, which is what this file is for
                self.command(program, access, limits, status=reported, series=streams.series),
                stdin=streams.stdin,
                stdout=streams.stdout,
                stderr=streams.stderr,
                cwd=access.folder,
                env=_ENVIRONMENT | {"TMPDIR": str(access.folder)} | dict(access.environment),
                pass_fds=(*descriptors, reported),
                start_new_session=True,
            )
        finally:
            os.close(reported)
        return Running(process, status)

    def run(
        self, program: Sequence[str], access: Access, limits: Limits, *, stdin: bytes = b""
    ) -> Finished:
        """Run `program` to its end or to its limits, with its output in bounded files.

        Output goes to files rather than pipes: the file-size limit bounds it in the kernel, and a
        daemon that keeps a pipe open cannot hold the judge.
        """
        with (
            tempfile.TemporaryFile() as source,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            source.write(stdin)
            source.seek(0)
            streams = Streams(source.fileno(), out.fileno(), err.fileno())
            started = time.perf_counter()
            running = self.start(program, access, limits, streams=streams)
            timed_out = not running.ended_within(limits.wall_s)
            exit_code, launched = running.stop()
            wall_s = time.perf_counter() - started
            most = min(limits.output_bytes, MOST_READ_BYTES)
            stdout, stderr = (os.pread(file.fileno(), most, 0) for file in (out, err))
        return Finished(exit_code, stdout, stderr, wall_s, timed_out, launched)

    def _namespace_options(self, access: Access, *, own_user: bool) -> list[str]:
        options = [self.bubblewrap, "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
        options += _OWN_USER_OPTIONS if own_user else ["--unshare-all"]
        if access.system:
            for folder in _SYSTEM_FOLDERS:
                options += ["--ro-bind-try", folder, folder]
            for device in _DEVICES:
                options += ["--dev-bind-try", device, device]
        if access.proc:
            options += ["--proc", "/proc"]
        launcher = str(self.launcher.absolute())
        options += ["--ro-bind", launcher, launcher]
        for path in access.readable:
            options += ["--ro-bind", str(path), str(path)]
        bind = "--bind" if access.writable else "--ro-bind"
        folder = str(access.folder)
        # The root of the new mount namespace is memory that no limit bounds, so it is closed.
        return [*options, bind, folder, folder, "--remount-ro", "/", "--chdir", folder]


@dataclass(frozen=True, slots=True)
class Streams:
    """Descriptors for a program's standard streams, or of the file that describes a series."""

    stdin: int = subprocess.DEVNULL
    stdout: int = subprocess.DEVNULL
    stderr: int = subprocess.DEVNULL
    series: int | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """A program that was started, and the pipe on which the launcher tells how far it came."""

    process: subprocess.Popen[bytes]
    status: int

    def ended_within(self, wall_s: float) -> bool:
        """Wait for at most `wall_s` seconds and return whether the program has ended.

        Waiting for the kernel's word: `Popen.wait` with a time-out looks every 50 ms.
        """
        if self.process.poll() is not None:
            return True
        descriptor = os.pidfd_open(self.process.pid)
        try:
            ended = select.poll()
            ended.register(descriptor, select.POLLIN)
            return bool(ended.poll(wall_s * 1000))
        finally:
            os.close(descriptor)

    def reports(self) -> str:
        """Return what the launcher has said of a series so far."""
        try:
            return os.read(self.status, 1 << 16).decode("ascii")
        except BlockingIOError:
            return ""

    def stop(self) -> tuple[int, bool]:
        """End the program and everything in its session.

        Returns its exit code, and whether it was started at all: what a program prints or returns
        cannot pass for a fault of the sandbox.
        """
        with suppress(ProcessLookupError):  # it may have ended by itself
            os.killpg(self.process.pid, signal.SIGKILL)
        exit_code = self.process.wait()
        try:
            launched = os.read(self.status, 2) == b"1"
        except BlockingIOError:
            launched = False  # a process of another session holds the pipe and nothing was said
        os.close(self.status)
        return exit_code, launched


def run_tool(command: Sequence[str], *, timeout_s: float = 300.0) -> Finished:
    """Run a trusted tool (the compiler on our own sources, a version query) without isolation.

    Raises:
        SandboxError: the tool is not there.
    """
    started = time.perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout_s, check=False)  # noqa: S603 - trusted by contract
    except FileNotFoundError as missing:
        message = f"The program '{command[0]}' is not on this machine."
        raise SandboxError(message, "Install it, or put it on PATH, and try again.") from missing
    except subprocess.TimeoutExpired:
        return Finished(-signal.SIGKILL, b"", b"", time.perf_counter() - started, timed_out=True)
    wall_s = time.perf_counter() - started
    return Finished(done.returncode, done.stdout, done.stderr, wall_s, timed_out=False)


def _limit_options(limits: Limits, *, own_user: bool) -> list[str]:
    settings = {
        "cpu_s": limits.cpu_s,
        "address_space_bytes": limits.memory_bytes,
        "file_bytes": limits.output_bytes,
        "core_bytes": 0,
        "processes": limits.processes + (0 if own_user else _running_tasks()),
        "open_files": limits.open_files,
    }
    return [part for name, value in settings.items() for part in ("--limit", f"{name}={value}")]


def _needs_nothing(access: Access) -> bool:
    """Whether a program can do without root's files: it is linked statically and only computes."""
    return not (access.readable or access.writable or access.system or access.proc)


def _unused_user() -> int:
    """Return a user's number that no account has, nor, in all likelihood, another program now."""
    return (1 << 30) + secrets.randbelow(1 << 30)


def _running_tasks() -> int:
    """Return how many threads the machine has now, which no user's share of them exceeds."""
    return int(Path("/proc/loadavg").read_text(encoding="ascii").split()[3].split("/")[1])


def _landlock_options(access: Access) -> list[str]:
    system = (*_SYSTEM_FOLDERS, *_DEVICES) if access.system else ()
    proc = ("/proc",) if access.proc else ()
    readable = [*system, *proc, *map(str, access.readable), str(access.folder)]
    options = ["--landlock", *(part for path in readable for part in ("--read", path))]
    if access.system:
        options += ["--write", "/dev/null"]
    return [*options, "--write", str(access.folder)] if access.writable else options


def _filter_options(access: Access) -> list[str]:
    """Return the profile: what only compilers, linkers and interpreters need is asked for."""
    may = [("processes", access.processes), ("modes", access.writable)]
    return ["--filter", *(part for name, wanted in may if wanted for part in ("--may", name))]
