"""Step: a model's source in, its checked weights in the cache, and a record of what was found."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sse_steps.console import progress
from sse_steps.errors import SourceMissingError
from sse_steps.models.acquire import Acquisition, Order
from sse_steps.models.cache import hold
from sse_steps.models.companions import local_files, main_file
from sse_steps.models.download_gates import Complete, DigestMatches, SizeBounded, SourceExists
from sse_steps.models.formats import HOW_TO_CONVERT, FileFormat, format_by_name
from sse_steps.models.inspection import put_content_through, put_name_through
from sse_steps.models.line import Ledger, Stage, say
from sse_steps.models.model_lock import LockedFile, LockedModel, locked_model
from sse_steps.models.resuming import Report
from sse_steps.models.sources import parse_source
from sse_steps.models.suppliers import supplier_of
from sse_steps.slices import DownloadSlice
from sse_steps.steps.model_plan import GIGABYTE, ModelFiles, ModelStorage
from sse_steps.store import sha256_of


def run(
    settings: DownloadSlice,
    stage: Stage,
    files: ModelFiles,
    storage: ModelStorage,
) -> None:
    """Bring the weights, unless the right ones are there, and write the stage's record.

    Args:
        settings: the source and its pin.
        stage: where the record goes; its details name every file with size and SHA-256.
        files: the model's own file: in its entry of the cache, or where a local model lies.
        storage: the cache, and `models.lock.json`.

    Raises:
        LineHaltedError: a file is not what it was promised to be.
        DownloadError: a disk is full or read-only; what is there stays.
        InputFileError: the lock file is none.
    """
    cache, weights, entry = storage.cache, files.source, files.entry
    warn_above = int(storage.settings.warn_above_gb * GIGABYTE)

    def work(ledger: Ledger) -> Mapping[str, Any]:
        hold(entry)
        source = parse_source(settings.source)
        if isinstance(source, Path):
            model = _check_local(settings, ledger, weights, warn_above)
        else:
            order = Order(
                settings.source,
                settings.sha256,
                settings.allow_pickle,
                entry,
                warn_above,
                storage.lock_file,
                locked_model(storage.lock_file, settings.source),
            )
            supplier = supplier_of(source)
            acquisition = Acquisition(order, supplier, ledger, cache, storage.needed, _display)
            model = acquisition.run()
        cache.record_use(entry, settings.source, stage.model)
        _say_if_pickle(weights)
        return asdict(model)

    stage.run(work, before=None)


def _display(title: str, total: int | None) -> AbstractContextManager[Report]:
    return progress(title, total, in_bytes=True)


def _say_if_pickle(weights: Path) -> None:
    if format_by_name(weights.name) is FileFormat.PICKLE:
        say(
            f"POKA-YOKE: '{weights.name}' IS A PICKLE, kept only since `allow_pickle` says so. "
            f"Nothing here loads it.\n{HOW_TO_CONVERT}"
        )


def _check_local(
    settings: DownloadSlice, ledger: Ledger, weights: Path, warn_above_bytes: int
) -> LockedModel:
    """Put a model on this machine through the gates where it lies; nothing is copied."""
    try:
        main = main_file(weights)
        put_name_through(ledger, main.name, settings.allow_pickle)
        files = local_files(main)
    except SourceMissingError as fault:
        ledger.put_through(SourceExists(settings.source, fault.wrong))
        raise
    ledger.put_through(SourceExists(settings.source))
    locked = tuple(
        LockedFile(each.relative_to(main.parent).as_posix(), each.stat().st_size, sha256_of(each))
        for each in files
    )
    pin = "`sha256` in the model's YAML"
    ledger.put_through(DigestMatches(main.name, locked[0].sha256, settings.sha256 or "", pin))
    for path in files:
        put_content_through(ledger, path, path.name, settings.allow_pickle)
    total = sum(each.bytes for each in locked)
    ledger.put_through(Complete(settings.source, total))
    ledger.put_through(SizeBounded(total, warn_above_bytes))
    return LockedModel(settings.source, None, locked)
