"""The sandbox, at each level that this machine has: what it keeps a program from."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sse_steps.errors import SandboxError
from sse_steps.rust.isolation import Isolation, gaps
from sse_steps.rust.probe import strongest_sandbox
from sse_steps.rust.sandbox import Access, Finished, Limits, Sandbox, Streams, run_tool
from sse_steps.rust.toolchain import Toolchain

LIMITS = Limits(cpu_s=5, wall_s=10.0, memory_bytes=1 << 30, output_bytes=1 << 20)
PYTHON = str(Path(sys.executable).resolve())
ALL = list(Isolation)
KEEPS_FILES = [Isolation.FULL, Isolation.NAMESPACES, Isolation.LANDLOCK]
HAS_NAMESPACES = [Isolation.FULL, Isolation.NAMESPACES]


@pytest.fixture
def at(request: pytest.FixtureRequest, toolchain: Toolchain, tmp_path: Path) -> Sandbox:
    """Return the sandbox at the level of the parameter; skip where the machine lacks it."""
    sandbox = Sandbox(Isolation(request.param), toolchain.launcher)
    works = sandbox.run(["/bin/sh", "-c", "echo works"], Access(tmp_path, system=True), LIMITS)
    if works.stdout != b"works\n":
        pytest.skip(f"the level '{sandbox.level}' does not work here: {works.stderr!r}")
    return sandbox


def shell(
    sandbox: Sandbox, script: str, folder: Path, *, writable: bool = False, proc: bool = False
) -> Finished:
    """Run a shell script in `folder`."""
    access = Access(folder, writable=writable, system=True, processes=True, proc=proc)
    return sandbox.run(["/bin/sh", "-c", script], access, LIMITS)


def python(sandbox: Sandbox, script: str, folder: Path, limits: Limits = LIMITS) -> Finished:
    """Run a Python script in `folder`, which it may write to, with processes of its own."""
    access = Access(
        folder, readable=(Path(sys.base_prefix),), writable=True, system=True, processes=True
    )
    return sandbox.run([PYTHON, "-I", "-c", textwrap.dedent(script)], access, limits)


at_all = pytest.mark.parametrize("at", ALL, indirect=True)
at_file_keeping = pytest.mark.parametrize("at", KEEPS_FILES, indirect=True)
at_namespaces = pytest.mark.parametrize("at", HAS_NAMESPACES, indirect=True)


@at_all
def test_a_program_runs_with_its_streams(at: Sandbox, tmp_path: Path) -> None:
    """Input goes in; output, complaints and exit code come out apart."""
    done = at.run(
        ["/bin/sh", "-c", "cat; echo no >&2; exit 7"],
        Access(tmp_path, system=True, processes=True),
        LIMITS,
        stdin=b"in \xff",
    )
    assert (done.exit_code, done.stdout, done.stderr) == (7, b"in \xff", b"no\n")
    assert done.signal_number is None
    assert not done.timed_out
    assert done.launched


@at_all
def test_the_environment_is_cleared(
    at: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of this process's environment is handed on, and little else is there."""
    monkeypatch.setenv("SSE_SECRET", "hunter2")
    lines = shell(at, "/usr/bin/env", tmp_path).stdout.decode().splitlines()
    assert {line.split("=")[0] for line in lines} <= {"PATH", "LANG", "TMPDIR", "PWD", "_"}
    assert not any("hunter2" in line for line in lines)


@at_all
def test_no_descriptor_leaks(at: Sandbox, tmp_path: Path) -> None:
    """A file that this process holds open, even inheritable, is not open in the sandbox."""
    with (tmp_path / "held").open("wb") as held:
        os.set_inheritable(held.fileno(), True)  # noqa: FBT003 - the library's own signature
        done = shell(at, "ls /proc/self/fd", tmp_path, proc=True)
    assert set(done.stdout.decode().split()) <= {"0", "1", "2", "3"}  # 3 is ls reading the folder


@at_file_keeping
@pytest.mark.parametrize("path", ["/etc/passwd", "/etc/shadow", __file__, "/root", "/home", "/var"])
def test_files_of_the_host_cannot_be_read(at: Sandbox, tmp_path: Path, path: str) -> None:
    """Neither the host's files nor the project's can be read or listed."""
    done = shell(at, f"cat '{path}' || ls '{path}'/*", tmp_path)
    assert done.exit_code != 0
    assert done.stdout == b""


@at_file_keeping
def test_only_what_is_named_can_be_read(at: Sandbox, tmp_path: Path) -> None:
    """A folder that is named is readable and not writable; its neighbour is neither."""
    for name in ("work", "named", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name, encoding="utf-8")
    access = Access(tmp_path / "work", readable=(tmp_path / "named",), system=True, processes=True)
    script = "cat file ../named/file; cat ../other/file; echo x > file; echo x > ../named/file"
    done = at.run(["/bin/sh", "-c", script], access, LIMITS)
    assert done.stdout == b"worknamed"
    assert [path.read_text() for path in sorted(tmp_path.glob("*/file"))] == [
        "named", "other", "work",
    ]  # fmt: skip


@at_all
def test_a_writable_folder_can_be_written(at: Sandbox, tmp_path: Path) -> None:
    """A program writes into its folder, below it and nowhere else it was not given."""
    done = shell(at, "mkdir -p a/b && echo x > a/b/c && mv a/b/c d", tmp_path, writable=True)
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "d").read_text(encoding="utf-8") == "x\n"


@at_file_keeping
@pytest.mark.parametrize("path", ["/etc/sse", "/usr/sse", "/sse", "/dev/sse", "../sse"])
def test_nothing_else_can_be_written(at: Sandbox, tmp_path: Path, path: str) -> None:
    """Writing outside the folder fails or leaves nothing on the host."""
    folder = tmp_path / "work"
    folder.mkdir()
    shell(at, f"echo x > {path}", folder, writable=True)
    assert not (folder / path).exists()


@at_all
def test_limits_are_set(at: Sandbox, tmp_path: Path) -> None:
    """Every limit that was asked for is in force inside, and no core file can be written."""
    limits = Limits(3, 10.0, 512 << 20, 1 << 16, processes=99, open_files=55)
    done = python(
        at,
        """
        import resource as r
        for name in ("CPU", "FSIZE", "CORE", "NPROC", "NOFILE", "AS"):
            print(name, r.getrlimit(getattr(r, f"RLIMIT_{name}"))[0])
        """,
        tmp_path,
        limits,
    )
    found = {name: int(value) for name, value in map(str.split, done.stdout.decode().splitlines())}
    assert 99 < found.pop("NPROC") < 99 + int(Path("/proc/sys/kernel/threads-max").read_text())
    assert found == {"CPU": 3, "FSIZE": 65536, "CORE": 0, "NOFILE": 55, "AS": 512 << 20}


@at_all
def test_no_new_privileges(at: Sandbox, tmp_path: Path) -> None:
    """A program cannot rise by executing another."""
    assert b"NoNewPrivs:\t1\n" in shell(at, "cat /proc/self/status", tmp_path, proc=True).stdout


@at_file_keeping
def test_no_capabilities(at: Sandbox, tmp_path: Path) -> None:
    """Even as root a program has no capability left, and no program that it starts."""
    done = shell(at, "grep ^Cap /proc/self/status", tmp_path, proc=True)
    held = {
        name: int(value, 16) for name, value in map(str.split, done.stdout.decode().splitlines())
    }
    assert {"CapPrm:", "CapEff:", "CapAmb:"} <= {name for name in held if held[name] == 0}


@at_namespaces
def test_other_processes_are_not_seen(at: Sandbox, tmp_path: Path) -> None:
    """A program sees its own process namespace alone."""
    done = shell(at, "echo /proc/[0-9]*", tmp_path, proc=True)
    assert len(done.stdout.split()) <= 4


@at_file_keeping
def test_without_proc_nothing_tells_of_processes(at: Sandbox, tmp_path: Path) -> None:
    """A program that was not given /proc cannot read there, not even about itself."""
    done = shell(at, "cat /proc/self/status /proc/1/cmdline; ls /proc", tmp_path)
    assert done.stdout == b""


@at_all
def test_processor_time_is_limited(at: Sandbox, tmp_path: Path) -> None:
    """A busy loop ends by the signal for processor time, also where bubblewrap stands between."""
    done = python(at, "while True: pass", tmp_path, replace(LIMITS, cpu_s=1))
    assert done.signal_number == signal.SIGXCPU
    assert not done.timed_out


@at_all
def test_the_wall_clock_is_limited(at: Sandbox, tmp_path: Path) -> None:
    """A program that sleeps is ended and marked."""
    started = time.perf_counter()
    done = python(at, "import time; time.sleep(60)", tmp_path, replace(LIMITS, wall_s=0.3))
    assert done.timed_out
    assert time.perf_counter() - started < 5


@at_all
def test_memory_is_limited(at: Sandbox, tmp_path: Path) -> None:
    """A program gets what is below its limit and not what is beyond."""
    script = "len(bytearray({} << 20)); print('had')"
    limits = replace(LIMITS, memory_bytes=256 << 20)
    assert python(at, script.format(64), tmp_path, limits).stdout == b"had\n"
    done = python(at, script.format(512), tmp_path, limits)
    assert done.stdout == b""
    assert b"MemoryError" in done.stderr


@at_all
def test_output_is_limited(at: Sandbox, tmp_path: Path) -> None:
    """Endless output ends at the limit, on either stream, and no more than that comes back."""
    limits = replace(LIMITS, output_bytes=10_000)
    for stream in ("", ">&2"):
        access = Access(tmp_path, system=True)
        script = f"while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxx {stream}; done"
        done = at.run(["/bin/sh", "-c", script], access, limits)
        assert len(done.stdout + done.stderr) <= 10_100
        assert not done.timed_out
        assert done.signal_number == signal.SIGXFSZ


@at_all
def test_files_are_limited(at: Sandbox, tmp_path: Path) -> None:
    """A file that a program writes grows no larger than the limit."""
    limits = replace(LIMITS, output_bytes=5000)
    python(at, "open('big', 'wb').write(b'x' * 100000)", tmp_path, limits)
    assert (tmp_path / "big").stat().st_size <= 5000


@at_namespaces
def test_there_is_no_network(at: Sandbox, tmp_path: Path) -> None:
    """A server on this machine's loopback is not reached, and no other interface is there."""
    assert tries_to_connect(at, tmp_path) == b"refused\n"
    script = "cat /proc/net/dev | tail -n +3 | grep -v ' lo:' || true"
    done = shell(at, script, tmp_path, proc=True)
    assert done.stdout.strip() in (b"", b"lo:")


@at_file_keeping
def test_a_server_is_not_reached(at: Sandbox, tmp_path: Path) -> None:
    """TCP is refused where there is no network namespace either."""
    assert tries_to_connect(at, tmp_path) == b"refused\n"


def test_the_server_is_there_without_isolation(toolchain: Toolchain, tmp_path: Path) -> None:
    """The same attempt succeeds without isolation, so the tests above test something."""
    open_sandbox = Sandbox(Isolation.LIMITS, toolchain.launcher, filtered=False)
    assert tries_to_connect(open_sandbox, tmp_path) == b"reached\n"


def tries_to_connect(sandbox: Sandbox, folder: Path) -> bytes:
    """Return what a sandboxed program says about a server that listens here."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=server.accept, daemon=True).start()
        script = f"""
        import socket
        try:
            socket.create_connection(("127.0.0.1", {port}), 2).close()
            print("reached")
        except OSError:
            print("refused")
        """
        said = python(sandbox, script, folder).stdout
        if said != b"reached\n":
            socket.create_connection(("127.0.0.1", port), 2).close()  # lets the thread end
    return said


@at_all
def test_children_die_with_their_session(at: Sandbox, tmp_path: Path) -> None:
    """A child left in the background is gone when `run` returns."""
    shell(at, "(sleep 2; echo late > late) & echo $! > child; exit 0", tmp_path, writable=True)
    assert (tmp_path / "child").exists()
    time.sleep(0.1)
    assert not sleepers(tmp_path)


@at_all
def test_there_are_no_daemons(at: Sandbox, tmp_path: Path) -> None:
    """A child that wants to leave the session cannot, and is gone when `run` returns."""
    script = """
    import os, time
    if os.fork() == 0:
        for leave in (os.setsid, lambda: os.setpgid(0, 0)):
            try:
                leave()
                print("left", flush=True)
            except PermissionError:
                print("stayed", flush=True)
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)
    time.sleep(0.1)
    """
    assert python(at, script, tmp_path).stdout == b"stayed\nstayed\n"
    time.sleep(0.2)
    assert not sleepers(tmp_path)


def sleepers(folder: Path) -> list[str]:
    """Return the processes of this machine whose working directory is `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                found.append(process.name)
        except OSError:
            continue  # it ended while it was looked at
    return found


def wait_until_alone(folder: Path) -> None:
    """Wait for the kernel to take thousands of killed threads down; fail if it does not."""
    deadline = time.monotonic() + 5
    while sleepers(folder):
        assert time.monotonic() < deadline, sleepers(folder)
        time.sleep(0.05)


@at_all
def test_stopping_ends_what_was_started(at: Sandbox, tmp_path: Path) -> None:
    """A program that was started and not waited for ends at once, with its child."""
    access = Access(tmp_path, system=True, processes=True)
    program = ["/bin/sh", "-c", "sleep 60 & wait"]
    running = at.start(program, access, LIMITS, streams=Streams())
    assert not running.ended_within(0.2)
    assert running.stop() == (-signal.SIGKILL, True)
    time.sleep(0.05)
    assert not sleepers(tmp_path)


@at_all
def test_signals_are_seen(at: Sandbox, tmp_path: Path) -> None:
    """A program that a signal ends is known by that signal at every level."""
    assert shell(at, "kill -ABRT $$", tmp_path).signal_number == signal.SIGABRT


@at_all
def test_a_program_that_is_not_there_is_a_failed_launch(at: Sandbox, tmp_path: Path) -> None:
    """A program that cannot be started is told apart from one that fails."""
    done = at.run(["/nowhere/program"], Access(tmp_path, system=True), LIMITS)
    assert not done.launched
    forged = "echo 'launcher: no' >&2; exit 125"
    assert shell(at, forged, tmp_path).launched


@at_namespaces
def test_without_the_system_there_is_next_to_nothing(
    at: Sandbox, toolchain: Toolchain, tmp_path: Path
) -> None:
    """A program that needs no system finds its folder, the launcher, and no shell."""
    (tmp_path / "look.rs").write_text(
        'fn main() { for name in ["/usr", "/bin/sh", "/proc", "/dev/null", "/etc", "/lib"] '
        "{ if std::path::Path::new(name).exists() { println!(\"{name}\") } } }",
        encoding="utf-8",
    )  # fmt: skip
    subprocess.run(
        [toolchain.rustc, "-Ctarget-feature=+crt-static", "look.rs"], cwd=tmp_path, check=True
    )
    done = at.run([str(tmp_path / "look")], Access(tmp_path), LIMITS)
    assert (done.exit_code, done.stdout) == (0, b"")


# System calls


def probe(folder: Path, toolchain: Toolchain, body: str) -> Path:
    """Return a program, linked statically, whose main has the body; `c!` calls the C library."""
    source = """
    use std::ffi::*;
    extern "C" { fn syscall(number: c_long, ...) -> c_long; fn __errno_location() -> *mut c_int; }
    #[allow(unused_macros)]
    macro_rules! c { ($name:literal, $number:expr $(, $argument:expr)*) => {{
        let found = unsafe { syscall($number $(, $argument as c_long)*) };
        let error = if found < 0 { unsafe { *__errno_location() } } else { 0 };
        println!("{} {}", $name, error);
    }} }
    fn main() { let own = std::process::id(); let _ = own; BODY }
    """
    (folder / "probe.rs").write_text(source.replace("BODY", body), encoding="utf-8")
    options = ["--edition=2021", "-Ctarget-feature=+crt-static", "-Awarnings", "probe.rs"]
    subprocess.run([toolchain.rustc, *options], cwd=folder, check=True)
    return folder / "probe"


REFUSED = """
c!("socket inet", 41, 2, 1, 0); c!("socket udp", 41, 2, 2, 0); c!("socket unix", 41, 1, 1, 0);
c!("socket netlink", 41, 16, 3, 0); c!("pair of datagrams", 53, 1, 2, 0, [0u64; 2].as_ptr());
c!("fork", 57); c!("vfork", 58); c!("clone", 56, 17, 0, 0, 0, 0); c!("clone parent", 56, 0x8011, 0);
c!("clone newuser", 56, 0x10000011, 0); c!("unshare", 272, 0x10000000); c!("setsid", 112);
c!("setpgid", 109, 0, 0); c!("kill the parent", 62, 1, 0); c!("kill the group", 62, 0, 0);
c!("kill all", 62, -1, 0); c!("tkill", 200, 1, 0); c!("tgkill", 234, 1, 1, 0);
c!("queue", 129, 1, 0, 0); c!("own a descriptor", 72, 0, 8, 1); c!("pick a signal", 72, 0, 10, 9);
c!("ptrace", 101, 16, 1, 0, 0); c!("process_vm_readv", 310, 1, 0, 0, 0, 0, 0);
c!("mount", 165, 0, 0, 0, 0, 0); c!("chroot", 161, c"/".as_ptr()); c!("bpf", 321, 0, 0, 0);
c!("userfaultfd", 323, 0); c!("io_uring_setup", 425, 1, 0); c!("keyctl", 250, 0, -3, 0);
c!("perf_event_open", 298, 0, 0, 0, 0, 0); c!("memfd_create", 319, c"x".as_ptr(), 0);
c!("shmget", 29, 0, 4096, 0o1600); c!("prlimit", 302, own, 9, [!0u64; 2].as_ptr(), 0);
c!("setrlimit", 160, 9, [!0u64; 2].as_ptr()); c!("chmod", 90, c".".as_ptr(), 0o700);
c!("personality", 135, 0); c!("setpriority", 141, 0, 0, 0); c!("pidfd_open", 434, own, 0);
c!("open_by_handle_at", 304, 0, 0, 0); c!("reboot", 169, 0, 0, 0, 0);
c!("sched_setaffinity", 203, 1, 8, [1u64].as_ptr()); c!("quotactl", 179, 0, 0, 0, 0);
"""
UNKNOWN = 'c!("clone3", 435, 0, 0); c!("x32 getpid", 0x40000027); c!("tomorrow", 463, 0);'
ALLOWED = """
c!("kill itself with nothing", 62, own, 0); c!("getpid", 39); c!("prlimit", 302, 0, 9, 0, 0);
c!("fcntl", 72, 1, 3, 0);
std::thread::spawn(|| println!("thread 0")).join().unwrap();
"""
only_x86_64 = pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86_64")


@only_x86_64
@at_all
def test_system_calls_are_refused_to_a_candidate(
    at: Sandbox, toolchain: Toolchain, tmp_path: Path
) -> None:
    """What a function has no use for is refused by an error, and the program lives on."""
    program = probe(tmp_path, toolchain, REFUSED + UNKNOWN + ALLOWED)
    done = at.run([str(program)], Access(tmp_path), LIMITS)
    assert done.exit_code == 0, done
    errors = dict(line.rsplit(" ", 1) for line in done.stdout.decode().splitlines())
    named = {part.split('"')[1]: part for part in REFUSED.split("c!(")[1:]}
    wanted = {**dict.fromkeys(named, "1"), "clone3": "38", "x32 getpid": "38", "tomorrow": "38"}
    wanted |= {"kill itself with nothing": "0", "getpid": "0", "prlimit": "0", "fcntl": "0"}
    assert errors == wanted | {"prlimit": errors["prlimit"], "thread": "0"}
    assert done.stdout.count(b"prlimit 1\n") == done.stdout.count(b"prlimit 0\n") == 1


@only_x86_64
def test_calls_of_another_architecture_kill(
    sandbox: Sandbox, toolchain: Toolchain, tmp_path: Path
) -> None:
    """The 32-bit entry of the kernel, whose numbers the filter does not know, is a dead end."""
    body = 'unsafe { std::arch::asm!("int 0x80", inout("eax") 20 => _) }; println!("lived");'
    done = sandbox.run([str(probe(tmp_path, toolchain, body))], Access(tmp_path), LIMITS)
    assert (done.signal_number, done.stdout) == (signal.SIGSYS, b"")


@at_all
def test_an_abort_is_seen_as_one(at: Sandbox, toolchain: Toolchain, tmp_path: Path) -> None:
    """A program may signal itself, from any thread: an abort keeps its name."""
    body = "std::thread::spawn(|| std::process::abort()).join().unwrap();"
    done = at.run([str(probe(tmp_path, toolchain, body))], Access(tmp_path), LIMITS)
    assert done.signal_number == signal.SIGABRT


@at_all
def test_processes_are_had_only_where_asked_for(at: Sandbox, tmp_path: Path) -> None:
    """The same shell forks with permission and cannot without."""
    script = ["/bin/sh", "-c", "(echo child); echo parent"]
    may = Access(tmp_path, system=True, processes=True)
    assert at.run(script, may, LIMITS).stdout == b"child\nparent\n"
    assert at.run(script, replace(may, processes=False), LIMITS).stdout == b""


@at_all
def test_modes_are_changed_only_by_those_who_may_write(at: Sandbox, tmp_path: Path) -> None:
    """A program that may not write can change no file's mode or time either."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "file").chmod(0o644)
    assert shell(at, "chmod 600 file || touch -d @0 file", tmp_path).exit_code != 0
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o644
    assert shell(at, "chmod 600 file", tmp_path, writable=True).exit_code == 0


@at_all
def test_a_thread_bomb_ends_by_its_own_address_space(
    at: Sandbox, toolchain: Toolchain, tmp_path: Path
) -> None:
    """Threads without end run into the program's memory limit, and none is left."""
    body = "loop { std::thread::spawn(|| loop { std::thread::park() }); }"
    limits = replace(LIMITS, memory_bytes=256 << 20, cpu_s=3)
    done = at.run([str(probe(tmp_path, toolchain, body))], Access(tmp_path), limits)
    assert not done.timed_out
    assert done.exit_code != 0
    assert b"failed" in done.stderr  # to spawn a thread, or to allocate
    wait_until_alone(tmp_path)


def alone(at: Sandbox) -> Sandbox:
    """Return the sandbox with a user for each program; skip where this is not root's to give."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a program another user")
    return replace(at, own_users=True)


@at_all
def test_a_candidate_of_root_becomes_a_user_of_its_own(
    at: Sandbox, toolchain: Toolchain, tmp_path: Path
) -> None:
    """It is nobody whom the machine knows, another each time, and cannot enter its folder."""
    body = """
    extern "C" { fn getuid() -> u32; fn geteuid() -> u32; fn getgid() -> u32; }
    println!("{:?}", unsafe { (getuid(), geteuid(), getgid()) });
    println!("{}", std::fs::read_dir(".").is_err());
    """
    program = str(probe(tmp_path, toolchain, body))
    tmp_path.chmod(0o700)
    said = [alone(at).run([program], Access(tmp_path), LIMITS) for _ in range(2)]
    users = {line for done in said for line in done.stdout.decode().splitlines()}
    assert len(users) == 3
    assert "true" in users
    assert all(
        int(number) >= 1 << 30 for user in users - {"true"} for number in user[1:-1].split(",")
    )


@only_x86_64
@at_all
def test_threads_without_stacks_are_counted(
    at: Sandbox, toolchain: Toolchain, tmp_path: Path
) -> None:
    """Threads that take no memory of their own end at the limit on threads, under root as well."""
    body = """
    use std::sync::atomic::*;
    static mut STACK: [u64; 64] = [0; 64];
    let mut started = 0;
    while started < 300 {
        let found: i64;
        unsafe { std::arch::asm!("syscall", "test rax, rax", "jnz 2f", "3:", "mov eax, 34",
            "syscall", "jmp 3b", "2:", inout("rax") 56i64 => found, in("rdi") 0x50f00u64,
            in("rsi") &raw mut STACK as u64 + 256, in("rdx") 0u64, in("r10") 0u64, in("r8") 0u64,
            out("rcx") _, out("r11") _); }
        if found < 0 { break }
        started += 1;
    }
    println!("{started}");
    std::process::exit(0)
    """
    limits = replace(LIMITS, processes=40)
    done = alone(at).run([str(probe(tmp_path, toolchain, body))], Access(tmp_path), limits)
    assert 30 <= int(done.stdout) <= 40, done


def test_the_strongest_sandbox_gives_root_own_users(sandbox: Sandbox) -> None:
    """Where this is root, a candidate does not run as root, and the gap is closed."""
    assert sandbox.own_users is (os.geteuid() == 0)
    assert not any("threads" in gap for gap in sandbox.gaps)


# What the compiler gets


@at_all
def test_rustc_makes_a_library_from_next_to_nothing(
    at: Sandbox, toolchain: Toolchain, tmp_path: Path
) -> None:
    """Neither the system nor /proc nor processes are needed to compile a library."""
    (tmp_path / "lib.rs").write_text("pub fn f(x: &str) -> Vec<String> { vec![x.into()] }")
    access = Access(tmp_path, readable=toolchain.readable, writable=True)
    command = [*toolchain.command, "--edition=2021", "--crate-type=rlib", "lib.rs"]
    limits = replace(LIMITS, cpu_s=30, wall_s=60.0, memory_bytes=4 << 30, output_bytes=64 << 20)
    done = at.run(command, access, limits)
    assert (done.exit_code, done.stderr) == (0, b"")
    assert (tmp_path / "liblib.rlib").stat().st_size > 1000


@at_file_keeping
@pytest.mark.parametrize(
    "path",
    [
        "/usr/lib/os-release",
        "/etc/passwd",
        "/etc/ld.so.cache",
        "/proc/self/environ",
        "/proc/1/cmdline",
    ],
)
def test_rustc_alone_finds_no_file_of_the_system(
    at: Sandbox, toolchain: Toolchain, tmp_path: Path, path: str
) -> None:
    """What a hostile source includes is not there while a library is made."""
    (tmp_path / "lib.rs").write_text(f'pub const X: &[u8] = include_bytes!("{path}");')
    access = Access(tmp_path, readable=toolchain.readable, writable=True)
    command = [*toolchain.command, "--edition=2021", "--crate-type=rlib", "lib.rs"]
    limits = replace(LIMITS, cpu_s=30, wall_s=60.0, memory_bytes=4 << 30, output_bytes=64 << 20)
    done = at.run(command, access, limits)
    assert done.exit_code == 1
    assert b"couldn't read" in done.stderr


# Which level is reached


@pytest.mark.parametrize("level", ALL)
@pytest.mark.parametrize("bound", [True, False])
def test_every_level_says_what_it_leaves_open(level: Isolation, *, bound: bool) -> None:
    """Gaps are sentences; a weaker level, or one without the filter, has more of them."""
    known = gaps(level, filtered=True, threads_bound=bound)
    assert all(gap.endswith(".") and gap[0].isupper() for gap in known)
    assert len(gaps(level, filtered=False, threads_bound=bound)) == len(known) + 1
    if level is not Isolation.FULL:
        assert len(known) > len(gaps(Isolation.FULL, filtered=True, threads_bound=bound))


def test_a_kernel_without_a_filter_is_a_gap(tmp_path: Path, sandbox: Sandbox) -> None:
    """Where no filter can be had the level stays and the gaps tell."""
    if sandbox.level is not Isolation.FULL:
        pytest.skip("bubblewrap does not work here")
    found = strongest_sandbox(deaf_launcher(tmp_path, to="--filter"))
    assert (found.level, found.filtered) == (Isolation.FULL, False)
    assert set(found.gaps) > set(sandbox.gaps)


def test_the_strongest_level_that_works_is_taken(toolchain: Toolchain, tmp_path: Path) -> None:
    """The level is the first that a program really runs at, and none above it runs."""
    chosen = strongest_sandbox(toolchain.launcher, allow_weak=True)
    for level in ALL[: ALL.index(chosen.level)]:
        sandbox = Sandbox(level, toolchain.launcher)
        assert shell(sandbox, "echo works", tmp_path).stdout != b"works\n"
    assert shell(chosen, "echo works", tmp_path).stdout == b"works\n"


def forbid_bubblewrap(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Put a bubblewrap on PATH that fails, as it does where namespaces are forbidden."""
    (folder / "bwrap").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (folder / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_a_machine_without_namespaces_gets_landlock(
    toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where bubblewrap does not work the launcher alone isolates."""
    forbid_bubblewrap(monkeypatch, tmp_path)
    try:
        level = strongest_sandbox(toolchain.launcher).level
    except SandboxError:
        pytest.skip("this kernel has no Landlock")
    assert level is Isolation.LANDLOCK


def deaf_launcher(folder: Path, *, to: str = "--landlock") -> Path:
    """Return a launcher that stands for a kernel without something: it fails when asked for it."""
    launcher = folder / "deaf"
    launcher.write_text(
        f'#!/bin/sh\nfor word; do [ "$word" = {to} ] && exit 125; done\n'
        'while [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n',
        encoding="utf-8",
    )
    launcher.chmod(0o755)
    return launcher


def test_a_kernel_without_landlock_gets_namespaces(sandbox: Sandbox, tmp_path: Path) -> None:
    """Where Landlock is missing and bubblewrap works, the level says so."""
    if sandbox.level is not Isolation.FULL:
        pytest.skip("bubblewrap does not work here")
    assert strongest_sandbox(deaf_launcher(tmp_path)).level is Isolation.NAMESPACES


def test_weak_isolation_has_to_be_allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Resource limits alone are refused in two lines unless they are allowed."""
    launcher = deaf_launcher(tmp_path)
    forbid_bubblewrap(monkeypatch, tmp_path)
    with pytest.raises(SandboxError) as caught:
        strongest_sandbox(launcher)
    assert len(str(caught.value).splitlines()) == 2
    assert "allow_weak_isolation" in caught.value.remedy
    assert strongest_sandbox(launcher, allow_weak=True).level is Isolation.LIMITS


@pytest.mark.parametrize("launcher", ["/nowhere/launcher", "/bin/false", "/bin/echo"])
def test_a_launcher_that_does_not_launch_is_no_isolation(launcher: str) -> None:
    """A level counts as working only where a program ran and answered."""
    with pytest.raises(SandboxError):
        strongest_sandbox(Path(launcher), allow_weak=True)


def test_a_launcher_may_be_named_by_a_relative_path(
    toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache folder given by a relative path serves as well as an absolute one."""
    monkeypatch.chdir(toolchain.folder)
    strongest_sandbox(Path("launcher"))


def test_a_tool_that_is_missing_is_a_fault_in_two_lines() -> None:
    """A trusted tool that is not installed is named."""
    with pytest.raises(SandboxError) as caught:
        run_tool(["sse-no-such-tool"])
    assert len(str(caught.value).splitlines()) == 2
    assert "sse-no-such-tool" in caught.value.wrong


def test_a_tool_is_stopped_after_its_time() -> None:
    """A trusted tool that hangs is ended and marked."""
    done = run_tool(["sleep", "60"], timeout_s=0.2)
    assert done.timed_out
    assert done.signal_number == signal.SIGKILL
