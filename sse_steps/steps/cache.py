"""Command: what the cache of models holds, on the terminal; trims it, pins and unpins."""

from __future__ import annotations

import json as json_format
import sys
from datetime import UTC, datetime

from rich.console import Console
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from sse_steps.models.cache import Entry, ModelCache, Trimmed
from sse_steps.printable import printable
from sse_steps.steps.model_plan import ModelStorage


def run(storage: ModelStorage, *, trim: bool, pin: str, unpin: str, json: bool) -> bool:
    """Show the cache after doing what is asked, and return True.

    Args:
        storage: where the entries are, and what the present settings need; a trim leaves that.
        trim: whether to evict what lies above the limit.
        pin: the model, source or identity that is to stay, or nothing.
        unpin: the one that need not stay any longer, or nothing.
        json: whether to print JSON instead of a table.

    Raises:
        InputFileError: nothing is called that.
        DownloadError: the cache cannot be written to.
    """
    cache = storage.cache
    for name, pinned in ((pin, True), (unpin, False)):
        if name:
            cache.pin(name, pinned=pinned)
    trimmed = cache.trim(storage.needed) if trim else None
    entries = cache.entries()
    if json:
        sys.stdout.write(f"{json_format.dumps(_as_data(cache, entries, trimmed), indent=2)}\n")
    else:
        _print_table(cache, entries, trimmed)
    return True


def _as_data(cache: ModelCache, entries: list[Entry], trimmed: Trimmed | None) -> dict[str, object]:
    evicted = [each.stamp.source for each in trimmed.evicted] if trimmed else []
    return {
        "folder": str(cache.folder),
        "limit_bytes": cache.limit_bytes,
        "total_bytes": sum(each.total_bytes for each in entries),
        "entries": [_entry_as_data(each) for each in entries],
        "evicted": evicted,
    }


def _entry_as_data(entry: Entry) -> dict[str, object]:
    return {
        "identity": entry.folder.name,
        "source": entry.stamp.source,
        "models": list(entry.stamp.models),
        "bytes": entry.total_bytes,
        "last_used": _moment(entry),
        "pinned": entry.pinned,
        "in_use": entry.in_use,
    }


def _moment(entry: Entry) -> str | None:
    """Return when an entry was last used, or None where nobody knows."""
    if not entry.stamp.last_used:
        return None
    return datetime.fromtimestamp(entry.stamp.last_used, UTC).isoformat(timespec="seconds")


def _print_table(cache: ModelCache, entries: list[Entry], trimmed: Trimmed | None) -> None:
    console = Console(file=sys.stdout)
    table = Table()
    for heading in ("Identity", "Model", "Source", "Size", "Last used", "Pinned", "In use"):
        table.add_column(heading, overflow="fold")  # a shortened name cannot be typed again
    for entry in entries:
        table.add_row(
            entry.folder.name,
            Text(printable(", ".join(entry.stamp.models))),  # no markup in what strangers named
            Text(printable(entry.stamp.source)),
            decimal(entry.total_bytes),
            _moment(entry) or "unknown",
            "yes" if entry.pinned else "",
            "yes" if entry.in_use else "",
        )
    console.print(table)
    total = sum(each.total_bytes for each in entries)
    console.print(
        f"{decimal(total)} of {decimal(cache.limit_bytes)} in {cache.folder}", markup=False
    )
    if trimmed is not None:
        freed = decimal(sum(each.total_bytes for each in trimmed.evicted))
        console.print(f"evicted: {len(trimmed.evicted)} entries, {freed}")
    if trimmed is not None and trimmed.excess_bytes:
        excess = decimal(trimmed.excess_bytes)
        console.print(f"{excess} above the limit stay: needed, pinned or in use")
