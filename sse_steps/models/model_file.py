"""What an engine needs to know of a model, read from its file, whatever the container."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sse_steps.models.apr_file import read_apr
from sse_steps.models.architectures import Hyperparameters, optional_shapes, tensor_shapes
from sse_steps.models.formats import FileFormat, format_by_content
from sse_steps.models.gguf_file import read_gguf
from sse_steps.models.hyperparameters import read_hyperparameters
from sse_steps.models.metadata import Metadata
from sse_steps.models.stored_model import FloatArray, StoredModel, StoredTensor, unusable
from sse_steps.models.tokenizer_data import TokenizerData, read_tokenizer

_READERS: Final = {FileFormat.APR: read_apr, FileFormat.GGUF: read_gguf}


@dataclass(frozen=True, slots=True)
class ModelFile:
    """What an engine needs to run a model. `tensors` gives float32, whatever the file holds."""

    path: Path
    hyperparameters: Hyperparameters
    tokenizer: TokenizerData
    chat_template: str | None
    tensors: Mapping[str, FloatArray]


class LazyTensors(Mapping[str, FloatArray]):
    """Tensors that are turned into float32 each time they are asked for, and never kept."""

    def __init__(self, path: Path, tensors: Mapping[str, StoredTensor]) -> None:
        self._path = path
        self._tensors = tensors

    def __getitem__(self, name: str) -> FloatArray:
        tensor = self._tensors[name]
        try:
            return tensor.values()
        except NotImplementedError as error:
            wrong = f"tensor {name} is stored as {tensor.encoding.name}"
            raise unusable(self._path, wrong) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)

    def shape(self, name: str) -> tuple[int, ...]:
        """Return a tensor's shape, outermost dimension first."""
        return self._tensors[name].shape


def read_stored(path: Path) -> StoredModel:
    """Read the header of a model file, going by its first bytes and not by its name.

    Raises:
        ModelFormatError: the container is unknown, or damaged.
    """
    try:
        kind = format_by_content(path)
    except OSError as error:
        raise unusable(path, f"not a readable file: {error}") from error
    if kind not in _READERS:
        raise unusable(path, f"the file is {kind}, not .apr or GGUF")
    return _READERS[kind](path)


def read_model(path: Path) -> ModelFile:
    """Read what an engine needs to run a model; the tensors follow when they are asked for.

    Raises:
        ModelFormatError: the file is of no known kind, is cut short, or holds an unknown model.
    """
    return interpret(read_stored(path))


def interpret(stored: StoredModel) -> ModelFile:
    """Return what the keys and tensors of a file mean.

    Raises:
        ModelFormatError: they do not hold together, or are of a model that nothing here runs.
    """
    metadata = Metadata(stored.path, stored.keys)
    tokenizer = read_tokenizer(metadata)
    hyperparameters = read_hyperparameters(metadata, len(tokenizer.tokens))
    tensors = LazyTensors(stored.path, stored.tensors)
    _check_tensors(stored.path, tensors, hyperparameters)
    template = metadata.value("tokenizer.chat_template")
    if not isinstance(template, str | None):
        raise unusable(stored.path, "the chat template is not a string")
    return ModelFile(stored.path, hyperparameters, tokenizer, template, tensors)


def _check_tensors(path: Path, tensors: LazyTensors, model: Hyperparameters) -> None:
    """Demand every tensor in its shape and no other: one left out would go wrong in silence."""
    optional = dict(optional_shapes(model))
    expected = {name: shape for name, shape in optional.items() if name in tensors}
    for name, shape in tensor_shapes(model):
        if name not in tensors:
            raise unusable(path, f"tensor {name} is missing")
        expected[name] = shape
    for name in tensors:
        if name not in expected:
            wrong = f"tensor {name[:80]} is none that a plain {model.architecture} has"
            raise unusable(path, wrong)
        if tensors.shape(name) != expected[name]:
            wrong = f"tensor {name} has shape {tensors.shape(name)}, not {expected[name]}"
            raise unusable(path, wrong)
