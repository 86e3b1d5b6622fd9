"""From Rust text to an executable, or to the reason why not. The compiler runs isolated too."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sse_steps.records import Case, Outcome
from sse_steps.rust.sandbox import Access, Finished, Limits, Sandbox
from sse_steps.rust.signature import identifier
from sse_steps.rust.toolchain import Toolchain

COMPILE_WALL_S = 90.0
_COMPILE_LIMITS = Limits(
    cpu_s=30, wall_s=COMPILE_WALL_S, memory_bytes=4 << 30, output_bytes=256 << 20, processes=1024
)
_LONGEST_DIAGNOSTICS = 8000

# Appended to the candidate, so that a private function can be called. Inference decides the types.
_BRIDGE = """

/// What the judge calls.
pub mod judge_bridge {{
    /// Calls the function with the arguments of one case.
    pub fn answer(
        arguments: &mut ::judge_support::Arguments,
    ) -> Result<Vec<u8>, ::judge_support::Mismatch> {{
        let answer = super::{function}({arguments});
        Ok(::judge_support::answer(&answer))
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Compiled:
    """What the compiler made of a candidate. `executable` is None where it failed."""

    executable: Path | None
    outcome: Outcome  # PASSED, or why there is no executable
    error_code: str | None
    diagnostics: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles candidates with one toolchain in one sandbox."""

    toolchain: Toolchain
    sandbox: Sandbox

    def compile_program(self, rust: str, folder: Path) -> Compiled:
        """Compile a whole program into `folder`."""
        (folder / "candidate.rs").write_text(rust, encoding="utf-8", errors="replace")
        done = self._rustc(folder, "candidate.rs", "--crate-type=bin", "--crate-name=candidate")
        return _compiled(done, folder / "candidate")

    def compile_function(self, rust: str, case: Case, folder: Path) -> Compiled:
        """Compile a library with the function that `case` calls, and the driver linked to it."""
        arguments = ", ".join(["arguments.next()?"] * len(case.args))
        bridge = _BRIDGE.format(function=identifier(case.function), arguments=arguments)
        (folder / "candidate.rs").write_text(rust + bridge, encoding="utf-8", errors="replace")
        support = f"--extern=judge_support={self.toolchain.support}"
        library = self._rustc(
            folder, "candidate.rs", "--crate-type=rlib", "--crate-name=candidate", support
        )
        if library.exit_code != 0:
            return _compiled(library, folder / "driver")
        candidate = f"--extern=candidate={folder / 'libcandidate.rlib'}"
        driver = str(self.toolchain.driver)
        linked = self._rustc(folder, driver, "--crate-name=driver", support, candidate)
        return _compiled(linked, folder / "driver", before_s=library.wall_s)

    def _rustc(self, folder: Path, source: str, *options: str) -> Finished:
        command = [
            *self.toolchain.command,
            "--edition=2021",
            "--error-format=json",
            "-Cdebuginfo=0",
            "-Coverflow-checks=on",
            "-Ctarget-feature=+crt-static",
            f"--out-dir={folder}",
            *options,
            source,
        ]
        if "--crate-type=rlib" in options:
            readable = (*self.toolchain.readable, self.toolchain.support)
            access = Access(folder, readable=readable, writable=True)
        else:
            readable = (self.toolchain.sysroot, self.toolchain.folder)
            access = Access(
                folder, readable=readable, writable=True, system=True, processes=True, proc=True
            )
        return self.sandbox.run(command, access, _COMPILE_LIMITS)


def _compiled(done: Finished, executable: Path, *, before_s: float = 0.0) -> Compiled:
    seconds = before_s + done.wall_s
    if done.exit_code == 0 and executable.is_file() and not executable.is_symlink():
        return Compiled(executable, Outcome.PASSED, None, "", seconds)
    code, rendered = _first_error(done.stderr)
    diagnostics = rendered or done.stderr[-2000:].decode(errors="replace")
    return Compiled(None, _failure(done), code, diagnostics[:_LONGEST_DIAGNOSTICS], seconds)


def _failure(done: Finished) -> Outcome:
    if not done.launched:
        return Outcome.INFRASTRUCTURE_ERROR
    if done.timed_out or done.signal_number in (signal.SIGKILL, signal.SIGXCPU):
        return Outcome.TIMEOUT
    return Outcome.COMPILE_ERROR


def _first_error(stderr: bytes) -> tuple[str | None, str]:
    """Return the code of the first error and the text of all of them, from rustc's JSON lines."""
    errors = [
        message for message in map(_message, stderr.splitlines()) if message["level"] == "error"
    ]
    codes = [message["code"]["code"] for message in errors if message.get("code")]
    texts = [
        message.get("rendered") or message["message"]
        for message in errors
        if not message["message"].startswith("aborting due to")
    ]
    return next(iter(codes), None), "\n".join(texts)


def _message(line: bytes) -> dict[str, Any]:
    """Return one of rustc's messages; a line that is none, such as a crash report, has no level."""
    try:
        message = json.loads(line)
    except ValueError:
        message = None
    return message if isinstance(message, dict) and "level" in message else {"level": None}
