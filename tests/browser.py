"""A real browser for tests of the page: the Chromium that is installed, headless."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser; skip the test where none is installed."""
    found = [path for path in map(shutil.which, _NAMES) if path]
    if not found:
        pytest.skip("no Chromium is installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        # Its own sandbox does not run as root; what is opened is a file of ours.
        browser = playwright.chromium.launch(executable_path=found[0], args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Browser,
    file: Path,
    *,
    fragment: str = "",
    but_for: str = "",
    **options: Any,  # noqa: ANN401 - a context's options
) -> Iterator[Page]:
    """Open a page, and fail at the end if it asked for anything or complained of anything.

    Problems that have the words `but_for` in them are what the test is about.
    """
    problems: list[str] = []
    context = browser.new_context(**options)
    page = context.new_page()
    page.on("request", lambda request: problems.append(f"request: {request.url}"))
    page.on("console", lambda message: problems.append(f"console: {message.text}"))
    page.on("pageerror", lambda fault: problems.append(f"error: {fault}"))
    page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
    page.goto(f"{file.as_uri()}{fragment}")
    assert problems.pop(0).startswith(f"request: {file.as_uri()}")
    yield page
    context.close()
    assert [each for each in problems if not but_for or but_for not in each] == []
