"""Where shards are written by workers and read by the build: a path or an object store."""

from __future__ import annotations

import json
import re
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from sse_steps.errors import ScaleError
from sse_steps.scale.shards import Record
from sse_steps.store import read_parquet, write_parquet

if TYPE_CHECKING:
    import fsspec

# A put is atomic there, and a rename would be a copy.
_OBJECT_STORES = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss")
_SUFFIX = ".parquet"
_SECRET = re.compile(
    r"://[^/@]*:[^@]*@|[?&]\w*(?:password|secret|token|key|credential)\w*=", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Row:
    key: str
    record: str  # JSON


@dataclass(frozen=True, slots=True)
class SharedPlace:
    """A folder of shards, Parquet, that several machines see. A shard is whole or not there.

    Args:
        root: an absolute path, or a URL that fsspec knows. Credentials are fsspec's own matter:
            environment variables and the files of each store.
        group: which work the shards belong to; each group has a folder of its own.
    """

    root: str
    group: str

    def write(self, name: str, records: Mapping[str, Record]) -> None:
        """Write a shard whole, in place of any of the same name."""
        rows = [_Row(key, json.dumps(record)) for key, record in records.items()]
        if self._is_path:
            write_parquet(rows, _Row, Path(self._path(name)))
            return
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "shard"
            write_parquet(rows, _Row, file)
            with _reaching(self.root):
                self._put(name, file.read_bytes())

    def read(self, name: str) -> dict[str, Record] | None:
        """Return a shard's records by key, or None where none can be read."""
        if self._is_path:
            return _records(Path(self._path(name)))
        files, path = self._files()
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "shard"
            with _reaching(self.root), suppress(FileNotFoundError):
                file.write_bytes(files.cat_file(f"{path}/{name}{_SUFFIX}"))
            return _records(file)

    def names(self) -> list[str]:
        """Return the names of the shards that are there."""
        files, path = self._files()
        files.invalidate_cache()
        with _reaching(self.root):
            try:
                found = files.ls(path, detail=False)
            except FileNotFoundError:
                return []
        names = [PurePosixPath(str(each)).name for each in found]
        whole = [name for name in names if name.endswith(_SUFFIX) and not name.startswith(".")]
        return sorted(name.removesuffix(_SUFFIX) for name in whole)

    def remove(self, name: str) -> None:
        """Remove a shard, if it is there; another build may have done so."""
        files, path = self._files()
        with _reaching(self.root), suppress(FileNotFoundError):
            files.rm_file(f"{path}/{name}{_SUFFIX}")

    def close(self) -> None:
        """Remove the group's folder where it is empty."""
        if self._is_path:
            folder = Path(self.root) / self.group
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    @property
    def _is_path(self) -> bool:
        return "://" not in self.root

    def _path(self, name: str) -> str:
        return f"{self.root.rstrip('/')}/{self.group}/{name}{_SUFFIX}"

    def _put(self, name: str, content: bytes) -> None:
        files, path = self._files()
        if self.root.split("://")[0] in _OBJECT_STORES:
            files.pipe_file(f"{path}/{name}{_SUFFIX}", content)
            return
        files.makedirs(path, exist_ok=True)
        partial = f"{path}/.{name}.{uuid.uuid4().hex}"
        files.pipe_file(partial, content)
        files.mv(partial, f"{path}/{name}{_SUFFIX}")

    def _files(self) -> tuple[fsspec.AbstractFileSystem, str]:
        """Return the file system and the path of the group's folder in it.

        Raises:
            ScaleError: what the URL begins with is not known here, or lacks its package.
        """
        import fsspec  # noqa: PLC0415 - a build on this machine alone needs none

        try:
            files, path = fsspec.core.url_to_fs(f"{self.root.rstrip('/')}/{self.group}")
        except (ImportError, ValueError) as fault:
            raise ScaleError(
                f"'{self.root}' cannot be opened as a place for shards: {fault}",
                "Install what it needs on every machine (s3fs for s3://, gcsfs for gs://), or "
                "name a path that all machines see: scale.shared=PATH.",
            ) from fault
        return files, str(path)


@contextmanager
def _reaching(root: str) -> Iterator[None]:
    """Say in two lines what a store makes of us: each has errors of its own.

    Raises:
        ScaleError: it cannot be reached, or lets nobody in.
    """
    try:
        yield
    except ScaleError:
        raise
    except Exception as fault:
        said = " ".join(str(fault).split())[:300]
        raise ScaleError(
            f"The place for shards '{root}' cannot be used: {type(fault).__name__}: {said}",
            "Look at the credentials and the address of the store on every machine, or name "
            "another place: scale.shared.",
        ) from fault


def _records(file: Path) -> dict[str, Record] | None:
    """Return what a shard holds; None where it is none: others may write there, or only half."""
    if not file.is_file():
        return None
    try:
        found = {row.key: json.loads(row.record) for row in read_parquet(file, _Row)}
    except Exception:  # whatever a reader of Parquet makes of somebody else's bytes
        return None
    return found if all(isinstance(each, dict) for each in found.values()) else None


def check_place(shared: str | None) -> None:
    """Raise, without telling it, where a URL has a password: logs and results hold what is typed.

    Raises:
        ScaleError: it has one.
    """
    if shared is not None and _SECRET.search(shared):
        raise ScaleError(
            f"scale.shared has a password in its URL: '{shared.strip().split('://')[0]}://...'",
            "Give it in the way of the store, in the environment or in its own files: it would be "
            "in logs and results.",
        )
