"""Runs of one program in one sandbox: each as if it were the only one."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from sse_steps.rust.isolation import Isolation
from sse_steps.rust.probe import with_own_users, works
from sse_steps.rust.sandbox import Access, Finished, Limits, Sandbox
from sse_steps.rust.series import Run, run_series
from sse_steps.rust.toolchain import Toolchain

LIMITS = Limits(cpu_s=1, wall_s=2.5, memory_bytes=256 << 20, output_bytes=64 << 10)
# Does what its first argument says; answers with its other arguments and its standard input.
PROGRAM = """
use std::io::{Read, Write};
extern "C" { fn write(fd: i32, data: *const u8, size: usize) -> isize; fn getppid() -> i32;
             fn kill(pid: i32, signal: i32) -> i32; }
fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    match words[0].as_str() {
        "tell" => print!("{}|{}", words[1..].join(","), text),
        "leave" => std::process::exit(words[1].parse().unwrap()),
        "panic" => panic!("on purpose"),
        "abort" => std::process::abort(),
        "spin" => loop { std::hint::spin_loop() },
        "sleep" => std::thread::sleep(std::time::Duration::from_secs(60)),
        "flood" => loop { if std::io::stdout().write_all(&[b'x'; 4096]).is_err() { break } },
        "scribble" => (3..200).for_each(|fd| unsafe { write(fd, b"forged".as_ptr(), 6); }),
        "strike" => unsafe { kill(getppid(), 9); },
        _ => unreachable!(),
    }
}
"""


@pytest.fixture(scope="module")
def program(toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the program, compiled, in a folder of its own."""
    folder = tmp_path_factory.mktemp("series")
    source = tmp_path_factory.mktemp("source") / "program.rs"
    source.write_text(PROGRAM, encoding="utf-8")
    options = ["-Ctarget-feature=+crt-static", "-o", str(folder / "program"), str(source)]
    subprocess.run([str(toolchain.rustc), *options], check=True)
    return folder / "program"


@pytest.fixture(scope="module", params=[Isolation.FULL, Isolation.LANDLOCK])
def at(request: pytest.FixtureRequest, toolchain: Toolchain) -> Sandbox:
    """Return a sandbox at each level that has to hold a candidate."""
    sandbox = Sandbox(request.param, toolchain.launcher)
    if not works(sandbox):
        pytest.skip(f"the level '{request.param}' does not work here")
    return with_own_users(sandbox)


def runs(sandbox: Sandbox, program: Path, *all_runs: Run) -> list[Finished]:
    """Run the program."""
    return run_series(sandbox, str(program), all_runs, Access(program.parent), LIMITS)


def test_each_run_has_its_own_arguments_and_streams(at: Sandbox, program: Path) -> None:
    """What is given to one run, and what it prints, is its own; order is kept."""
    given = [
        Run(("tell", "a b", "", "Zo\u00eb \U0001f980", "--limit"), "first\n"),
        Run(("tell",), ""),
        Run(("tell", "x" * 10_000), "last"),
    ]
    told = [done.stdout.decode() for done in runs(at, program, *given)]
    assert told == ["a b,,Zo\u00eb \U0001f980,--limit|first\n", "|", "x" * 10_000 + "|last"]


def test_each_end_is_told(at: Sandbox, program: Path) -> None:
    """Exit codes and signals are each run's own, and one that dies does not end the others."""
    given = [Run(("leave", "7"), ""), Run(("panic",), ""), Run(("abort",), ""), Run(("tell",), "")]
    done = runs(at, program, *given)
    assert [each.exit_code for each in done] == [7, 101, -6, 0]
    assert b"on purpose" in done[1].stderr
    assert all(each.launched and not each.timed_out for each in done)
    assert all(0 < each.wall_s < LIMITS.wall_s for each in done)


def test_limits_are_each_runs_own(at: Sandbox, program: Path) -> None:
    """Processor seconds and output are counted anew for every run."""
    given = [Run(("flood",), ""), Run(("tell",), ""), Run(("spin",), ""), Run(("tell",), "alive")]
    flooded, _, spun, told = runs(at, program, *given)
    assert len(flooded.stdout) == LIMITS.output_bytes
    assert spun.signal_number == 24  # SIGXCPU
    assert told.stdout == b"|alive"


def test_after_a_run_out_of_time_nothing_is_run(at: Sandbox, program: Path) -> None:
    """A run that sleeps is ended at its limit, and what is behind it is not begun."""
    done = runs(at, program, Run(("tell",), ""), Run(("sleep",), ""), Run(("tell",), ""))
    assert [each.timed_out for each in done] == [False, True]
    assert done[1].wall_s >= LIMITS.wall_s


def test_a_run_has_no_descriptor_of_another(at: Sandbox, program: Path) -> None:
    """Whatever a run writes to, the others' streams and the launcher's reports stay as they are."""
    done = runs(at, program, Run(("scribble",), ""), Run(("tell",), "in"), Run(("scribble",), ""))
    assert [each.stdout for each in done] == [b"", b"|in", b""]
    assert [each.exit_code for each in done] == [0, 0, 0]


def test_the_launcher_cannot_be_ended_by_a_run(at: Sandbox, program: Path) -> None:
    """A run signals nobody, not even the process that waits for it."""
    done = runs(at, program, Run(("strike",), ""), Run(("tell",), "still here"))
    assert [each.stdout for each in done] == [b"", b"|still here"]


def test_many_runs_are_all_run(at: Sandbox, program: Path) -> None:
    """More runs than share a sandbox are run all the same."""
    done = runs(at, program, *(Run(("tell", str(number)), "") for number in range(70)))
    assert [each.stdout.decode() for each in done] == [f"{number}|" for number in range(70)]


def test_no_runs_are_nothing(at: Sandbox, program: Path) -> None:
    """There is nothing to run, and nothing is."""
    assert runs(at, program) == []


def test_a_program_that_is_not_there_was_not_launched(at: Sandbox, program: Path) -> None:
    """That is the sandbox's fault and told as such."""
    missing = program.with_name("missing")
    assert not runs(at, missing, Run((), ""))[0].launched


def test_a_sandbox_that_cannot_start_says_so(at: Sandbox, program: Path) -> None:
    """Without a launcher nothing runs, and the reason is kept."""
    broken = replace(at, launcher=program.with_name("no_launcher"))
    if at.level is Isolation.LANDLOCK:
        with pytest.raises(FileNotFoundError):
            runs(broken, program, Run(("tell",), ""))
        return
    (done,) = runs(broken, program, Run(("tell",), ""))
    assert not done.launched
    assert done.stderr
