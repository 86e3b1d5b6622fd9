"""Crates for candidates: pinned, fetched once, built isolated, and only those that are allowed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from candidates_with_crates import CANDIDATES
from project import Project, lay_out

from sse_steps.errors import CratesError
from sse_steps.records import Case, Outcome
from sse_steps.rust.crates import NO_CRATES, Crates, built_folder, find_crates, sources_folder
from sse_steps.rust.isolation import Isolation
from sse_steps.rust.judge import Judge, Sample
from sse_steps.rust.lock_file import read_lock_file
from sse_steps.rust.sandbox import Access, Finished, Limits, Sandbox
from sse_steps.rust.toolchain import Toolchain
from sse_steps.tasks import load_task

ROOT = Path(__file__).parents[1]
DEFAULT = ROOT / "tasks" / "crates"
LIMITS = Limits(cpu_s=60, wall_s=300.0, memory_bytes=4 << 30, output_bytes=256 << 20)
MAIN = 'fn main() { print!("{}", candidate::answer()); }'
# What compiler.py compiles candidates with.
OPTIONS = (
    "--edition=2021",
    "--error-format=json",
    "-Cdebuginfo=0",
    "-Coverflow-checks=on",
    "-Ctarget-feature=+crt-static",
)


@dataclass(frozen=True, slots=True)
class Workshop:
    """Compiles and runs candidates as the judge does, with some crates."""

    toolchain: Toolchain
    sandbox: Sandbox
    folder: Path

    def rustc(self, crates: Crates, source: str, *options: str) -> Finished:
        """Run the compiler in the sandbox, with what `crates` says and nothing more."""
        folder = self.folder
        command = [str(self.toolchain.rustc), *OPTIONS, f"--out-dir={folder}", *options]
        readable = (self.toolchain.sysroot, *crates.readable)
        access = Access(
            folder, readable=readable, writable=True, system=True, processes=True, proc=True
        )
        return self.sandbox.run([*command, *crates.options, source], access, LIMITS)

    def library(self, crates: Crates, rust: str) -> Finished:
        """Compile a candidate as a library."""
        (self.folder / "candidate.rs").write_text(rust, encoding="utf-8")
        return self.rustc(crates, "candidate.rs", "--crate-type=rlib", "--crate-name=candidate")

    def answer(self, crates: Crates, rust: str) -> str:
        """Compile a candidate, link it to a main of ours, run that and return what it prints."""
        compiled = self.library(crates, rust)
        assert compiled.exit_code == 0, compiled.stderr.decode()
        (self.folder / "driver.rs").write_text(MAIN, encoding="utf-8")
        extern = f"--extern=candidate={self.folder / 'libcandidate.rlib'}"
        linked = self.rustc(crates, "driver.rs", "--crate-name=driver", extern)
        assert linked.exit_code == 0, linked.stderr.decode()
        # An empty root: the program brings all that it needs.
        done = self.sandbox.run([str(self.folder / "driver")], Access(self.folder), LIMITS)
        assert done.exit_code == 0, done.stderr.decode()
        return done.stdout.decode()


@pytest.fixture
def workshop(toolchain: Toolchain, sandbox: Sandbox, tmp_path: Path) -> Workshop:
    """Return a workshop in a folder of its own."""
    folder = tmp_path / "workshop"
    folder.mkdir()
    return Workshop(toolchain, sandbox, folder)


@pytest.fixture(scope="session")
def default_cache(
    toolchain: Toolchain, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a cache in which the default crates are fetched and built."""
    cache = tmp_path_factory.mktemp("crates")
    find_crates(["regex"], DEFAULT, cache, toolchain, sandbox)
    return cache


def error_codes(done: Finished) -> set[str]:
    """Return the codes of the errors in rustc's JSON lines."""
    messages = [json.loads(line) for line in done.stderr.splitlines()]
    return {each["code"]["code"] for each in messages if each["level"] == "error" and each["code"]}


# The default set, fetched from crates.io.


@pytest.mark.slow
@pytest.mark.parametrize("names", CANDIDATES, ids=" ".join)
def test_each_default_crate_does_its_work(
    names: tuple[str, ...], default_cache: Path, workshop: Workshop
) -> None:
    """A candidate that uses a crate of the default set compiles, links and answers rightly."""
    crates = find_crates(names, DEFAULT, default_cache, workshop.toolchain, workshop.sandbox)
    rust, expected = CANDIDATES[names]
    assert workshop.answer(crates, rust) == expected


def test_every_default_crate_is_tested() -> None:
    """The set that is checked in is the set that the candidates of these tests use."""
    tested = {name for names in CANDIDATES for name in names}
    assert set(read_lock_file(DEFAULT).direct) == tested


def test_every_default_crate_is_documented() -> None:
    """docs/crates.md has a row for each crate, with the version that is pinned."""
    page = (ROOT / "docs" / "crates.md").read_text(encoding="utf-8")
    for name, version in read_lock_file(DEFAULT).direct.items():
        assert f"| {name} | {version} |" in page


@pytest.mark.slow
def test_all_default_crates_fit_together(default_cache: Path, workshop: Workshop) -> None:
    """One candidate can be given all crates at once."""
    names = list(read_lock_file(DEFAULT).direct)
    crates = find_crates(names, DEFAULT, default_cache, workshop.toolchain, workshop.sandbox)
    rust, expected = CANDIDATES[("serde", "serde_json")]
    assert workshop.answer(crates, rust) == expected


@pytest.mark.slow
def test_the_judge_compiles_and_links_with_crates(default_cache: Path, workshop: Workshop) -> None:
    """Candidates that use the default crates pass among one another."""
    names = list(read_lock_file(DEFAULT).direct)
    crates = find_crates(names, DEFAULT, default_cache, workshop.toolchain, workshop.sandbox)
    limits = Limits(cpu_s=5, wall_s=20.0, memory_bytes=1 << 30, output_bytes=1 << 20)
    judge = Judge(workshop.toolchain, workshop.sandbox, limits, crates)
    samples = [Sample(rust, (Case("answer", (), text),)) for rust, text in CANDIDATES.values()]
    outcomes = [verdict.outcome for verdict in judge.judge_many(samples)]
    assert outcomes == [Outcome.PASSED] * len(samples)


@pytest.mark.slow
@pytest.mark.parametrize(
    "rust",
    [
        "use serde_json::Value; pub fn answer() -> Value { Value::Null }",
        "pub fn answer() -> bool { itertools::any(&[1], |_| true) }",
        "extern crate rand; pub fn answer() {}",
        "use num_integer::gcd; pub fn answer() -> i64 { gcd(2, 4) }",
        "extern crate memchr; pub fn answer() {}",
        'pub fn answer() -> bool { aho_corasick::AhoCorasick::new(["a"]).is_ok() }',
        "use serde_derive::Serialize; #[derive(Serialize)] pub struct S;",
    ],
)
def test_what_is_not_allowed_cannot_be_named(
    rust: str, default_cache: Path, workshop: Workshop
) -> None:
    """A crate that is built but not allowed, or that only other crates need, does not resolve."""
    crates = find_crates(["regex"], DEFAULT, default_cache, workshop.toolchain, workshop.sandbox)
    done = workshop.library(crates, rust)
    assert done.exit_code != 0
    # Unresolved import, unresolved name, no such crate, a crate of the compiler's own.
    assert error_codes(done) <= {"E0432", "E0433", "E0463", "E0658"}
    assert error_codes(done)


@pytest.mark.slow
def test_without_crates_there_are_none(default_cache: Path, workshop: Workshop) -> None:
    """A task that allows no crate gives its candidates none, though some are built."""
    crates = find_crates([], DEFAULT, default_cache, workshop.toolchain, workshop.sandbox)
    assert crates == NO_CRATES
    done = workshop.library(crates, 'pub fn answer() { regex::Regex::new("a").unwrap(); }')
    assert error_codes(done) == {"E0433"}


@pytest.mark.slow
def test_a_candidate_brings_no_manifest(default_cache: Path, workshop: Workshop) -> None:
    """A manifest, a build script and a configuration of cargo's beside a candidate are nothing."""
    marker = workshop.folder / "built"
    script = f'fn main() {{ std::fs::write("{marker}", "x").unwrap(); }}'
    (workshop.folder / "build.rs").write_text(script, encoding="utf-8")
    (workshop.folder / "Cargo.toml").write_text(
        '[package]\nname = "candidate"\nversion = "1.0.0"\nbuild = "build.rs"\n'
        '[lib]\npath = "candidate.rs"\n[dependencies]\nserde_json = "1"\n',
        encoding="utf-8",
    )
    (workshop.folder / ".cargo").mkdir()
    flags = '[build]\nrustflags = ["--cfg", "configured"]\n'
    (workshop.folder / ".cargo" / "config.toml").write_text(flags, encoding="utf-8")
    crates = find_crates(["regex"], DEFAULT, default_cache, workshop.toolchain, workshop.sandbox)
    rust = 'pub fn answer() -> String { format!("{:?} {}", option_env!("CARGO_PKG_NAME"), '
    assert workshop.answer(crates, rust + "cfg!(configured)) }") == "None false"
    assert not marker.exists()
    refused = workshop.library(
        crates, "pub fn answer() -> String { serde_json::json!(1).to_string() }"
    )
    assert refused.exit_code != 0


@pytest.mark.slow
def test_no_network_is_needed_the_second_time(
    default_cache: Path, toolchain: Toolchain, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another compiler the crates that were fetched once are built without a network."""
    monkeypatch.setenv("CARGO_NET_OFFLINE", "true")
    monkeypatch.setenv("CARGO_HOME", str(default_cache / "nothing"))
    lock = read_lock_file(DEFAULT)
    shutil.rmtree(built_folder(lock, default_cache, toolchain.version))
    assert find_crates(["regex"], DEFAULT, default_cache, toolchain, sandbox).options


@pytest.mark.slow
def test_without_a_network_the_first_fetch_says_so(
    toolchain: Toolchain, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Crates that are neither kept nor to be had are an error in two lines, and leave nothing."""
    monkeypatch.setenv("CARGO_NET_OFFLINE", "true")
    monkeypatch.setenv("CARGO_HOME", str(tmp_path / "nothing"))
    fault = fault_of(DEFAULT, ["regex"], tmp_path / "cache", toolchain, sandbox)
    assert "cannot be fetched" in fault.wrong
    assert "Connect" in fault.remedy
    assert files_in(tmp_path / "cache") == []


# Crates of these tests' own, put where fetched ones are kept: fast, and as hostile as can be.


@dataclass(frozen=True, slots=True)
class Pinned:
    """A folder that pins one crate, whose sources are in a cache already."""

    lock_folder: Path
    cache: Path

    def find(self, toolchain: Toolchain, sandbox: Sandbox) -> Crates:
        """Have the crate built."""
        return find_crates(["tried"], self.lock_folder, self.cache, toolchain, sandbox)


def pin(folder: Path, files: dict[str, str], manifest: str = "") -> Pinned:
    """Pin a crate `tried` that has these source files, as if it had been fetched."""
    head = f'[package]\nname = "tried"\nversion = "1.0.0"\nedition = "2021"\n{manifest}'
    contents = {"Cargo.toml": head, **files}
    lock_folder, cache = folder / "pinned", folder / "cache"
    lock_folder.mkdir()
    write_lock(lock_folder)
    crate = sources_folder(read_lock_file(lock_folder), cache) / "tried-1.0.0"
    for name, text in contents.items():
        (crate / name).parent.mkdir(parents=True, exist_ok=True)
        (crate / name).write_text(text, encoding="utf-8")
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in contents.items()}
    checksum = {"files": digests, "package": "0" * 64}
    (crate / ".cargo-checksum.json").write_text(json.dumps(checksum), encoding="utf-8")
    return Pinned(lock_folder, cache)


OUR_MANIFEST = """[package]
name = "pins"
version = "0.0.0"
edition = "2021"

[dependencies]
tried = "1"
"""
OUR_LOCK = f"""version = 3

[[package]]
name = "pins"
version = "0.0.0"
dependencies = ["tried"]

[[package]]
name = "tried"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "{"0" * 64}"
"""


def write_lock(folder: Path, manifest: str = OUR_MANIFEST, lock: str = OUR_LOCK) -> Path:
    """Write the two files that pin crates."""
    (folder / "Cargo.toml").write_text(manifest, encoding="utf-8")
    (folder / "Cargo.lock").write_text(lock, encoding="utf-8")
    return folder


def files_in(folder: Path) -> list[str]:
    """Return all files below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def fault_of(
    lock_folder: Path, names: Sequence[str], cache: Path, toolchain: Toolchain, sandbox: Sandbox
) -> CratesError:
    """Return the error of crates that cannot be had, after checking that it has two lines."""
    with pytest.raises(CratesError) as caught:
        find_crates(names, lock_folder, cache, toolchain, sandbox)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert all(lines)
    return caught.value


@pytest.fixture(params=[Isolation.FULL, Isolation.LANDLOCK, Isolation.LIMITS])
def at(request: pytest.FixtureRequest, toolchain: Toolchain, sandbox: Sandbox) -> Sandbox:
    """Return a sandbox at each level that this machine has."""
    levels = list(Isolation)
    if levels.index(request.param) < levels.index(sandbox.level):
        pytest.skip(f"this machine has no isolation of level {request.param}")
    return Sandbox(request.param, toolchain.launcher, sandbox.bubblewrap)


LIBRARY = {"src/lib.rs": "pub fn double(n: i64) -> i64 { n * 2 }"}
DOUBLE = "pub fn answer() -> String { tried::double(4).to_string() }"


def test_a_crate_is_built_at_every_level(at: Sandbox, toolchain: Toolchain, tmp_path: Path) -> None:
    """Whatever isolation the machine has, a crate is built and can be used."""
    crates = pin(tmp_path, LIBRARY).find(toolchain, at)
    (tmp_path / "workshop").mkdir()
    assert Workshop(toolchain, at, tmp_path / "workshop").answer(crates, DOUBLE) == "8"


def test_overflow_panics_in_crates_too(workshop: Workshop, tmp_path: Path) -> None:
    """Crates are compiled as candidates are: an overflow in one is a panic."""
    crates = pin(tmp_path, LIBRARY).find(workshop.toolchain, workshop.sandbox)
    rust = 'pub fn answer() -> String { format!("{}", std::panic::catch_unwind(|| '
    assert workshop.answer(crates, rust + "tried::double(i64::MAX)).is_err()) }") == "true"


def test_a_procedural_macro_can_be_allowed(workshop: Workshop, tmp_path: Path) -> None:
    """A crate that is a procedural macro runs in the compiler of a statically linked candidate."""
    macro = (
        "use proc_macro::TokenStream;\n#[proc_macro_derive(Name)]\n"
        "pub fn name(_: TokenStream) -> TokenStream {\n"
        '    "impl S { pub fn name() -> String { 8.to_string() } }".parse().unwrap()\n}\n'
    )
    pinned = pin(tmp_path, {"src/lib.rs": macro}, "[lib]\nproc-macro = true\n")
    crates = pinned.find(workshop.toolchain, workshop.sandbox)
    rust = "#[derive(tried::Name)] struct S; pub fn answer() -> String { S::name() }"
    assert workshop.answer(crates, rust) == "8"


BUILD_SCRIPT = """
fn main() {{
    assert!(std::fs::read("{secret}").is_err(), "read the host");
    assert!(std::fs::write("{outside}", "x").is_err(), "wrote to the host");
    assert!(std::fs::write("src/lib.rs", "pub fn double() {{}}").is_err(), "altered");
    assert!(std::net::TcpStream::connect("127.0.0.1:{port}").is_err(), "reached the network");
    assert!(std::env::var("SSE_STEPS_SECRET").is_err(), "saw the environment");
}}
"""


def test_build_scripts_are_isolated(
    toolchain: Toolchain, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crate's build script reaches no file, no network and no environment of the host's."""
    monkeypatch.setenv("SSE_STEPS_SECRET", "x")
    secret = tmp_path / "secret"
    secret.write_text("x", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        script = BUILD_SCRIPT.format(secret=secret, outside=tmp_path / "outside", port=port)
        pinned = pin(tmp_path, {**LIBRARY, "build.rs": script})
        assert pinned.find(toolchain, sandbox).options
    assert not (tmp_path / "outside").exists()


def test_such_a_build_script_notices_what_it_can_reach(
    toolchain: Toolchain, tmp_path: Path
) -> None:
    """Without isolation the same build script fails, so what it tries is not impossible anyway."""
    secret = tmp_path / "secret"
    secret.write_text("x", encoding="utf-8")
    script = BUILD_SCRIPT.format(secret=secret, outside=tmp_path / "outside", port=1)
    pinned = pin(tmp_path, {**LIBRARY, "build.rs": script})
    open_sandbox = Sandbox(Isolation.LIMITS, toolchain.launcher)
    fault = fault_of(pinned.lock_folder, ["tried"], pinned.cache, toolchain, open_sandbox)
    assert "cannot be built" in fault.wrong
    assert files_in(pinned.cache / "crates" / "built") == []


LINK_SCRIPT = """
fn main() {{
    let out = std::path::PathBuf::from(std::env::var("OUT_DIR").unwrap());
    let deps = out.join("../../../deps");
    let link = deps.join("libevil-0123456789abcdef.rlib");
    std::os::unix::fs::symlink("{secret}", link).unwrap();
}}
"""


def test_links_are_not_followed_out_of_a_build(
    toolchain: Toolchain, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A build that leaves a link to a file of the host's is refused, and nothing of it is kept."""
    secret = tmp_path / "secret"
    secret.write_text("x", encoding="utf-8")
    pinned = pin(tmp_path, {**LIBRARY, "build.rs": LINK_SCRIPT.format(secret=secret)})
    folder = read_lock_file(pinned.lock_folder)
    fault = fault_of(pinned.lock_folder, ["tried"], pinned.cache, toolchain, sandbox)
    assert "libevil-0123456789abcdef.rlib" in fault.wrong
    assert not built_folder(folder, pinned.cache, toolchain.version).exists()


def test_altered_sources_are_not_built(
    toolchain: Toolchain, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Sources that no longer have the checksum they were fetched with are an error."""
    pinned = pin(tmp_path, LIBRARY)
    sources = sources_folder(read_lock_file(pinned.lock_folder), pinned.cache)
    (sources / "tried-1.0.0/src/lib.rs").write_text("pub fn double() {}", encoding="utf-8")
    fault = fault_of(pinned.lock_folder, ["tried"], pinned.cache, toolchain, sandbox)
    assert "checksum" in fault.wrong


def test_sources_of_another_checksum_are_not_built(
    toolchain: Toolchain, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Sources that are not those of the lock file's checksum are an error."""
    pinned = pin(tmp_path, LIBRARY)
    sources = sources_folder(read_lock_file(pinned.lock_folder), pinned.cache)
    path = sources / "tried-1.0.0/.cargo-checksum.json"
    path.write_text(path.read_text(encoding="utf-8").replace("0" * 64, "1" * 64), encoding="utf-8")
    fault = fault_of(pinned.lock_folder, ["tried"], pinned.cache, toolchain, sandbox)
    assert "checksum" in fault.wrong


def test_nothing_else_beside_a_lock_file_is_used(workshop: Workshop, tmp_path: Path) -> None:
    """A build script and cargo's configuration in the folder of the lock file are not looked at."""
    pinned = pin(tmp_path, LIBRARY)
    (pinned.lock_folder / ".cargo").mkdir()
    (pinned.lock_folder / "build.rs").write_text("fn main() { panic!() }", encoding="utf-8")
    config = '[build]\nrustflags = ["--no-such-flag"]\nrustc = "/bin/false"\n'
    (pinned.lock_folder / ".cargo" / "config.toml").write_text(config, encoding="utf-8")
    crates = pinned.find(workshop.toolchain, workshop.sandbox)
    assert workshop.answer(crates, DOUBLE) == "8"


@pytest.mark.parametrize("level", [Isolation.FULL, Isolation.LANDLOCK])
def test_a_configuration_above_the_cache_is_never_obeyed(
    level: Isolation, toolchain: Toolchain, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Cargo's configuration above the cache is not seen, or said to be in the way."""
    if level is Isolation.FULL and sandbox.level is not Isolation.FULL:
        pytest.skip("this machine has no bubblewrap")
    pinned = pin(tmp_path, LIBRARY)
    (tmp_path / ".cargo").mkdir()
    config = '[build]\nrustflags = ["--no-such-flag"]\nrustc-wrapper = "/bin/false"\n'
    (tmp_path / ".cargo" / "config.toml").write_text(config, encoding="utf-8")
    at = Sandbox(level, toolchain.launcher, sandbox.bubblewrap)
    if level is Isolation.FULL:
        assert pinned.find(toolchain, at).options
    else:
        fault = fault_of(pinned.lock_folder, ["tried"], pinned.cache, toolchain, at)
        assert "bubblewrap" in fault.remedy


def test_a_crate_that_does_not_compile_says_so(
    toolchain: Toolchain, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A crate that this compiler cannot build is an error in two lines, and nothing is kept."""
    pinned = pin(tmp_path, {"src/lib.rs": "pub fn double() -> { }"})
    fault = fault_of(pinned.lock_folder, ["tried"], pinned.cache, toolchain, sandbox)
    assert "could not compile `tried`" in fault.wrong
    assert files_in(pinned.cache / "crates" / "built") == []


def test_a_crate_without_a_library_says_so(
    toolchain: Toolchain, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A crate that is a program alone cannot be allowed."""
    pinned = pin(tmp_path, {"src/main.rs": "fn main() {}"})
    fault = fault_of(pinned.lock_folder, ["tried"], pinned.cache, toolchain, sandbox)
    assert "no library" in fault.wrong


def test_an_unknown_name_gets_the_nearest(
    toolchain: Toolchain, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A name that the lock file does not pin directly is answered with the one that was meant."""
    fault = fault_of(DEFAULT, ["num_bigint"], tmp_path, toolchain, sandbox)
    assert "'num_bigint'" in fault.wrong
    assert fault.remedy == "Did you mean 'num-bigint'?"
    assert fault_of(DEFAULT, ["memchr"], tmp_path, toolchain, sandbox).wrong


def test_identity_follows_names_sources_and_compiler(
    toolchain: Toolchain, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A verdict depends on which crates are allowed, in whatever order they are named."""
    pinned = pin(tmp_path, LIBRARY)
    found = pinned.find(toolchain, sandbox)
    again = pinned.find(toolchain, sandbox)
    assert found == again
    assert found.identity != NO_CRATES.identity
    assert "tried" in found.identity
    lock = read_lock_file(pinned.lock_folder)
    write_lock(pinned.lock_folder, lock=OUR_LOCK.replace("0" * 64, "1" * 64))
    other = read_lock_file(pinned.lock_folder)
    here, there = pinned.cache, toolchain.version
    assert built_folder(lock, here, there) != built_folder(other, here, there)
    assert built_folder(lock, here, there) != built_folder(lock, here, f"{there}x")


SLOW_SCRIPT = "fn main() { std::thread::sleep(std::time::Duration::from_secs(2)); }"


def test_two_builds_at_once_are_safe(
    toolchain: Toolchain, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Of two builds at once both end with the same crates, and nothing unfinished stays."""
    pinned = pin(tmp_path, {**LIBRARY, "build.rs": SLOW_SCRIPT})
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(pinned.find, toolchain, sandbox) for _ in range(2)]
        first, second = (each.result() for each in both)
    assert first == second
    assert len(list((pinned.cache / "crates" / "built").iterdir())) == 1


def test_a_killed_build_leaves_nothing_half(
    toolchain: Toolchain, sandbox: Sandbox, tmp_path: Path
) -> None:
    """After a build was killed the crates are not there, and the next build makes them."""
    pinned = pin(tmp_path, {**LIBRARY, "build.rs": SLOW_SCRIPT})
    script = (
        "import sys; from pathlib import Path; "
        "from sse_steps.rust.crates import find_crates; "
        "from sse_steps.rust.probe import strongest_sandbox; "
        "from sse_steps.rust.toolchain import find_toolchain; "
        "cache = Path(sys.argv[2]); toolchain = find_toolchain(cache); "
        "sandbox = strongest_sandbox(toolchain.launcher); "
        "find_crates(['tried'], Path(sys.argv[1]), cache, toolchain, sandbox)"
    )
    shutil.copytree(toolchain.folder, pinned.cache / "judge" / toolchain.folder.name)
    command = [sys.executable, "-c", script, str(pinned.lock_folder), str(pinned.cache)]
    built = built_folder(read_lock_file(pinned.lock_folder), pinned.cache, toolchain.version)
    with subprocess.Popen(command, cwd=ROOT) as process:
        while not list(built.parent.glob(".*.unfinished/package/target")):
            assert process.poll() is None, "the build ended before it could be killed"
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    assert not built.exists()
    assert pinned.find(toolchain, sandbox).options
    assert built.exists()


# The task file and the build.


def test_the_documented_task_is_one(tmp_path: Path) -> None:
    """The task file in docs/crates.md loads, and allows what its prompt says."""
    page = (ROOT / "docs" / "crates.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "tasks").mkdir()
    shutil.copytree(DEFAULT, tmp_path / "tasks" / "crates")
    (tmp_path / "tasks" / "text.yaml").write_text(blocks[1], encoding="utf-8")
    task = load_task("text", tmp_path / "tasks")
    assert task.verify.crates == ("regex", "serde", "serde_json")
    assert all(name in task.prompts.system for name in task.verify.crates)


def allow(project: Project, crates: str) -> None:
    """Let the project's task have some crates, pinned by these tests."""
    path = project.folder / "tasks" / "python_to_rust.yaml"
    text = path.read_text(encoding="utf-8").split("verify:")[0]
    path.write_text(f"{text}verify: {{crates: {crates}, lock: pinned}}\n", encoding="utf-8")


@pytest.mark.slow
def test_doit_builds_what_a_task_allows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`doit crates` does nothing where no crate is allowed, else builds once, and says how many."""
    monkeypatch.setenv("CARGO_NET_OFFLINE", "true")
    pin(tmp_path, LIBRARY)
    project = lay_out(tmp_path)
    assert project.doit("crates").ran == set()
    allow(project, "[tried]")
    built = project.doit("crates")
    assert built.ran == {"crates:python_to_rust"}, built.text
    assert built.count("build crates") == 2
    assert project.doit("crates").ran == set()
    shutil.rmtree(tmp_path / "cache" / "crates" / "built")
    assert project.doit("crates").ran == {"crates:python_to_rust"}


@pytest.mark.slow
def test_doit_says_what_is_wrong_with_crates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong name, or sources that are not to be had, end doit with two lines, no traceback."""
    monkeypatch.setenv("CARGO_NET_OFFLINE", "true")
    monkeypatch.setenv("CARGO_HOME", str(tmp_path / "nothing"))
    pinned = pin(tmp_path, LIBRARY)
    project = lay_out(tmp_path)
    allow(project, "[trid]")
    wrong_name = project.doit("crates")
    allow(project, "[tried]")
    shutil.rmtree(pinned.cache)
    not_there = project.doit("crates")
    for built, said in ((wrong_name, "Did you mean 'tried'?"), (not_there, "cannot be fetched")):
        assert built.exit_code != 0
        assert said in built.text
        assert "Traceback" not in built.text
