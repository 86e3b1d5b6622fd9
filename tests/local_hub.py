"""A hub of models on loopback, as far as the real client needs one, with faults to switch on.

Large files (weights) are answered with a redirect to another origin, as the real hub does with its
content delivery network; small ones are served at once. Every request is written down.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

LARGE = (".gguf", ".safetensors", ".bin", ".apr")
MESSAGES = {404: "not found", 401: "Invalid credentials in Authorization header", 403: "forbidden"}


@dataclass
class Fault:
    """What goes wrong with requests whose path contains a text."""

    status: int | None = None
    code: str | None = None  # X-Error-Code, by which the client tells its errors apart
    retry_after: str | None = None
    cut_after: int | None = None  # send so many bytes of the body and close
    pause_s: float = 0.0  # before each block of the body
    wrong_byte: bool = False
    endless: bool = False  # go on after the body
    ignore_range: bool = False
    etag: str | None = None
    location: str | None = None
    times: int = 1_000_000

    def strike(self) -> bool:
        """Return whether the fault shows this time, and count it."""
        self.times -= 1
        return self.times >= 0


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    origin: str  # "hub" or "cdn"


@dataclass
class LocalHub:
    """Repositories, their commits and files, and what goes wrong."""

    files: dict[str, bytes] = field(default_factory=dict)
    repository: str = "tiny/model"
    branch: str = "main"
    faults: dict[str, Fault] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    bytes_served: dict[str, int] = field(default_factory=dict)  # of each file's body
    most_at_once: int = 0
    url: str = ""
    cdn: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    running: int = 0

    @property
    def commit(self) -> str:
        """The commit, which follows from the files."""
        listing = {name: hashlib.sha256(data).hexdigest() for name, data in self.files.items()}
        return hashlib.sha1(json.dumps(listing, sort_keys=True).encode()).hexdigest()  # noqa: S324 - as git does

    def count(self, method: str, part: str) -> int:
        """Return how many requests of a method have a text in their path."""
        return sum(each.method == method and part in each.path for each in self.asked)

    def fault(self, path: str) -> Fault:
        """Return what goes wrong with a request."""
        for part, fault in self.faults.items():
            if part in path and fault.strike():
                return fault
        return Fault()


def etag_of(name: str, data: bytes) -> str:
    """Return the digest that a hub gives as a file's ETag."""
    if name.endswith(LARGE):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()  # noqa: S324 - as git does


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, hub: LocalHub, origin: str) -> None:
        self.hub = hub
        self.origin = origin
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, *_: object) -> None:
        return  # a client that was killed


class _Handler(BaseHTTPRequestHandler):
    """Answers for a hub, or for its content delivery network."""

    protocol_version = "HTTP/1.1"
    server: _Server

    @property
    def hub(self) -> LocalHub:
        """The hub that is served."""
        return self.server.hub

    def do_HEAD(self) -> None:
        self.route()

    def do_GET(self) -> None:
        self.route()

    def route(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append(
            Asked(self.command, self.path, dict(self.headers), self.server.origin)
        )
        fault = self.hub.fault(path)
        if fault.status is not None:
            self.refuse(fault.status, fault)
        elif self.server.origin == "cdn":
            self.serve(path.removeprefix("/cdn/"), fault)
        elif match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/(.+)", path):
            self.revision(*match.groups())
        elif match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            self.resolve((match[1], match[2]), match[3], fault)
        else:
            self.refuse(404, Fault())

    def revision(self, repository: str, revision: str) -> None:
        if repository != self.hub.repository:
            self.refuse(404, Fault(code="RepoNotFound"))
        elif revision not in (self.hub.branch, self.hub.commit):
            self.refuse(404, Fault(code="RevisionNotFound"))
        else:
            names = [{"rfilename": name} for name in self.hub.files]
            page = {"id": repository, "sha": self.hub.commit, "siblings": names}
            body = json.dumps(page).encode()
            self.start(200, {"Content-Type": "application/json"}, len(body))
            self.wfile.write(body)

    def resolve(self, place: tuple[str, str], name: str, fault: Fault) -> None:
        repository, revision = place
        if revision not in (self.hub.branch, self.hub.commit) or repository != self.hub.repository:
            self.refuse(404, Fault(code="RevisionNotFound"))
        elif name not in self.hub.files:
            self.refuse(404, Fault(code="EntryNotFound"))
        elif name.endswith(LARGE):
            digest = fault.etag or etag_of(name, self.hub.files[name])
            linked = {
                "X-Linked-Etag": f'"{digest}"',
                "X-Linked-Size": str(len(self.hub.files[name])),
                "Location": fault.location or f"{self.hub.cdn}/cdn/{name}?signature=secret",
                "X-Repo-Commit": self.hub.commit,
                "ETag": '"of the pointer"',
            }
            self.start(302, linked, 0)
        else:
            self.serve(name, fault)

    def serve(self, name: str, fault: Fault) -> None:
        data = self.hub.files[name]
        digest = fault.etag or etag_of(name, data)
        headers = {"ETag": f'"{digest}"', "X-Repo-Commit": self.hub.commit}
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        status, first = 200, 0
        if match and not fault.ignore_range:
            status, first = 206, int(match[1])
            headers["Content-Range"] = f"bytes {first}-{len(data) - 1}/{len(data)}"
        if fault.wrong_byte:
            data = data[:-1] + bytes([data[-1] ^ 1])
        body = data[first:]
        self.start(status, headers, None if fault.endless else len(body))
        if self.command == "GET":
            self.send_body(name, body[: fault.cut_after], fault)
            self.close_connection = fault.endless or fault.cut_after is not None

    def send_body(self, name: str, body: bytes, fault: Fault) -> None:
        with self.hub.lock:
            self.hub.running += 1
            self.hub.most_at_once = max(self.hub.most_at_once, self.hub.running)
        try:
            for start in range(0, len(body), 65536):
                threading.Event().wait(fault.pause_s)
                block = body[start : start + 65536]
                self.wfile.write(block)
                with self.hub.lock:
                    self.hub.bytes_served[name] = self.hub.bytes_served.get(name, 0) + len(block)
            while fault.endless:
                self.wfile.write(bytes(65536))
        except OSError:
            self.close_connection = True  # the client has gone
        finally:
            with self.hub.lock:
                self.hub.running -= 1

    def start(self, status: int, headers: dict[str, str], length: int | None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if length is None:
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def refuse(self, status: int, fault: Fault) -> None:
        headers = {"X-Error-Message": MESSAGES.get(status, "trouble")}
        if fault.code:
            headers["X-Error-Code"] = fault.code
        if fault.retry_after:
            headers["Retry-After"] = fault.retry_after
        self.start(status, headers, 0)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def serving(hub: LocalHub) -> Iterator[LocalHub]:
    """Serve a hub and its content delivery network as long as the context lasts."""
    servers = [_Server(hub, origin) for origin in ("hub", "cdn")]
    hub.url, hub.cdn = (f"http://127.0.0.1:{each.server_address[1]}" for each in servers)
    threads = [threading.Thread(target=each.serve_forever, args=(0.01,)) for each in servers]
    for thread in threads:
        thread.start()
    try:
        yield hub
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


def unused_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
