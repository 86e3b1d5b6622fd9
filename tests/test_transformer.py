"""The forward pass: the slow clear version against the fast one, and llama.cpp against both."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tiny_model import TinyModel

from sse_steps.infer.transformer import (
    Block,
    Cache,
    Weights,
    forward,
    load_weights,
    logits,
    rms_norm,
    rotate,
    rotations,
    silu,
    softmax,
)
from sse_steps.models.stored_model import FloatArray

Tokens = list[int]
MODEL = TinyModel(layers=3, tied=False)


@pytest.fixture(scope="module")
def weights() -> Weights:
    """Return the weights of a tiny random model."""
    return load_weights(MODEL.hyperparameters, MODEL.tensors())


def random_tokens(count: int, seed: int = 0) -> Tokens:
    """Return random token ids."""
    vocabulary = MODEL.hyperparameters.vocabulary_size
    return [int(token) for token in np.random.default_rng(seed).integers(0, vocabulary, count)]


def slow_logits(tokens: Tokens) -> NDArray[np.float64]:
    """Compute [n, V] scores in float64 with loops over heads and positions: no cache, no batch."""
    model = MODEL.hyperparameters
    tensors = {name: tensor.astype(np.float64) for name, tensor in MODEL.tensors().items()}
    x = tensors["token_embd.weight"][tokens]
    for index in range(model.layers):
        layer = {
            name.split(".")[2]: tensor
            for name, tensor in tensors.items()
            if name.startswith(f"blk.{index}.")
        }
        h = slow_norm(x, layer["attn_norm"])
        x = x + slow_attention(h, layer) @ layer["attn_output"].T
        h = slow_norm(x, layer["ffn_norm"])
        gate = h @ layer["ffn_gate"].T
        x = x + (gate / (1 + np.exp(-gate)) * (h @ layer["ffn_up"].T)) @ layer["ffn_down"].T
    return slow_norm(x, tensors["output_norm.weight"]) @ tensors["output.weight"].T


def slow_norm(x: NDArray[np.float64], gain: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide each row by its root mean square."""
    epsilon = MODEL.hyperparameters.norm_epsilon
    rows = [row / np.sqrt(np.mean(row**2) + epsilon) * gain for row in x]
    return np.array(rows)


def slow_attention(
    h: NDArray[np.float64], layer: dict[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Let each position of each head look at the positions before it."""
    model = MODEL.hyperparameters
    width = model.head_width
    mixed = np.zeros((len(h), model.heads * width))
    for head in range(model.heads):
        shared = head // (model.heads // model.kv_heads)
        rows, own = (
            slice(shared * width, (shared + 1) * width),
            slice(head * width, (head + 1) * width),
        )
        q = slow_rotate(h @ layer["attn_q"][own].T)
        k = slow_rotate(h @ layer["attn_k"][rows].T)
        v = h @ layer["attn_v"][rows].T
        for i in range(len(h)):
            scores = np.exp(k[: i + 1] @ q[i] / np.sqrt(width))
            mixed[i, own] = scores / scores.sum() @ v[: i + 1]
    return mixed


def slow_rotate(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn pair j of position i by i / base^(2j/width)."""
    out = np.empty_like(x)
    for i, row in enumerate(x):
        for j in range(0, len(row), 2):
            angle = i / MODEL.hyperparameters.rope_base ** (j / len(row))
            cosine, sine = np.cos(angle), np.sin(angle)
            out[i, j] = row[j] * cosine - row[j + 1] * sine
            out[i, j + 1] = row[j] * sine + row[j + 1] * cosine
    return out


def one_block(start: int, count: int, *, slot: int = 0, row: int = 0) -> Block:
    """Return a block of neighbouring tokens of one slot."""
    positions = np.arange(start, start + count)[None]
    return Block(rows=slice(row, row + count), slots=slice(slot, slot + 1), positions=positions)


def run(weights: Weights, cache: Cache, tokens: Tokens, blocks: list[Block]) -> FloatArray:
    """Return [N, V] scores of one pass."""
    return logits(weights, forward(weights, cache, np.array(tokens), blocks))


def test_one_pass_equals_slow_version(weights: Weights) -> None:
    """A whole text in one pass gives the logits of the slow clear version."""
    tokens = random_tokens(23)
    cache = Cache.empty(weights.model, slots=1, capacity=23)
    fast = run(weights, cache, tokens, [one_block(0, 23)])
    np.testing.assert_allclose(fast, slow_logits(tokens), atol=2e-4)


def test_token_by_token_equals_slow_version(weights: Weights) -> None:
    """With the cache, one token at a time gives the logits of recomputing everything."""
    tokens = random_tokens(12)
    cache = Cache.empty(weights.model, slots=1, capacity=12)
    fast = [run(weights, cache, [token], [one_block(i, 1)])[0] for i, token in enumerate(tokens)]
    np.testing.assert_allclose(fast, slow_logits(tokens), atol=2e-4)


def test_ragged_pass_equals_slow_version(weights: Weights) -> None:
    """Texts of different lengths that share one pass do not see each other."""
    texts = [random_tokens(count, seed=count) for count in (1, 9, 4)]
    cache = Cache.empty(weights.model, slots=3, capacity=9)
    blocks = [one_block(0, 1), one_block(0, 9, slot=1, row=1), one_block(0, 4, slot=2, row=10)]
    fast = run(weights, cache, [token for text in texts for token in text], blocks)
    slow = np.concatenate([slow_logits(text) for text in texts])
    np.testing.assert_allclose(fast, slow, atol=2e-4)


def test_batch_step_with_shared_prefix_equals_slow_version(weights: Weights) -> None:
    """A step of a batch over a shared prefix equals recomputing each text alone, in any slot."""
    prefix, owns = random_tokens(7), [random_tokens(count, seed=count) for count in (3, 6, 2)]
    shared = Cache.empty(weights.model, slots=1, capacity=7)
    run(weights, shared, prefix, [one_block(0, 7)])
    cache = Cache.empty(weights.model, slots=3, capacity=6, prefix=shared.as_prefix())
    for slot, own in enumerate(owns):
        run(weights, cache, own[:-1], [one_block(0, len(own) - 1, slot=slot)])
    positions = np.array([[len(own) - 1] for own in owns])
    step = Block(rows=slice(0, 3), slots=slice(0, 3), positions=positions)
    fast = run(weights, cache, [own[-1] for own in owns], [step])
    slow = [slow_logits(prefix + own)[-1] for own in owns]
    np.testing.assert_allclose(fast, slow, atol=2e-4)


def test_copied_slot_continues_the_same_text(weights: Weights) -> None:
    """A sequence that moves into the slot of a longer one is not disturbed by what lay there."""
    short, long = random_tokens(4, seed=1), random_tokens(9, seed=2)
    cache = Cache.empty(weights.model, slots=2, capacity=10)
    run(weights, cache, long, [one_block(0, 9)])
    run(weights, cache, short[:-1], [one_block(0, 3, slot=1)])
    cache.copy_slot(1, 0, length=3)
    fast = run(weights, cache, short[-1:], [one_block(3, 1)])
    np.testing.assert_allclose(fast[0], slow_logits(short)[-1], atol=2e-4)


def test_tied_head_is_the_embedding() -> None:
    """Without an output matrix the embedding serves as head."""
    tiny = TinyModel(tied=True)
    loaded = load_weights(tiny.hyperparameters, tiny.tensors())
    assert loaded.head is loaded.embedding


def test_rotation_keeps_lengths_and_depends_on_distance(weights: Weights) -> None:
    """Rotated queries and keys keep their length, and their products depend on distance alone."""
    x = np.random.default_rng(0).standard_normal((2, 1, 16), dtype=np.float32)
    products = []
    for start in (0, 40):
        turns = rotations(
            weights.model, [Block(slice(0, 2), slice(0, 1), np.array([[start, start + 5]]))], 0
        )
        q, k = rotate(x, turns)[:, 0]
        products.append(q @ k)
        np.testing.assert_allclose(np.linalg.norm(q), np.linalg.norm(x[0]), rtol=1e-6)
    np.testing.assert_allclose(products[0], products[1], rtol=1e-5)


def test_rms_norm_of_a_known_row() -> None:
    """The row (3, 4) has a root mean square of the square root of 12.5."""
    normed = rms_norm(np.array([[3.0, 4.0]], np.float32), np.ones(2, np.float32), 0.0)
    np.testing.assert_allclose(normed, [[3 / 12.5**0.5, 4 / 12.5**0.5]], rtol=1e-6)


def test_silu_is_finite_at_the_extremes() -> None:
    """Large inputs pass through, and very negative ones vanish without a warning."""
    np.testing.assert_array_equal(silu(np.array([1000.0, 0.0, -1000.0], np.float32)), [1000, 0, 0])


def test_softmax_sums_to_one_and_ignores_minus_infinity() -> None:
    """Hidden scores get no weight, and large ones do not overflow."""
    scores = np.array([[1e4, 1e4, -np.inf]], np.float32)
    softmax(scores)
    np.testing.assert_array_equal(scores, [[0.5, 0.5, 0.0]])


def test_tiny_model_equals_llama_cpp(tmp_path: Path) -> None:
    """The logits of llama.cpp in float32 agree with ours to 1e-3, after every token of a text."""
    llama_cpp = pytest.importorskip("llama_cpp")
    tiny = TinyModel(layers=3)
    tokens = random_tokens(40)
    llama = llama_cpp.Llama(
        str(tiny.write(tmp_path / "tiny.gguf")),
        n_ctx=64,
        n_threads=1,
        logits_all=True,
        type_k=llama_cpp.GGML_TYPE_F32,
        type_v=llama_cpp.GGML_TYPE_F32,
        verbose=False,
    )
    llama.eval(tokens)
    loaded = load_weights(tiny.hyperparameters, tiny.tensors())
    cache = Cache.empty(loaded.model, slots=1, capacity=40)
    ours = run(loaded, cache, tokens, [one_block(0, 40)])
    np.testing.assert_allclose(ours, llama.scores[:40], atol=1e-3)
