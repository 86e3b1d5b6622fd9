"""Lock files: what pins crates is read, and whatever could say more is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sse_steps.errors import CratesError
from sse_steps.rust.lock_file import LockFile, read_lock_file

CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"
MANIFEST = """[package]
name = "pins"
version = "0.0.0"
edition = "2021"

[dependencies]
one = "1"
two-words = { version = "2", default-features = false, features = ["std"] }
"""
OWN = '[[package]]\nname = "pins"\nversion = "0.0.0"\ndependencies = ["one 1.2.0", "two-words"]\n'


def entry(name: str, version: str, source: str = CRATES_IO) -> str:
    """Return one package of a lock file."""
    return (
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = "{source}"\n'
        f'checksum = "{"0" * 64}"\n'
    )


LOCK = "version = 3\n" + OWN + entry("one", "0.9.0") + entry("one", "1.2.0")
LOCK += entry("two-words", "2.0.1")


def read(folder: Path, manifest: str | bytes = MANIFEST, lock: str | bytes = LOCK) -> LockFile:
    """Read a folder that holds these two files."""
    for name, text in (("Cargo.toml", manifest), ("Cargo.lock", lock)):
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_lock_file(folder)


def fault_of(
    folder: Path, manifest: str | bytes = MANIFEST, lock: str | bytes = LOCK
) -> CratesError:
    """Return the error of a folder that cannot be used, after checking that it has two lines."""
    with pytest.raises(CratesError) as caught:
        read(folder, manifest, lock)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert all(lines)
    return caught.value


def test_direct_crates_have_their_pinned_version(tmp_path: Path) -> None:
    """Of two versions in the lock file a direct crate has the one that it is listed with."""
    lock = read(tmp_path)
    assert lock.direct == {"one": "1.2.0", "two-words": "2.0.1"}
    assert lock.packages == 3


def test_identity_follows_both_files(tmp_path: Path) -> None:
    """A change to either file is another identity, and nothing else is."""
    first = read(tmp_path).identity
    assert read(tmp_path).identity == first
    assert read(tmp_path, MANIFEST + "# \n").identity != first
    assert read(tmp_path, lock=LOCK + "# \n").identity != first


def test_names_are_checked(tmp_path: Path) -> None:
    """Direct crates are fine; another name is answered with the one that was meant."""
    lock = read(tmp_path)
    lock.check_names(["one", "two-words"])
    with pytest.raises(CratesError) as caught:
        lock.check_names(["one", "two_words"])
    assert str(caught.value).splitlines() == [
        f"There is no crate 'two_words' in '{tmp_path / 'Cargo.toml'}'.",
        "Did you mean 'two-words'?",
    ]


@pytest.mark.parametrize(
    ("manifest", "named"),
    [
        (MANIFEST.replace('one = "1"', 'one = { path = "/etc" }'), "dependencies.one.path"),
        (MANIFEST.replace('one = "1"', 'one = { git = "https://x.y" }'), "dependencies.one.git"),
        (MANIFEST.replace('one = "1"', 'one = { registry = "x" }'), "dependencies.one.registry"),
        (MANIFEST.replace('one = "1"', 'one = { package = "x" }'), "dependencies.one.package"),
        (MANIFEST.replace('one = "1"', "one = 1"), "'one'"),
        (MANIFEST.replace("edition", 'build = "b.rs"\nedition'), "package.build"),
        (MANIFEST.replace("edition", 'links = "c"\nedition'), "package.links"),
        (MANIFEST + '[patch.crates-io]\none = { path = "/x" }\n', "patch"),
        (MANIFEST + "[profile.dev]\nopt-level = 3\n", "profile"),
        (MANIFEST + '[build-dependencies]\ncc = "1"\n', "build-dependencies"),
        (MANIFEST + '[lib]\npath = "/etc/x.rs"\n', "lib"),
        (MANIFEST + "[workspace]\n", "workspace"),
        (MANIFEST + '"a\\nb" = "1"\n', r"'a\nb'"),
        (MANIFEST + '["a\\nb"]\n', r"'a\nb'"),
        (MANIFEST + "[target.'cfg(unix)'.dependencies]\n", "target"),
        ('cargo-features = ["x"]\n' + MANIFEST, "cargo-features"),
    ],
)
def test_a_manifest_says_nothing_but_versions(tmp_path: Path, manifest: str, named: str) -> None:
    """What could bring other code, or compile it otherwise, is refused by its name."""
    assert named in fault_of(tmp_path, manifest).wrong


@pytest.mark.parametrize(
    "lock",
    [
        LOCK.replace(CRATES_IO, "registry+https://example.org/index"),
        LOCK + entry("three", "1.0.0", "git+https://example.org/three"),
        LOCK.replace("checksum", "checksums"),
        LOCK + '[[package]]\nname = "local"\nversion = "1.0.0"\n',
        LOCK.replace(OWN, ""),
        LOCK.replace('"two-words"]', "]"),
        LOCK.replace(entry("two-words", "2.0.1"), ""),
        LOCK.replace('version = "0.9.0"', "version = 1"),
        LOCK.replace('["one 1.2.0", "two-words"]', "1"),
        LOCK.replace("io-index", "\\n"),
        "version = 3\n",
        "package = 1\n",
        "package = [1]\n",
    ],
)
def test_a_lock_file_pins_all_with_checksums(tmp_path: Path, lock: str) -> None:
    """A package from elsewhere, without a checksum, or unlike the manifest is refused."""
    assert "Cargo.lock" in fault_of(tmp_path, lock=lock).wrong


@pytest.mark.parametrize(
    "data", [b"\xff", b"a = [", b"a = " + b"[" * 50_000, b"#" * (1 << 20) + b"#"]
)
def test_what_is_no_toml_is_an_error(tmp_path: Path, data: bytes) -> None:
    """Another encoding, broken TOML, deep nesting and enormous files are errors."""
    assert "Cargo.toml" in fault_of(tmp_path, data).wrong
    assert "Cargo.lock" in fault_of(tmp_path, lock=data).wrong


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """A folder without a lock file is an error that names the file."""
    (tmp_path / "Cargo.toml").write_text(MANIFEST, encoding="utf-8")
    with pytest.raises(CratesError) as caught:
        read_lock_file(tmp_path)
    assert str(tmp_path / "Cargo.lock") in caught.value.wrong


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_a_lock_file_or_an_error(tmp_path: Path, manifest: str, lock: str) -> None:
    """Whatever follows a good beginning, the files are read or are an error in two lines."""
    texts = [
        (start + text).encode(errors="replace")
        for start, text in ((MANIFEST, manifest), (LOCK, lock))
    ]
    try:
        read(tmp_path, *texts)
    except CratesError as fault:
        assert len(str(fault).splitlines()) == 2
