"""What an engine needs to know of a model, read from its file, whatever the container."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import gguf

from sse_steps.errors import ModelFormatError
from sse_steps.models.apr_file import read_apr
from sse_steps.models.file_kind import FileKind, kind_of_file
from sse_steps.models.gguf_file import read_gguf
from sse_steps.models.stored_model import FloatArray, KeyValue, StoredModel, StoredTensor, unusable

# Some files name only one of several ends: llama.cpp, src/llama-vocab.cpp, goes by these texts too.
CUSTOMARY_ENDS: Final = ("<|im_end|>", "<|endoftext|>", "<|end|>", "<|eot_id|>", "<|eom_id|>")
_READERS: Final = {FileKind.APR: read_apr, FileKind.GGUF: read_gguf}
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """The shape of a llama-like transformer. Widths are counted in floats."""

    layers: int
    embedding_width: int
    feed_forward_width: int
    heads: int
    kv_heads: int
    head_width: int
    vocabulary_size: int
    context_length: int
    rope_base: float
    norm_epsilon: float


@dataclass(frozen=True, slots=True)
class TokenizerData:
    """A byte-level BPE as GGUF names it; an id is a position in `tokens`.

    `token_types` holds `gguf.TokenType` values. A merge is two tokens with one space between.
    """

    pre_tokenizer: str
    tokens: tuple[str, ...]
    token_types: tuple[int, ...]
    merges: tuple[str, ...]
    bos_id: int | None
    stop_ids: frozenset[int]  # end of sequence, end of turn


@dataclass(frozen=True, slots=True)
class ModelFile:
    """What an engine needs to run a model. `tensors` gives float32, whatever the file holds."""

    path: Path
    hyperparameters: Hyperparameters
    tokenizer: TokenizerData
    chat_template: str | None
    tensors: Mapping[str, FloatArray]


class Metadata:
    """Typed access to the key-value pairs of a model file."""

    def __init__(self, path: Path, keys: Mapping[str, KeyValue]) -> None:
        self.path = path
        self._keys = keys

    def value(self, key: str, default: object = None) -> object:
        """Return what is stored under `key`."""
        found = self._keys.get(key)
        return default if found is None else found.value

    def text(self, key: str, default: str | None = None) -> str:
        """Return a string."""
        value = self.value(key, default)
        if not isinstance(value, str):
            raise self._refusal(key, value, "a string")
        return value

    def integer(self, key: str, default: int | None = None) -> int:
        """Return an integer above zero."""
        value = self.value(key, default)
        if not isinstance(value, int) or value <= 0:
            raise self._refusal(key, value, "an integer above zero")
        return int(value)

    def number(self, key: str, default: float | None = None) -> float:
        """Return a finite number above zero."""
        value = self.value(key, default)
        if not isinstance(value, int | float) or not 0 < value < math.inf:
            raise self._refusal(key, value, "a number above zero")
        return float(value)

    def items(self, key: str, kind: type[Item]) -> tuple[Item, ...]:
        """Return a list whose items are all of one kind."""
        value = self.value(key)
        if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
            raise self._refusal(key, value, f"a list of {kind.__name__}")
        return tuple(value)

    def token_id(self, key: str, vocabulary_size: int) -> int | None:
        """Return the id of a token, None where there is none."""
        value = self.value(key)
        if value is not None and not (isinstance(value, int) and 0 <= value < vocabulary_size):
            raise self._refusal(key, value, f"a token id below {vocabulary_size}")
        return value

    def _refusal(self, key: str, value: object, wanted: str) -> ModelFormatError:
        found = "missing" if value is None else f"{str(value)[:80]!r}, not {wanted}"
        return unusable(self.path, f"{key} is {found}")


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
        kind = kind_of_file(path)
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
    tokenizer = _tokenizer(metadata)
    hyperparameters = _hyperparameters(metadata, len(tokenizer.tokens))
    tensors = LazyTensors(stored.path, stored.tensors)
    _check_tensors(stored.path, tensors, hyperparameters)
    template = metadata.value("tokenizer.chat_template")
    if not isinstance(template, str | None):
        raise unusable(stored.path, "the chat template is not a string")
    return ModelFile(stored.path, hyperparameters, tokenizer, template, tensors)


def tensor_shapes(model: Hyperparameters, *, tied: bool) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield name and shape (outputs, inputs) of every tensor; tied: the head is the embedding."""
    width, feed_forward = model.embedding_width, model.feed_forward_width
    queries, keys = model.heads * model.head_width, model.kv_heads * model.head_width
    yield "token_embd.weight", (model.vocabulary_size, width)
    yield "output_norm.weight", (width,)
    if not tied:
        yield "output.weight", (model.vocabulary_size, width)
    for layer in range(model.layers):
        yield f"blk.{layer}.attn_norm.weight", (width,)
        yield f"blk.{layer}.attn_q.weight", (queries, width)
        yield f"blk.{layer}.attn_k.weight", (keys, width)
        yield f"blk.{layer}.attn_v.weight", (keys, width)
        yield f"blk.{layer}.attn_output.weight", (width, queries)
        yield f"blk.{layer}.ffn_norm.weight", (width,)
        yield f"blk.{layer}.ffn_gate.weight", (feed_forward, width)
        yield f"blk.{layer}.ffn_up.weight", (feed_forward, width)
        yield f"blk.{layer}.ffn_down.weight", (width, feed_forward)


def _hyperparameters(metadata: Metadata, vocabulary_size: int) -> Hyperparameters:
    name = metadata.text("general.architecture")
    if name != "llama":
        raise unusable(metadata.path, f"the architecture is '{name[:80]}', not 'llama'")
    heads = metadata.integer(f"{name}.attention.head_count")
    width = metadata.integer(f"{name}.embedding_length")
    model = Hyperparameters(
        layers=metadata.integer(f"{name}.block_count"),
        embedding_width=width,
        feed_forward_width=metadata.integer(f"{name}.feed_forward_length"),
        heads=heads,
        kv_heads=metadata.integer(f"{name}.attention.head_count_kv", heads),
        head_width=metadata.integer(f"{name}.attention.key_length", max(width // heads, 1)),
        vocabulary_size=vocabulary_size,
        context_length=metadata.integer(f"{name}.context_length"),
        rope_base=metadata.number(f"{name}.rope.freq_base", 10_000.0),
        norm_epsilon=metadata.number(f"{name}.attention.layer_norm_rms_epsilon"),
    )
    _check_rope(metadata, name, model)
    if model.heads % model.kv_heads:
        wrong = f"{model.heads} heads cannot share {model.kv_heads} key-value heads"
        raise unusable(metadata.path, wrong)
    return model


def _check_rope(metadata: Metadata, name: str, model: Hyperparameters) -> None:
    """Refuse rotations that would be computed wrongly, with nothing to show for it."""
    rotated = metadata.integer(f"{name}.rope.dimension_count", model.head_width)
    if rotated != model.head_width or model.head_width % 2:
        wrong = f"{rotated} of {model.head_width} dimensions of a head are rotated"
        raise unusable(metadata.path, wrong)
    for key, plain in (("scaling.type", "none"), ("scaling.factor", 1.0), ("scale_linear", 1.0)):
        value = metadata.value(f"{name}.rope.{key}", plain)
        if value != plain:
            raise unusable(metadata.path, f"{name}.rope.{key} is {str(value)[:80]}, not {plain}")


def _tokenizer(metadata: Metadata) -> TokenizerData:
    kind = metadata.text("tokenizer.ggml.model")
    if kind != "gpt2":
        raise unusable(metadata.path, f"the tokenizer is '{kind[:80]}', not byte-level BPE")
    tokens = metadata.items("tokenizer.ggml.tokens", str)
    types = metadata.items("tokenizer.ggml.token_type", int)
    if not tokens or len(types) != len(tokens):
        raise unusable(metadata.path, f"{len(tokens)} tokens have {len(types)} types")
    return TokenizerData(
        pre_tokenizer=metadata.text("tokenizer.ggml.pre", "default"),
        tokens=tokens,
        token_types=types,
        merges=metadata.items("tokenizer.ggml.merges", str),
        bos_id=metadata.token_id("tokenizer.ggml.bos_token_id", len(tokens)),
        stop_ids=_stop_ids(metadata, tokens, types),
    )


def _stop_ids(
    metadata: Metadata, tokens: tuple[str, ...], types: tuple[int, ...]
) -> frozenset[int]:
    """Return the ids that the header names as ends, and special tokens that are ends by custom."""
    keys = (f"tokenizer.ggml.{end}_token_id" for end in ("eos", "eot", "eom"))
    named = (metadata.token_id(key, len(tokens)) for key in keys)
    by_custom = (
        index
        for index, (text, kind) in enumerate(zip(tokens, types, strict=True))
        if kind == gguf.TokenType.CONTROL and text in CUSTOMARY_ENDS
    )
    return frozenset((*(end for end in named if end is not None), *by_custom))


def _check_tensors(path: Path, tensors: LazyTensors, model: Hyperparameters) -> None:
    """Demand every tensor in its shape and no other: one left out would go wrong in silence."""
    known = set()
    for name, shape in tensor_shapes(model, tied="output.weight" not in tensors):
        if name not in tensors:
            raise unusable(path, f"tensor {name} is missing")
        if tensors.shape(name) != shape:
            raise unusable(path, f"tensor {name} has shape {tensors.shape(name)}, not {shape}")
        known.add(name)
    for name in tensors:
        if name not in known:
            raise unusable(path, f"tensor {name[:80]} is none that a plain llama has")
