"""The forward pass once more, slow and clear: float64, loops over heads and positions, no cache.

It reads the tensors by their names in the file and shares nothing with the fast one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tiny_model import TinyModel

from sse_steps.models.architectures import Activation, Hyperparameters, Norm, Reach, Rotation

Array = NDArray[np.float64]


class SlowTransformer:
    """A tiny model that recomputes everything for each text."""

    def __init__(self, tiny: TinyModel) -> None:
        self.model: Hyperparameters = tiny.hyperparameters
        self._tensors = {name: tensor.astype(np.float64) for name, tensor in tiny.tensors().items()}

    def logits(self, tokens: Sequence[int]) -> Array:
        """Return the scores [n, V] after each token of a text."""
        x = self._tensors["token_embd.weight"][list(tokens)]
        if self.model.recipe.embedding_scaled:
            x = x * math.sqrt(self.model.embedding_width)
        if self.model.recipe.learned_positions:
            x = x + self._tensors["position_embd.weight"][: len(x)]
        for index, reach in enumerate(self.model.reaches):
            h = self._norm(x, f"blk.{index}.attn_norm")
            h = self._linear(self._attention(h, index, reach), f"blk.{index}.attn_output")
            x = x + self._post_norm(h, f"blk.{index}.post_attention_norm")
            h = self._feed_forward(self._norm(x, f"blk.{index}.ffn_norm"), index)
            x = x + self._post_norm(h, f"blk.{index}.post_ffw_norm")
        head = self._tensors.get("output.weight", self._tensors["token_embd.weight"])
        return self._norm(x, "output_norm") @ head.T

    def _linear(self, x: Array, name: str) -> Array:
        product: Array = x @ self._tensors[f"{name}.weight"].T
        return product + self._tensors.get(f"{name}.bias", 0.0)

    def _norm(self, x: Array, name: str) -> Array:
        gain = self._tensors[f"{name}.weight"]
        if self.model.recipe.norm is Norm.LAYER:
            centred = [row - np.mean(row) for row in x]
            rows = [row / np.sqrt(np.var(row) + self.model.norm_epsilon) for row in centred]
            return np.array(rows) * gain + self._tensors[f"{name}.bias"]
        rows = [row / np.sqrt(np.mean(row**2) + self.model.norm_epsilon) for row in x]
        return np.array(rows) * gain

    def _post_norm(self, x: Array, name: str) -> Array:
        return self._norm(x, name) if f"{name}.weight" in self._tensors else x

    def _attention(self, h: Array, index: int, reach: Reach) -> Array:
        """Let each position of each head look at the positions that it sees."""
        queries, keys, values = self._queries_keys_values(h, index)
        group = self.model.heads // self.model.kv_heads
        mixed = []
        for head in range(self.model.heads):
            q = self._turned(self._head(queries, head), f"blk.{index}.attn_q_norm", reach)
            k = self._turned(self._head(keys, head // group), f"blk.{index}.attn_k_norm", reach)
            v = self._head(values, head // group)
            rows = []
            for i in range(len(h)):
                first = 0 if reach.window is None else max(0, i - reach.window + 1)
                scores = k[first : i + 1] @ q[i] * self.model.attention_scale
                shares = np.exp(scores - scores.max())
                rows.append(shares / shares.sum() @ v[first : i + 1])
            mixed.append(np.array(rows))
        return np.concatenate(mixed, axis=1)

    def _queries_keys_values(self, h: Array, index: int) -> list[Array]:
        if not self.model.recipe.fused:
            return [self._linear(h, f"blk.{index}.attn_{part}") for part in "qkv"]
        return np.split(self._linear(h, f"blk.{index}.attn_qkv"), 3, axis=1)

    def _head(self, rows: Array, head: int) -> Array:
        width = self.model.head_width
        return rows[:, head * width : (head + 1) * width]

    def _turned(self, rows: Array, norm: str, reach: Reach) -> Array:
        """Normalise a head where the model does, and turn its pairs by their positions."""
        rows = self._post_norm(rows, norm)
        rotation, width = self.model.recipe.rotation, self.model.head_width
        factors = self._tensors.get("rope_freqs.weight", np.ones(width // 2))
        out = rows.copy()
        for i in range(len(rows)):
            for j in range(width // 2 if rotation is not Rotation.NONE else 0):
                angle = i * reach.rope_scale / reach.rope_base ** (2 * j / width) / factors[j]
                a, b = (2 * j, 2 * j + 1) if rotation is Rotation.PAIRS else (j, j + width // 2)
                out[i, a] = rows[i, a] * np.cos(angle) - rows[i, b] * np.sin(angle)
                out[i, b] = rows[i, a] * np.sin(angle) + rows[i, b] * np.cos(angle)
        return out

    def _feed_forward(self, h: Array, index: int) -> Array:
        up = self._linear(h, f"blk.{index}.ffn_up")
        if self.model.recipe.activation is Activation.SWIGLU:
            gate = self._linear(h, f"blk.{index}.ffn_gate")
            inner = gate / (1 + np.exp(-gate)) * up
        elif self.model.recipe.activation is Activation.GEGLU:
            inner = slow_gelu(self._linear(h, f"blk.{index}.ffn_gate")) * up
        else:
            inner = slow_gelu(up)
        return self._linear(inner, f"blk.{index}.ffn_down")


def slow_gelu(x: Array) -> Array:
    """Return the Gaussian error unit by its approximation with a hyperbolic tangent."""
    curved: Array = x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    return curved
