"""Every hostile sample at every level that has to hold it: no pass, no hang, no trace, no leak."""

from __future__ import annotations

import os
import resource
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from attack_files import CASES, FOLDER, KINDS, PATHS, PROGRAM_CASES, read_attack

from sse_steps.records import Outcome, Verdict
from sse_steps.rust import compiler
from sse_steps.rust.isolation import Isolation
from sse_steps.rust.judge import Judge
from sse_steps.rust.probe import works
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.toolchain import Toolchain

LIMITS = Limits(cpu_s=1, wall_s=2.5, memory_bytes=512 << 20, output_bytes=256 << 10)
COMPILE_LIMITS = Limits(
    cpu_s=3, wall_s=12.0, memory_bytes=2 << 30, output_bytes=64 << 20, processes=1024
)
LONGEST_S = 45.0  # two compilations, and three cases on a busy machine
FULL, LANDLOCK, LIMITS_ALONE = Isolation.FULL, Isolation.LANDLOCK, Isolation.LIMITS


@dataclass(frozen=True, slots=True)
class Host:
    """Things of this machine that an attack may reach for."""

    folder: Path  # holds the canary and nothing else that an attack should change
    canary: Path
    secret: str
    victim: subprocess.Popen[bytes]
    tcp: socket.socket
    udp: socket.socket
    unix: socket.socket
    free_port: int

    @property
    def places(self) -> dict[str, object]:
        """What stands in the samples between @."""
        return {
            "CANARY": self.canary,
            "VICTIM": self.victim.pid,
            "TCP": self.tcp.getsockname()[1],
            "UDP": self.udp.getsockname()[1],
            "UNIX": self.unix.getsockname(),
            "LISTEN": self.free_port,
        }


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """Yield a host with a secret, a bystander and three listeners, and judge in its folder."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="sse-host-"))
        stack.callback(shutil.rmtree, folder)
        secret = secrets.token_hex(16)
        canary = folder / "canary"
        canary.write_text(f"{secret} let fn {secret}\n", encoding="utf-8")
        (folder / "scratch").mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(folder / "scratch"))
        monkeypatch.setattr(compiler, "_COMPILE_LIMITS", COMPILE_LIMITS, raising=False)
        monkeypatch.setenv("SSE_CANARY", secret)
        victim = subprocess.Popen(["/bin/sleep", "600"])
        stack.callback(victim.wait)
        stack.callback(victim.kill)
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        unix = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        unix.bind(str(folder / "socket"))
        for each in (tcp, udp, unix):
            each.settimeout(0)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            free_port = probe.getsockname()[1]
        yield Host(folder, canary, secret, victim, tcp, udp, unix, free_port)


def judge_at(level: Isolation, toolchain: Toolchain) -> Judge:
    """Return a judge at a level; the weakest is all that isolation switched off leaves."""
    sandbox = Sandbox(level, toolchain.launcher, filtered=level is not LIMITS_ALONE)
    if not works(sandbox):
        pytest.skip(f"the level '{level}' does not work here")
    return Judge(toolchain, sandbox, LIMITS)


def held(path: Path) -> list[Isolation]:
    """Return the levels that a sample is tried at: without isolation it may do no harm."""
    return [FULL, LANDLOCK, *([LIMITS_ALONE] if read_attack(path).kind == "forging" else [])]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "level"),
    [
        pytest.param(path, level, id=f"{path.stem}-{level}")
        for path in PATHS
        for level in held(path)
    ],
)
def test_an_attack_gets_nothing(
    path: Path, level: Isolation, host: Host, toolchain: Toolchain
) -> None:
    """A hostile sample does not pass, ends in time, learns nothing and leaves nothing behind."""
    judge = judge_at(level, toolchain)
    attack = read_attack(path, host.places)
    started = time.monotonic()
    verdict = judge.judge(attack.rust, attack.cases)
    took_s = time.monotonic() - started
    check_no_pass(verdict)
    assert took_s < LONGEST_S
    check_no_leak(verdict, host)
    if level is not LIMITS_ALONE:
        check_no_effect(host)


def check_no_pass(verdict: Verdict) -> None:
    """Check that a verdict is a failure, and the candidate's own."""
    said = f"{verdict.outcome}: {verdict.diagnostics[:2000]}"
    assert verdict.outcome is not Outcome.PASSED, said
    assert not verdict.passes()
    assert verdict.outcome not in (Outcome.INFRASTRUCTURE_ERROR, Outcome.UNTESTED), said
    assert verdict.tests_passed < len(CASES), said


def check_no_leak(verdict: Verdict, host: Host) -> None:
    """Check that no content of the host's files is told."""
    release = Path("/usr/lib/os-release").read_text(encoding="utf-8")
    # Long answers are told by their first and last dozen letters.
    known = [host.secret[:10], "root:x:", release[:11], "r-xp", "ELF", "HOME="]
    found = [content for content in known if content in verdict.diagnostics]
    assert not found, verdict.diagnostics[:3000]


def check_no_effect(host: Host) -> None:
    """Check that the host is as it was: its files, its processes, its sockets."""
    assert sorted(path.name for path in host.folder.iterdir()) == ["canary", "scratch", "socket"]
    assert host.canary.read_text(encoding="utf-8").startswith(host.secret)
    assert host.canary.stat().st_mode & 0o777 == 0o644
    assert host.canary.stat().st_uid == os.geteuid()
    assert list((host.folder / "scratch").iterdir()) == []
    for place in ("/tmp", "/var/tmp", "/dev/shm"):  # noqa: S108 - looked at, not used
        assert list(Path(place).glob("sse-attack*")) == []
    assert "5e5e" not in Path("/proc/sysvipc/shm").read_text(encoding="ascii")
    check_bystander(host.victim)
    check_sockets(host)
    deadline = time.monotonic() + 3
    while left_over(host.folder) and time.monotonic() < deadline:
        time.sleep(0.02)  # a killed process takes a moment to go
    assert left_over(host.folder) == []


def check_bystander(victim: subprocess.Popen[bytes]) -> None:
    """Check that another process of the user runs as before."""
    assert victim.poll() is None
    status = Path(f"/proc/{victim.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    assert status[0] in "SR"  # neither stopped nor traced
    assert os.getpriority(os.PRIO_PROCESS, victim.pid) == os.getpriority(os.PRIO_PROCESS, 0)
    assert resource.prlimit(victim.pid, resource.RLIMIT_CPU)[0] == resource.RLIM_INFINITY


def check_sockets(host: Host) -> None:
    """Check that nobody has called, and that nobody listens."""
    with pytest.raises(BlockingIOError):
        host.tcp.accept()
    for each in (host.udp, host.unix):
        with pytest.raises(BlockingIOError):
            each.recv(100)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", host.free_port), 1).close()


def left_over(folder: Path) -> list[str]:
    """Return the processes that were started from a folder, or work in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace")
            places = [str((process / name).readlink()) for name in ("cwd", "exe")]
        except OSError:
            continue  # it ended while it was looked at, or is none of a program's
        if any(str(folder) in place for place in [words, *places]):
            found.append(f"{process.name} {words}")
    return found


def test_there_are_many_attacks_of_every_kind() -> None:
    """The samples are at least as many as promised, each with a head that says what it is."""
    attacks = [read_attack(path) for path in PATHS]
    assert len(attacks) >= 65
    assert {attack.kind for attack in attacks} == set(KINDS)
    for attack in attacks:
        assert attack.name.startswith(attack.kind), attack.name
        assert attack.rust.startswith(f"// Tries: {attack.tries}\n"), attack.name
    assert len({attack.tries for attack in attacks}) == len(attacks)
    assert [path.name for path in FOLDER.iterdir() if path.suffix != ".rs"] == []


def test_honest_neighbours_pass_where_attacks_fail(
    sandbox: Sandbox, toolchain: Toolchain, host: Host
) -> None:
    """The cases of the attacks can be passed: by adding, under the same limits."""
    judge = Judge(toolchain, sandbox, LIMITS)
    function = judge.judge("pub fn add(a: i64, b: i64) -> i64 { a + b }", CASES)
    assert function.passes(), function.diagnostics
    program = """
    fn main() {
        let mut words: Vec<String> = std::env::args().skip(1).collect();
        words.extend(std::io::read_to_string(std::io::stdin()).unwrap().split_whitespace().map(Into::into));
        println!("{}", words.iter().map(|word| word.parse::<i64>().unwrap()).sum::<i64>());
    }
    """
    judged = judge.judge(program, PROGRAM_CASES)
    assert judged.passes(), judged.diagnostics
    check_no_effect(host)


def test_the_watch_on_the_host_sees(host: Host) -> None:
    """What the attacks must not do is noticed when it is done."""
    check_no_effect(host)
    with subprocess.Popen(["/bin/sleep", "60"], cwd=host.folder) as left:
        assert len(left_over(host.folder)) == 1
        left.kill()
    with (
        socket.create_connection(host.tcp.getsockname()),
        pytest.raises(BaseException, match="DID"),
    ):
        check_sockets(host)
    host.victim.send_signal(signal.SIGSTOP)
    time.sleep(0.1)
    with pytest.raises(AssertionError):
        check_bystander(host.victim)
