"""Models from a hub: what arrives, what each fault ends in, and what a second build costs."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import constants
from local_hub import Fault, LocalHub, serving, unused_port
from model_folder import CONFIG, GGUF, Line, bomb, index_of, safetensors, zipped

from sse_steps.errors import InputFileError, LineHaltedError
from sse_steps.models import retries
from sse_steps.models.cache import hold

WEIGHTS = "hf://tiny/model@main/model.gguf"
TOKEN = "hf_secretsecretsecret"  # noqa: S105 - what a test must not find again


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[LocalHub]:
    """Return a hub with one GGUF file that downloads are told to use."""
    monkeypatch.setattr(retries, "_WAITS_S", (0.01, 0.02))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with serving(LocalHub({"model.gguf": GGUF, "README.md": b"# Tiny"})) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        yield served
    hold.cache_clear()


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """Return a project in which the hub's GGUF file is wanted."""
    return Line(tmp_path, WEIGHTS)


def test_a_file_arrives_and_is_locked(hub: LocalHub, line: Line) -> None:
    """A file comes whole; record and lock file say its size, its SHA-256 and the commit."""
    record = line.run()
    assert record.skip is None
    assert line.weights.read_bytes() == GGUF
    file = {
        "path": "model.gguf",
        "bytes": len(GGUF),
        "sha256": hashlib.sha256(GGUF).hexdigest(),
    }
    assert line.lock == {"source": WEIGHTS, "commit": hub.commit, "files": [file]}
    assert record.details == line.lock
    assert {each.gate for each in record.findings} == {"D1", "D2", "D3", "D4", "D5", "D6"}
    assert all(each.passed for each in record.findings)


@pytest.mark.parametrize("source", ["hf://tiny/model/model.gguf", WEIGHTS])
def test_the_revision_may_be_left_out(hub: LocalHub, line: Line, source: str) -> None:
    """Without a revision it is `main`, and the lock file says which commit that was."""
    line.source = source
    assert line.run().details["commit"] == hub.commit


def test_a_second_run_moves_nothing(hub: LocalHub, line: Line) -> None:
    """What is there and right is not asked for again, not even with one request."""
    line.run()
    asked = len(hub.asked)
    assert line.run().skip is None
    assert len(hub.asked) == asked


def test_safetensors_bring_their_companions(hub: LocalHub, line: Line) -> None:
    """Configuration, tokenizer and chat template of the same folder come along; nothing else."""
    template = {"chat_template.jinja": b"{{ messages }}"}
    files = {"model.safetensors": safetensors(), **CONFIG, **template, "other.json": b"{}"}
    hub.files = {f"deep/er/{name}": data for name, data in files.items()} | {"config.json": b"[]"}
    line.source = "hf://tiny/model@main/deep/er/model.safetensors"
    assert line.run().skip is None
    names = {path.name for path in line.weights.parent.iterdir() if not path.name.startswith(".")}
    assert names == set(files) - {"other.json"}
    assert (line.weights.parent / "config.json").read_bytes() == CONFIG["config.json"]


def test_an_index_brings_its_shards(hub: LocalHub, line: Line) -> None:
    """All shards that an index names come, three at a time at most, and all are locked."""
    names = [f"model-{number}-of-5.safetensors" for number in range(5)]
    shards = {name: safetensors(number) for number, name in enumerate(names)}
    hub.files = {"model.safetensors.index.json": index_of(*names), **CONFIG, **shards}
    hub.faults = {"/cdn/": Fault(pause_s=0.05)}
    line.source = "hf://tiny/model@main/model.safetensors.index.json"
    assert line.run().skip is None
    assert {name: (line.weights.parent / name).read_bytes() for name in names} == shards
    assert {each["path"] for each in line.lock["files"]} == set(hub.files)
    assert 1 < hub.most_at_once <= 3
    (line.weights.parent / names[3]).unlink()
    served = dict(hub.bytes_served)
    assert line.run().skip is None
    served[names[3]] *= 2
    assert hub.bytes_served == served


def test_the_first_fault_stops_the_other_files(hub: LocalHub, line: Line) -> None:
    """A shard that is missing does not leave the others running."""
    shards = {f"s{number}.safetensors": safetensors(number, 2_000_000) for number in range(4)}
    hub.files = {"model.safetensors.index.json": index_of(*shards), **CONFIG, **shards}
    hub.faults = {"/cdn/s1": Fault(404), "/cdn/": Fault(pause_s=0.3)}
    line.source = "hf://tiny/model@main/model.safetensors.index.json"
    started = time.monotonic()
    skip = line.run().skip
    assert skip is not None
    assert skip.gate == "D1"
    assert time.monotonic() - started < 8  # one shard alone takes 9 seconds
    assert sum(hub.bytes_served.values()) < 2_000_000


@pytest.mark.parametrize(
    "name",
    [
        *("../evil.safetensors", "/etc/evil.safetensors", "a\\..\\b.safetensors", ".x.safetensors"),
        *("pytorch_model.bin", "model.gguf", "a/../../b.safetensors", "", "a//b.safetensors"),
    ],
)
def test_an_index_cannot_name_what_it_likes(hub: LocalHub, line: Line, name: str) -> None:
    """A name that leads elsewhere or to another format is refused, and nothing of it is asked."""
    hub.files = {"model.safetensors.index.json": index_of(name), **CONFIG}
    line.source = "hf://tiny/model@main/model.safetensors.index.json"
    record = line.run()
    assert record.skip is not None
    assert record.skip.gate == "D1"
    assert not [each for each in hub.asked if "evil" in each.path or "bin" in each.path]


@pytest.mark.parametrize("content", [b"", b"[]", b'{"weight_map": 3}', b"[" * 100_000, b"\xff"])
def test_a_broken_index_is_refused(hub: LocalHub, line: Line, content: bytes) -> None:
    """An index that is no index skips the model."""
    hub.files = {"model.safetensors.index.json": content, **CONFIG}
    line.source = "hf://tiny/model@main/model.safetensors.index.json"
    record = line.run()
    assert record.skip is not None
    assert record.skip.gate in ("D1", "D2")


@pytest.mark.parametrize("missing", ["config.json", "tokenizer.json"])
def test_safetensors_need_their_companions(hub: LocalHub, line: Line, missing: str) -> None:
    """A repository without configuration or tokenizer is skipped before the weights move."""
    hub.files = {"model.safetensors": safetensors(), **CONFIG}
    del hub.files[missing]
    line.source = "hf://tiny/model@main/model.safetensors"
    record = line.run()
    assert record.skip is not None
    assert missing in record.skip.wrong
    assert hub.bytes_served == {}


# Faults


@pytest.mark.parametrize(
    ("part", "fault", "gate"),
    [
        ("/api/", Fault(401), "D1"),
        ("/api/", Fault(404, "RepoNotFound"), "D1"),
        ("/api/", Fault(404, "RevisionNotFound"), "D1"),
        ("/api/", Fault(403, "GatedRepo"), "D1"),
        ("/api/", Fault(403), "D1"),
        ("/api/", Fault(429, retry_after="0"), "D3"),
        ("/api/", Fault(500), "D3"),
        ("/api/", Fault(503, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"), "D3"),
        ("/resolve/", Fault(401), "D1"),
        ("/resolve/", Fault(404, "EntryNotFound"), "D1"),
        ("/resolve/", Fault(403, "GatedRepo"), "D1"),
        ("/resolve/", Fault(429), "D3"),
        ("/resolve/", Fault(502), "D3"),
        ("/resolve/", Fault(etag="W/12"), "D3"),
        ("/resolve/", Fault(location="ftp://127.0.0.1/x"), "D3"),
        ("/cdn/", Fault(404), "D1"),
        ("/cdn/", Fault(403), "D1"),
        ("/cdn/", Fault(500), "D3"),
        ("/cdn/", Fault(cut_after=0), "D3"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else f"{value.status}{value.code or ''}",
)
def test_each_fault_ends_in_its_gate(
    hub: LocalHub, line: Line, part: str, fault: Fault, gate: str
) -> None:
    """What cannot be had skips the model with the gate's reason; nothing half gets a name."""
    hub.faults = {part: fault}
    record = line.run()
    assert record.skip is not None
    assert record.skip.gate == gate
    assert record.skip.wrong
    assert record.skip.remedy
    assert "\n" not in record.skip.wrong
    assert not line.weights.exists()
    assert not line.lock_file.exists()
    assert "secret" not in json.dumps(record.details)


def test_a_gated_repository_says_what_to_do(hub: LocalHub, line: Line) -> None:
    """A gated repository is named so, and the remedy names HF_TOKEN."""
    hub.faults = {"/api/": Fault(403, "GatedRepo")}
    skip = line.run().skip
    assert skip is not None
    assert "gated" in skip.wrong
    assert "HF_TOKEN" in skip.remedy


@pytest.mark.parametrize("part", ["/api/", "/resolve/", "/cdn/"])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_two_failures_are_got_over(hub: LocalHub, line: Line, part: str, status: int) -> None:
    """Where the third try succeeds, nothing was the matter."""
    hub.faults = {part: Fault(status, times=2)}
    assert line.run().skip is None
    assert line.weights.read_bytes() == GGUF


def test_the_hub_is_left_alone_as_long_as_it_asks(hub: LocalHub, line: Line) -> None:
    """The wait before the next try is what Retry-After says."""
    hub.faults = {"/cdn/": Fault(429, retry_after="1", times=1)}
    started = time.monotonic()
    assert line.run().skip is None
    assert time.monotonic() - started >= 1


def test_a_cut_connection_is_resumed(hub: LocalHub, line: Line) -> None:
    """After a cut in the middle the rest comes, and no byte comes twice."""
    hub.faults = {"/cdn/": Fault(cut_after=150_000, times=2)}
    assert line.run().skip is None
    assert line.weights.read_bytes() == GGUF
    assert hub.bytes_served["model.gguf"] == len(GGUF)


def test_what_came_is_kept_for_the_next_build(hub: LocalHub, line: Line) -> None:
    """Three cuts skip the model; the next build asks for the rest alone."""
    hub.faults = {"/cdn/": Fault(cut_after=70_000)}
    skip = line.run().skip
    assert skip is not None
    assert skip.gate == "D3"
    came = hub.bytes_served["model.gguf"]
    assert came == 210_000
    hub.faults = {}
    assert line.run().skip is None
    assert line.weights.read_bytes() == GGUF
    assert hub.bytes_served["model.gguf"] == len(GGUF)


def test_a_server_without_ranges_starts_over(hub: LocalHub, line: Line) -> None:
    """Where the rest cannot be had alone, all of it comes again and is put together right."""
    hub.faults = {
        "/cdn/model": Fault(cut_after=150_000, times=1),
        "/cdn/": Fault(ignore_range=True),
    }
    assert line.run().skip is None
    assert line.weights.read_bytes() == GGUF
    assert hub.bytes_served["model.gguf"] == 150_000 + len(GGUF)


def test_an_endless_body_fills_no_disk(hub: LocalHub, line: Line) -> None:
    """No more is taken than was promised, however long a server goes on; the digest decides."""
    hub.faults = {"/cdn/": Fault(endless=True)}
    assert line.run().skip is None
    assert line.weights.read_bytes() == GGUF
    line.weights.unlink()
    hub.faults = {"/cdn/": Fault(endless=True, wrong_byte=True)}
    check_halts(line)


def check_halts(line: Line) -> LineHaltedError:
    """Check that the line stops with a record for a person, and return the fault."""
    with pytest.raises(LineHaltedError) as caught:
        line.run()
    assert caught.value.gate == "D4"
    assert len(str(caught.value).splitlines()) == 2
    assert "JIDOKA HALT" in caught.value.wrong
    records = list((line.folder / "results/andon").glob("*.md"))
    assert len(records) == 1
    assert "D4" in records[0].read_text(encoding="utf-8")
    return caught.value


def test_a_wrong_byte_halts_and_stays_as_evidence(hub: LocalHub, line: Line) -> None:
    """A byte that is not what the hub promised stops the line; the file gets no usable name."""
    hub.faults = {"/cdn/": Fault(wrong_byte=True)}
    check_halts(line)
    assert not line.weights.exists()
    assert line.rejected() == ["model.gguf.rejected"]
    assert not line.lock_file.exists()
    hub.faults = {}
    assert line.run().skip is None
    assert line.weights.read_bytes() == GGUF


def test_a_wrong_byte_in_a_companion_halts(hub: LocalHub, line: Line) -> None:
    """Small files are held against git's own id for them."""
    hub.files = {"model.safetensors": safetensors(), **CONFIG}
    line.source = "hf://tiny/model@main/model.safetensors"
    hub.faults = {f"resolve/{hub.commit}/tokenizer.json": Fault(wrong_byte=True)}
    assert "tokenizer.json" in check_halts(line).wrong


def test_a_pin_that_the_hub_contradicts_halts_before_a_byte_moves(
    hub: LocalHub, line: Line
) -> None:
    """Where the hub promises other bytes than the YAML pins, none is asked for."""
    line.sha256 = "0" * 64
    assert line.sha256 in check_halts(line).wrong
    assert hub.bytes_served == {}


@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_a_pin_that_fits_is_taken_in_any_case(hub: LocalHub, line: Line, change: object) -> None:
    """The pin's letters may be capitals."""
    digest = hashlib.sha256(GGUF).hexdigest()
    line.sha256 = digest.upper() if change is str.upper else digest
    assert line.run().skip is None
    assert hub.bytes_served["model.gguf"] == len(GGUF)


def test_a_branch_that_moved_changes_nothing(hub: LocalHub, line: Line) -> None:
    """Once locked, a model comes from its commit; one that is gone is not replaced in silence."""
    line.run()
    line.weights.unlink()
    hub.files["model.gguf"] = GGUF + b"changed"
    skip = line.run().skip
    assert skip is not None
    assert skip.gate == "D1"
    assert not line.weights.exists()


def test_other_bytes_at_the_locked_commit_halt(hub: LocalHub, line: Line) -> None:
    """Bytes that differ from the lock file's stop the line."""
    line.run()
    line.weights.unlink()
    hub.faults = {"/cdn/": Fault(wrong_byte=True)}
    assert "models.lock.json" in check_halts(line).wrong


def test_a_file_that_changed_on_disk_halts(hub: LocalHub, line: Line) -> None:
    """Bytes that changed in the cache are found, set aside, and brought again by the next build."""
    line.run()
    line.weights.write_bytes(GGUF[:-1] + b"!")
    check_halts(line)
    assert line.rejected() == ["model.gguf.rejected"]
    assert line.run().skip is None
    assert line.weights.read_bytes() == GGUF
    assert hub.bytes_served["model.gguf"] == 2 * len(GGUF)


def test_a_lock_file_that_is_none_is_an_error(hub: LocalHub, line: Line) -> None:
    """A damaged lock file stops the build before anything is asked for."""
    line.lock_file.write_text("{", encoding="utf-8")
    with pytest.raises(InputFileError):
        line.run()
    assert hub.asked == []


def test_a_large_model_is_flagged(hub: LocalHub, line: Line) -> None:
    """A model above the limit of D5 comes, and its record says that the gate failed."""
    line.cache = replace(line.cache, warn_above_gb=0.0001)
    record = line.run()
    assert record.skip is None
    assert [each.gate for each in record.findings if not each.passed] == ["D5"]
    assert hub.bytes_served["model.gguf"] == len(GGUF)


# Formats


@pytest.mark.parametrize(
    "name", ["pytorch_model.bin", "model.pt", "model.PTH", "a.pkl", "a.ckpt", "a.joblib", "a.npy"]
)
def test_a_pickle_is_refused_before_a_request(hub: LocalHub, line: Line, name: str) -> None:
    """A pickle's name is enough: nothing is asked for."""
    hub.files[name] = bomb()
    line.source = f"hf://tiny/model@main/{name}"
    skip = line.run().skip
    assert skip is not None
    assert skip.gate == "D6"
    assert hub.asked == []


@pytest.mark.parametrize(
    "name", ["model.onnx", "model.h6", "model", "README.md", "tokenizer.model"]
)
def test_an_unknown_format_is_refused_before_a_request(
    hub: LocalHub, line: Line, name: str
) -> None:
    """What is no format of weights that is known is not asked for."""
    line.source = f"hf://tiny/model@main/{name}"
    skip = line.run().skip
    assert skip is not None
    assert skip.gate == "D2"
    assert hub.asked == []


@pytest.mark.parametrize("name", ["model.gguf", "model.safetensors", "model.apr"])
@pytest.mark.parametrize("content", [bomb(0), bomb(2), bomb(5), zipped(bomb())])
def test_a_pickle_in_disguise_is_refused(
    hub: LocalHub,
    line: Line,
    name: str,
    content: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pickle, or a zip with one inside, is known by its bytes and never loaded."""
    monkeypatch.chdir(tmp_path)
    hub.files = {name: content, **CONFIG}
    line.source = f"hf://tiny/model@main/{name}"
    line.allow_pickle = True  # which is no leave to lie about it
    skip = line.run().skip
    assert skip is not None
    assert skip.gate == "D6"
    assert not line.weights.exists()
    assert line.rejected() == [f"{name}.rejected"]
    assert not (tmp_path / "unpickled").exists()


def test_an_allowed_pickle_comes_loudly_and_is_not_loaded(
    hub: LocalHub,
    line: Line,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With `allow_pickle` a pickle is brought with a loud line that says what converts it."""
    monkeypatch.chdir(tmp_path)
    hub.files["pytorch_model.bin"] = bomb()
    line.source, line.allow_pickle = "hf://tiny/model@main/pytorch_model.bin", True
    assert line.run().skip is None
    text = capsys.readouterr().err
    assert "IS A PICKLE" in text
    assert "safe_serialization" in text
    assert not (tmp_path / "unpickled").exists()


# Tokens


def test_the_token_goes_to_the_hub_alone(
    hub: LocalHub,
    line: Line,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """HF_TOKEN reaches the hub and neither another origin nor log, record or lock file."""
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.faults = {"/cdn/": Fault(cut_after=1000, times=1)}
    assert line.run().skip is None
    with_token = {each.origin for each in hub.asked if TOKEN in str(each.headers)}
    assert with_token == {"hub"}
    assert {each.origin for each in hub.asked} == {"hub", "cdn"}
    assert all(TOKEN in str(each.headers) for each in hub.asked if each.origin == "hub")
    written = [path.read_bytes() for path in line.folder.rglob("*") if path.is_file()]
    assert not [data for data in written if TOKEN.encode() in data]
    captured = capfd.readouterr()
    assert TOKEN not in captured.out + captured.err + caplog.text


def test_a_refused_token_is_in_no_message(
    hub: LocalHub, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub that refuses a token does not have it repeated in the record."""
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.faults = {"/": Fault(401)}
    skip = line.run().skip
    assert skip is not None
    assert TOKEN not in (line.folder / "results/tiny.json").read_text(encoding="utf-8")


def test_no_token_file_is_read(
    hub: LocalHub, line: Line, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A token that somebody logged in with stays in its file."""
    path = tmp_path / "token"
    path.write_text(TOKEN, encoding="utf-8")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(path))
    assert line.run().skip is None
    assert not [each for each in hub.asked if "authorization" in map(str.lower, each.headers)]


# Without a hub


def test_a_hub_that_nobody_serves_skips(
    line: Line, monkeypatch: pytest.MonkeyPatch, hub: LocalHub
) -> None:
    """A refused connection ends in D3, and its remedy names HF_ENDPOINT."""
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{unused_port()}")
    skip = line.run().skip
    assert skip is not None
    assert skip.gate == "D3"
    assert "HF_ENDPOINT" in skip.remedy
    assert hub.asked == []


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://", "http://[::1"])
@pytest.mark.usefixtures("hub")
def test_an_endpoint_that_is_no_address_skips(
    line: Line, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """An HF_ENDPOINT that is no web address ends in D3."""
    monkeypatch.setenv("HF_ENDPOINT", url)
    skip = line.run().skip
    assert skip is not None
    assert skip.gate == "D3"


def test_an_answer_that_is_no_answer_skips(
    line: Line, monkeypatch: pytest.MonkeyPatch, hub: LocalHub
) -> None:
    """A server that is no hub ends in D3."""
    monkeypatch.setattr(LocalHub, "commit", property(lambda _: "not a commit"))
    skip = line.run().skip
    assert skip is not None
    assert skip.gate == "D3"
    assert hub.bytes_served == {}


def test_offline_mode_uses_what_is_there(
    hub: LocalHub, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HF_HUB_OFFLINE forbids requests; a model that is there and locked needs none."""
    line.run()
    asked = len(hub.asked)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert line.run().skip is None
    line.weights.unlink()
    skip = line.run().skip
    assert skip is not None
    assert skip.gate == "D3"
    assert "HF_HUB_OFFLINE" in skip.wrong
    assert len(hub.asked) == asked
