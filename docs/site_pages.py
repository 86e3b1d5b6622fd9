"""What the site has beside docs/: the README as its home page, and files that pages link to.

A hook of MkDocs, named in mkdocs.yml. Nothing is copied by hand: the files are read when the site
is built, and links to them lead to where they are on the site.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

# Where a file of the repository is on the site.
PLACES: Mapping[str, str] = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "benchmarks/RESULTS.md": "speeds.md",
    "sse_steps/report/schema/report.schema.json": "report.schema.json",
}
_ORIGINS = {place: origin for origin, place in PLACES.items()}
_LINK = re.compile(r"(?<=\]\()(?!https?://|#|mailto:)([^)#\s]+)")
_FENCE = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the files of `PLACES` to those of the site."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - tests of links need no MkDocs

    root = Path(config.config_file_path).parent
    for origin, place in PLACES.items():
        files.append(File.generated(config, place, abs_src_path=str(root / origin)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links between files of the repository into links between pages of the site."""
    del config, files  # MkDocs hands them over
    place = page.file.src_uri
    return with_links(markdown, origin=_ORIGINS.get(place, f"docs/{place}"), place=place)


def with_links(markdown: str, *, origin: str, place: str) -> str:
    """Return a page's text with links that hold at `place` on the site.

    Args:
        markdown: the text as it stands in the repository.
        origin: where it stands there, from the repository's root.
        place: where it will stand, from the site's root.
    """

    def moved(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(origin), link[1]))
        on_site = PLACES.get(target, target.removeprefix("docs/"))
        return posixpath.relpath(on_site, posixpath.dirname(place) or ".")

    parts = _FENCE.split(markdown)  # every second one is code
    return "".join(
        part if index % 2 else _LINK.sub(moved, part) for index, part in enumerate(parts)
    )
