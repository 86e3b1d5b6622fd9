"""What is to be built of models with weights, and where it goes: no work."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sse_steps.errors import EngineMissingError, UserError
from sse_steps.infer.command_line import tool_version
from sse_steps.models.cache import ModelCache, hold
from sse_steps.models.companions import local_files, main_file
from sse_steps.models.line import Stage, read_stage
from sse_steps.models.model_lock import locked_model
from sse_steps.models.quantization import Quantization
from sse_steps.models.sources import parse_source
from sse_steps.settings import CacheSettings, ModelSettings, Settings
from sse_steps.slices import ConvertSlice, DownloadSlice, ValidateSlice
from sse_steps.versions import installed_version

_ENGINE_PACKAGES = {"llama_cpp": ("llama-cpp-python",)}
GIGABYTE = 10**9
_RUNS_AS_IT_IS = (".gguf", ".apr")


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """What a model's line leaves behind: weights, and a record of each stage."""

    entry: Path  # its folder in the cache
    source: Path  # the file that it comes from
    downloaded: Path  # record
    weights: Path  # converted
    validated: Path  # record
    reference: Path  # what runs as the source: itself, or its lossless conversion where nothing can

    @property
    def converted(self) -> Path:
        """The record of the weights' conversion."""
        return self.weights.with_suffix(".json")

    @property
    def compared(self) -> tuple[Path, ...]:
        """The records of everything that the validate stage looks at."""
        lossless = () if self.reference == self.source else (self.reference.with_suffix(".json"),)
        return tuple(dict.fromkeys((self.converted, *lossless)))


@dataclass(frozen=True, slots=True)
class ModelStorage:
    """Where models are kept, on what terms, and what must not be evicted."""

    settings: CacheSettings
    folder: Path
    lock_file: Path
    needed: frozenset[Path]  # files in the folder that the build needs

    @property
    def cache(self) -> ModelCache:
        """The cache in the folder."""
        limit_bytes = int(self.settings.limit_gb * GIGABYTE)
        return ModelCache(self.folder, limit_bytes, self.settings.pins)


@dataclass(frozen=True, slots=True)
class Conversion:
    """One conversion: the record of the download, the file that it brought, the converted file."""

    quantization: Quantization
    downloaded: Path
    source: Path
    target: Path

    @property
    def settings(self) -> ConvertSlice:
        """What it depends on, beside the files."""
        return ConvertSlice(self.quantization)

    @property
    def record(self) -> Path:
        """What the convert stage leaves behind."""
        return self.target.with_suffix(".json")


@dataclass(frozen=True, slots=True)
class ModelPlan:
    """The line of download, convert and validate, for every model of a build."""

    settings: Settings
    root: Path
    cache: Path
    results: Path

    @property
    def golden_prompts(self) -> Path:
        """The file of the golden prompts."""
        return self.root / self.settings.validation.golden_prompts

    def files(self, model: str) -> ModelFiles | None:
        """Return the files of a model's line, or None for a model without weights."""
        settings = self.settings.models[model]
        if settings.source is None:
            return None
        source = parse_source(settings.source)
        identity = hashlib.sha256(f"{settings.source} {settings.sha256}".encode()).hexdigest()
        entry = self.storage_folder / identity[:16]
        file = (
            _main_file(self.root / source) if isinstance(source, Path) else entry / source.filename
        )
        converted = entry / "converted"  # where no file of a source ever goes
        lossless = converted / f"{Quantization.NONE}.apr"
        return ModelFiles(
            entry=entry,
            source=file,
            downloaded=entry / "download.json",
            weights=converted / f"{settings.quantization}.apr",
            validated=self.results / "models" / f"{model}.json",
            reference=file if file.suffix in _RUNS_AS_IT_IS else lossless,
        )

    def lines(self) -> dict[str, ModelFiles]:
        """Return the files of every model with weights."""
        found = {name: self.files(name) for name in self.settings.models}
        return {name: files for name, files in found.items() if files is not None}

    def downloads(self) -> dict[str, ModelFiles]:
        """Return the files of the first model of each distinct source."""
        return _firsts(self.lines(), lambda files: files.downloaded)

    def conversions(self) -> dict[str, Conversion]:
        """Return each distinct conversion, by the first model that needs it.

        A quantised model is compared with its source; a source that nothing runs as it is needs a
        lossless conversion for that.
        """
        found: dict[Path, tuple[str, Conversion]] = {}
        for name, files in self.lines().items():
            quantization = self.settings.models[name].quantization
            made = Conversion(quantization, files.downloaded, files.source, files.weights)
            found.setdefault(made.target, (name, made))
            if files.reference not in (files.source, files.weights):
                lossless = replace(made, quantization=Quantization.NONE, target=files.reference)
                found.setdefault(files.reference, (f"{name}-source", lossless))
        return dict(found.values())

    def is_local(self, model: str) -> bool:
        """Return whether a model's weights are a file that is not ours to bring."""
        source = self.settings.models[model].source
        return source is not None and isinstance(parse_source(source), Path)

    def local_files(self, model: str) -> list[Path]:
        """Return the files of a model on this machine, as far as they are there."""
        files = self.files(model)
        if files is None or not self.is_local(model):
            return []
        try:
            return local_files(files.source)
        except UserError:
            return []  # the step says what is missing

    def claim(self, model: str) -> bool:
        """Keep a model from eviction until this process ends, and note that it is used now.

        A doit condition that always holds: a build that finds everything there uses it, too.
        """
        files = self.files(model)
        if files is not None:
            hold(files.entry)
            if files.downloaded.is_file():
                users = [name for name, each in self.lines().items() if each.entry == files.entry]
                source = self.settings.models[model].source or ""
                self.storage.cache.record_use(files.entry, source, *users)
        return True

    def is_brought(self, model: str) -> bool:
        """Return whether a model's files are as its record and the lock file say.

        A model that was skipped is not: its source may be there by now.
        """
        files = self.files(model)
        try:
            record = read_stage(files.downloaded) if files is not None else None
            locked = locked_model(self.lock_file, self.settings.models[model].source or "")
        except UserError:
            return False
        if files is None or record is None or record.skip is not None:
            return False
        brought = record.details.get("files", [])
        if not self.is_local(model) and (
            locked is None or asdict(locked)["files"] != tuple(brought)
        ):
            return False
        places = [(files.source.parent / each["path"], each["bytes"]) for each in brought]
        return bool(places) and all(
            path.is_file() and path.stat().st_size == size for path, size in places
        )

    @property
    def storage_folder(self) -> Path:
        """The folder of the models that were brought, an entry for each source."""
        return self.cache / "models"

    @property
    def lock_file(self) -> Path:
        """What the bytes of every model must be."""
        return self.root / "models.lock.json"

    @property
    def storage(self) -> ModelStorage:
        """Where models are kept, and which of them this build needs."""
        needed = frozenset(files.weights for files in self.lines().values())
        return ModelStorage(self.settings.cache, self.storage_folder, self.lock_file, needed)

    def stage(self, model: str, name: str, record: Path) -> Stage:
        """Return one stage of a model's line."""
        return Stage(model, name, record, self.results / "andon", self.cache / "stages")

    def download_slice(self, model: str) -> DownloadSlice:
        """Return what a model's weights depend on."""
        settings = self.settings.models[model]
        return DownloadSlice(settings.source or "", settings.sha256, settings.allow_pickle)

    def validate_slice(self, model: str) -> ValidateSlice:
        """Return what letting a model in depends on: not on how it is asked in the evaluation."""
        full = self.settings.models[model]
        seen = ModelSettings("", full.engine, source=full.source, quantization=full.quantization)
        return ValidateSlice(model, seen, self.settings.validation)

    def record(self, model: str) -> Path | None:
        """Return the record that lets a model in, or None for a model without weights."""
        files = self.files(model)
        return files.validated if files is not None else None

    def engine_file(self, model: str) -> Path | None:
        """Return the file that a model's engine reads: its weights, its recording, or none."""
        recording, files = self.settings.models[model].recording, self.files(model)
        if recording is not None:
            return self.root / recording
        return files.weights if files is not None else None

    def engine_depends_on(self, model: str) -> list[Path]:
        """Return the files whose change asks a model again: a record, or a recording."""
        recording, record = self.settings.models[model].recording, self.record(model)
        if recording is not None:
            return [self.root / recording]
        return [record] if record is not None else []

    def comparison_versions(self, model: str) -> dict[str, str]:
        """Return the versions of what executes a model and, to compare with it, its source."""
        others = [package for packages in _ENGINE_PACKAGES.values() for package in packages]
        return {**_versions(others), **self.engine_versions(model)}

    def engine_versions(self, model: str) -> dict[str, str]:
        """Return the versions of what executes a model, without loading it."""
        settings = self.settings.models[model]
        packages = _ENGINE_PACKAGES.get(settings.engine, ())
        names = ["single-shot-eval", "numpy", settings.package, *packages]
        versions = _versions(name for name in names if name)
        if settings.tool is not None and settings.recording is None:
            versions["tool"] = _tool_version(settings.tool.version)
        return versions


def _versions(packages: Iterable[str]) -> dict[str, str]:
    return {name: installed_version(name) or "not installed" for name in packages}


def _tool_version(command: tuple[str, ...]) -> str:
    try:
        return tool_version(command)
    except EngineMissingError:
        return "not installed"


def _main_file(source: Path) -> Path:
    try:
        return main_file(source)
    except UserError:
        return source  # the step says why no file of the folder can be meant


def _firsts(
    lines: Mapping[str, ModelFiles], key: Callable[[ModelFiles], Path]
) -> dict[str, ModelFiles]:
    """Return the first line of each key, in order."""
    firsts = {key(files): name for name, files in reversed(list(lines.items()))}
    return {name: files for name, files in lines.items() if name in firsts.values()}
