"""The Rust toolchain: compiler, cargo, linker."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sse_steps.doctor.finding import Finding, State
from sse_steps.doctor.surroundings import Surroundings, first_line

OLDEST = (1, 75)
_GET = "Install Rust 1.75 or newer: https://rustup.rs"
_UPDATE = "Run: rustup update stable"


def rustc(around: Surroundings) -> Iterator[Finding]:
    """Look for a compiler that is new enough."""
    yield _tool(around, "rustc")


def cargo(around: Surroundings) -> Iterator[Finding]:
    """Look for a cargo that is new enough; crates and rust tests of users are built by it."""
    yield _tool(around, "cargo")


def _tool(around: Surroundings, name: str) -> Finding:
    program = around.program(name)
    if program is None:
        return Finding(name, State.MISSING, "not on PATH", _GET)
    done = around.run(program, "--version")
    if done is None or done.exit_code != 0:
        said = "it cannot be started" if done is None else first_line(done)
        return Finding(name, State.MISSING, f"does not work: {said}", "Run: rustup default stable")
    version = first_line(done)
    found = re.search(r"(\d+)\.(\d+)\.\d+", version)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        return Finding(name, State.MISSING, f"{version}: 1.75 is the oldest that works", _UPDATE)
    return Finding(name, State.OK, version)


def linker(around: Surroundings) -> Iterator[Finding]:
    """Link a program of nothing, statically, as the judge's own are."""
    name, compiler = "linker", around.program("cc") or around.program("gcc")
    remedy = "Run: apt-get install gcc libc6-dev"
    if compiler is None:
        yield Finding(name, State.MISSING, "there is neither cc nor gcc on PATH", remedy)
        return
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "nothing.c"
        source.write_text("int main(void) { return 0; }\n", encoding="utf-8")
        done = around.run(compiler, "-static", str(source), "-o", str(Path(folder) / "nothing"))
    if done is None or done.exit_code != 0:
        said = "it cannot be started" if done is None else first_line(done)
        yield Finding(name, State.MISSING, f"{compiler} links nothing: {said}", remedy)
        return
    yield Finding(name, State.OK, f"{compiler}, which links statically")
