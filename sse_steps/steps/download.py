"""Step: a model's source in, its checked weights out."""

from __future__ import annotations

from pathlib import Path

from sse_steps.console import progress
from sse_steps.errors import DownloadError
from sse_steps.models.sources import check_sha256, fetch, parse_source
from sse_steps.settings import ModelSettings


def weights_path(model: ModelSettings, cache: Path) -> Path | None:
    """Return where a model's weights are kept, or None where it has none."""
    if model.source is None:
        return None
    source = parse_source(model.source)
    if isinstance(source, Path):
        return source
    return cache / "models" / (model.sha256 or source.version)[:16] / source.filename


def run(model: ModelSettings, target: Path) -> None:
    """Bring the weights of `model` to `target`, unless the right ones are there.

    Raises:
        DownloadError: they cannot be had, or are not what their pin says.
    """
    source = parse_source(model.source or "")
    if isinstance(source, Path):
        if not source.is_file():
            raise DownloadError(
                f"There is no model file '{source}'.", "Correct `source` in the model's YAML."
            )
        check_sha256(source, model.sha256, str(source))
        return
    if target.is_file() and model.sha256 is not None:
        check_sha256(target, model.sha256, str(target))
        return
    with progress(f"download {source.filename}", None, in_bytes=True) as advance:
        fetch(source, model.sha256, target, advance)
