"""The forward pass: the slow clear version against the fast one, and llama.cpp against both."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_transformer import SlowTransformer
from tiny_model import TinyModel

from sse_steps.infer import transformer
from sse_steps.infer.attention import Block, Cache, softmax
from sse_steps.infer.generation import chunks, span_blocks
from sse_steps.infer.transformer import forward, gelu, logits, rotate, rotations, silu
from sse_steps.infer.weights import LayerNorm, RootMeanSquareNorm, Weights, load_weights
from sse_steps.models.architectures import Activation, Architecture
from sse_steps.models.model_file import read_model
from sse_steps.models.stored_model import FloatArray

Tokens = list[int]
TINY: dict[str, TinyModel] = {
    **{architecture.value: TinyModel(architecture, layers=7) for architecture in Architecture},
    "llama, stretched, with a head of its own": TinyModel(layers=3, tied=False, stretched=True),
    "gpt2, with a head of its own": TinyModel("gpt2", layers=3, tied=False),
}


@pytest.fixture(params=TINY)
def tiny(request: pytest.FixtureRequest) -> TinyModel:
    """Return a tiny random model of each architecture."""
    return TINY[str(request.param)]


def loaded(tiny: TinyModel) -> Weights:
    """Return the weights of a tiny model."""
    return load_weights(tiny.hyperparameters, tiny.tensors())


def random_tokens(count: int, seed: int = 0) -> Tokens:
    """Return random token ids."""
    vocabulary = TinyModel().hyperparameters.vocabulary_size
    return [int(token) for token in np.random.default_rng(seed).integers(0, vocabulary, count)]


def one_block(start: int, count: int, *, slot: int = 0, row: int = 0) -> Block:
    """Return a block of neighbouring tokens of one slot."""
    positions = np.arange(start, start + count)[None]
    return Block(rows=slice(row, row + count), slots=slice(slot, slot + 1), positions=positions)


def run(weights: Weights, cache: Cache, tokens: Tokens, blocks: list[Block]) -> FloatArray:
    """Return [N, V] scores of one pass."""
    return logits(weights, forward(weights, cache, np.array(tokens), blocks))


def read(weights: Weights, cache: Cache, texts: Sequence[Tokens], chunk: int) -> list[FloatArray]:
    """Return the scores [n, V] of every text, read in passes of at most `chunk` rows."""
    scores: list[list[FloatArray]] = [[] for _ in texts]
    for spans in chunks([len(text) for text in texts], chunk):
        tokens = [texts[slot][position] for slot, span in spans for position in span]
        blocks = list(span_blocks(spans))
        found = run(weights, cache, tokens, blocks)
        for (slot, _), block in zip(spans, blocks, strict=True):
            scores[slot].append(found[block.rows])
    return [np.concatenate(parts) for parts in scores]


@pytest.mark.parametrize("name", TINY)
@settings(max_examples=25, deadline=None)
@given(
    shared=st.integers(0, 11),
    lengths=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    chunk=st.integers(1, 40),
    seed=st.integers(0, 2**32),
)
def test_any_way_of_reading_equals_the_slow_version(
    name: str, shared: int, lengths: list[int], chunk: int, seed: int
) -> None:
    """Cache, slots, shared prefix and passes of any size: the scores are the slow version's."""
    tiny = TINY[name]
    weights, slow = loaded(tiny), SlowTransformer(tiny)
    prefix = random_tokens(shared, seed)
    owns = [random_tokens(length, seed + place) for place, length in enumerate(lengths, 1)]
    first = Cache.empty(weights.model, slots=1, capacity=shared)
    read(weights, first, [prefix], chunk) if prefix else None
    cache = Cache.empty(
        weights.model, slots=len(owns), capacity=max(lengths), prefix=first.as_prefix()
    )
    for own, scores in zip(owns, read(weights, cache, owns, chunk), strict=True):
        np.testing.assert_allclose(scores, slow.logits(prefix + own)[shared:], atol=5e-4)


def test_a_step_of_a_batch_equals_the_slow_version(tiny: TinyModel) -> None:
    """One token each for slots of different lengths over a shared prefix: as if alone."""
    weights, slow = loaded(tiny), SlowTransformer(tiny)
    prefix, owns = random_tokens(7), [random_tokens(count, seed=count) for count in (3, 6, 2)]
    shared = Cache.empty(weights.model, slots=1, capacity=7)
    run(weights, shared, prefix, [one_block(0, 7)])
    cache = Cache.empty(weights.model, slots=3, capacity=6, prefix=shared.as_prefix())
    for slot, own in enumerate(owns):
        run(weights, cache, own[:-1], [one_block(0, len(own) - 1, slot=slot)])
    positions = np.array([[len(own) - 1] for own in owns])
    step = Block(rows=slice(0, 3), slots=slice(0, 3), positions=positions)
    fast = run(weights, cache, [own[-1] for own in owns], [step])
    expected = [slow.logits(prefix + own)[-1] for own in owns]
    np.testing.assert_allclose(fast, expected, atol=5e-4)


def test_copied_slot_continues_the_same_text(tiny: TinyModel) -> None:
    """A sequence that moves into the slot of a longer one is not disturbed by what lay there."""
    weights = loaded(tiny)
    short, long = random_tokens(4, seed=1), random_tokens(9, seed=2)
    cache = Cache.empty(weights.model, slots=2, capacity=10)
    run(weights, cache, long, [one_block(0, 9)])
    run(weights, cache, short[:-1], [one_block(0, 3, slot=1)])
    cache.copy_slot(1, 0, length=3)
    fast = run(weights, cache, short[-1:], [one_block(3, 1)])
    np.testing.assert_allclose(fast[0], SlowTransformer(tiny).logits(short)[-1], atol=5e-4)


def test_tied_head_is_the_embedding() -> None:
    """Without an output matrix the embedding serves as head."""
    weights = loaded(TinyModel(tied=True))
    assert weights.head is weights.embedding


def test_rotation_keeps_lengths_and_depends_on_distance() -> None:
    """Rotated queries and keys keep their length, and their products depend on distance alone."""
    weights = loaded(TinyModel())
    x = np.random.default_rng(0).standard_normal((2, 1, 16), dtype=np.float32)
    products = []
    for start in (0, 40):
        [turns] = rotations(weights, np.array([start, start + 5])).values()
        q, k = rotate(x, turns)[:, 0]
        products.append(q @ k)
        np.testing.assert_allclose(np.linalg.norm(q), np.linalg.norm(x[0]), rtol=1e-6)
    np.testing.assert_allclose(products[0], products[1], rtol=1e-5)


def test_rms_norm_of_a_known_row() -> None:
    """The row (3, 4) has a root mean square of the square root of 12.5."""
    normed = RootMeanSquareNorm(np.ones(2, np.float32), 0.0)(np.array([[3.0, 4.0]], np.float32))
    np.testing.assert_allclose(normed, [[3 / 12.5**0.5, 4 / 12.5**0.5]], rtol=1e-6)


def test_layer_norm_of_a_known_row() -> None:
    """The row (1, 5) is two below and two above its mean."""
    norm = LayerNorm(np.array([1, 3], np.float32), np.array([0, 10], np.float32), 0.0)
    np.testing.assert_allclose(norm(np.array([[1.0, 5.0]], np.float32)), [[-1, 13]], rtol=1e-6)


def test_gelu_is_finite_at_the_extremes() -> None:
    """Large inputs pass through, and very negative ones vanish without a warning."""
    np.testing.assert_array_equal(gelu(np.array([1e9, 0.0, -1e9], np.float32)), [1e9, 0, 0])


def test_silu_is_finite_at_the_extremes() -> None:
    """Large inputs pass through, and very negative ones vanish without a warning."""
    np.testing.assert_array_equal(silu(np.array([1000.0, 0.0, -1000.0], np.float32)), [1000, 0, 0])


def test_softmax_sums_to_one_and_ignores_minus_infinity() -> None:
    """Hidden scores get no weight, and large ones do not overflow."""
    scores = np.array([[1e4, 1e4, -np.inf]], np.float32)
    softmax(scores)
    np.testing.assert_array_equal(scores, [[0.5, 0.5, 0.0]])


def llama_scores(path: Path, tokens: Tokens) -> FloatArray:
    """Return llama.cpp's scores [n, V] of a text, keys and values in float32 as ours are."""
    llama_cpp = pytest.importorskip("llama_cpp")
    llama: Any = llama_cpp.Llama(
        str(path),
        n_ctx=128,
        n_threads=1,
        logits_all=True,
        type_k=llama_cpp.GGML_TYPE_F32,
        type_v=llama_cpp.GGML_TYPE_F32,
        verbose=False,
    )
    llama.eval(tokens)
    scores: FloatArray = llama.scores[: len(tokens)].copy()
    return scores


def half_precision_gelu(x: FloatArray) -> FloatArray:
    """Return what ggml looks up in its table: input and output of half precision.

    Source: ggml, src/ggml-cpu/vec.h, ggml_vec_gelu_f32 with GGML_GELU_FP16.
    """
    looked_up = gelu(x.astype(np.float16).astype(np.float32)).astype(np.float16)
    return np.where(np.abs(x) < 10, looked_up.astype(np.float32), np.maximum(x, 0))


def half_precision_geglu(x: FloatArray) -> FloatArray:
    """Return the gated unit with ggml's table."""
    gate, up = np.split(x, 2, axis=1)
    return half_precision_gelu(gate) * up


@pytest.mark.parametrize(("exactly", "limit"), [(True, 2e-3), (False, 2e-2)])
def test_tiny_models_equal_llama_cpp(
    tiny: TinyModel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    exactly: bool,
    limit: float,
) -> None:
    """After every token of several texts, read together, our logits are llama.cpp's of each alone.

    Exactly: with ggml's half-precision table of the Gaussian error unit in place of our function,
    which shows that the table is all that stands between us where a model has that unit.
    """
    if exactly:
        table = {Activation.GELU: half_precision_gelu, Activation.GEGLU: half_precision_geglu}
        monkeypatch.setattr(transformer, "ACTIVATIONS", {**transformer.ACTIVATIONS, **table})
    path = tiny.write(tmp_path / "tiny.gguf")
    texts = [random_tokens(count, seed=count) for count in (40, 1, 17, 90)]
    file = read_model(path)
    weights = load_weights(file.hyperparameters, file.tensors)
    cache = Cache.empty(weights.model, slots=4, capacity=90)
    for text, ours in zip(texts, read(weights, cache, texts, 256), strict=True):
        theirs = llama_scores(path, text)
        difference = float(np.abs(ours - theirs).max())
        print(f"{len(text)} tokens: largest difference {difference:.2g}")  # noqa: T201 (for the record, with -s)
        assert difference < limit
        chosen, best = ours.argmax(axis=1), theirs.argmax(axis=1)
        rows = np.arange(len(text))
        assert (theirs[rows, best] - theirs[rows, chosen]).max() <= 2 * difference
