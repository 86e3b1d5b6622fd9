"""Step: a model's source in, its checked weights out."""

from __future__ import annotations

from pathlib import Path

from sse_steps.console import progress
from sse_steps.errors import DownloadError
from sse_steps.models.download import fetch
from sse_steps.models.integrity import check_sha256
from sse_steps.models.sources import parse_source
from sse_steps.settings import DownloadSlice


def run(settings: DownloadSlice, target: Path) -> None:
    """Bring the weights to `target`, unless the right ones are there.

    Raises:
        DownloadError: they cannot be had, or are not what their pin says.
    """
    source = parse_source(settings.source)
    if isinstance(source, Path):
        if not source.is_file():
            raise DownloadError(
                f"There is no model file '{source}'.", "Correct `source` in the model's YAML."
            )
        check_sha256(source, settings.sha256, str(source))
        return
    if target.is_file() and settings.sha256 is not None:
        check_sha256(target, settings.sha256, str(target))
        return
    with progress(f"download {source.filename}", None, in_bytes=True) as advance:
        fetch(source, settings.sha256, target, advance)
