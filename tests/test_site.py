"""The site: built strictly, complete, and asking nobody for anything, neither built nor viewed."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from browser import chromium
from site_pages import with_links

import sse_steps

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
NO_NETWORK = "http://127.0.0.1:9"  # a proxy that is not there
LOADED = re.compile(r"<(?:script|img|iframe|source)[^>]* src=\"([^\"]+)\"|<link[^>]*>", re.DOTALL)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site, built as CI builds it, with no network to be had."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "http_proxy": NO_NETWORK, "https_proxy": NO_NETWORK},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return folder


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    """Return the address at which this machine serves the site to itself."""
    handler = functools.partial(_Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def pages_of(site: Path) -> list[str]:
    """Return the names of the site's pages."""
    return sorted(str(page.relative_to(site)) for page in site.rglob("*.html"))


def test_every_document_is_a_page(site: Path) -> None:
    """Each page of docs/ is on the site, and the README is its first."""
    documents = {f"{page.stem}.html" for page in (ROOT / "docs").glob("*.md")}
    assert documents <= set(pages_of(site))
    home = (site / "index.html").read_text(encoding="utf-8")
    assert "Is the small model good enough, and what does it save?" in home
    assert 'href="report.html"' in home
    assert 'src="pareto.svg"' in home


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    """The reference has a part, from its docstring, for each name of the API."""
    page = (site / "reference.html").read_text(encoding="utf-8")
    found = set(re.findall(r'id="sse_steps\.(\w+)"', page))
    assert found == set(sse_steps.__all__)
    assert "what one process of a program may use" in page


def test_no_page_names_something_to_load_from_elsewhere(site: Path) -> None:
    """Scripts, styles, pictures and fonts of every page are files of the site."""
    for name in pages_of(site):
        text = (site / name).read_text(encoding="utf-8")
        loaded = [match[0] for match in LOADED.finditer(text)]
        assert [each for each in loaded if re.search(r"[\"'](?:https?:)?//", each)] == [], name


def test_a_browser_asks_this_machine_alone(site: Path, address: str) -> None:
    """Every page is shown, and searched, without one request to anywhere else or a complaint."""
    asked: list[str] = []
    complaints: list[str] = []
    with chromium() as browser:
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.on("console", lambda message: complaints.append(_complaint(message)))
        for name in pages_of(site):
            page.goto(address + name)
        page.goto(f"{address}index.html")
        page.locator("input.md-search__input").click()
        page.locator("input.md-search__input").press_sequentially("hypervolume")
        page.locator(".md-search-result__item").first.wait_for()
        assert "Pareto" in page.locator(".md-search-result__list").inner_text()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert [each for each in complaints if each] == []
    assert len(asked) > len(pages_of(site))


def _complaint(message: Any) -> str:  # noqa: ANN401 - Playwright's message
    return f"{message.type}: {message.text}" if message.type in ("error", "warning") else ""


def test_links_are_turned_where_files_move() -> None:
    """Links from the README into docs/, and out of docs/, lead to the same on the site."""
    text = "[a](docs/report.md) [b](benchmarks/RESULTS.md#x) [c](https://x.org) `[d](docs/e.md)`"
    home = with_links(text, origin="README.md", place="index.md")
    assert home.startswith("[a](report.md) [b](speeds.md#x) [c](https://x.org)")
    page = with_links("[a](../README.md) [b](sql.md)", origin="docs/a.md", place="a.md")
    assert page == "[a](index.md) [b](sql.md)"
    fenced = "```\n[a](docs/b.md)\n```\n"
    assert with_links(fenced, origin="README.md", place="index.md") == fenced
