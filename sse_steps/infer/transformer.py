"""The llama forward pass in numpy, float32, with a shape comment on every line of the model.

Letters: N rows (tokens of one pass), E embedding width, F feed-forward width, H query heads,
K key-value heads, G = H/K query heads that share one key-value head, D head width, V vocabulary,
S slots (sequences), T own positions of a slot, P positions of the shared prefix.

Honest limit: the sums of a matrix product are ordered by the BLAS according to the number of rows
and a row's place among them, so the last bits of a row's logits change with its batch mates.
Greedy tokens can therefore differ between batch compositions where two logits nearly tie.
The same batch on the same machine and BLAS gives the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sse_steps.models.model_file import Hyperparameters
from sse_steps.models.stored_model import FloatArray

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Layer:
    """One block's weights; matrices that take the same input are stacked."""

    attention_norm: FloatArray  # [E]
    query_key_value: FloatArray  # [(H + 2K) D, E]
    attention_output: FloatArray  # [E, H D]
    feed_forward_norm: FloatArray  # [E]
    gate_up: FloatArray  # [2F, E]
    down: FloatArray  # [E, F]


@dataclass(frozen=True, slots=True)
class Weights:
    """All weights of a model."""

    model: Hyperparameters
    embedding: FloatArray  # [V, E]
    layers: tuple[Layer, ...]
    norm: FloatArray  # [E]
    head: FloatArray  # [V, E], the embedding itself where the two are tied


@dataclass(frozen=True, slots=True)
class Prefix:
    """Keys and values of the tokens that all slots of a batch begin with."""

    keys: FloatArray  # [layers, K, P, D]
    values: FloatArray  # [layers, K, P, D]


@dataclass(frozen=True, slots=True)
class Cache:
    """Keys and values of each slot after the shared prefix, zero where nothing is written yet."""

    prefix: Prefix
    keys: FloatArray  # [layers, S, K, T, D]
    values: FloatArray  # [layers, S, K, T, D]

    @classmethod
    def empty(
        cls, model: Hyperparameters, *, slots: int, capacity: int, prefix: Prefix | None = None
    ) -> Cache:
        """Return a cache for `capacity` tokens per slot; pages take memory once written to."""
        own = (model.layers, slots, model.kv_heads, capacity, model.head_width)
        none = np.zeros((model.layers, model.kv_heads, 0, model.head_width), np.float32)
        keys, values = np.zeros(own, np.float32), np.zeros(own, np.float32)
        return cls(Prefix(none, none) if prefix is None else prefix, keys, values)

    @property
    def shared(self) -> int:
        """The number P of positions in the shared prefix."""
        return int(self.prefix.keys.shape[2])

    def as_prefix(self) -> Prefix:
        """Return the first slot's keys and values for others to share."""
        return Prefix(self.keys[:, 0], self.values[:, 0])

    def copy_slot(self, source: int, target: int, *, length: int) -> None:
        """Overwrite a finished slot with the first `length` own positions of another."""
        self.keys[:, target, :, :length] = self.keys[:, source, :, :length]
        self.values[:, target, :, :length] = self.values[:, source, :, :length]


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring rows of one pass: the same number n of new tokens for each of S slots."""

    rows: slice  # S n rows of the pass, slot by slot
    slots: slice
    positions: IntArray  # [S, n], counted from the end of the shared prefix


def load_weights(model: Hyperparameters, tensors: Mapping[str, FloatArray]) -> Weights:
    """Gather the weights of a checked model file, in float32."""
    embedding = tensors["token_embd.weight"]
    return Weights(
        model=model,
        embedding=embedding,
        layers=tuple(_load_layer(tensors, f"blk.{index}.") for index in range(model.layers)),
        norm=tensors["output_norm.weight"],
        head=tensors.get("output.weight", embedding),
    )


def _load_layer(tensors: Mapping[str, FloatArray], name: str) -> Layer:
    attention = [tensors[f"{name}attn_{part}.weight"] for part in "qkv"]
    feed_forward = [tensors[f"{name}ffn_{part}.weight"] for part in ("gate", "up")]
    return Layer(
        attention_norm=tensors[f"{name}attn_norm.weight"],
        query_key_value=np.concatenate(attention),
        attention_output=tensors[f"{name}attn_output.weight"],
        feed_forward_norm=tensors[f"{name}ffn_norm.weight"],
        gate_up=np.concatenate(feed_forward),
        down=tensors[f"{name}ffn_down.weight"],
    )


def forward(
    weights: Weights, cache: Cache, tokens: IntArray, blocks: Sequence[Block]
) -> FloatArray:
    """Run N new tokens through all layers, writing their keys and values to the cache.

    Args:
        weights: the model.
        cache: the past of every slot.
        tokens: [N] token ids, slot by slot.
        blocks: how the rows belong to slots; together they cover all N rows in order.

    Returns:
        [N, E] hidden states, for `logits`.

    """
    model = weights.model
    rotation = rotations(model, blocks, cache.shared)  # [N, 1, D/2]
    x = weights.embedding[tokens]  # [N, E]
    for index, layer in enumerate(weights.layers):
        h = rms_norm(x, layer.attention_norm, model.norm_epsilon)  # [N, E]
        heads = (h @ layer.query_key_value.T).reshape(len(x), -1, model.head_width)  # [N, H+2K, D]
        rotated = rotate(heads[:, : -model.kv_heads], rotation)  # [N, H+K, D]
        queries, keys = rotated[:, : model.heads], rotated[:, model.heads :]  # [N, H|K, D]
        values = heads[:, -model.kv_heads :]  # [N, K, D]
        store(cache, index, blocks, (keys, values))
        mixed = [attend(queries[block.rows], cache, index, block) for block in blocks]  # [Sn, HD]
        x = x + np.concatenate(mixed) @ layer.attention_output.T  # [N, E]
        h = rms_norm(x, layer.feed_forward_norm, model.norm_epsilon)  # [N, E]
        gate, up = np.split(h @ layer.gate_up.T, 2, axis=1)  # [N, F] each
        x = x + (silu(gate) * up) @ layer.down.T  # [N, E]
    return x


def logits(weights: Weights, hidden: FloatArray) -> FloatArray:
    """Return [N, V] scores of the next token for [N, E] hidden states."""
    h = rms_norm(hidden, weights.norm, weights.model.norm_epsilon)  # [N, E]
    scores: FloatArray = h @ weights.head.T  # [N, V]
    return scores


def rms_norm(x: FloatArray, gain: FloatArray, epsilon: float) -> FloatArray:
    """Scale rows [N, E] to a root mean square of one, then by [E] (arXiv:1910.07467, eq. 4)."""
    mean_square = np.einsum("ne,ne->n", x, x)[:, None] / x.shape[1]  # [N, 1]
    normed: FloatArray = x / np.sqrt(mean_square + np.float32(epsilon)) * gain  # [N, E]
    return normed


def silu(x: FloatArray) -> FloatArray:
    """Return x * sigmoid(x), the gate of SwiGLU (arXiv:2002.05202, section 2)."""
    with np.errstate(over="ignore"):  # exp(-x) may reach infinity: the quotient is then a true zero
        gated: FloatArray = x / (1 + np.exp(-x))  # the shape of x
    return gated


def rotations(
    model: Hyperparameters, blocks: Sequence[Block], shared: int
) -> NDArray[np.complex64]:
    """Return [N, 1, D/2] unit complex numbers, one angle per row's position and pair of dimensions.

    Rotary position embedding: arXiv:2104.09864, eq. 15.
    """
    positions = shared + np.concatenate([block.positions.ravel() for block in blocks])  # [N]
    exponents = np.arange(0, model.head_width, 2) / model.head_width  # [D/2]
    angles = positions[:, None] * np.power(model.rope_base, -exponents)  # [N, D/2]
    turns: NDArray[np.complex64] = np.exp(1j * angles).astype(np.complex64)  # [N, D/2]
    return turns[:, None]  # [N, 1, D/2]


def rotate(x: FloatArray, rotation: NDArray[np.complex64]) -> FloatArray:
    """Rotate the pairs (0, 1), (2, 3) ... of [N, heads, D], as GGUF orders the rows of q and k."""
    pairs = np.ascontiguousarray(x).view(np.complex64)  # [N, heads, D/2]
    return (pairs * rotation).view(np.float32)  # [N, heads, D]


def store(
    cache: Cache, layer: int, blocks: Sequence[Block], new: tuple[FloatArray, FloatArray]
) -> None:
    """Write new keys and values, [N, K, D] each, to the slots and positions of their blocks."""
    for block in blocks:
        slots = np.arange(block.slots.start, block.slots.stop)[:, None]  # [S, 1]
        for target, source in zip((cache.keys, cache.values), new, strict=True):
            shape = (*block.positions.shape, *source.shape[1:])  # S, n, K, D
            target[layer][slots, :, block.positions] = source[block.rows].reshape(shape)


def attend(queries: FloatArray, cache: Cache, layer: int, block: Block) -> FloatArray:
    """Causal grouped-query attention (arXiv:2305.13245) of one block, [S n, H, D] -> [S n, H D].

    The scores over the shared prefix are one product for all slots: its keys are read once.
    """
    slots, new = block.positions.shape  # S, n
    shared, (kv_heads, _, width) = cache.shared, cache.prefix.keys.shape[1:]  # P, K, D
    length = int(block.positions.max()) + 1  # T
    keys = cache.keys[layer, block.slots, :, :length].transpose(1, 0, 3, 2)  # [K, S, D, T]
    values = cache.values[layer, block.slots, :, :length].swapaxes(0, 1)  # [K, S, T, D]
    q = queries.reshape(slots, new, kv_heads, -1, width) / np.float32(np.sqrt(width))  # [S,n,K,G,D]
    q = q.transpose(2, 0, 1, 3, 4).reshape(kv_heads, slots, -1, width)  # [K, S, nG, D]
    scores = np.empty((*q.shape[:3], shared + length), np.float32)  # [K, S, nG, P+T]
    prefix, own = scores[..., :shared], scores[..., shared:]  # [K, S, nG, P], [K, S, nG, T]
    prefix[:] = per_head(q, cache.prefix.keys[layer].swapaxes(1, 2))  # [K, S, nG, P]
    own[:] = per_slot(q, keys)  # [K, S, nG, T]
    hide_future(own, block.positions)
    softmax(scores)  # [K, S, nG, P+T]
    mixed = per_head(prefix, cache.prefix.values[layer]) + per_slot(own, values)  # [K, S, nG, D]
    mixed = mixed.reshape(kv_heads, slots, new, -1, width)  # [K, S, n, G, D]
    return mixed.transpose(1, 2, 0, 3, 4).reshape(slots * new, -1)  # [S n, H D]


def per_head(rows: FloatArray, matrices: FloatArray) -> FloatArray:
    """Multiply [K, S, R, I] with one matrix per head, [K, I, J], for [K, S, R, J]."""
    heads, slots, count, inner = rows.shape  # K, S, R, I
    flat = rows.reshape(heads, slots * count, inner) @ matrices  # [K, S R, J]
    return flat.reshape(heads, slots, count, -1)  # [K, S, R, J]


def per_slot(rows: FloatArray, matrices: FloatArray) -> FloatArray:
    """Multiply [K, S, R, I] with one matrix per head and slot, [K, S, I, J], for [K, S, R, J].

    Few rows go one by one: a matrix product would first repack the whole cache, which measured
    twice as slow as reading it once for each of three rows.
    """
    if rows.shape[2] > 4:
        return rows @ matrices  # [K, S, R, J]
    product: FloatArray = rows[..., None, :] @ matrices[:, :, None]  # [K, S, R, 1, J]
    return product[..., 0, :]  # [K, S, R, J]


def hide_future(scores: FloatArray, positions: IntArray) -> None:
    """Set the scores [K, S, nG, T] of positions after a row's own, [S, n], to minus infinity."""
    rows, length = scores.shape[2:]  # nG, T
    future = np.arange(length) > positions[:, :, None]  # [S, n, T]
    grouped = np.repeat(future, rows // positions.shape[1], axis=1)  # [S, nG, T]
    np.copyto(scores, np.float32(-np.inf), where=grouped)  # [K, S, nG, T]


def softmax(scores: FloatArray) -> None:
    """Turn scores into probabilities along the last axis, in place."""
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
