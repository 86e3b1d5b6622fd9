"""From Rust text to an executable, or to the reason why not. The compiler runs isolated too.

Hostile source meets the compiler in a sandbox that has the toolchain and nothing else. The linker,
which needs the system's libraries, then sees only the finished library and a driver of ours.
"""

from __future__ import annotations

import re
import secrets
import signal
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sse_steps.records import Outcome
from sse_steps.rust.bridge import Candidate, batch_root, root_line
from sse_steps.rust.crates import NO_CRATES, Crates
from sse_steps.rust.diagnostics import CompileError, Own, read_errors, told
from sse_steps.rust.ordinary import has_plain_main
from sse_steps.rust.sandbox import Access, Finished, Limits, Sandbox
from sse_steps.rust.toolchain import Toolchain

COMPILE_LIMITS = Limits(
    cpu_s=30, wall_s=90.0, memory_bytes=4 << 30, output_bytes=256 << 20, processes=1024
)
# How candidates are compiled, whoever puts what to them: as a debug build of cargo, but static.
CODE_OPTIONS = (
    "--edition=2021",
    "-Awarnings",
    "-Cdebuginfo=0",
    "-Coverflow-checks=on",
    "-Ctarget-feature=+crt-static",
)
_ROOT, _ALONE = "candidates.rs", "candidate.rs"
_MODULE = re.compile(r"\bc[0-9a-f]{16}\.rs\b")  # a candidate's file in a batch
_THREAD = re.compile(r"^(thread '.*') \(\d+\) (panicked at )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Compiled:
    """What the compiler made of a candidate. `executable` is None where it failed."""

    executable: Path | None
    outcome: Outcome  # PASSED, or why there is no executable
    error_code: str | None  # of the first error; a fault of syntax has none
    diagnostics: str
    seconds: float  # of the wall clock; an equal share of what its batch took
    choice: int = 0  # which candidate of the executable it is

    def access(self) -> Access:
        """Return what the executable may reach while it runs: itself."""
        if self.executable is None:
            raise ValueError("there is nothing to run")
        choice = (("JUDGE_CHOICE", str(self.choice)),)
        return Access(self.executable.parent, environment=choice)


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles candidates with one toolchain in one sandbox, with some crates or none."""

    toolchain: Toolchain
    sandbox: Sandbox
    crates: Crates = NO_CRATES
    limits: Limits = COMPILE_LIMITS

    def compile_alone(self, candidate: Candidate, folder: Path) -> Compiled:
        """Compile a candidate as a crate of its own into the empty `folder`."""
        own = Own(_ALONE, candidate.lines)
        if candidate.is_program and not has_plain_main(candidate.rust):
            checked = self._checked(candidate, folder)
            if checked.exit_code != 0:
                return _failed(checked, own, checked.wall_s)
        write_source(folder / _ALONE, candidate.with_bridge())
        library = self._library(folder, _ALONE, self.limits)
        if library.exit_code != 0 and not self._pinned(candidate, library, folder):
            return _failed(library, own, library.wall_s)
        linked = self._link(folder)
        seconds = library.wall_s + linked.wall_s
        executable = _executable(folder, linked)
        if executable is None:
            return _failed(linked, own, seconds)
        return Compiled(executable, Outcome.PASSED, None, "", seconds)

    def _pinned(self, candidate: Candidate, library: Finished, folder: Path) -> bool:
        """Where inference could not decide the types of a call, try those that the cases show."""
        if not (candidate.is_generic and _in_bridge(read_errors(library.stderr), candidate)):
            return False
        for calls in candidate.pinned_calls():
            write_source(folder / _ALONE, candidate.with_bridge(calls))
            if self._library(folder, _ALONE, self.limits).exit_code == 0:
                return True
        return False

    def _checked(self, candidate: Candidate, folder: Path) -> Finished:
        """Check a whole program as it stands: what rustc says of `main` it says only of those."""
        write_source(folder / _ALONE, candidate.rust)
        options = ["--crate-type=bin", "--emit=metadata", f"--out-dir={folder}", _ALONE]
        return self._isolated(options, folder, self.limits)

    def compile_batch(self, candidates: Sequence[Candidate], folder: Path) -> list[Compiled]:
        """Compile candidates as modules of one crate into the empty `folder`.

        Those that rustc finds fault with are compiled alone, because the fault may be that of a
        neighbour, and the rest is compiled again. Where nobody in particular is at fault, such as
        when the compiler is out of time, the batch is split.
        """
        if len(candidates) == 1:
            return [self.compile_alone(candidates[0], folder)]
        batch = _Batch.written(candidates, folder)
        found: dict[int, Compiled] = {}
        left = list(range(len(candidates)))
        while left:
            library = self._library_of(batch, left)
            if library.exit_code == 0:
                found |= self._linked(batch, left, library)
                break
            blamed = batch.blame(library, left)
            if not blamed:
                break
            found |= {index: self._apart(candidates, index, folder) for index in blamed}
            left = [index for index in left if index not in blamed]
        if any(index not in found for index in left):
            found |= self._split(candidates, left, folder)
        return [found[index] for index in range(len(candidates))]

    def _library_of(self, batch: _Batch, left: list[int]) -> Finished:
        write_source(batch.folder / _ROOT, batch_root([batch.modules[index] for index in left]))
        limits = replace(self.limits, cpu_s=min(self.limits.cpu_s, 5 + len(left) // 5))
        return self._library(batch.folder, _ROOT, limits)

    def _linked(self, batch: _Batch, left: list[int], library: Finished) -> dict[int, Compiled]:
        """Link a batch and return what each of its candidates got, or nothing if that fails."""
        linked = self._link(batch.folder)
        executable = _executable(batch.folder, linked)
        if executable is None:
            return {}
        share = (library.wall_s + linked.wall_s) / len(left)
        passed = Compiled(executable, Outcome.PASSED, None, "", share)
        return {index: replace(passed, choice=at) for at, index in enumerate(left)}

    def _apart(self, candidates: Sequence[Candidate], index: int, folder: Path) -> Compiled:
        place = folder / f"alone_{index}"
        place.mkdir()
        return self.compile_alone(candidates[index], place)

    def _split(
        self, candidates: Sequence[Candidate], left: list[int], folder: Path
    ) -> dict[int, Compiled]:
        """Compile in two halves, each in its own folder, what the batch came to no end with."""
        middle = (len(left) + 1) // 2
        found: dict[int, Compiled] = {}
        for half in filter(None, (left[:middle], left[middle:])):
            place = folder / f"half_{half[0]}"
            place.mkdir()
            compiled = self.compile_batch([candidates[index] for index in half], place)
            found |= dict(zip(half, compiled, strict=True))
        return found

    def _library(self, folder: Path, source: str, limits: Limits) -> Finished:
        options = [f"--out-dir={folder}", "--crate-type=rlib", "--crate-name=candidates", source]
        return self._isolated(options, folder, limits)

    def _isolated(self, options: list[str], folder: Path, limits: Limits) -> Finished:
        """Run rustc on hostile source, with nothing else of the machine in sight."""
        ours = (*self.toolchain.readable, self.toolchain.support)
        access = Access(folder, readable=(*ours, *self.crates.readable), writable=True)
        return self.sandbox.run(self._rustc(options), access, limits)

    def _link(self, folder: Path) -> Finished:
        target = folder / "linked"
        target.mkdir(exist_ok=True)
        library = f"--extern=candidates={folder / 'libcandidates.rlib'}"
        options = [f"--out-dir={target}", "--crate-name=driver", library]
        readable = (self.toolchain.sysroot, self.toolchain.folder, folder, *self.crates.readable)
        access = Access(
            target, readable=readable, writable=True, system=True, processes=True, proc=True
        )
        command = self._rustc([*options, str(self.toolchain.driver)])
        return self.sandbox.run(command, access, self.limits)

    def _rustc(self, options: list[str]) -> list[str]:
        return [
            *self.toolchain.command,
            *CODE_OPTIONS,
            "--error-format=json",
            "-Cembed-bitcode=no",
            f"--extern=judge_support={self.toolchain.support}",
            *self.crates.options,
            *options,
        ]


@dataclass(frozen=True, slots=True)
class _Batch:
    """Candidates as modules. Their names cannot be guessed, so none can name another."""

    folder: Path
    modules: tuple[str, ...]

    @classmethod
    def written(cls, candidates: Sequence[Candidate], folder: Path) -> _Batch:
        """Write each candidate's module into `folder`."""
        modules = tuple(f"c{secrets.token_hex(8)}" for _ in candidates)
        for name, candidate in zip(modules, candidates, strict=True):
            write_source(folder / f"{name}.rs", candidate.with_bridge())
        return cls(folder, modules)

    def blame(self, library: Finished, left: list[int]) -> set[int]:
        """Return the candidates that rustc finds fault with."""
        by_file = {f"{self.modules[index]}.rs": index for index in left}
        at_root = {root_line(len(left), at): index for at, index in enumerate(left)}
        places = [place for error in read_errors(library.stderr) for place in error.at]
        found = {by_file.get(place.file) for place in places}
        found |= {at_root.get(place.line) for place in places if place.file == _ROOT}
        return {index for index in found if index is not None}


def _in_bridge(errors: list[CompileError], candidate: Candidate) -> list[CompileError]:
    """Return the errors behind a candidate's own lines."""
    return [error for error in errors if error.at and error.at[0].line > candidate.lines]


def steady(said: str) -> str:
    """Return what a program said as it ended, without what is random about where it ran.

    The name of its file in a batch and the number of its thread: a later turn repeats these words
    to the model, and an equal program has to lead to an equal conversation.
    """
    return _THREAD.sub(r"\1 \2", _MODULE.sub(_ALONE, said))


def write_source(path: Path, text: str) -> None:
    """Write a program; half a character, which no UTF-8 has, becomes a question mark."""
    path.write_text(text, encoding="utf-8", errors="replace")


def _executable(folder: Path, linked: Finished) -> Path | None:
    executable = folder / "linked" / "driver"
    return executable if linked.exit_code == 0 and executable.is_file() else None


def _failed(done: Finished, own: Own, seconds: float) -> Compiled:
    """Return why there is nothing to run."""
    errors = read_errors(done.stderr)
    code = errors[0].code if errors else None
    diagnostics = told(errors, own) or done.stderr[-2000:].decode(errors="replace")
    return Compiled(None, failure_of(done), code, diagnostics, seconds)


def failure_of(done: Finished) -> Outcome:
    """Return the outcome of a compilation that gave nothing to run."""
    if not done.launched:
        return Outcome.INFRASTRUCTURE_ERROR
    if done.timed_out or done.signal_number in (signal.SIGKILL, signal.SIGXCPU):
        return Outcome.TIMEOUT
    return Outcome.COMPILE_ERROR
