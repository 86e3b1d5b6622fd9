"""The layout of GPT-2: transformers/models/gpt2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final, Literal

from pydantic import AliasChoices, Field

from sse_steps.models.hugging_face.config import Config
from sse_steps.models.hugging_face.transforms import in_float32, transposed
from sse_steps.models.hugging_face.typed_json import Positive, Size
from sse_steps.models.safetensors_file import SafeTensor
from sse_steps.models.source_model import SourceTensor

_GELU: Final = "gelu_new"  # with the hyperbolic tangent
_KEPT_TURNED: Final = ("attn_qkv", "attn_output", "ffn_up", "ffn_down")  # transformers' Conv1D


class GPT2Config(Config):
    """A GPT-2."""

    architecture: ClassVar[str] = "gpt2"
    default_tie: ClassVar[bool] = True
    buffers: ClassVar[tuple[str, ...]] = (".attn.bias", ".attn.masked_bias")

    model_type: Literal["gpt2"]
    n_embd: Size
    n_layer: Size
    n_head: Size
    n_positions: Size = Field(validation_alias=AliasChoices("n_positions", "n_ctx"))
    n_inner: Size | None = None
    layer_norm_epsilon: Positive = 1e-5
    activation_function: str = _GELU
    scale_attn_weights: bool = True
    scale_attn_by_inverse_layer_idx: bool = False

    @property
    def layers(self) -> int:
        """The number of blocks."""
        return self.n_layer

    def hyperparameters(self) -> Iterator[tuple[str, float]]:
        """Yield GGUF's keys, without the architecture before them."""
        yield "block_count", self.n_layer
        yield "context_length", self.n_positions
        yield "embedding_length", self.n_embd
        yield "feed_forward_length", self.n_inner or 4 * self.n_embd
        yield "attention.head_count", self.n_head
        yield "attention.layer_norm_epsilon", float(self.layer_norm_epsilon)
        yield "vocab_size", self.vocab_size

    def refusals(self) -> Iterator[tuple[str, object, object]]:
        """Yield (field, value, the only value that is computed here)."""
        yield "activation_function", self.activation_function, _GELU
        yield "scale_attn_weights", self.scale_attn_weights, True
        yield "scale_attn_by_inverse_layer_idx", self.scale_attn_by_inverse_layer_idx, False

    def tensor(self, name: str, tensor: SafeTensor) -> SourceTensor:
        """Return a tensor under its GGUF name, matrices with one row for each output."""
        if name == "position_embd.weight":
            return in_float32(name, tensor)  # llama.cpp adds it to float32
        if name.split(".")[-2] in _KEPT_TURNED and len(tensor.shape) == 2:
            return transposed(name, tensor)
        return super().tensor(name, tensor)
