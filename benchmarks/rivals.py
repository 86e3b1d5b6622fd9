"""The usual ways to try a generated program, each sample on its own: cargo, and `rustc --test`.

What a model wrote runs in the project's sandbox here as well. Reference solutions are ours, so they
may run bare, as a rival would have it.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rust_tests import BINARY, rust_tests
from samples import Candidate

from sse_steps.records import ProgramCase
from sse_steps.rust.sandbox import Access, Finished, Limits, Sandbox
from sse_steps.rust.toolchain import Toolchain

_LIMITS = Limits(cpu_s=5, wall_s=60.0, memory_bytes=3 << 30, output_bytes=256 << 20, processes=1024)
_MANIFEST = f'[package]\nname = "{BINARY}"\nversion = "0.1.0"\nedition = "2021"\n'
_TESTS_OF_A_LIBRARY = "\n#[cfg(test)]\nmod judge_cases;\n"


@dataclass(frozen=True, slots=True)
class Machine:
    """Where rivals run: in a sandbox, or bare where `sandbox` is None."""

    toolchain: Toolchain
    sandbox: Sandbox | None

    def run(
        self,
        command: Sequence[str],
        folder: Path,
        *,
        limits: Limits = _LIMITS,
        stdin: bytes = b"",
        variables: tuple[tuple[str, str], ...] = (),
    ) -> Finished:
        """Run a command in `folder`; the first word is a program of the toolchain, or a path."""
        tools = self.toolchain.sysroot / "bin"
        program = [str(tools / command[0]), *command[1:]]  # an absolute path stays what it is
        environment = (
            ("PATH", f"{tools}:/usr/local/bin:/usr/bin:/bin"),
            ("CARGO_HOME", str(folder / ".cargo")),
            ("HOME", str(folder)),
            *variables,
        )
        if self.sandbox is None:
            return _run_bare(program, folder, stdin, dict(environment))
        access = Access(
            folder,
            readable=(self.toolchain.sysroot,),
            writable=True,
            system=True,
            processes=True,
            proc=True,
            environment=environment,
        )
        return self.sandbox.run(program, access, limits, stdin=stdin)


def _run_bare(
    program: list[str], folder: Path, stdin: bytes, environment: dict[str, str]
) -> Finished:
    started = time.perf_counter()
    done = subprocess.run(
        program,
        cwd=folder,
        env=os.environ | environment,
        input=stdin,
        capture_output=True,
        timeout=_LIMITS.wall_s,
        check=False,
    )
    wall_s = time.perf_counter() - started
    return Finished(done.returncode, done.stdout, done.stderr, wall_s, timed_out=False)


@dataclass(frozen=True, slots=True)
class CargoProject:
    """A cargo project of one candidate and its tests; it shares nothing with another one."""

    machine: Machine
    folder: Path
    is_program: bool

    @classmethod
    def written(cls, machine: Machine, candidate: Candidate, folder: Path) -> CargoProject:
        """Write the project into the empty `folder`."""
        project = cls(machine, folder, candidate.example.signature is None)
        (folder / "src").mkdir()
        (folder / "tests").mkdir()
        (folder / "Cargo.toml").write_text(_MANIFEST)
        if project.is_program:
            _write(folder / "src/main.rs", candidate.rust)
        else:
            _write(folder / "src/lib.rs", candidate.rust + _TESTS_OF_A_LIBRARY)
        project.write_tests(rust_tests(candidate.example))
        return project

    def write_tests(self, tests: str) -> None:
        """Write the file of tests in place of the one before."""
        place = "tests/cases.rs" if self.is_program else "src/judge_cases.rs"
        _write(self.folder / place, tests)

    def cargo(self, *arguments: str) -> Finished:
        """Run cargo."""
        return self.machine.run(["cargo", *arguments, "--offline", "--quiet"], self.folder)

    def build(self) -> Finished:
        """Run `cargo build`."""
        return self.cargo("build")

    def test(self, *, run: bool = True) -> Finished:
        """Run `cargo test` on the cases, none of the candidate's own tests, in their order."""
        chosen = ["--test=cases"] if self.is_program else ["--lib"]
        if not run:
            return self.cargo("test", *chosen, "--no-run")
        only = [] if self.is_program else ["judge_cases::"]
        command = ["cargo", "test", *chosen, "--offline", "--quiet", "--", "--test-threads=1"]
        return self.machine.run([*command, *only], self.folder)


@dataclass(frozen=True, slots=True)
class PlainVerdict:
    """What cargo made of a candidate."""

    builds: bool
    compiles: bool  # the tests as well
    passes: bool
    said: str
    inferred: bool = False  # whether the tests compile only with their types left to inference


def with_cargo(machine: Machine, candidate: Candidate, *, times: int = 1) -> list[PlainVerdict]:
    """Build and test a candidate in a fresh cargo project; the tests run `times` times."""
    with tempfile.TemporaryDirectory(prefix="cargo-") as name:
        project = CargoProject.written(machine, candidate, Path(name))
        built = project.build()
        inferred = False
        compiled = project.test(run=False) if built.exit_code == 0 else built
        if built.exit_code == 0 and compiled.exit_code != 0 and not project.is_program:
            project.write_tests(rust_tests(candidate.example, inferred=True))
            inferred = (again := project.test(run=False)).exit_code == 0
            compiled = again if inferred else compiled
        compiles = compiled.exit_code == 0
        ran = [project.test() for _ in range(times)] if compiles else [compiled]
    assert all(step.launched for step in (built, compiled, *ran)), "cargo could not be started"
    return [
        PlainVerdict(
            built.exit_code == 0,
            compiles,
            compiles and step.exit_code == 0,
            (step.stdout + step.stderr).decode(errors="replace"),
            inferred,
        )
        for step in ran
    ]


def passes_with_cargo(machine: Machine, candidate: Candidate, folder: Path) -> bool:
    """Return whether a fresh cargo project of the candidate builds and passes its tests."""
    project = CargoProject.written(machine, candidate, folder)
    return project.build().exit_code == 0 and project.cargo("test").exit_code == 0


def passes_with_rustc(machine: Machine, candidate: Candidate, folder: Path) -> bool:
    """Return whether the candidate passes its tests, built by `rustc --test`.

    A program has no function to call from a test: it is compiled by itself and run case by case.
    """
    _write(folder / "candidate.rs", candidate.rust + _TESTS_OF_A_LIBRARY)
    _write(folder / "judge_cases.rs", rust_tests(candidate.example))
    options = ["--edition=2021", "-Awarnings", f"-o{folder / BINARY}", "candidate.rs"]
    if candidate.example.signature is not None:
        options.append("--test")
    if machine.run(["rustc", *options], folder).exit_code != 0:
        return False
    if candidate.example.signature is not None:
        return machine.run([str(folder / BINARY)], folder).exit_code == 0
    runs = (case for case in candidate.example.cases if isinstance(case, ProgramCase))
    return all(_runs_well(machine, case, folder) for case in runs)


def _runs_well(machine: Machine, case: ProgramCase, folder: Path) -> bool:
    command = [str(folder / BINARY), *case.arguments]
    done = machine.run(command, folder, stdin=case.stdin.encode())
    printed = done.stdout.decode(errors="replace").rstrip("\n")
    return (printed, done.exit_code) == (case.stdout.rstrip("\n"), case.exit_code)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="replace")
