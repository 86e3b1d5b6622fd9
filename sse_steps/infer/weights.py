"""The weights of a model in memory, in float32, arranged for the forward pass.

Letters as in `transformer`: E embedding width, F feed-forward width, H query heads, K key-value
heads, D head width, V vocabulary, C context length. Matrices that take the same input are stacked.

Architectures differ in which dimensions of a head are rotated together. Here they are always
neighbours: where a file has them half a head apart, the rows of queries and keys change places
once, as they are loaded. Their products, all that is ever made of them, do not change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sse_steps.models.architectures import Hyperparameters, Norm, Reach, Rotation
from sse_steps.models.stored_model import FloatArray

Tensors = Mapping[str, FloatArray]
Number = TypeVar("Number", np.float32, np.int64)


@dataclass(frozen=True, slots=True)
class RootMeanSquareNorm:
    """Scales rows to a root mean square of one, then by a gain (arXiv:1910.07467, eq. 4)."""

    gain: FloatArray  # [E], or [heads, D]
    epsilon: float

    def __call__(self, x: FloatArray) -> FloatArray:
        """Return [N, E] or [N, heads, D] normalised along the last axis."""
        mean_square = np.einsum("...e,...e->...", x, x)[..., None] / x.shape[-1]  # [N, 1]
        normed: FloatArray = x / np.sqrt(mean_square + np.float32(self.epsilon)) * self.gain
        return normed  # [N, E]


@dataclass(frozen=True, slots=True)
class LayerNorm:
    """Centres rows, scales them to a variance of one, then gain and bias (arXiv:1607.06450)."""

    gain: FloatArray  # [E]
    bias: FloatArray  # [E]
    epsilon: float

    def __call__(self, x: FloatArray) -> FloatArray:
        """Return [N, E] normalised along the last axis."""
        centred = x - x.mean(axis=1, keepdims=True)  # [N, E]
        variance = np.einsum("ne,ne->n", centred, centred)[:, None] / x.shape[1]  # [N, 1]
        scaled = centred / np.sqrt(variance + np.float32(self.epsilon))  # [N, E]
        normed: FloatArray = scaled * self.gain + self.bias  # [N, E]
        return normed


AnyNorm = RootMeanSquareNorm | LayerNorm


@dataclass(frozen=True, slots=True)
class Linear:
    """A matrix, and a bias where there is one."""

    matrix: FloatArray  # [outputs, inputs]
    bias: FloatArray | None = None  # [outputs]

    def __call__(self, x: FloatArray) -> FloatArray:
        """Return [N, outputs] for [N, inputs]."""
        product: FloatArray = x @ self.matrix.T  # [N, outputs]
        return product if self.bias is None else product + self.bias


@dataclass(frozen=True, slots=True)
class Layer:
    """One block. What an architecture does not have is None."""

    reach: Reach
    attention_norm: AnyNorm  # [E]
    query_key_value: Linear  # [(H + 2K) D, E]
    query_key_norm: RootMeanSquareNorm | None  # [H + K, D]
    attention_output: Linear  # [E, H D]
    attention_post_norm: RootMeanSquareNorm | None  # [E]
    feed_forward_norm: AnyNorm  # [E]
    gate_up: Linear  # [2F, E]; without a gate [F, E]
    down: Linear  # [E, F]
    feed_forward_post_norm: RootMeanSquareNorm | None  # [E]


@dataclass(frozen=True, slots=True)
class Weights:
    """All weights of a model."""

    model: Hyperparameters
    embedding: FloatArray  # [V, E]
    positions: FloatArray | None  # [C, E], where positions are learned
    frequency_factors: FloatArray | None  # [D/2], what each angle is divided by
    layers: tuple[Layer, ...]
    norm: AnyNorm  # [E]
    head: FloatArray  # [V, E], the embedding itself where the two are tied


def load_weights(model: Hyperparameters, tensors: Tensors) -> Weights:
    """Gather the weights of a checked model file, each tensor decoded once."""
    embedding = tensors["token_embd.weight"]
    return Weights(
        model=model,
        embedding=embedding,
        positions=tensors.get("position_embd.weight"),
        frequency_factors=tensors.get("rope_freqs.weight"),
        layers=tuple(LayerLoader(model, tensors, index).load() for index in range(model.layers)),
        norm=_norm(model, tensors, "output_norm"),
        head=tensors.get("output.weight", embedding),
    )


@dataclass(frozen=True, slots=True)
class LayerLoader:
    """Gathers the tensors of one layer."""

    model: Hyperparameters
    tensors: Tensors
    index: int

    def load(self) -> Layer:
        """Return the layer."""
        gate_up = ("ffn_gate", "ffn_up") if self.model.recipe.activation.gated else ("ffn_up",)
        return Layer(
            reach=self.model.reaches[self.index],
            attention_norm=_norm(self.model, self.tensors, self._name("attn_norm")),
            query_key_value=self._query_key_value(),
            query_key_norm=self._query_key_norm(),
            attention_output=self._linear(("attn_output",)),
            attention_post_norm=self._post_norm("post_attention_norm"),
            feed_forward_norm=_norm(self.model, self.tensors, self._name("ffn_norm")),
            gate_up=self._linear(gate_up),
            down=self._linear(("ffn_down",)),
            feed_forward_post_norm=self._post_norm("post_ffw_norm"),
        )

    def _name(self, part: str) -> str:
        return f"blk.{self.index}.{part}"

    def _stacked(self, parts: Sequence[str]) -> FloatArray | None:
        found = [self.tensors.get(self._name(part)) for part in parts]
        present = [tensor for tensor in found if tensor is not None]
        if not present:
            return None
        return present[0] if len(present) == 1 else np.concatenate(present)

    def _linear(self, names: Sequence[str]) -> Linear:
        matrix = self._stacked([f"{name}.weight" for name in names])
        if matrix is None:
            raise KeyError(self._name(names[0]))
        return Linear(matrix, self._stacked([f"{name}.bias" for name in names]))

    def _query_key_value(self) -> Linear:
        fused = self.model.recipe.fused
        stacked = self._linear(("attn_qkv",) if fused else ("attn_q", "attn_k", "attn_v"))
        order = self._row_order()
        if order is None:
            return stacked
        bias = None if stacked.bias is None else stacked.bias[order]
        return Linear(stacked.matrix[order], bias)

    def _row_order(self) -> NDArray[np.int64] | None:
        """Return the rows of queries, keys and values in the order that rotation wants."""
        if self.model.recipe.rotation is not Rotation.HALVES:
            return None
        heads, kv_heads, width = self.model.heads, self.model.kv_heads, self.model.head_width
        rows = np.arange((heads + 2 * kv_heads) * width).reshape(-1, width)  # [H+2K, D]
        rows[:-kv_heads] = neighboured(rows[:-kv_heads])  # [H+K, D]
        return rows.ravel()

    def _query_key_norm(self) -> RootMeanSquareNorm | None:
        query = self.tensors.get(self._name("attn_q_norm.weight"))
        key = self.tensors.get(self._name("attn_k_norm.weight"))
        if query is None or key is None:
            return None
        gains = [query] * self.model.heads + [key] * self.model.kv_heads
        gain = np.stack(gains)  # [H+K, D]
        if self.model.recipe.rotation is Rotation.HALVES:
            gain = neighboured(gain)
        return RootMeanSquareNorm(gain, self.model.norm_epsilon)

    def _post_norm(self, part: str) -> RootMeanSquareNorm | None:
        gain = self.tensors.get(self._name(f"{part}.weight"))
        return None if gain is None else RootMeanSquareNorm(gain, self.model.norm_epsilon)


def neighboured(rows: NDArray[Number]) -> NDArray[Number]:
    """Return [heads, D] with the two halves of each row interleaved: 0, D/2, 1, D/2 + 1, ..."""
    return np.stack(np.split(rows, 2, axis=1), axis=2).reshape(rows.shape)


def _norm(model: Hyperparameters, tensors: Tensors, name: str) -> AnyNorm:
    gain = tensors[f"{name}.weight"]
    if model.recipe.norm is Norm.LAYER:
        return LayerNorm(gain, tensors[f"{name}.bias"], model.norm_epsilon)
    return RootMeanSquareNorm(gain, model.norm_epsilon)
