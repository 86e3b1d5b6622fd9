"""Files that look like models as far as a download is concerned, and a step to bring them."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sse_steps.models.line import Stage, StageRecord, read_stage
from sse_steps.settings import CacheSettings
from sse_steps.slices import DownloadSlice
from sse_steps.steps import download
from sse_steps.steps.model_plan import ModelFiles, ModelStorage

GGUF = b"GGUF\x03\x00\x00\x00" + bytes(range(256)) * 1500
CONFIG = {"config.json": b'{"a": 1}', "tokenizer.json": b'{"b": 2}'}


def safetensors(fill: int = 0, size: int = 100_000) -> bytes:
    """Return a file with the frame of safetensors."""
    header = b'{"__metadata__": {"format": "pt"}}'
    return struct.pack("<Q", len(header)) + header + bytes([fill]) * size


def index_of(*names: str) -> bytes:
    """Return an index of shards."""
    return json.dumps({"weight_map": {f"t{at}": name for at, name in enumerate(names)}}).encode()


class _Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path("unpickled").touch, ())


def bomb(protocol: int = 2) -> bytes:
    """Return a pickle that leaves a file named `unpickled` when somebody loads it."""
    return pickle.dumps(_Bomb(), protocol)


def zipped(data: bytes) -> bytes:
    """Return a zip with a pickle inside, as PyTorch writes them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", data)
    return file.getvalue()


@dataclass
class Line:
    """A project's folder in which one model is brought."""

    folder: Path
    source: str
    sha256: str | None = None
    allow_pickle: bool = False
    name: str = "tiny"
    entry: str = "0123456789abcdef"
    cache: CacheSettings = field(default_factory=CacheSettings)
    needed: frozenset[Path] = frozenset()

    @property
    def models(self) -> Path:
        """The cache's folder."""
        return self.folder / "cache/models"

    @property
    def weights(self) -> Path:
        """The model's own file."""
        return self.models / self.entry / self.source.split("/")[-1]

    @property
    def lock_file(self) -> Path:
        """The lock file."""
        return self.folder / "models.lock.json"

    @property
    def lock(self) -> Mapping[str, Any]:
        """What the lock file says about the model."""
        rows = json.loads(self.lock_file.read_text(encoding="utf-8"))["models"]
        found: Mapping[str, Any] = next(each for each in rows if each["source"] == self.source)
        return found

    def run(self) -> StageRecord:
        """Run the step and return its record."""
        record = self.folder / "results" / f"{self.name}.json"
        settings = DownloadSlice(self.source, self.sha256, self.allow_pickle)
        stage = Stage(self.name, "download", record, self.folder / "results/andon")
        files = ModelFiles(
            entry=self.weights.parent,
            source=self.weights,
            downloaded=record,
            weights=self.weights.with_name("none.apr"),
            validated=record,
            reference=self.weights,
        )
        storage = ModelStorage(self.cache, self.models, self.lock_file, self.needed)
        download.run(settings, stage, files, storage)
        return read_stage(record)

    def rejected(self) -> list[str]:
        """Return the names of files that are kept as evidence."""
        return sorted(path.name for path in self.models.rglob("*.rejected"))
