"""Shards on Ray workers: what they come to, and what becomes of them when somebody dies."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project import Built, Project, lay_out

from sse_steps.config import load_settings
from sse_steps.errors import ScaleError
from sse_steps.records import Case, Completion, FinishReason, Outcome, Reply, Verdict
from sse_steps.rust.judge import Judge, Sample
from sse_steps.rust.sandbox import Limits, Sandbox
from sse_steps.rust.toolchain import Toolchain
from sse_steps.scale.judging import Judging
from sse_steps.scale.replying import Model, Replying
from sse_steps.scale.scale_out import Job, ScaleOut, _taken
from sse_steps.scale.shards import Done, Items, Record, cut, holding
from sse_steps.scale.shared_place import SharedPlace, check_place
from sse_steps.scale.worker import Assignment, Refused, versions, work_on
from sse_steps.settings import LimitSettings, ModelSettings, ScaleEngine, ScaleSettings
from sse_steps.slices import CheckSlice
from sse_steps.store import content_key, read_parquet, write_parquet
from sse_steps.sweep.command_line import read_arguments
from sse_steps.sweep.launch import read_sweep

TESTS = Path(__file__).parent
# What is measured, and so is another each time; everything else must be the same everywhere.
MEASURED = {
    **{"latency_s": 0.0, "machine_s": 0.0, "time_to_first_token_s": None},
    **{"peak_memory_bytes": None, "cold": False, "cost_usd": None, "completion_cost_usd": None},
}


@dataclass(frozen=True)
class Doubling:
    """Doubles numbers, and writes into a folder who doubled which of them when."""

    log: Path
    deadly: tuple[int, ...] = ()  # whoever comes to one of these is killed,
    once: bool = False  # every time, or the first time alone
    seconds: float = 0.0

    def __call__(self, items: Items, _cache: Path) -> Done:
        """Return each number's double."""
        for number in items.values():
            (self.log / f"{number}.{time.monotonic_ns()}").touch()
            known = self.log / f"killed-{number}"
            if number in self.deadly and not (self.once and known.exists()):
                known.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(self.seconds)
        return Done({key: {"double": 2 * number} for key, number in items.items()})

    def times(self, number: int) -> int:
        """Return how often somebody began with a number."""
        return len(list(self.log.glob(f"{number}.*")))


@dataclass(frozen=True)
class Environment:
    """Tells how many threads numerical libraries of a worker take."""

    def __call__(self, items: Items, _cache: Path) -> Done:
        """Return the environment's word for each item."""
        return Done({key: {"threads": os.environ.get(name)} for key, name in items.items()})


@dataclass(frozen=True)
class Lonely:
    """A row of another table."""

    key: str


def numbers(count: int) -> dict[str, int]:
    """Return numbers by key."""
    return {f"key {number:03}": number for number in range(count)}


def doubles(count: int) -> dict[str, Record]:
    """Return what becomes of them."""
    return {key: {"double": 2 * number} for key, number in numbers(count).items()}


@given(st.integers(0, 50), st.integers(1, 20))
def test_shards_hold_every_item_once_and_in_order(count: int, size: int) -> None:
    """Shards laid end to end are the items, all but the last as large as they may be."""
    shards = list(cut(numbers(count), size, "title"))
    assert [key for shard in shards for key in shard.items] == list(numbers(count))
    assert all(len(shard.items) == size for shard in shards[:-1])
    assert len({shard.key for shard in shards}) == len(shards)


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_shard_is_read_as_it_was_written(tmp_path: Path, scheme: str) -> None:
    """A path and a file system of fsspec's hold whole shards, and forget those that are removed."""
    place = SharedPlace(f"{scheme}{tmp_path}/shared", "group")
    assert place.names() == []
    records: Mapping[str, Record] = {"a": {"text": 'é "quoted"\n', "n": 1}, "b": {"none": None}}
    place.write("first", records)
    place.write("first", records)
    (tmp_path / "shared/group/.half.parquet").write_bytes(b"PAR1")
    assert place.names() == ["first"]
    assert place.read("first") == records
    assert place.read("second") is None
    place.remove("first")
    place.remove("first")
    assert place.names() == []


def test_a_place_that_nobody_knows_is_two_lines() -> None:
    """A URL without a file system behind it says so, and what to do."""
    with pytest.raises(ScaleError, match="nowhere://x"):
        SharedPlace("nowhere://x", "group").names()


def test_a_store_that_lets_nobody_in_is_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that nobody answers for is named with its own words, and what to look at."""
    file_system = pytest.importorskip("s3fs").S3FileSystem
    file_system.clear_instance_cache()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(ScaleError, match=r"s3://bucket/x.*127\.0\.0\.1:9") as fault:
        SharedPlace("s3://bucket/x", "group").names()
    assert str(fault.value).count("\n") == 1
    file_system.clear_instance_cache()  # it has the address that it began with


@pytest.mark.parametrize("scheme", ["", "file://"])
@pytest.mark.parametrize("content", [b"", b"PAR1", b"\x80\x04\x95.", b"PAR1" + bytes(99) + b"PAR1"])
def test_what_is_no_shard_is_not_read(tmp_path: Path, scheme: str, content: bytes) -> None:
    """Half a file, or one of somebody else's, is as good as none; nothing in it is executed."""
    (tmp_path / "group").mkdir()
    (tmp_path / "group/shard.parquet").write_bytes(content)
    assert SharedPlace(f"{scheme}{tmp_path}", "group").read("shard") is None


def test_records_of_other_columns_or_no_mapping_are_no_shard(tmp_path: Path) -> None:
    """Parquet alone does not make a shard."""
    place = SharedPlace(str(tmp_path), "group")
    write_parquet([Lonely("key")], Lonely, tmp_path / "group/other.parquet")
    assert place.read("other") is None
    place.write("list", {"key": [1, 2]})  # type: ignore[dict-item]  # what nobody would write
    assert place.read("list") is None


REPLY = asdict(Reply("text", FinishReason.STOP, 1.0, 1.0))
VERDICT = asdict(Verdict(Outcome.COMPILE_ERROR, False, 0, 0, 1, 0.0, None, "", "", ""))  # noqa: FBT003 - of a record


@pytest.mark.parametrize(
    ("record", "is_one"),
    [
        ({"reply": REPLY}, True),
        ({"reply": {**REPLY, "latency_s": "1"}}, False),
        ({"reply": {**REPLY, "finish_reason": "because"}}, False),
        ({"reply": {**REPLY, "more": 1}}, False),
        ({"reply": {"text": "text"}}, False),
        ({"reply": REPLY, "origin": None}, False),
        ({"verdict": VERDICT}, False),
        ({}, False),
    ],
)
def test_a_record_of_a_stranger_is_a_reply_or_nothing(record: Record, *, is_one: bool) -> None:
    """A field too many, one missing and a value of another type make it worthless."""
    assert holding("reply", Reply)(json.loads(json.dumps(record))) is is_one
    assert holding("verdict", Verdict)(json.loads(json.dumps({"verdict": VERDICT})))


def test_shards_of_strangers_are_done_anew(tmp_path: Path) -> None:
    """Of what lies in the shared place only this work's records of missing items are taken."""
    place = SharedPlace(str(tmp_path), "group")
    good: Record = {"reply": REPLY}
    place.write("mixed", {"a": good, "b": {"reply": 1}, "not asked": good})
    (tmp_path / "group/broken.parquet").write_bytes(b"PAR1")
    left: dict[str, object] = {"a": 1, "b": 2}
    found = [done.kept for done in _taken(place, left, holding("reply", Reply))]
    assert found == [{"a": json.loads(json.dumps(good))}]
    assert left == {"b": 2}
    assert place.names() == []


@pytest.mark.parametrize(
    "url",
    [
        "s3://KEY:geheim/x@bucket/y",
        "sftp://me:geheim@host/y",
        "s3a://:geheim@bucket",
        "simplecache::s3://KEY:geheim@bucket",
        "s3://bucket/y?secret=geheim",
    ],
)
def test_a_password_in_a_url_is_refused_before_anything_is_written(url: str) -> None:
    """It would be in the log, in a job's overrides and in the report; the message has it not."""
    for refuse in (
        lambda: load_settings(["scale=ray", f"scale.shared='{url}'"], root=TESTS.parent),
        lambda: read_sweep(
            read_arguments(["model=stub,reference", "scale=ray", f"scale.shared='{url}'"]),
            TESTS.parent,
        ),
    ):
        with pytest.raises(ScaleError, match="password") as fault:
            refuse()
        assert "geheim" not in str(fault.value)


def test_places_without_a_password_are_left_alone() -> None:
    """A path, a bucket, a user's name and a port are no secret."""
    for place in (None, "/shared/a:b", "s3://bucket/x@y", "sftp://me@host:22/x"):
        check_place(place)


def refused(work: object, folder: Path, **changed: str) -> str:
    """Return what a worker says that does not do its work."""
    place = SharedPlace(str(folder / "shared"), "group")
    wanted = {**versions(), **changed}
    assignment = Assignment(work, place, str(folder / "cache"), alone=False, versions=wanted)  # type: ignore[arg-type]  # any work
    [shard] = cut({"key": 1}, 1, "title")
    said = work_on(assignment, shard)
    assert isinstance(said, Refused)
    assert place.names() == []
    return f"{said.wrong}\n{said.remedy}"


def test_a_worker_with_another_library_refuses(tmp_path: Path) -> None:
    """Where a version differs, the worker names it and both versions, and writes nothing."""
    said = refused(Doubling(tmp_path), tmp_path, numpy="0.1")
    assert "numpy" in said
    assert "0.1" in said


def test_a_worker_without_the_model_refuses(tmp_path: Path) -> None:
    """Where the model's file is not to be seen, or is another one, the worker says which."""
    missing = Model("m", ModelSettings("", "numpy"), tmp_path / "m.gguf", "0", "numpy", False)  # noqa: FBT003 - of a record
    sampling = None
    said = refused(Replying(missing, sampling), tmp_path)  # type: ignore[arg-type]  # not reached
    assert f"does not see the model file '{tmp_path}/m.gguf'" in said
    (tmp_path / "m.gguf").write_bytes(b"other")
    assert "not the one that was validated" in refused(Replying(missing, sampling), tmp_path)  # type: ignore[arg-type]  # not reached


SETTINGS = CheckSlice(LimitSettings(cpu_s=2), allow_weak_isolation=False)
LIMITS = Limits(cpu_s=2, wall_s=30.0, memory_bytes=1 << 30, output_bytes=1 << 20)


def test_a_worker_that_isolates_otherwise_refuses(
    tmp_path: Path, toolchain: Toolchain, sandbox: Sandbox
) -> None:
    """One table never mixes levels: another level, compiler or judge is refused in two lines."""
    (tmp_path / "cache/judge").mkdir(parents=True)
    (tmp_path / "cache/judge" / toolchain.folder.name).symlink_to(toolchain.folder)
    ours = Judging.as_by(Judge(toolchain, sandbox, LIMITS), SETTINGS, tmp_path)
    done = ours({"key": Sample("pub fn f() -> i64 { 1 }", (Case("f", (), 1),))}, tmp_path / "cache")
    assert done.kept["key"]["verdict"]["isolation"] == sandbox.level
    said = refused(replace(ours, level="limits"), tmp_path)
    assert "one table never mixes levels" in said
    assert "rustc 1.0" in refused(replace(ours, compiler="rustc 1.0"), tmp_path)
    assert "another judge" in refused(replace(ours, identity=""), tmp_path)


@pytest.fixture(scope="module")
def environment() -> Iterator[pytest.MonkeyPatch]:
    """Return what changes the environment that every machine of the cluster starts with."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def bucket(environment: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the URL of a folder in an object store that runs here, in processes of its own."""
    server = pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    store = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    store.start()
    host, port = store.get_host_and_port()
    environment.setenv("AWS_ACCESS_KEY_ID", "testing")
    environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
    environment.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    s3fs.S3FileSystem().mkdir("bucket")
    yield "s3://bucket/shards"
    store.stop()


@pytest.fixture(scope="module")
def address(environment: pytest.MonkeyPatch, bucket: str) -> Iterator[str]:
    """Return the address of a cluster of two machines, one processor each, on this one.

    Its workers see the object store, so that starts before them.
    """
    assert bucket
    ray = pytest.importorskip("ray")
    utilities = pytest.importorskip("ray.cluster_utils")
    environment.setenv("PYTHONPATH", str(TESTS), prepend=os.pathsep)
    environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
    node = {"num_cpus": 1, "object_store_memory": 100 << 20}
    cluster = utilities.Cluster(initialize_head=True, head_node_args=node)
    try:
        cluster.add_node(**node)
        yield cluster.address
    finally:
        ray.shutdown()
        cluster.shutdown()


@pytest.fixture
def scale_out(address: str, tmp_path: Path) -> ScaleOut:
    """Return workers of that cluster, with a place and a log of its own."""
    (tmp_path / "log").mkdir()
    settings = ScaleSettings(ScaleEngine.RAY, address, shard_size=2, retries=1)
    return ScaleOut(replace(settings, cache=str(tmp_path / "cache")), tmp_path / "cache")


def collected(scale_out: ScaleOut, work: object, items: Items) -> dict[str, Record]:
    """Return all outcomes; no item may come twice."""
    found: dict[str, Record] = {}
    counted: list[int] = []
    job = Job("some work", work, tuple(items))  # type: ignore[arg-type]  # any work
    for done in scale_out.finished(job, items, counted.append):
        assert not found.keys() & done.all.keys()
        found |= done.all
    assert sum(counted) == len(items)
    return found


@pytest.mark.slow
def test_workers_do_everything_once_and_leave_nothing(scale_out: ScaleOut, tmp_path: Path) -> None:
    """Every item comes out once, worked on once, and the shared place is empty in the end."""
    work = Doubling(tmp_path / "log")
    assert collected(scale_out, work, numbers(9)) == doubles(9)
    assert [work.times(number) for number in range(9)] == [1] * 9
    assert list((tmp_path / "cache/shards").iterdir()) == []


@pytest.mark.slow
def test_workers_take_as_many_threads_as_the_build_would(scale_out: ScaleOut) -> None:
    """Ray's own one thread a task would change the order of sums, and so a reply."""
    wanted = os.environ.get("OMP_NUM_THREADS", str(len(os.sched_getaffinity(0))))
    items = {"omp": "OMP_NUM_THREADS", "blas": "OPENBLAS_NUM_THREADS"}
    found = collected(scale_out, Environment(), items)
    assert [each["threads"] for each in found.values()] == [wanted, wanted]


@pytest.mark.slow
def test_a_killed_worker_changes_nothing(scale_out: ScaleOut, tmp_path: Path) -> None:
    """A worker that is killed once costs its shard a second try, and nothing else."""
    work = Doubling(tmp_path / "log", deadly=(5,), once=True)
    assert collected(scale_out, work, numbers(8)) == doubles(8)
    assert [work.times(number) for number in range(8)] == [1, 1, 1, 1, 2, 2, 1, 1]


@pytest.mark.slow
def test_a_shard_that_kills_its_workers_is_named_and_the_others_are_kept(
    scale_out: ScaleOut, tmp_path: Path
) -> None:
    """After the retries an error of two lines names the shard; all the others have come out."""
    work, found = Doubling(tmp_path / "log", deadly=(3,)), dict[str, Record]()
    job = Job("some work", work, tuple(numbers(8)))
    with pytest.raises(ScaleError) as fault:
        for done in scale_out.finished(job, numbers(8), lambda _count: None):
            found |= done.all
    lost = {"key 002", "key 003"}
    assert found == {key: each for key, each in doubles(8).items() if key not in lost}
    assert work.times(3) == 2  # tried, and once again
    assert fault.value.wrong.startswith("some work, shard 2 of 4 of 2 items was lost 2 times")
    assert "WorkerCrashedError" in fault.value.wrong
    assert str(fault.value).count("\n") == 1


@pytest.mark.slow
def test_shards_go_through_an_object_store(
    scale_out: ScaleOut, bucket: str, tmp_path: Path
) -> None:
    """Workers write to a bucket over HTTP, the build reads from it, and it is empty in the end."""
    work = Doubling(tmp_path / "log", deadly=(4,))
    settings = replace(scale_out.settings, shared=bucket)
    stored = replace(scale_out, settings=settings)
    place = SharedPlace(bucket, content_key("shards", *numbers(6))[:32])
    with pytest.raises(ScaleError, match="shard 3 of 3"):
        collected(stored, work, numbers(6))
    place.write("left by a build that died", {"key 004": {"double": 8}, "key 005": {"double": 10}})
    assert place.names() == ["left by a build that died"]
    assert collected(stored, replace(work, deadly=(4, 5)), numbers(6)) == doubles(6)
    assert place.names() == []
    assert not (tmp_path / "cache/shards").exists()


DRIVER = """
import os, signal, sys
from pathlib import Path
from test_scale_out import Doubling, numbers
from sse_steps.scale.scale_out import Job, ScaleOut
from sse_steps.settings import ScaleSettings, ScaleEngine
folder = Path(sys.argv[2])
settings = ScaleSettings(ScaleEngine.RAY, sys.argv[1], shard_size=2, cache=str(folder / "cache"))
job = Job("some work", Doubling(folder / "log", seconds=0.2), tuple(numbers(12)))
for done in ScaleOut(settings, folder / "cache").finished(job, numbers(12), lambda _count: None):
    os.kill(os.getpid(), signal.SIGKILL)  # with a shard in hand that it has not kept
"""


@pytest.mark.slow
def test_what_a_killed_build_has_left_is_taken_first(
    scale_out: ScaleOut, address: str, tmp_path: Path
) -> None:
    """A build that is killed leaves whole shards; the next takes them and computes the others."""
    command = [sys.executable, "-c", DRIVER, address, str(tmp_path)]
    done = subprocess.run(command, env=os.environ, capture_output=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    left = {
        key: name.stem
        for name in (tmp_path / "cache/shards").rglob("*.parquet")
        for key in SharedPlace(str(name.parents[1]), name.parent.name).read(name.stem) or {}
    }
    assert left
    work = Doubling(tmp_path / "log")
    before = {key: work.times(number) for key, number in numbers(12).items()}
    assert collected(scale_out, work, numbers(12)) == doubles(12)
    again = {key for key, number in numbers(12).items() if work.times(number) > before[key]}
    assert again == numbers(12).keys() - left.keys()


def test_every_setting_is_documented() -> None:
    """docs/scale.md has a row for each setting of scale=ray but the engine."""
    page = (TESTS.parent / "docs/scale.md").read_text(encoding="utf-8")
    settings = (TESTS.parent / "conf/scale/ray.yaml").read_text(encoding="utf-8")
    names = set(re.findall(r"^(\w+):", settings, re.MULTILINE)) - {"engine"}
    assert set(re.findall(r"^\| `scale\.(\w+)` \|", page, re.MULTILINE)) == names
    assert names == {each.name for each in fields(ScaleSettings)} - {"engine"}


# --- the whole build -----------------------------------------------------------------------------

BUILD = ("models=[py2many,tiny]", "run.runs=2", "run.temperature=0.8", "transpile", "check")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project that was built by this process alone."""
    project = lay_out(tmp_path_factory.mktemp("project"))
    built = project.doit(*BUILD)
    assert built.exit_code == 0, built.text
    (project.folder / "results").rename(project.folder / "local")
    return project


def built_on_ray(project: Project, address: str, *settings: str) -> Built:
    """Build everything anew on a cluster."""
    for path in (*project.folder.glob("cache/records.sqlite*"), *project.folder.glob(".doit.db*")):
        path.unlink()
    cluster = ("scale=ray", f"scale.address={address}", f"scale.cache={project.folder}/cache")
    return project.doit(*BUILD, *cluster, "scale.shard_size=1", *settings)


def completions(folder: Path) -> list[Completion]:
    """Return every completion of a build, without what was measured."""
    paths = sorted(folder.rglob("completions/**/*.parquet"))
    rows = [row for path in paths for row in read_parquet(path, Completion)]
    return [replace(row, **MEASURED) for row in rows]  # type: ignore[arg-type]  # by name


def verdicts(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every table of verdicts."""
    paths = sorted((folder / "verdicts").rglob("*.parquet"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def kill_a_worker(killed: list[int], until: threading.Event) -> None:
    """Kill the first process that works on a shard."""
    while not until.wait(0.02) and not killed:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                name = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if name.startswith(b"ray::work_on"):
                os.kill(int(folder.name), signal.SIGKILL)
                killed.append(int(folder.name))
                break


@pytest.mark.slow
def test_a_build_on_ray_is_the_same_although_a_worker_is_killed(
    project: Project, address: str
) -> None:
    """Verdict tables are the same byte for byte, and completions but for what was measured."""
    killed, over = list[int](), threading.Event()
    killer = threading.Thread(target=kill_a_worker, args=(killed, over))
    killer.start()
    try:
        built = built_on_ray(project, address)
    finally:
        over.set()
        killer.join()
    assert built.exit_code == 0, built.text
    assert killed
    assert "(raylet)" not in built.text
    results, local = project.folder / "results", project.folder / "local"
    assert verdicts(results) == verdicts(local)
    assert len(completions(results)) == 2 * 4 * 3
    assert completions(results) == completions(local)
    again = project.doit(*BUILD)
    assert again.ran == set(), again.text  # where work was done makes nothing stale
