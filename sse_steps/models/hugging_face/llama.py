"""The layouts of Llama and Qwen2: transformers/models/llama and transformers/models/qwen2."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar, Literal

import gguf
import numpy as np

from sse_steps.models.hugging_face.config import NO_SCALING, Rope, RotaryConfig
from sse_steps.models.hugging_face.transforms import interleaved
from sse_steps.models.safetensors_file import SafeTensor
from sse_steps.models.source_model import SourceTensor
from sse_steps.models.stored_model import FloatArray

_BY_TENSOR = "llama3"  # the scaling of Llama 3.1, which GGUF holds as a tensor


class SiluConfig(RotaryConfig):
    """What Llama and Qwen2 have in common."""

    hidden_act: str = "silu"
    rope_parameters: Rope | None = None

    @property
    def rope(self) -> Rope:
        """How positions turn into angles, by the newer field or the older one."""
        return self.rope_parameters or self.rope_scaling or Rope()

    @property
    def rope_base(self) -> float:
        """The base of the angles."""
        return self.rope.rope_theta or self.rope_theta or 10_000.0

    def hyperparameters(self) -> Iterator[tuple[str, float]]:
        """Yield GGUF's keys, without the architecture before them."""
        yield from super().hyperparameters()
        if self.rope.scaling == "linear":
            yield "rope.scaling.factor", float(self.rope.factor or 1.0)

    def refusals(self) -> Iterator[tuple[str, object, object]]:
        """Yield (field, value, the only value that is computed here)."""
        yield from super().refusals()
        yield "hidden_act", self.hidden_act, "silu"
        if self.rope.scaling not in ("linear", *self.scalings):
            yield "rope_type", self.rope.scaling, NO_SCALING

    scalings: ClassVar[tuple[str, ...]] = (NO_SCALING,)


class LlamaConfig(SiluConfig):
    """A Llama. Biases would be tensors, of which a plain one has none."""

    architecture: ClassVar[str] = "llama"
    scalings: ClassVar[tuple[str, ...]] = (NO_SCALING, _BY_TENSOR)

    model_type: Literal["llama"]

    def tensor(self, name: str, tensor: SafeTensor) -> SourceTensor:
        """Return a tensor under its GGUF name, the rows of queries and keys interleaved."""
        heads = {"attn_q": self.num_attention_heads, "attn_k": self.kv_heads}
        count = heads.get(name.split(".")[-2])
        divisible = count is not None and tensor.shape and tensor.shape[0] % (2 * count) == 0
        if count is None or not divisible:  # a shape that does not divide fails gate C3
            return super().tensor(name, tensor)
        return interleaved(name, tensor, count)

    def refusals(self) -> Iterator[tuple[str, object, object]]:
        """Yield (field, value, the only value that is computed here)."""
        yield from super().refusals()
        if self.rope.scaling == _BY_TENSOR:
            for field in _LLAMA3_FIELDS:
                yield f"{field} given", getattr(self.rope, field) is not None, True

    def more_tensors(self) -> Iterator[SourceTensor]:
        """Yield the factors of Llama 3.1's rotations."""
        if self.rope.scaling != _BY_TENSOR:
            return
        factors = llama3_factors(self.rope, base=self.rope_base, head_width=self.head_width)
        yield SourceTensor(
            "rope_freqs.weight",
            factors.shape,
            gguf.GGMLQuantizationType.F32,
            lambda: factors.view(np.uint8),
        )


_LLAMA3_FIELDS = (
    *("factor", "low_freq_factor", "high_freq_factor"),
    "original_max_position_embeddings",
)


def llama3_factors(rope: Rope, *, base: float, head_width: int) -> FloatArray:
    """Return [D/2] what each angle is divided by.

    Wavelengths beyond the old context are stretched by `factor`, short ones stay, and in between
    the frequencies are mixed: transformers/modeling_rope_utils.py, "llama3".
    """
    old, low, high = (
        float(value or 1)
        for value in (
            rope.original_max_position_embeddings,
            rope.low_freq_factor,
            rope.high_freq_factor,
        )
    )
    factor = float(rope.factor or 1)
    wavelengths = 2 * math.pi * base ** (np.arange(0, head_width, 2) / head_width)  # [D/2]
    share = np.clip((old / wavelengths - low) / max(high - low, 1e-9), 0, 1)  # [D/2], 1: stays
    return (1 / (share + (1 - share) / factor)).astype(np.float32)


class Qwen2Config(SiluConfig):
    """A Qwen2 or Qwen2.5."""

    architecture: ClassVar[str] = "qwen2"

    model_type: Literal["qwen2"]
    use_sliding_window: bool = False

    def refusals(self) -> Iterator[tuple[str, object, object]]:
        """Yield (field, value, the only value that is computed here)."""
        yield from super().refusals()
        yield "use_sliding_window", self.use_sliding_window, False
