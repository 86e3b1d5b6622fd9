"""Brings a model's files into the cache, each through its gates before it gets its name.

What the lock file knows is brought as it was; what it does not know is asked for, and locked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread

from filelock import FileLock

from sse_steps.errors import (
    DownloadIncompleteError,
    SourceMissingError,
    WrongBytesError,
)
from sse_steps.models.cache import ModelCache
from sse_steps.models.disk import check_room, writing_to
from sse_steps.models.download_gates import (
    Complete,
    DigestMatches,
    SizeBounded,
    SourceExists,
)
from sse_steps.models.inspection import put_content_through, put_name_through, rejecting
from sse_steps.models.line import Ledger, say
from sse_steps.models.model_lock import LockedFile, LockedModel, lock_model, locked_model
from sse_steps.models.promises import Digest, Wanted, digests_of
from sse_steps.models.resuming import Report
from sse_steps.models.slots import StoppedError, said_if_long, slot
from sse_steps.models.suppliers import Supplier
from sse_steps.store import sha256_of

_PIN = "`sha256` in the model's YAML"
_LOCK = "models.lock.json"
_DOWNLOADS_AT_ONCE = 3

Display = Callable[[str, int | None], AbstractContextManager[Report]]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be brought, where to, and on what terms."""

    source: str
    sha256: str | None  # the pin of the model's own file
    allow_pickle: bool
    entry: Path
    warn_above_bytes: int
    lock_file: Path
    locked: LockedModel | None  # what the lock file said a moment ago


@dataclass(frozen=True, slots=True)
class Acquisition:
    """One model on its way into the cache."""

    order: Order
    supplier: Supplier
    ledger: Ledger
    cache: ModelCache
    needed: frozenset[Path]
    display: Display

    def run(self) -> LockedModel:
        """Bring what is not there yet, check everything and return what is there.

        Raises:
            ModelSkippedError: a gate of severity SKIP failed.
            LineHaltedError: a file is not what it was promised to be; it is kept as evidence.
            DownloadError: the cache cannot be written to.
        """
        put_name_through(self.ledger, self.supplier.filename, self.order.allow_pickle)
        self._check_pin_against_lock()
        known = self._known()
        if known is None or not self._all_there(known):
            with writing_to(self.order.entry):
                self.order.entry.mkdir(parents=True, exist_ok=True)
                return self._brought_in_turn()
        commit = self.order.locked.commit if self.order.locked else None
        model = self._accepted(commit, known)
        lock_model(self.order.lock_file, model)
        return model

    def _brought_in_turn(self) -> LockedModel:
        """Bring the files while no other build does."""
        lock = FileLock(self.order.entry / ".download.lock")
        with said_if_long(Path(lock.lock_file), "brings the same model"):
            lock.acquire()
        try:
            return self._brought_and_locked()
        finally:
            lock.release()

    def _brought_and_locked(self) -> LockedModel:
        """Bring the files by what the lock file says now; another build may have been first."""
        locked = locked_model(self.order.lock_file, self.order.source)
        model = replace(self, order=replace(self.order, locked=locked))._bring()
        lock_model(self.order.lock_file, model)
        return model

    def _check_pin_against_lock(self) -> None:
        locked = self.order.locked
        if self.order.sha256 and locked:
            name = self.supplier.filename
            found = next((each.sha256 for each in locked.files if each.path == name), "nothing")
            self.ledger.put_through(
                DigestMatches(f"{_LOCK}: {name}", found, self.order.sha256, _PIN)
            )

    def _known(self) -> list[Wanted] | None:
        """Return the files as far as they can be known without asking anybody."""
        if self.order.locked is not None:
            return [_locked_file(each) for each in self.order.locked.files]
        alone = self.supplier.filename.lower().endswith((".gguf", ".apr"))
        if self.order.sha256 and alone:
            return [self._pinned(Wanted(self.supplier.filename, None))]
        return None

    def _all_there(self, files: Sequence[Wanted]) -> bool:
        return all((self.order.entry / each.path).is_file() for each in files)

    def _bring(self) -> LockedModel:
        locked = self.order.locked
        with self._gated():
            commit = locked.commit if locked else self.supplier.commit()
            first = self._known() if locked else self._promised(self.supplier.first(commit))
            first = first or []
            self._bring_files(commit, first)
            main = self.order.entry / self.supplier.filename
            rest = [] if locked else self._promised(self.supplier.rest(commit, main))
            self._bring_files(commit, rest)
        return self._accepted(commit, [*first, *rest], checked=True)

    def _promised(self, files: list[Wanted]) -> list[Wanted]:
        """Return the files with the pin beside the hub's promises, which must agree."""
        pinned = [self._pinned(each) for each in files]
        for wanted in pinned:
            promised = {digest.value.lower() for digest, _ in wanted.digests if _is_sha256(digest)}
            if len(promised) > 1 and self.order.sha256:
                hubs = next(digest.value for digest, by in wanted.digests if by != _PIN)
                self.ledger.put_through(DigestMatches(wanted.path, hubs, self.order.sha256, _PIN))
        return pinned

    def _pinned(self, wanted: Wanted) -> Wanted:
        if not self.order.sha256 or wanted.path != self.supplier.filename:
            return wanted
        pin = (Digest("sha256", self.order.sha256), _PIN)
        return Wanted(wanted.path, wanted.total_bytes, (pin, *wanted.digests))

    def _bring_files(self, commit: str | None, files: Sequence[Wanted]) -> None:
        missing = [each for each in files if not self._is_good(each)]
        for wanted in files:
            if wanted not in missing:
                self._put_content_through(wanted)
        if missing:
            self._bring_missing(commit, files, missing)

    def _bring_missing(
        self, commit: str | None, files: Sequence[Wanted], missing: Sequence[Wanted]
    ) -> None:
        total = sum(each.total_bytes or 0 for each in files)
        come = sum(each.total_bytes or 0 for each in missing)
        if total > self.order.warn_above_bytes:
            say(f"POKA-YOKE: {self.order.source} is large: {total:,} bytes.")
        self._make_room(come)
        self._fetch_all(commit, missing)
        for wanted in missing:
            self._accept(wanted)
        self.cache.trim(self._kept())  # a wheel says only now how large its file is

    def _fetch_all(self, commit: str | None, missing: Sequence[Wanted]) -> None:
        """Fetch files at once; the first fault, or Ctrl-C, stops the others where they are."""
        stop, results = Event(), SimpleQueue[BaseException | None]()
        waiting = SimpleQueue[Wanted]()
        for wanted in missing:
            waiting.put(wanted)

        def work() -> None:
            with suppress(Empty):
                while not stop.is_set():
                    wanted = waiting.get_nowait()
                    try:
                        self._fetch(commit, wanted, stop)
                    except BaseException as fault:  # handed on: whoever waits below raises it
                        results.put(fault)
                    else:
                        results.put(None)

        # Daemons: an executor's threads would keep an interrupted build from ending.
        for _ in range(min(len(missing), _DOWNLOADS_AT_ONCE)):
            Thread(target=copy_context().run, args=(work,), daemon=True).start()
        try:
            for _ in missing:
                fault = results.get()
                if fault is not None:
                    raise fault
        finally:
            stop.set()

    def _make_room(self, incoming_bytes: int) -> None:
        trimmed = self.cache.trim(self._kept(), incoming_bytes=incoming_bytes)
        if trimmed.excess_bytes:
            say(
                f"The cache '{self.cache.folder}' will be {trimmed.excess_bytes:,} bytes above its "
                "limit: everything in it is needed, pinned or in use."
            )
        there = sum(each.stat().st_size for each in self.order.entry.glob(".*.partial"))
        check_room(self.order.entry, max(0, incoming_bytes - there))

    def _kept(self) -> frozenset[Path]:
        return self.needed | {self.order.entry}

    def _is_good(self, wanted: Wanted) -> bool:
        """Return whether a file is there and right; a changed one that was locked halts."""
        path = self.order.entry / wanted.path
        if not path.is_file():
            return False
        found = digests_of(path, wanted.digests)
        for digest, by in wanted.digests:
            if by in (_PIN, _LOCK):
                self._check_digest(path, path, (found[digest.kind], digest.value, by))
            elif found[digest.kind] != digest.value:
                return False  # an older state of a branch; the new one takes its place
        return bool(wanted.digests)

    def _fetch(self, commit: str | None, wanted: Wanted, stop: Event) -> None:
        with (
            slot(self.cache.folder, "download", _DOWNLOADS_AT_ONCE, stop),
            self.display(f"download {wanted.path}", wanted.total_bytes) as report,
        ):

            def report_or_stop(count: int, total: int | None = None) -> None:
                if stop.is_set():
                    raise StoppedError
                report(count, total)

            self.supplier.fetch(commit, wanted, self._partial(wanted), report_or_stop)

    def _partial(self, wanted: Wanted) -> Path:
        """Return where a file grows. The name holds its digest: other bytes grow elsewhere."""
        digest = wanted.digests[-1][0].value if wanted.digests else "unknown"
        flat = wanted.path.replace("/", "--")
        return self.order.entry / f".{flat}.{digest[:16].lower()}.partial"

    def _accept(self, wanted: Wanted) -> None:
        """Put a file that has come through D4, D6 and D2, and give it its name."""
        partial, target = self._partial(wanted), self.order.entry / wanted.path
        found = digests_of(partial, wanted.digests)
        for digest, by in wanted.digests:
            self._check_digest(partial, target, (found[digest.kind], digest.value, by))
        target.parent.mkdir(parents=True, exist_ok=True)
        with rejecting(partial, target):
            put_content_through(self.ledger, partial, target.name, self.order.allow_pickle)
        partial.replace(target)

    def _put_content_through(self, wanted: Wanted) -> None:
        path = self.order.entry / wanted.path
        put_content_through(self.ledger, path, path.name, self.order.allow_pickle)

    def _check_digest(self, path: Path, target: Path, digests: tuple[str, str, str]) -> None:
        with rejecting(path, target):
            self.ledger.put_through(DigestMatches(target.name, *digests))

    def _accepted(
        self, commit: str | None, files: Sequence[Wanted], *, checked: bool = False
    ) -> LockedModel:
        """Return what is there now, hashed from the disk unless that was done a moment ago."""
        entry = self.order.entry
        if not checked:
            for wanted in files:
                self._is_good(wanted)
                self._put_content_through(wanted)
        found = [
            LockedFile(each.path, path.stat().st_size, _sha256(each, path))
            for each in files
            for path in [entry / each.path]
        ]
        total = sum(each.bytes for each in found)
        self.ledger.put_through(SourceExists(self.order.source))
        self.ledger.put_through(Complete(self.order.source, total))
        self.ledger.put_through(SizeBounded(total, self.order.warn_above_bytes))
        return LockedModel(self.order.source, commit, tuple(found))

    @contextmanager
    def _gated(self) -> Iterator[None]:
        """Let faults of the source and of the network end in their gates."""
        source = self.order.source
        try:
            yield
        except SourceMissingError as fault:
            self.ledger.put_through(SourceExists(source, fault.wrong))
            raise
        except WrongBytesError as fault:
            gate = DigestMatches(fault.name, fault.found, fault.expected, "the package index")
            self.ledger.put_through(gate)
            raise
        except DownloadIncompleteError as fault:
            self.ledger.put_through(Complete(source, 0, fault.wrong))
            raise


def _locked_file(file: LockedFile) -> Wanted:
    return Wanted(file.path, file.bytes, ((Digest("sha256", file.sha256), _LOCK),))


def _is_sha256(digest: Digest) -> bool:
    return digest.kind == "sha256"


def _sha256(wanted: Wanted, path: Path) -> str:
    """Return the digest that was just checked, or that of a file nobody promised anything about."""
    known = [digest.value.lower() for digest, _ in wanted.digests if _is_sha256(digest)]
    return known[0] if known else sha256_of(path)
