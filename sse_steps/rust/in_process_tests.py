"""A user's Rust tests, run by libtest in the candidate's own process.

Weaker than comparing answers outside, since candidate and tests share a process. A pass needs
libtest to name every expected test as passed, its counts and its exit code to agree, and a witness
for every test with a secret that safe Rust in the candidate cannot get at (see `witness.rs`).
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sse_steps.records import Method, Outcome, Verdict
from sse_steps.rust.compiler import CODE_OPTIONS, COMPILE_LIMITS, failure_of, write_source
from sse_steps.rust.crates import NO_CRATES, Crates
from sse_steps.rust.judge import Judge
from sse_steps.rust.libtest import Names, Ran, outcome_of, witnesses_in
from sse_steps.rust.sandbox import Access, Finished, Limits, Sandbox, Streams
from sse_steps.rust.toolchain import Toolchain
from sse_steps.rust.user_tests import UserTest, UserTests, read_tests

_MOST_READ_BYTES = 4 << 20
_LONGEST_DIAGNOSTICS = 8000
# What a program needs to send the secret itself. A macro cannot put these words together.
_FORGING = re.compile(r"\b(unsafe|no_mangle|export_name|link_section|global_asm)\b")
_FORGEABLE = "The program has `{}`: a pass of tests in its own process could have been forged."


@dataclass(frozen=True, slots=True)
class InProcessTests:
    """Judges candidates by tests in their own process, with one toolchain in one sandbox."""

    toolchain: Toolchain
    sandbox: Sandbox
    limits: Limits
    crates: Crates = NO_CRATES

    def judge(self, rust: str, tests: str) -> Verdict:
        """Compile `rust` with `tests` as a module at its end, run every test, and say how it went.

        Raises:
            RustTestsError: the tests cannot be run as they are written.
        """
        user_tests = read_tests(tests)
        if not user_tests.tests:
            return self._verdict(Outcome.UNTESTED, "the tests have no #[test] that is to be run")
        names = Names()
        with tempfile.TemporaryDirectory(prefix="tests-") as place:
            folder = Path(place)
            compiled = self._compile(folder, rust, user_tests.rust(names.witness), names)
            if compiled.exit_code != 0 or not (folder / "program").is_file():
                return self._misfit(rust, user_tests, names, compiled)
            executable = _set_apart(folder / "program", folder / "run" / "program")
            ran = self._run(executable, user_tests.tests, names)
        verdict = self._conclude(ran, user_tests.tests, names)
        if verdict.passes() and (word := _FORGING.search(rust)):
            verdict = replace(verdict, diagnostics=_FORGEABLE.format(word[1]))
        return replace(verdict, compile_s=compiled.wall_s, run_s=ran.done.wall_s)

    def _compile(self, folder: Path, rust: str, tests: str, names: Names) -> Finished:
        # The module comes last: inner attributes have to be first, and what stands before it in
        # the candidate's text can take the tests away but not make one pass.
        module = f"\n#[cfg(test)] #[allow(unused)] mod {names.module};\n"
        write_source(folder / "candidate.rs", rust + module)
        write_source(folder / f"{names.module}.rs", tests)
        checked = self._rustc(folder, names, "--emit=metadata", "-ochecked")
        if checked.exit_code != 0:
            return checked
        return self._rustc(folder, names, "-oprogram", linking=True)

    def _rustc(self, folder: Path, names: Names, *options: str, linking: bool = False) -> Finished:
        """Run rustc; what includes files of the system's fails before a linker needs them."""
        command = [
            *self.toolchain.command,
            *CODE_OPTIONS,
            "--crate-name=candidate",
            "--color=never",
            "--test",
            f"--extern={names.witness}={self.toolchain.witness}",
            *self.crates.options,
            *options,
            "candidate.rs",
        ]
        ours = (self.toolchain.witness, *self.crates.readable)
        readable = (*self.toolchain.readable, *ours)
        access = Access(folder, readable=readable, writable=True)
        if linking:
            readable = (self.toolchain.sysroot, *ours)
            access = Access(
                folder, readable=readable, writable=True, system=True, processes=True, proc=True
            )
        return self.sandbox.run(command, access, COMPILE_LIMITS)

    def _misfit(self, rust: str, tests: UserTests, names: Names, done: Finished) -> Verdict:
        """Return the verdict where candidate and tests do not compile together, and say why."""
        if failure_of(done) is not Outcome.COMPILE_ERROR:
            return self._not_compiled(done, names.removed(done.stderr.decode(errors="replace")))
        alone = Judge(self.toolchain, self.sandbox, self.limits, self.crates).judge(rust, ())
        if not alone.compiles:
            outcome = Outcome.COMPILE_ERROR if alone.outcome is Outcome.UNTESTED else alone.outcome
            return replace(alone, outcome=outcome, method=Method.IN_PROCESS)
        with tempfile.TemporaryDirectory(prefix="tests-") as place:
            plain = self._compile(Path(place), rust, tests.plain(), names)
        failed = plain if plain.exit_code != 0 else done  # without our additions where it can be
        said = names.removed(failed.stderr.decode(errors="replace"))
        why = f"The program compiles alone; the tests do not fit it.\n{said}"
        return self._not_compiled(done, why)

    def _not_compiled(self, done: Finished, diagnostics: str) -> Verdict:
        code = re.search(r"^error\[(E\d+)\]", diagnostics, re.MULTILINE)
        verdict = self._verdict(failure_of(done), diagnostics)
        return replace(verdict, compile_s=done.wall_s, error_code=code[1] if code else None)

    def _run(self, executable: Path, tests: Sequence[UserTest], names: Names) -> Ran:
        """Run the tests one after the other; each output goes to a file that the kernel bounds."""
        secret = secrets.token_hex(16)
        options = ["--test-threads=1", "--exact"]
        program = [str(executable), *options, *(f"{names.module}::{test.path}" for test in tests)]
        with (
            tempfile.NamedTemporaryFile() as reports,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            # Open for writing alone: what was reported before cannot be read back from it.
            witness = os.open(reports.name, os.O_WRONLY | os.O_APPEND)
            stdin = _pipe_with(f"{secret}{witness}".encode())
            streams = Streams(stdin, out.fileno(), err.fileno())
            started = time.perf_counter()
            try:
                running = self.sandbox.start(
                    program,
                    Access(executable.parent),
                    self.limits,
                    streams=streams,
                    descriptors=(witness,),
                )
            finally:
                os.close(stdin)
                os.close(witness)
            timed_out = not running.ended_within(self.limits.wall_s)
            exit_code, launched = running.stop()
            wall_s = time.perf_counter() - started
            stdout, stderr, witnessed = (
                os.pread(file.fileno(), _MOST_READ_BYTES, 0) for file in (out, err, reports)
            )
        done = Finished(exit_code, stdout, stderr, wall_s, timed_out, launched)
        return Ran(done, witnesses_in(witnessed, secret))

    def _conclude(self, ran: Ran, tests: Sequence[UserTest], names: Names) -> Verdict:
        paths = [f"{names.module}::{test.path}" for test in tests]
        reported = ran.reported
        passed = [
            index
            for index, path in enumerate(paths)
            if reported.get(path) and ran.finished[index] == 1
        ]
        outcome, why = outcome_of(ran, paths, names, all_passed=len(passed) == len(paths))
        return replace(
            self._verdict(outcome, names.removed(why)),
            compiles=True,
            tests_run=sum(path in reported for path in paths),
            tests_passed=len(passed),
        )

    def _verdict(self, outcome: Outcome, diagnostics: str) -> Verdict:
        return Verdict(
            outcome=outcome,
            compiles=False,
            tests_run=0,
            tests_passed=0,
            compile_s=0.0,
            run_s=0.0,
            error_code=None,
            diagnostics=diagnostics[:_LONGEST_DIAGNOSTICS],
            isolation=self.sandbox.level,
            not_enforced=self.sandbox.not_enforced,
            method=Method.IN_PROCESS,
        )


def _pipe_with(message: bytes) -> int:
    """Return the end to read of a pipe that holds a short message and nothing more."""
    reading, writing = os.pipe()
    os.write(writing, message)
    os.close(writing)
    return reading


def _set_apart(program: Path, target: Path) -> Path:
    """Move the executable away from the sources, to where it can be run but not read."""
    target.parent.mkdir()
    program.rename(target)
    target.chmod(0o111)
    return target
