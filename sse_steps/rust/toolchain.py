"""The Rust toolchain, and the trusted pieces that are built with it once and kept."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from sse_steps.errors import ToolchainError
from sse_steps.rust.sandbox import run_tool
from sse_steps.source_hash import source_hash
from sse_steps.unfinished import unfinished_folder

_OLDEST = (1, 75)
_SOURCES = (
    "launcher.rs",
    "seccomp.rs",
    "series.rs",
    "system_calls.rs",
    "support.rs",
    "driver.rs",
    "witness.rs",
)


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A compiler and the judge's own programs built by it."""

    rustc: Path
    sysroot: Path
    version: str  # the whole text of `rustc -vV`
    folder: Path  # launcher, libjudge_support.rlib, libjudge_witness.rlib, driver.rs
    libraries: tuple[Path, ...] = ()  # that rustc is loaded with, the loader first; static: none

    @property
    def command(self) -> tuple[str, ...]:
        """How rustc is started; without /proc it cannot find its own place and libraries."""
        rustc = (str(self.rustc), f"--sysroot={self.sysroot}")
        if not self.libraries:
            return rustc
        loader, *libraries = self.libraries
        folders = dict.fromkeys(str(path.parent) for path in libraries)
        return (str(loader), "--library-path", ":".join(folders), *rustc)

    @property
    def readable(self) -> tuple[Path, ...]:
        """All that rustc reads to make a library of Rust: itself, what loads it, and std."""
        return (self.rustc, *self.libraries, self.sysroot / "lib" / "rustlib")

    @property
    def launcher(self) -> Path:
        """The program that starts others under limits."""
        return self.folder / "launcher"

    @property
    def support(self) -> Path:
        """The library that decodes arguments and encodes answers."""
        return self.folder / "libjudge_support.rlib"

    @property
    def witness(self) -> Path:
        """The library that tells which tests of a user ran to their end."""
        return self.folder / "libjudge_witness.rlib"

    @property
    def driver(self) -> Path:
        """The source of the program that answers calls."""
        return self.folder / "driver.rs"


def find_toolchain(
    cache: Path, *, building: Callable[[], AbstractContextManager[object]] = nullcontext
) -> Toolchain:
    """Find rustc and build the judge's own programs into `cache` unless they are there.

    The building, which takes seconds, goes on inside what `building` returns.

    Raises:
        ToolchainError: there is no rustc, it is too old, or it cannot build our own sources.
    """
    rustc, sysroot = _locate()
    version = run_tool([str(rustc), "-vV"]).stdout.decode()
    _check_age(version)
    sources = source_hash(*(f"rust/{name}" for name in _SOURCES))
    key = hashlib.sha256(f"{version}{sources}".encode()).hexdigest()[:16]
    folder = cache.absolute() / "judge" / key
    toolchain = Toolchain(rustc, sysroot, version, folder, _libraries(rustc))
    if not toolchain.folder.exists():
        with building():
            _build(toolchain)
    return toolchain


def _locate() -> tuple[Path, Path]:
    if shutil.which("rustc") is None:
        raise ToolchainError(
            "There is no 'rustc' on PATH.", "Install Rust 1.75 or newer from https://rustup.rs."
        )
    asked = run_tool(["rustc", "--print", "sysroot"])
    sysroot = Path(asked.stdout.decode().strip())
    rustc = sysroot / "bin" / "rustc"
    if asked.exit_code != 0 or not rustc.exists():
        said = asked.stderr.decode(errors="replace").strip().splitlines() or ["nothing"]
        raise ToolchainError(
            f"'rustc --print sysroot' failed and said: {said[0]}",
            "Mend the Rust installation ('rustup default stable') and try again.",
        )
    return rustc, sysroot


def _libraries(rustc: Path) -> tuple[Path, ...]:
    listed = run_tool(["ldd", str(rustc)]).stdout.decode(errors="replace")
    found = re.findall(r"(?:=>|^)\s*(/\S+) \(0x", listed, re.MULTILINE)
    paths = dict.fromkeys(Path(os.path.normpath(path)) for path in found)
    return tuple(sorted(paths, key=lambda path: not path.name.startswith("ld")))


def _check_age(version: str) -> None:
    found = re.search(r"^release: (\d+)\.(\d+)", version, re.MULTILINE)
    if not found or (int(found[1]), int(found[2])) < _OLDEST:
        release = version.splitlines()[0] if version else "an unknown version"
        raise ToolchainError(
            f"The Rust compiler is too old: {release}; 1.75 is the oldest that works.",
            "Run 'rustup update stable' and try again.",
        )


def _source(name: str) -> str:
    return resources.files("sse_steps.rust").joinpath(name).read_text(encoding="utf-8")


def _build(toolchain: Toolchain) -> None:
    """Build beside the final place and rename, so that a killed build leaves nothing half."""
    with unfinished_folder(toolchain.folder.parent) as beside:
        folder = beside / "built"
        folder.mkdir()
        for source in _SOURCES:
            (folder / source).write_text(_source(source), encoding="utf-8")
        _compile(toolchain, folder, "launcher.rs", "--crate-type=bin")
        _compile(toolchain, folder, "support.rs", "--crate-type=rlib", "--crate-name=judge_support")
        _compile(toolchain, folder, "witness.rs", "--crate-type=rlib", "--crate-name=judge_witness")
        try:
            folder.rename(toolchain.folder)
        except OSError:
            if not toolchain.folder.exists():  # otherwise another build was first; its work is ours
                raise


def _compile(toolchain: Toolchain, folder: Path, source: str, *options: str) -> None:
    command = [str(toolchain.rustc), "--edition=2021", "-O", "-Ctarget-feature=+crt-static"]
    command += [f"--out-dir={folder}", *options, str(folder / source)]
    done = run_tool(command)
    if done.exit_code != 0:
        text = done.stderr.decode(errors="replace").strip()
        raise ToolchainError(
            f"rustc could not build the judge's own {source}: {text[-500:]}",
            "A linker and the C library's static files are needed (apt-get install gcc libc6-dev).",
        )


def cpu_count() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0))
