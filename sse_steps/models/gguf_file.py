"""Read a language model from a GGUF file. The header is hostile input: every length is checked.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

import gguf
import numpy as np
from numpy.typing import DTypeLike, NDArray

from sse_steps.errors import ModelFormatError

FloatArray = NDArray[np.float32]


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
    """A byte-level BPE as GGUF stores it; an id is a position in `tokens`.

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


class BoundedReader(gguf.GGUFReader):
    """A GGUFReader that refuses to read beyond the end of the file.

    The original slices past the end without a word, so that a length of 2**60 in the header makes
    it loop over empty arrays until the memory is gone. It also makes one array for each element
    read, so that a file of bytes could still cost a hundred times its size: hence the second limit.
    """

    max_reads = 8_000_000  # vocabularies of 260,000 tokens, the largest in use, need 2,500,000

    def __init__(self, path: Path) -> None:
        self.reads = 0
        super().__init__(path)

    def _get(
        self,
        offset: int,
        dtype: DTypeLike,
        count: int = 1,
        override_order: Literal["I", "S", "<"] | None = None,
    ) -> NDArray[Any]:
        self.reads += 1
        if self.reads > self.max_reads:
            raise ValueError(f"the header has more than {self.max_reads} fields")
        size = np.dtype(dtype).itemsize * int(count)
        if int(offset) + size > self.data.size:
            raise ValueError(
                f"{size} bytes at byte {int(offset)} lie beyond the end at {self.data.size}"
            )
        return super()._get(offset, dtype, count, override_order)


class Metadata:
    """Typed access to the key-value pairs of a GGUF header."""

    def __init__(self, path: Path, reader: gguf.GGUFReader) -> None:
        self.path = path
        self._fields = reader.fields

    def value(self, key: str) -> object:
        """Return what is stored under `key`, None where there is nothing."""
        field = self._fields.get(key)
        try:
            return None if field is None else field.contents()
        except ValueError as error:
            raise unusable(self.path, f"{key} cannot be read: {error}") from error

    def text(self, key: str, default: str | None = None) -> str:
        """Return a string."""
        value = self.value(key) or default
        if isinstance(value, str):
            return value
        self._refuse(key, value, "a string")

    def integer(self, key: str, default: int | None = None) -> int:
        """Return an integer above zero."""
        value = self.value(key) or default
        if isinstance(value, int) and value > 0:
            return int(value)
        self._refuse(key, value, "an integer above zero")

    def number(self, key: str, default: float | None = None) -> float:
        """Return a finite number above zero."""
        value = self.value(key) or default
        if isinstance(value, int | float) and 0 < value < math.inf:
            return float(value)
        self._refuse(key, value, "a number above zero")

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings."""
        value = self.value(key)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self._refuse(key, value, "a list of strings")

    def integers(self, key: str) -> tuple[int, ...]:
        """Return a list of integers."""
        value = self.value(key)
        if isinstance(value, list) and all(isinstance(item, int) for item in value):
            return tuple(value)
        self._refuse(key, value, "a list of integers")

    def token_id(self, key: str, vocabulary_size: int) -> int | None:
        """Return the id of a token, None where there is none."""
        value = self.value(key)
        if value is None:
            return None
        if isinstance(value, int) and 0 <= value < vocabulary_size:
            return int(value)
        self._refuse(key, value, f"a token id below {vocabulary_size}")

    def _refuse(self, key: str, value: object, wanted: str) -> NoReturn:
        found = "missing" if value is None else f"{str(value)[:80]!r}, not {wanted}"
        raise unusable(self.path, f"{key} is {found}")


class LazyTensors(Mapping[str, FloatArray]):
    """Tensors that are turned into float32 each time they are asked for, and never kept."""

    def __init__(self, path: Path, reader: gguf.GGUFReader) -> None:
        self._path = path
        self._tensors = {tensor.name: tensor for tensor in reader.tensors}

    def __getitem__(self, name: str) -> FloatArray:
        tensor = self._tensors[name]
        try:
            values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        except NotImplementedError as error:
            wrong = f"tensor {name} is stored as {tensor.tensor_type.name}"
            raise unusable(self._path, wrong) from error
        return np.ascontiguousarray(values, dtype=np.float32)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)

    def shape(self, name: str) -> tuple[int, ...]:
        """Return a tensor's shape, outermost dimension first (GGUF stores the innermost first)."""
        return tuple(int(size) for size in reversed(self._tensors[name].shape))


def unusable(path: Path, wrong: str) -> ModelFormatError:
    """Return the fault of a file that cannot be run, with its remedy."""
    remedy = "Download the file again, or name a GGUF file of a llama-like model."
    return ModelFormatError(f"{path}: {wrong}.", remedy)


def read_gguf(path: Path) -> ModelFile:
    """Read the header of a GGUF file; the tensors follow when they are asked for.

    Raises:
        ModelFormatError: the file is not GGUF, is cut short, or holds a model unlike llama.

    """
    reader = _open(path)
    metadata = Metadata(path, reader)
    tokenizer = _tokenizer(metadata)
    hyperparameters = _hyperparameters(metadata, len(tokenizer.tokens))
    tensors = LazyTensors(path, reader)
    _check_tensors(path, tensors, hyperparameters)
    template = metadata.value("tokenizer.chat_template")
    if not isinstance(template, str | None):
        raise unusable(path, "the chat template is not a string")
    return ModelFile(path, hyperparameters, tokenizer, template, tensors)


def tensor_shapes(model: Hyperparameters) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield name and shape (outputs, inputs) of every tensor that a llama must have."""
    width, feed_forward = model.embedding_width, model.feed_forward_width
    queries, keys = model.heads * model.head_width, model.kv_heads * model.head_width
    yield "token_embd.weight", (model.vocabulary_size, width)
    yield "output_norm.weight", (width,)
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


def _open(path: Path) -> gguf.GGUFReader:
    try:
        with np.errstate(over="raise"):
            reader = BoundedReader(path)
    except (OSError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
        raise unusable(path, f"not a readable GGUF file: {error}") from error
    if reader.endianess is not gguf.GGUFEndian.LITTLE:
        raise unusable(path, "the file is big-endian")
    return reader


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
    scaling = metadata.text(f"{name}.rope.scaling.type", "none")
    if rotated != model.head_width or model.head_width % 2:
        wrong = f"{rotated} of {model.head_width} dimensions of a head are rotated"
        raise unusable(metadata.path, wrong)
    if scaling != "none":
        raise unusable(metadata.path, f"the rope scaling is '{scaling[:80]}', not 'none'")


def _tokenizer(metadata: Metadata) -> TokenizerData:
    kind = metadata.text("tokenizer.ggml.model")
    if kind != "gpt2":
        raise unusable(
            metadata.path, f"the tokenizer is '{kind[:80]}', not 'gpt2' (byte-level BPE)"
        )
    tokens = metadata.texts("tokenizer.ggml.tokens")
    types = metadata.integers("tokenizer.ggml.token_type")
    if len(types) != len(tokens):
        raise unusable(metadata.path, f"{len(tokens)} tokens have {len(types)} types")
    ends = (
        metadata.token_id(f"tokenizer.ggml.{key}_token_id", len(tokens))
        for key in ("eos", "eot", "eom")
    )
    return TokenizerData(
        pre_tokenizer=metadata.text("tokenizer.ggml.pre", "default"),
        tokens=tokens,
        token_types=types,
        merges=metadata.texts("tokenizer.ggml.merges"),
        bos_id=metadata.token_id("tokenizer.ggml.bos_token_id", len(tokens)),
        stop_ids=frozenset(end for end in ends if end is not None),
    )


def _check_tensors(path: Path, tensors: LazyTensors, model: Hyperparameters) -> None:
    """Demand every tensor in its shape and no other: one left out would go wrong in silence."""
    known = {"output.weight"}
    for name, shape in tensor_shapes(model):
        if name not in tensors:
            raise unusable(path, f"tensor {name} is missing")
        if tensors.shape(name) != shape:
            raise unusable(path, f"tensor {name} has shape {tensors.shape(name)}, not {shape}")
        known.add(name)
    for name in tensors:
        if name not in known:
            raise unusable(path, f"tensor {name[:80]} is none that a plain llama has")
    head, wanted = "output.weight", (model.vocabulary_size, model.embedding_width)
    if head in tensors and tensors.shape(head) != wanted:
        raise unusable(path, f"tensor {head} has shape {tensors.shape(head)}, not {wanted}")
