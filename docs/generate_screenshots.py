"""Draw the pictures of docs/report/ anew: `python docs/generate_screenshots.py RESULTS`.

RESULTS is a folder of results with a report.html. Chromium has to be installed.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

FOLDER = Path(__file__).parent / "report"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDE, PHONE = 1200, 390


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its name, how the page is shown, and where one has to go first."""

    name: str
    width: int
    height: int
    colours: Literal["light", "dark"]
    go: Callable[[Page], None]
    scale: float = 1.0


def _at_the_top(page: Page) -> None:
    page.locator("[data-part=charts] .point").first.wait_for()


def _at_the_charts(page: Page) -> None:
    _at_the_top(page)
    _scroll_to(page, "[data-part=charts]")


def _at_every_attempt(page: Page) -> None:
    page.locator("table.matrix tbody tr").first.wait_for()
    _scroll_to(page, "[data-part=attempts]")


def _at_an_attempt_that_passed(page: Page) -> None:
    _at_every_attempt(page)
    page.locator("table.matrix button.cell:has(.passed)").first.click()
    page.locator("dialog section[aria-label=Rust] pre").wait_for()


def _scroll_to(page: Page, selector: str) -> None:
    page.locator(selector).first.evaluate("element => element.scrollIntoView()")


PICTURES = (
    Picture("wide-light.png", WIDE, 1500, "light", _at_the_top),
    Picture("wide-dark.png", WIDE, 1400, "dark", _at_every_attempt),
    Picture("attempt.png", WIDE, 860, "light", _at_an_attempt_that_passed),
    Picture("narrow-light.png", PHONE, 760, "light", _at_the_top, scale=1.5),
    Picture("narrow-dark.png", PHONE, 760, "dark", _at_the_charts, scale=1.5),
)


def draw(browser: Browser, page_file: Path, picture: Picture, folder: Path) -> None:
    """Open the page as the picture says, and write the picture."""
    context = browser.new_context(
        viewport=ViewportSize(width=picture.width, height=picture.height),
        color_scheme=picture.colours,
        device_scale_factor=picture.scale,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(page_file.resolve().as_uri())
    picture.go(page)
    page.screenshot(path=folder / picture.name)
    context.close()


def main(results: Path, folder: Path = FOLDER) -> None:
    """Draw every picture of a folder of results.

    Raises:
        StopIteration: there is no Chromium on PATH.
    """
    executable = next(path for path in map(shutil.which, BROWSERS) if path)
    with sync_playwright() as playwright:
        # Its own sandbox does not run as root; what is opened is a file of ours.
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        for picture in PICTURES:
            draw(browser, results / "report.html", picture, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
