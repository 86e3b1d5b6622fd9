"""The cache of models, against its limit."""

from __future__ import annotations

from collections.abc import Iterator

from sse_steps.doctor.finding import Finding, State
from sse_steps.doctor.surroundings import Surroundings
from sse_steps.models.cache import ModelCache

_GIGABYTE = 10**9


def cache_limit(around: Surroundings) -> Iterator[Finding]:
    """Compare what the cache of models holds with the most that it may hold."""
    limits, folder = around.cache_settings, around.folder("cache") / "models"
    limit_bytes = int(limits.limit_gb * _GIGABYTE)
    entries = ModelCache(folder, limit_bytes, limits.pins).entries() if folder.is_dir() else []
    held = sum(entry.total_bytes for entry in entries)
    shown = f"{held / _GIGABYTE:.2f} of {limits.limit_gb:g} GB in {len(entries)} models"
    if held > limit_bytes:
        remedy = "Run: doit cache --trim; or allow more: cache.limit_gb=N"
        yield Finding("models kept", State.WARNING, f"full: {shown}", remedy)
    else:
        yield Finding("models kept", State.OK, shown)
