"""The layout of Gemma 3's text models: transformers/models/gemma3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from sse_steps.models.hugging_face.config import NO_SCALING, Rope, RotaryConfig
from sse_steps.models.hugging_face.transforms import in_float32
from sse_steps.models.hugging_face.typed_json import Document, Positive, Size
from sse_steps.models.safetensors_file import SafeTensor
from sse_steps.models.source_model import SourceTensor

_FULL, _NEAR = "full_attention", "sliding_attention"
_PERIOD = 6  # of so many layers the last sees everything: arXiv:2503.19786, section 2
_NEAR_BASE = 10_000.0


class Ropes(Document):
    """The rotations of the two kinds of layers, as newer files put them."""

    full_attention: Rope = Rope()
    sliding_attention: Rope = Rope()


class Gemma3Config(RotaryConfig):
    """A Gemma 3 without its eyes."""

    architecture: ClassVar[str] = "gemma3"
    default_tie: ClassVar[bool] = True

    model_type: Literal["gemma3_text"]
    vocab_size: Size = 262_208
    num_attention_heads: Size = 8
    num_key_value_heads: Size | None = 4
    head_dim: Size | None = 256
    max_position_embeddings: Size = 131_072
    hidden_activation: str = "gelu_pytorch_tanh"
    query_pre_attn_scalar: Positive = 256.0
    sliding_window: Size = 4096
    sliding_window_pattern: Size | None = None
    layer_types: list[str] | None = None
    rope_local_base_freq: Positive | None = None
    rope_parameters: Ropes | None = None
    attn_logit_softcapping: float | None = None
    final_logit_softcapping: float | None = None
    attention_bias: bool = False
    use_bidirectional_attention: bool | None = None

    @property
    def rope(self) -> Rope:
        """How positions turn into angles in the layers that see everything."""
        if self.rope_parameters is not None:
            return self.rope_parameters.full_attention
        return self.rope_scaling or Rope()

    @property
    def rope_base(self) -> float:
        """The base of the angles in the layers that see everything."""
        return self.rope.rope_theta or self.rope_theta or 1_000_000.0

    @property
    def _near(self) -> Rope:
        near = self.rope_parameters.sliding_attention if self.rope_parameters else Rope()
        base = near.rope_theta or self.rope_local_base_freq or _NEAR_BASE
        return near.model_copy(update={"rope_theta": base})

    def hyperparameters(self) -> Iterator[tuple[str, float]]:
        """Yield GGUF's keys, without the architecture before them."""
        yield from super().hyperparameters()
        yield "attention.sliding_window", self.sliding_window
        if self.rope.scaling == "linear":
            yield "rope.scaling.factor", float(self.rope.factor or 1.0)

    def refusals(self) -> Iterator[tuple[str, object, object]]:
        """Yield (field, value, the only value that is computed here)."""
        yield from super().refusals()
        yield "hidden_activation", self.hidden_activation, "gelu_pytorch_tanh"
        yield "query_pre_attn_scalar", self.query_pre_attn_scalar, self.head_width
        yield "attn_logit_softcapping", self.attn_logit_softcapping, None
        yield "final_logit_softcapping", self.final_logit_softcapping, None
        yield "attention_bias", self.attention_bias, False
        yield "use_bidirectional_attention", bool(self.use_bidirectional_attention), False
        yield "sliding_window_pattern", self.sliding_window_pattern or _PERIOD, _PERIOD
        yield "layer_types in Gemma's pattern", self._follows_the_pattern(), True
        yield "rope_local_base_freq", self._near.rope_theta, _NEAR_BASE
        yield "rope_type of sliding_attention", self._near.scaling, NO_SCALING
        if self.rope.scaling != "linear":
            yield "rope_type of full_attention", self.rope.scaling, NO_SCALING

    def _follows_the_pattern(self) -> bool:
        usual = [_NEAR if (layer + 1) % _PERIOD else _FULL for layer in range(self.layers)]
        return self.layer_types is None or self.layer_types == usual

    def tensor(self, name: str, tensor: SafeTensor) -> SourceTensor:
        """Return a tensor under its GGUF name; norms are kept as what they add to one."""
        if name.endswith("_norm.weight"):
            return in_float32(name, tensor, plus=1.0)
        return super().tensor(name, tensor)
