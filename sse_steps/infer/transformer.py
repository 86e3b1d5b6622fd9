"""The forward pass in numpy, float32, with a shape comment on every line of the model.

Letters: N rows (tokens of one pass), E embedding width, F feed-forward width, H query heads,
K key-value heads, D head width, V vocabulary, S slots (sequences), n new tokens of a slot.

What sets architectures apart is in the weights (see `weights`) and in their recipe; where a layer
lacks an ingredient, its line is passed over.

Honest limit: the sums of a matrix product are ordered by the BLAS according to the number of rows
and a row's place among them, so the last bits of a row's logits change with its batch mates.
Greedy tokens can therefore differ between batch compositions where two logits nearly tie.
The same batch on the same machine and BLAS gives the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sse_steps.infer.attention import Block, Cache, IntArray, attend, store
from sse_steps.infer.weights import Layer, Weights
from sse_steps.models.architectures import Activation, Reach, Rotation
from sse_steps.models.stored_model import FloatArray

Turns = Mapping[Reach, NDArray[np.complex64]]


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
    activate = ACTIVATIONS[weights.model.recipe.activation]
    positions = cache.shared + np.concatenate([block.positions.ravel() for block in blocks])  # [N]
    turns = rotations(weights, positions)  # [N, 1, D/2] for each reach
    x = embed(weights, tokens, positions)  # [N, E]
    for index, layer in enumerate(weights.layers):
        h = layer.attention_norm(x)  # [N, E]
        queries, keys, values = project(weights, layer, h, turns)  # [N, H|K|K, D]
        store(cache, index, blocks, (keys, values))
        scale, window = weights.model.attention_scale, layer.reach.window
        mixed = [
            attend(queries[block.rows], cache, index, block, scale=scale, window=window)
            for block in blocks
        ]  # [S n, H D] each
        h = layer.attention_output(np.concatenate(mixed))  # [N, E]
        h = layer.attention_post_norm(h) if layer.attention_post_norm else h  # [N, E]
        x = x + h  # [N, E]
        h = layer.gate_up(layer.feed_forward_norm(x))  # [N, 2F], or [N, F]
        h = layer.down(activate(h))  # [N, E]
        h = layer.feed_forward_post_norm(h) if layer.feed_forward_post_norm else h  # [N, E]
        x = x + h  # [N, E]
    return x


def logits(weights: Weights, hidden: FloatArray) -> FloatArray:
    """Return [N, V] scores of the next token for [N, E] hidden states."""
    scores: FloatArray = weights.norm(hidden) @ weights.head.T  # [N, V]
    return scores


def embed(weights: Weights, tokens: IntArray, positions: IntArray) -> FloatArray:
    """Return [N, E] for token ids [N] at positions [N]."""
    x = weights.embedding[tokens]  # [N, E]
    if weights.model.recipe.embedding_scaled:
        x = x * np.float32(math.sqrt(x.shape[1]))  # [N, E]
    return x if weights.positions is None else x + weights.positions[positions]  # [N, E]


def project(
    weights: Weights, layer: Layer, h: FloatArray, turns: Turns
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return queries [N, H, D], keys [N, K, D] and values [N, K, D] of normalised rows [N, E]."""
    heads, kv_heads = weights.model.heads, weights.model.kv_heads  # H, K
    parts = layer.query_key_value(h).reshape(len(h), heads + 2 * kv_heads, -1)  # [N, H+2K, D]
    turned = parts[:, :-kv_heads]  # [N, H+K, D]
    turned = layer.query_key_norm(turned) if layer.query_key_norm else turned  # [N, H+K, D]
    turned = rotate(turned, turns[layer.reach]) if turns else turned  # [N, H+K, D]
    return turned[:, :heads], turned[:, heads:], parts[:, -kv_heads:]  # [N, H|K|K, D]


def rotations(weights: Weights, positions: IntArray) -> Turns:
    """Return [N, 1, D/2] unit complex numbers, one angle per row's position and pair of dimensions.

    Rotary position embedding: arXiv:2104.09864, eq. 15. Layers of one reach turn alike.
    """
    model, factors = weights.model, weights.frequency_factors
    if model.recipe.rotation is Rotation.NONE:
        return {}
    exponents = np.arange(0, model.head_width, 2) / model.head_width  # [D/2]
    turns = {}
    for reach in set(model.reaches):
        frequencies = reach.rope_scale * np.power(reach.rope_base, -exponents)  # [D/2]
        frequencies = frequencies if factors is None else frequencies / factors  # [D/2]
        angles = positions[:, None, None] * frequencies  # [N, 1, D/2]
        turns[reach] = np.exp(1j * angles).astype(np.complex64)  # [N, 1, D/2]
    return turns


def rotate(x: FloatArray, rotation: NDArray[np.complex64]) -> FloatArray:
    """Rotate the pairs (0, 1), (2, 3) ... of [N, heads, D]."""
    pairs = np.ascontiguousarray(x).view(np.complex64)  # [N, heads, D/2]
    return (pairs * rotation).view(np.float32)  # [N, heads, D]


def swiglu(x: FloatArray) -> FloatArray:
    """Gate [N, 2F] for [N, F], with x * sigmoid(x) (arXiv:2002.05202, eq. 6)."""
    gate, up = np.split(x, 2, axis=1)  # [N, F] each
    return silu(gate) * up  # [N, F]


def geglu(x: FloatArray) -> FloatArray:
    """Gate [N, 2F] for [N, F], with the Gaussian error unit (arXiv:2002.05202, eq. 6)."""
    gate, up = np.split(x, 2, axis=1)  # [N, F] each
    return gelu(gate) * up  # [N, F]


def silu(x: FloatArray) -> FloatArray:
    """Return x * sigmoid(x)."""
    with np.errstate(over="ignore"):  # exp(-x) may reach infinity: the quotient is then a true zero
        gated: FloatArray = x / (1 + np.exp(-x))  # the shape of x
    return gated


def gelu(x: FloatArray) -> FloatArray:
    """Return x * P(X <= x) of a normal X, by its usual approximation (arXiv:1606.08415, sec. 2)."""
    inner = np.float32(math.sqrt(2 / math.pi)) * (x + np.float32(0.044715) * x * x * x)
    curved: FloatArray = np.float32(0.5) * x * (1 + np.tanh(inner))  # the shape of x
    return curved


ACTIVATIONS: Final[Mapping[Activation, Callable[[FloatArray], FloatArray]]] = {
    Activation.SWIGLU: swiglu,
    Activation.GEGLU: geglu,
    Activation.GELU: gelu,
}
