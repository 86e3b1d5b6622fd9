"""The crates that a project pins: a Cargo.toml of dependencies alone, and its Cargo.lock.

Both files are read with suspicion, because cargo would act on them: whatever could name code that
is not on crates.io under a checksum (paths, repositories, patches) or change how it is compiled
(profiles, build scripts, workspaces) is refused.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sse_steps.errors import CratesError, nearest

MANIFEST, LOCK = "Cargo.toml", "Cargo.lock"
_CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"
_LARGEST_BYTES = 1 << 20
_TABLES = {"package", "dependencies"}
_PACKAGE_KEYS = {"name", "version", "edition", "rust-version", "publish", "description", "license"}
_DEPENDENCY_KEYS = {"version", "features", "default-features"}
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ONLY_PINNED = (
    "Only crates of crates.io with a version and features can be used; see docs/crates.md."
)


@dataclass(frozen=True, slots=True)
class LockFile:
    """What a folder with Cargo.toml and Cargo.lock pins."""

    folder: Path
    manifest: bytes
    lock: bytes
    direct: Mapping[str, str]  # the version of each crate that Cargo.toml names
    packages: int  # all that are pinned, for other platforms too

    @property
    def identity(self) -> str:
        """SHA-256 over both files, as hexadecimal digits."""
        return hashlib.sha256(b"\0".join((self.manifest, self.lock))).hexdigest()

    def check_names(self, names: Iterable[str]) -> None:
        """Check that each of `names` is a crate that Cargo.toml names.

        Raises:
            CratesError: one is not.
        """
        for name in names:
            if name not in self.direct:
                raise CratesError(
                    f"There is no crate {name!r:.100} in '{self.folder / MANIFEST}'.",
                    nearest(name, self.direct),
                )


def read_lock_file(folder: Path) -> LockFile:
    """Read `folder/Cargo.toml` and `folder/Cargo.lock`; nothing else in the folder is looked at.

    Raises:
        CratesError: a file is missing, is no TOML, or says more than which versions to use.
    """
    manifest, lock = (_read(folder / name) for name in (MANIFEST, LOCK))
    wanted = _dependencies(_parse(folder / MANIFEST, manifest), folder / MANIFEST)
    packages = _packages(_parse(folder / LOCK, lock), folder / LOCK)
    direct = _direct(wanted, packages, folder / LOCK)
    return LockFile(folder, manifest, lock, direct, len(packages) - 1)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise CratesError(
            f"'{path}' cannot be read: {error.strerror}.",
            "A task that allows crates needs a folder with Cargo.toml and Cargo.lock.",
        ) from error
    if len(data) > _LARGEST_BYTES:
        raise CratesError(
            f"'{path}' is larger than {_LARGEST_BYTES >> 20} MiB.", "Name fewer crates."
        )
    return data


def _parse(path: Path, data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        problem = " ".join(str(error).split())
        raise CratesError(f"'{path}' is no TOML: {problem:.200}.", "Mend the file.") from error


def _dependencies(manifest: dict[str, Any], path: Path) -> list[str]:
    """Return the names under [dependencies] of a manifest that holds nothing but versions."""
    _check_keys(manifest, _TABLES, path, "")
    package, dependencies = (manifest.get(name) for name in ("package", "dependencies"))
    if not isinstance(package, dict) or not isinstance(dependencies, dict) or not dependencies:
        raise CratesError(f"'{path}' names no crates.", "Give it [package] and [dependencies].")
    _check_keys(package, _PACKAGE_KEYS, path, "package.")
    for name, wanted in dependencies.items():
        if isinstance(wanted, dict):
            _check_keys(wanted, _DEPENDENCY_KEYS, path, f"dependencies.{name}.")
        if not isinstance(wanted, str | dict) or not _NAME.fullmatch(name):
            raise CratesError(f"'{path}' gives {name!r:.100} no version.", _ONLY_PINNED)
    return list(dependencies)


def _check_keys(table: dict[str, Any], known: set[str], path: Path, prefix: str) -> None:
    for key in table:
        if key not in known:
            found = f"{prefix}{key}"
            raise CratesError(f"'{path}' says {found!r:.100}, which is not allowed.", _ONLY_PINNED)


def _packages(lock: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    """Return the packages of a lock file: the folder's own, then those of crates.io."""
    packages = lock.get("package")
    if not isinstance(packages, list) or not all(map(_is_package, packages)):
        raise CratesError(f"'{path}' is no lock file of cargo's.", _generate(path))
    own = [package for package in packages if "source" not in package]
    others = [package for package in packages if "source" in package]
    for package in others:
        if package["source"] != _CRATES_IO or not isinstance(package.get("checksum"), str):
            found = f"{package['name']} from {package['source']}"
            wrong = f"'{path}' pins {found!r:.200}, or has no checksum for it."
            raise CratesError(wrong, _ONLY_PINNED)
    if len(own) != 1:
        raise CratesError(f"'{path}' holds {len(own)} packages without a source.", _ONLY_PINNED)
    return own + others


def _is_package(package: object) -> bool:
    return (
        isinstance(package, dict)
        and all(isinstance(package.get(key), str) for key in ("name", "version"))
        and isinstance(package.get("dependencies", []), list)
    )


def _direct(
    wanted: Sequence[str], packages: Sequence[dict[str, Any]], path: Path
) -> dict[str, str]:
    """Return the pinned version of each wanted crate.

    The lock file lists a dependency by its name, with its version where several are pinned.
    """
    listed = [str(each).split() for each in packages[0].get("dependencies", ())]
    given = {parts[0]: parts[1] for parts in listed if len(parts) > 1}
    pinned = {package["name"]: package["version"] for package in packages[1:]} | given
    names = {parts[0] for parts in listed if parts}
    if names != set(wanted) or not names <= set(pinned):
        raise CratesError(f"'{path}' does not fit the {MANIFEST} beside it.", _generate(path))
    return {name: pinned[name] for name in wanted}


def _generate(path: Path) -> str:
    return f"Run 'cargo generate-lockfile' on '{path.parent}' and check the result in."
