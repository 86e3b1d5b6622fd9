"""Calls of tools that hang, flood, fail, and leave children behind."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sse_steps.infer.tool_process import Cut, Ended, call_tool

# Where a sleeper writes its number and stays: in the tool's session, in one of its own, in one of
# its own behind a parent that is gone, and with an environment of its own as well.
SLEEPER = "echo $$ >> {pids}; exec sleep 600"
FAMILIES = {
    "a child": "({sleeper}) & sleep 600",
    "a session of its own": "setsid sh -c '{sleeper}' & sleep 600",
    "an orphan": "(setsid sh -c '{sleeper}' &) ; sleep 600",
    "no environment": "env -i sh -c '{sleeper}' & sleep 600",
    "a session and no environment": "env -i setsid sh -c '{sleeper}' & sleep 600",
    "deaf": "trap '' TERM INT HUP; {sleeper}",
    "a pipeline": "sh -c '{sleeper}' | cat",
}


def call(
    script: str,
    folder: Path,
    *,
    stdin: bytes | None = None,
    timeout_s: float = 20.0,
    most_bytes: int = 1 << 20,
) -> Ended:
    """Call a shell script as a tool."""
    command = [b"/bin/sh", b"-c", script.encode()]
    return call_tool(
        command, stdin=stdin, folder=folder, timeout_s=timeout_s, most_bytes=most_bytes
    )


def is_running(number: int) -> bool:
    """Return whether a process is there and no zombie."""
    try:
        status = Path(f"/proc/{number}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def wait_for_lines(path: Path, count: int, *, timeout_s: float = 10.0) -> list[int]:
    """Return the numbers in a file once it has that many."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        numbers = [int(line) for line in path.read_text().split()] if path.exists() else []
        if len(numbers) >= count:
            return numbers
        time.sleep(0.01)
    raise AssertionError(f"{path} has no {count} lines")


def survivors(numbers: list[int]) -> list[int]:
    """Return which of some processes live on; one that is killed takes a moment to go."""
    until = time.monotonic() + 2.0
    while (alive := [each for each in numbers if is_running(each)]) and time.monotonic() < until:
        time.sleep(0.01)
    return alive


def test_a_tool_is_given_its_input_and_gives_its_output(tmp_path: Path) -> None:
    """Standard input arrives whole, the streams and the exit code come back, and time is taken."""
    done = call("cat; echo oops >&2; sleep 0.1; exit 3", tmp_path, stdin=b"\x00\xff" * 100_000)
    assert (done.stdout, done.stderr) == (b"\x00\xff" * 100_000, b"oops\n")
    assert (done.exit_code, done.cut) == (3, None)
    assert done.wall_s >= 0.1


def test_no_input_is_a_closed_one(tmp_path: Path) -> None:
    """A tool that reads although there is nothing to read does not wait."""
    assert call("cat; echo end", tmp_path).stdout == b"end\n"


@pytest.mark.parametrize("script", ["exit 0", "exec <&-; sleep 0.1", "head -c 1 > /dev/null"])
def test_a_tool_need_not_read_its_input(tmp_path: Path, script: str) -> None:
    """A megabyte of prompt that nobody reads is no fault."""
    done = call(script, tmp_path, stdin=b"x" * (1 << 20))
    assert (done.exit_code, done.cut) == (0, None)


@pytest.mark.parametrize("script", FAMILIES.values(), ids=FAMILIES.keys())
def test_a_tool_that_hangs_is_killed_with_all_that_it_started(tmp_path: Path, script: str) -> None:
    """At the time limit nothing of a tool stays, wherever its children have gone."""
    pids = tmp_path / "pids"
    started = time.perf_counter()
    done = call(script.format(sleeper=SLEEPER.format(pids=pids)), tmp_path, timeout_s=1.0)
    assert done.cut is Cut.TIMEOUT
    assert done.exit_code == -signal.SIGKILL
    assert 1.0 <= done.wall_s < 5.0
    assert time.perf_counter() - started < 10.0
    numbers = wait_for_lines(pids, 1)
    assert survivors(numbers) == []


def test_a_tool_that_forks_while_it_is_killed_is_killed(tmp_path: Path) -> None:
    """Children that keep coming in sessions of their own do not outrun the killing."""
    pids = tmp_path / "pids"
    script = f"while :; do setsid sh -c 'echo $$ >> {pids}; exec sleep 600' & sleep 0.01; done"
    assert call(script, tmp_path, timeout_s=1.0).cut is Cut.TIMEOUT
    numbers = wait_for_lines(pids, 5)
    time.sleep(0.1)
    assert survivors(numbers) == []


def test_a_script_does_not_go_on_with_its_next_command(tmp_path: Path) -> None:
    """When a tool is killed, none of its scripts gets to see that its command has ended."""
    script = "(sleep 600; touch went_on) & (sleep 600; touch went_on) & sleep 600; touch went_on"
    for _ in range(5):
        assert call(script, tmp_path, timeout_s=0.3).exit_code == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_what_goes_on_in_the_background_ends_with_the_tool(tmp_path: Path) -> None:
    """A child that keeps the pipes open neither holds the call up nor lives on."""
    pids = tmp_path / "pids"
    script = f"(echo $$; exec sh -c '{SLEEPER.format(pids=pids)}') & sleep 0.3; echo done"
    done = call(script, tmp_path)
    assert done.stdout.endswith(b"done\n")
    assert done.wall_s < 5.0
    assert survivors(wait_for_lines(pids, 1)) == []


def test_a_server_that_a_tool_leaves_behind_holds_nothing_up(tmp_path: Path) -> None:
    """A child in a session of its own keeps the pipes open; the call ends with the tool."""
    pids = tmp_path / "pids"
    script = f"setsid sh -c '{SLEEPER.format(pids=pids)}' & sleep 0.3; echo done"
    done = call(script, tmp_path)
    assert (done.stdout, done.exit_code, done.cut) == (b"done\n", 0, None)
    assert done.wall_s < 5.0
    for number in wait_for_lines(pids, 1):
        os.kill(number, signal.SIGKILL)


def test_a_flood_ends_a_tool(tmp_path: Path) -> None:
    """A tool that writes without end is killed at the limit, and only that much is kept."""
    done = call("yes xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", tmp_path, most_bytes=100_000)
    assert done.cut is Cut.FLOOD
    assert len(done.stdout) == 100_000


def test_a_short_flood_is_one_too(tmp_path: Path) -> None:
    """A tool that ends right after too much output is not taken at its cut-off word."""
    done = call("head -c 50001 /dev/zero", tmp_path, most_bytes=50_000)
    assert (done.cut, len(done.stdout)) == (Cut.FLOOD, 50_000)


def test_a_flood_of_complaints_fills_no_memory(tmp_path: Path) -> None:
    """Of standard error only the end is kept, however much there is."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = call("head -c 300000000 /dev/zero >&2; echo end >&2; echo fine", tmp_path)
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert (done.stdout, done.cut) == (b"fine\n", None)
    assert done.stderr.endswith(b"end\n")
    assert len(done.stderr) <= 1 << 16
    assert grown_kib < 50_000


def test_a_tool_has_no_terminal(tmp_path: Path) -> None:
    """What a tool wants to write to the terminal, or ask there, it cannot."""
    done = call("(echo password: > /dev/tty) 2>/dev/null && echo wrote; tty || true", tmp_path)
    assert b"wrote" not in done.stdout


def test_an_interrupted_build_leaves_no_tool_behind(tmp_path: Path) -> None:
    """Control-C during a call ends the tool and its children."""
    pids = tmp_path / "pids"
    script = f"setsid sh -c '{SLEEPER.format(pids=pids)}' & sleep 600"
    program = (
        "from pathlib import Path; from sse_steps.infer.tool_process import call_tool; "
        f"call_tool([b'/bin/sh', b'-c', {script.encode()!r}], "
        f"stdin=None, folder=Path({str(tmp_path)!r}), timeout_s=600)"
    )
    build = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    numbers = wait_for_lines(pids, 1, timeout_s=30.0)
    build.send_signal(signal.SIGINT)
    build.wait(timeout=30)
    assert survivors(numbers) == []


def test_nothing_else_is_killed(tmp_path: Path) -> None:
    """A time limit ends the tool's processes and no neighbour."""
    with subprocess.Popen(["/bin/sleep", "600"], start_new_session=True) as neighbour:
        try:
            assert call("sleep 600", tmp_path, timeout_s=0.2).cut is Cut.TIMEOUT
            assert is_running(neighbour.pid)
        finally:
            neighbour.kill()
