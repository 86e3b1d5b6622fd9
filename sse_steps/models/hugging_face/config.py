"""config.json: what all layouts share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import gguf

from sse_steps.models.hugging_face.transforms import in_float32, unchanged
from sse_steps.models.hugging_face.typed_json import Document, Positive, Size, TokenId
from sse_steps.models.safetensors_file import SafeTensor
from sse_steps.models.source_model import SourceTensor
from sse_steps.models.stored_model import KeyValue, unusable

Kinds = gguf.GGUFValueType
NO_SCALING = "default"


class Rope(Document):
    """How positions turn into angles, as newer files put it."""

    rope_type: str | None = None
    type: str | None = None  # its older name
    rope_theta: Positive | None = None
    partial_rotary_factor: float = 1.0
    factor: Positive | None = None
    low_freq_factor: Positive | None = None
    high_freq_factor: Positive | None = None
    original_max_position_embeddings: Size | None = None

    @property
    def scaling(self) -> str:
        """How angles are changed for longer texts."""
        return self.rope_type or self.type or NO_SCALING


class Kind(Document):
    """The first look at a config.json: which layout it is."""

    model_type: str
    quantization_config: dict[str, Any] | None = None


class Config(Document):
    """The fields that every layout has."""

    architecture: ClassVar[str]
    default_tie: ClassVar[bool] = False
    # Buffers that old files hold among the weights, by the end of their name.
    buffers: ClassVar[tuple[str, ...]] = (".rotary_emb.inv_freq",)

    vocab_size: Size
    bos_token_id: TokenId | list[TokenId] | None = None
    eos_token_id: TokenId | list[TokenId] | None = None
    pad_token_id: TokenId | list[TokenId] | None = None
    tie_word_embeddings: bool | None = None

    @property
    def tied(self) -> bool:
        """Whether the embedding is the head as well."""
        return self.default_tie if self.tie_word_embeddings is None else self.tie_word_embeddings

    @property
    @abstractmethod
    def layers(self) -> int:
        """The number of blocks."""

    @abstractmethod
    def hyperparameters(self) -> Iterator[tuple[str, float]]:
        """Yield GGUF's keys, without the architecture before them; floats become FLOAT32."""

    def refusals(self) -> Iterator[tuple[str, object, object]]:
        """Yield (field, value, the only value that is computed here)."""
        yield from ()

    def tensor(self, name: str, tensor: SafeTensor) -> SourceTensor:
        """Return a tensor under its GGUF name; vectors become float32, which loses nothing."""
        return in_float32(name, tensor) if len(tensor.shape) < 2 else unchanged(name, tensor)

    def more_tensors(self) -> Iterator[SourceTensor]:
        """Yield tensors that follow from the configuration."""
        yield from ()

    def check(self, path: Path) -> None:
        """Refuse what no engine here computes.

        Raises:
            ModelFormatError: a field asks for it.
        """
        for field, value, computed in self.refusals():
            if value != computed:
                raise unusable(path, f"{field} is {str(value)[:80]!r}, not {computed!r}")

    def keys(self) -> Mapping[str, KeyValue]:
        """Return GGUF's keys of the architecture."""
        keys = {"general.architecture": KeyValue(self.architecture, Kinds.STRING)}
        for key, value in self.hyperparameters():
            kind = Kinds.FLOAT32 if isinstance(value, float) else Kinds.UINT32
            keys[f"{self.architecture}.{key}"] = KeyValue(value, kind)
        return keys


class RotaryConfig(Config):
    """The fields of the layouts that rotate queries and keys: all but GPT-2's."""

    hidden_size: Size
    intermediate_size: Size
    num_hidden_layers: Size
    num_attention_heads: Size
    num_key_value_heads: Size | None = None
    head_dim: Size | None = None
    max_position_embeddings: Size
    rms_norm_eps: Positive = 1e-6
    rope_theta: Positive | None = None
    rope_scaling: Rope | None = None

    @property
    def layers(self) -> int:
        """The number of blocks."""
        return self.num_hidden_layers

    @property
    def head_width(self) -> int:
        """The width of a head."""
        return self.head_dim or max(self.hidden_size // self.num_attention_heads, 1)

    @property
    def kv_heads(self) -> int:
        """The number of key-value heads."""
        return self.num_key_value_heads or self.num_attention_heads

    @property
    @abstractmethod
    def rope(self) -> Rope:
        """How positions turn into angles."""

    @property
    @abstractmethod
    def rope_base(self) -> float:
        """The base of the angles."""

    def hyperparameters(self) -> Iterator[tuple[str, float]]:
        """Yield GGUF's keys, without the architecture before them."""
        yield "block_count", self.num_hidden_layers
        yield "context_length", self.max_position_embeddings
        yield "embedding_length", self.hidden_size
        yield "feed_forward_length", self.intermediate_size
        yield "attention.head_count", self.num_attention_heads
        yield "attention.head_count_kv", self.kv_heads
        yield "attention.key_length", self.head_width
        yield "attention.value_length", self.head_width
        yield "attention.layer_norm_rms_epsilon", float(self.rms_norm_eps)
        yield "rope.freq_base", float(self.rope_base)
        yield "rope.dimension_count", self.head_width
        yield "vocab_size", self.vocab_size

    def refusals(self) -> Iterator[tuple[str, object, object]]:
        """Yield (field, value, the only value that is computed here)."""
        yield "partial_rotary_factor", self.rope.partial_rotary_factor, 1.0
