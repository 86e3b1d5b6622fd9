"""The file that a conversion begins with, through gates C1 to C3."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sse_steps.errors import ModelFormatError
from sse_steps.models.apr_file import read_apr
from sse_steps.models.architectures import Hyperparameters, Shape, optional_shapes, tensor_shapes
from sse_steps.models.companions import NEEDED, OPTIONAL, is_index
from sse_steps.models.convert_gates import FormatDetected, Parsed, TensorsComplete
from sse_steps.models.formats import FileFormat, format_by_content
from sse_steps.models.gguf_file import read_gguf
from sse_steps.models.hugging_face.folder import read_hugging_face
from sse_steps.models.hyperparameters import read_hyperparameters
from sse_steps.models.line import Ledger
from sse_steps.models.metadata import Metadata
from sse_steps.models.safetensors_file import read_safetensors
from sse_steps.models.source_model import SourceModel, from_stored
from sse_steps.models.tokenizer_data import read_tokenizer


def open_source(path: Path, ledger: Ledger) -> SourceModel:
    """Return a model file's keys and tensors, whatever the container.

    Args:
        path: a GGUF, .apr or safetensors file, or the index of safetensors shards.
        ledger: what the gates are put through.

    Raises:
        ModelSkippedError: gate C1, C2 or C3 failed.
    """
    kind = _kind(path)
    ledger.put_through(FormatDetected(kind))
    try:
        model = _read(path, kind)
        shape = _shape(model)
    except ModelFormatError as fault:
        ledger.put_through(Parsed(fault.wrong))
        raise
    ledger.put_through(Parsed(None))
    ledger.put_through(_completeness(model, shape))
    return model


def files_of(source: Path) -> list[Path]:
    """Return every file that a conversion of `source` reads, its own first.

    Raises:
        ModelFormatError: the index of shards cannot be read.
    """
    if _kind(source) is not FileFormat.SAFETENSORS:
        return [source]
    shards = {tensor.path for tensor in read_safetensors(source).tensors.values()} - {source}
    beside = (source.with_name(name) for name in (*NEEDED, *OPTIONAL))
    return [source, *sorted(shards), *(file for file in beside if file.is_file())]


def _kind(path: Path) -> FileFormat | str:
    try:
        kind = format_by_content(path)
    except OSError as fault:
        return f"a file that cannot be opened: {fault}"
    names_shards = kind is FileFormat.JSON and is_index(path.name)
    return FileFormat.SAFETENSORS if names_shards else kind


def _read(path: Path, kind: FileFormat | str) -> SourceModel:
    if kind is FileFormat.SAFETENSORS:
        return read_hugging_face(path)
    return from_stored(read_gguf(path) if kind is FileFormat.GGUF else read_apr(path))


def _shape(model: SourceModel) -> Hyperparameters:
    """Return what the keys mean to the engines; what none of them runs is not converted."""
    metadata = Metadata(model.path, model.keys)
    return read_hyperparameters(metadata, len(read_tokenizer(metadata).tokens))


def _completeness(model: SourceModel, shape: Hyperparameters) -> TensorsComplete:
    found = {tensor.name: tensor.shape for tensor in model.tensors}
    needed = dict(tensor_shapes(shape))
    allowed = {**needed, **dict(optional_shapes(shape))}
    return TensorsComplete(
        missing=tuple(sorted(needed.keys() - found.keys())),
        unknown=tuple(sorted(found.keys() - allowed.keys())),
        misshapen=tuple(sorted(_misshapen(found, allowed))),
    )


def _misshapen(found: Mapping[str, Shape], allowed: Mapping[str, Shape]) -> list[str]:
    return [
        f"{name} {shape}, not {allowed[name]}"
        for name, shape in found.items()
        if name in allowed and shape != allowed[name]
    ]
