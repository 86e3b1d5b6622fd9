"""Cargo, used twice: to fetch what a lock file pins, and to build it offline in the sandbox."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sse_steps.errors import CratesError
from sse_steps.rust.lock_file import LOCK, MANIFEST, LockFile
from sse_steps.rust.sandbox import Access, Finished, Limits, Sandbox, run_tool
from sse_steps.rust.toolchain import Toolchain

INDEX = "crates.json"  # in a folder of built crates: the file of each crate that can be allowed
_FETCH_S = 900.0
_LIMITS = Limits(
    cpu_s=600, wall_s=1800, memory_bytes=8 << 30, output_bytes=1 << 30, processes=4096,
    open_files=1024,
)  # fmt: skip
_MOST_BUILT_BYTES = 4 << 30
_BUILT_FILE = re.compile(r"lib[A-Za-z0-9_]+-[0-9a-f]{16}\.(?:rlib|so)")

# As candidates are compiled (compiler.py), which is as cargo's `dev` profile does, without debug
# information. With an explicit target, which is given below, these reach the target's code alone:
# procedural macros are loaded by the compiler and cannot be linked statically.
RUSTFLAGS = "-Cdebuginfo=0 -Coverflow-checks=on -Ctarget-feature=+crt-static"
_SETTINGS = ("CARGO_INCREMENTAL=0", "CARGO_PROFILE_DEV_DEBUG=0", "CARGO_TERM_COLOR=never")


def fetch(lock: LockFile, target: Path, toolchain: Toolchain) -> None:
    """Bring the sources that a lock file pins from crates.io into `target`, an empty folder.

    Cargo compares them with the lock file's checksums, here and when they are built.

    Raises:
        CratesError: there is no cargo, no network, or the lock file does not fit.
    """
    manifest = _lay_out(lock, target.parent / "package") / MANIFEST
    command = [str(_cargo(toolchain)), "vendor", "--locked", "--versioned-dirs"]
    command += ["--manifest-path", str(manifest), str(target)]
    done = run_tool(command, timeout_s=_FETCH_S)
    if done.exit_code != 0:
        raise _fetch_error(lock, done)


def _cargo(toolchain: Toolchain) -> Path:
    beside_rustc = toolchain.sysroot / "bin" / "cargo"
    found = str(beside_rustc) if beside_rustc.is_file() else shutil.which("cargo")
    if found is None:
        raise CratesError(
            "There is no 'cargo' on PATH, which a task that allows crates needs.",
            "Install it (https://rustup.rs), or take `verify.crates` out of the task.",
        )
    return Path(found)


def _lay_out(lock: LockFile, folder: Path) -> Path:
    """Write a package of ours with the lock file's two files and an empty library."""
    (folder / "src").mkdir(parents=True)
    (folder / MANIFEST).write_bytes(lock.manifest)
    (folder / LOCK).write_bytes(lock.lock)
    (folder / "src" / "lib.rs").touch()
    return folder


def _fetch_error(lock: LockFile, done: Finished) -> CratesError:
    if b"--locked" in done.stderr:
        remedy = f"Run 'cargo generate-lockfile' on '{lock.folder}' and check the result in."
    else:
        remedy = (
            "Connect to crates.io once (CARGO_NET_OFFLINE unset); later builds need no network."
        )
    return CratesError(f"The crates of '{lock.folder}' cannot be fetched: {_said(done)}.", remedy)


def _said(done: Finished) -> str:
    """Return cargo's error as one line: its head, and the last of its causes."""
    if done.timed_out:
        return f"cargo was stopped after {done.wall_s:.0f} s"
    lines = [line.strip() for line in done.stderr.decode(errors="replace").splitlines()]
    lines = [line for line in lines if line]
    heads = [line for line in lines if line.startswith("error")] or lines[-1:] or ["nothing"]
    causes = lines[lines.index("Caused by:") + 1 :] if "Caused by:" in lines else []
    return ": ".join(dict.fromkeys([heads[0], *causes[-1:]]))[:400].rstrip(".")


def build(
    lock: LockFile, sources: Path, target: Path, toolchain: Toolchain, sandbox: Sandbox
) -> int:
    """Build all that is pinned, offline and isolated, and keep the libraries in `target`.

    Returns:
        How many there are.

    Raises:
        CratesError: the build failed.
    """
    folder = _lay_out(lock, target.parent / "package")
    triple = _host(toolchain.version)
    cargo = _cargo(toolchain)
    environment = [
        f"CARGO_HOME={folder / 'home'}",
        f"CARGO_TARGET_DIR={folder / 'target'}",
        f"RUSTC={toolchain.rustc}",
        f"RUSTFLAGS={RUSTFLAGS}",
        *_SETTINGS,
    ]
    command = ["/usr/bin/env", *environment, str(cargo), "build", "--offline", "--frozen"]
    command += [f"--target={triple}", "--message-format=json", *_source_options(sources)]
    access = Access(
        folder,
        readable=(toolchain.sysroot, cargo, sources),
        writable=True,
        system=True,
        processes=True,
        proc=True,
    )
    done = sandbox.run(command, access, _LIMITS)
    if done.exit_code != 0:
        raise _build_error(lock, done)
    return _keep(lock, folder / "target", triple, target, _messages(done.stdout))


def _build_error(lock: LockFile, done: Finished) -> CratesError:
    if b"could not load Cargo configuration" in done.stderr:
        # Landlock lets cargo see that the file is there, and not what it says.
        remedy = (
            "A .cargo/config.toml in a folder above the cache is in the way: install bubblewrap, "
            "or keep the cache elsewhere (paths.cache=...)."
        )
    else:
        remedy = (
            "Pin versions that this compiler can build; a linker (apt-get install gcc libc6-dev) "
            "is needed too."
        )
    return CratesError(f"The crates of '{lock.folder}' cannot be built: {_said(done)}.", remedy)


def _host(version: str) -> str:
    """Return the platform that a compiler runs on, from its `rustc -vV`."""
    lines = version.splitlines()
    return next(line.split()[1] for line in lines if line.startswith("host: "))


def _source_options(sources: Path) -> list[str]:
    settings = {"crates-io.replace-with": "vendored", "vendored.directory": str(sources)}
    # A JSON string is a TOML string.
    return [f"--config=source.{key}={json.dumps(value)}" for key, value in settings.items()]


def _messages(stdout: bytes) -> Iterator[dict[str, Any]]:
    """Yield what cargo reports of each library; a procedural macro may have printed in between."""
    for line in stdout.splitlines():
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(message, dict) and message.get("reason") == "compiler-artifact":
            yield message


def _keep(
    lock: LockFile,
    made: Path,
    triple: str,
    target: Path,
    messages: Iterator[dict[str, Any]],
) -> int:
    """Copy libraries and procedural macros to `target`, with an index of those that have a name."""
    kept: set[str] = set()
    room = _MOST_BUILT_BYTES
    for deps, suffix in ((f"{triple}/debug/deps", ".rlib"), ("debug/deps", ".so")):
        for path in _inside(made, deps):
            if path.suffix == suffix and _BUILT_FILE.fullmatch(path.name):
                room -= _copy_regular(path, target / path.name, room)
                kept.add(path.name)
    files = dict(_named(lock.direct, kept, messages))
    for name in lock.direct:
        if name not in files:
            raise CratesError(
                f"The crate '{name}' of '{lock.folder}' is no library.",
                f"Take '{name}' out of {MANIFEST}.",
            )
    (target / INDEX).write_text(json.dumps(files, indent=1), encoding="utf-8")
    return len(kept)


def _inside(made: Path, deps: str) -> list[Path]:
    """Return what is in a folder that untrusted programs wrote, unless a link leads elsewhere."""
    folder = made / deps
    if not folder.is_dir() or folder.resolve() != made.parent.resolve() / made.name / deps:
        return []
    return sorted(folder.iterdir())


def _copy_regular(source: Path, target: Path, room: int) -> int:
    """Copy a regular file of at most `room` bytes without following a link; return its size."""
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise _not_kept(source) from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > room:
            raise _not_kept(source)
        target.write_bytes(file.read(status.st_size))
    return status.st_size


def _not_kept(path: Path) -> CratesError:
    return CratesError(
        f"The crates' build left '{path.name}', which is no file that can be kept.",
        "Do not use these crates: honest ones leave plain files.",
    )


def _named(
    direct: Mapping[str, str], kept: set[str], messages: Iterator[dict[str, Any]]
) -> Iterator[tuple[str, str]]:
    """Yield each direct crate with the file that it was made into.

    A message is believed only as far as it chooses among the files that were kept.
    """
    folders = {f"{name}-{version}": name for name, version in direct.items()}
    for message in messages:
        name = folders.get(Path(str(message.get("manifest_path"))).parent.name)
        filenames = message.get("filenames")
        names = [Path(str(path)).name for path in filenames] if isinstance(filenames, list) else []
        libraries = [each for each in names if each in kept]
        if name is not None and libraries:
            yield name, libraries[-1]
