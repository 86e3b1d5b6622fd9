"""Causal attention over cached keys and values, float32, several sequences at a time.

Letters: S slots (sequences), n new tokens of a slot, H query heads, K key-value heads, G = H/K
query heads that share one key-value head, D head width, T own positions of a slot, P positions of
the shared prefix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sse_steps.models.architectures import Hyperparameters
from sse_steps.models.stored_model import FloatArray

IntArray = NDArray[np.int64]


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


def store(
    cache: Cache, layer: int, blocks: Sequence[Block], new: tuple[FloatArray, FloatArray]
) -> None:
    """Write new keys and values, [N, K, D] each, to the slots and positions of their blocks."""
    for block in blocks:
        slots = np.arange(block.slots.start, block.slots.stop)[:, None]  # [S, 1]
        for target, source in zip((cache.keys, cache.values), new, strict=True):
            shape = (*block.positions.shape, *source.shape[1:])  # S, n, K, D
            target[layer][slots, :, block.positions] = source[block.rows].reshape(shape)


def attend(
    queries: FloatArray,
    cache: Cache,
    layer: int,
    block: Block,
    *,
    scale: float,
    window: int | None = None,
) -> FloatArray:
    """Causal grouped-query attention (arXiv:2305.13245) of one block, [S n, H, D] -> [S n, H D].

    The scores over the shared prefix are one product for all slots: its keys are read once.
    """
    slots, new = block.positions.shape  # S, n
    shared, (kv_heads, _, width) = cache.shared, cache.prefix.keys.shape[1:]  # P, K, D
    length = int(block.positions.max()) + 1  # T
    keys = cache.keys[layer, block.slots, :, :length].transpose(1, 0, 3, 2)  # [K, S, D, T]
    values = cache.values[layer, block.slots, :, :length].swapaxes(0, 1)  # [K, S, T, D]
    q = queries.reshape(slots, new, kv_heads, -1, width) * np.float32(scale)  # [S, n, K, G, D]
    q = q.transpose(2, 0, 1, 3, 4).reshape(kv_heads, slots, -1, width)  # [K, S, nG, D]
    scores = np.empty((*q.shape[:3], shared + length), np.float32)  # [K, S, nG, P+T]
    prefix, own = scores[..., :shared], scores[..., shared:]  # [K, S, nG, P], [K, S, nG, T]
    prefix[:] = per_head(q, cache.prefix.keys[layer].swapaxes(1, 2))  # [K, S, nG, P]
    own[:] = per_slot(q, keys)  # [K, S, nG, T]
    hide(own, future(block.positions, length))  # [K, S, nG, T]
    if window is not None and shared + length > window:
        hide(scores, faded(block.positions + shared, shared + length, window))  # [K, S, nG, P+T]
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


def future(positions: IntArray, length: int) -> NDArray[np.bool_]:
    """Return [S, n, T]: whether a column lies after the row, whose positions are [S, n]."""
    return np.arange(length) > positions[:, :, None]  # [S, n, T]


def faded(positions: IntArray, length: int, window: int) -> NDArray[np.bool_]:
    """Return [S, n, T]: whether a column lies before the `window` positions that end at the row.

    Sliding window attention: arXiv:2004.05150, section 3.1.
    """
    return np.arange(length) <= positions[:, :, None] - window  # [S, n, T]


def hide(scores: FloatArray, hidden: NDArray[np.bool_]) -> None:
    """Set scores [K, S, nG, T] to minus infinity where a column is hidden from a row, [S, n, T]."""
    grouped = np.repeat(hidden, scores.shape[2] // hidden.shape[1], axis=1)  # [S, nG, T]
    np.copyto(scores, np.float32(-np.inf), where=grouped)  # [K, S, nG, T]


def softmax(scores: FloatArray) -> None:
    """Turn scores into probabilities along the last axis, in place."""
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
