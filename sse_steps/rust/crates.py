"""Crates that candidates may use: fetched once, built offline in the sandbox, named to rustc.

A candidate is only ever compiled by plain rustc, which is told where the allowed crates are. It
brings no manifest, no build script and no configuration of cargo's. Build scripts and procedural
macros of the crates are a stranger's code too, so cargo builds inside the sandbox, from sources
whose checksums it compares with the lock file's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from sse_steps.rust.cargo import INDEX, RUSTFLAGS, build, fetch
from sse_steps.rust.lock_file import LockFile, read_lock_file
from sse_steps.rust.sandbox import Sandbox
from sse_steps.rust.toolchain import Toolchain
from sse_steps.source_hash import source_hash
from sse_steps.unfinished import unfinished_folder

# Shows a piece of work by its title; what it yields is told how many crates are done.
Building = Callable[[str], AbstractContextManager[Callable[[int], object]]]


@dataclass(frozen=True, slots=True)
class Crates:
    """What the compiler has to be told for candidates to have some crates, and no others."""

    identity: str  # what a verdict depends on: the names, the pinned sources, rustc, the flags
    options: tuple[str, ...]  # for rustc, both where a candidate is compiled and where it is linked
    readable: tuple[Path, ...]  # folders that the sandboxed compiler and linker have to see


NO_CRATES = Crates("no crates", (), ())


def _unseen(_title: str) -> AbstractContextManager[Callable[[int], object]]:
    return nullcontext(lambda _count: None)


def find_crates(
    names: Sequence[str],
    lock_folder: Path,
    cache: Path,
    toolchain: Toolchain,
    sandbox: Sandbox,
    *,
    building: Building = _unseen,
) -> Crates:
    """Return the crates called `names`, fetched and built into `cache` unless they are there.

    All that the lock file pins is built; only `names` can be used. Fetching is the only use of the
    network, and happens once for a lock file, whatever compilers build it afterwards.

    Args:
        names: packages that `lock_folder/Cargo.toml` names, as crates.io calls them.
        lock_folder: holds Cargo.toml and Cargo.lock.
        cache: where sources and built crates are kept, under `crates/`.
        toolchain: what builds them, and compiles candidates.
        sandbox: where they are built.
        building: shows that fetching or building goes on.

    Raises:
        CratesError: an unknown name, an unusable lock file, no network, or a failed build.
    """
    if not names:
        return NO_CRATES
    lock = read_lock_file(lock_folder)
    lock.check_names(names)
    built = built_folder(lock, cache, toolchain.version)
    if not built.exists():
        sources = _fetched(lock, cache, toolchain, building)
        with building("build crates") as advance, _beside(built) as folder:
            advance(build(lock, sources, folder, toolchain, sandbox))
    return _allowed(names, built)


def built_folder(lock: LockFile, cache: Path, version: str) -> Path:
    """Return where the crates of a lock file are kept once a compiler of `version` built them."""
    parts = (lock.identity, version, RUSTFLAGS, source_hash("rust/cargo.py"))
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return cache.absolute() / "crates" / "built" / key


def built_index(lock: LockFile, cache: Path, version: str) -> Path:
    """Return the file that is there once a compiler of `version` has built a lock file's crates."""
    return built_folder(lock, cache, version) / INDEX


def sources_folder(lock: LockFile, cache: Path) -> Path:
    """Return where the sources that a lock file pins are kept."""
    return cache.absolute() / "crates" / "sources" / lock.identity[:16]


def _allowed(names: Sequence[str], built: Path) -> Crates:
    files = json.loads((built / INDEX).read_text(encoding="utf-8"))
    wanted = sorted(set(names))
    # Only what `--extern` names can be used; in `dependency` folders rustc finds what those need.
    externs = [f"--extern={_identifier(name)}={built / files[name]}" for name in wanted]
    identity = f"{built.name} {' '.join(wanted)}"
    return Crates(identity, (*externs, f"-Ldependency={built}"), (built,))


def _identifier(name: str) -> str:
    return name.replace("-", "_")


@contextmanager
def _beside(final: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the final name when all went well.

    A killed build leaves nothing under the final name; of two at once the first is kept.
    """
    with unfinished_folder(final.parent) as beside:
        folder = beside / "content"
        folder.mkdir()
        yield folder
        try:
            folder.rename(final)
        except OSError:
            if not final.exists():  # otherwise another build was first; its work is ours
                raise


def _fetched(lock: LockFile, cache: Path, toolchain: Toolchain, building: Building) -> Path:
    """Return the folder of the pinned sources, brought from crates.io unless it is there."""
    sources = sources_folder(lock, cache)
    if not sources.exists():
        with building("fetch crates") as advance, _beside(sources) as folder:
            fetch(lock, folder, toolchain)
            advance(lock.packages)
    return sources
