"""The transformers that can be run: what each is made of, its shape, and its tensors.

Architectures bear GGUF's names. What sets one apart from another is data in `RECIPES`, so that the
forward pass knows ingredients and no architecture. Sources: llama.cpp, src/models/ (one file for
each), and the papers: Llama arXiv:2302.13971, Qwen2 arXiv:2407.10671, Gemma 3 arXiv:2503.19786,
GPT-2 (Radford et al. 2019, Language models are unsupervised multitask learners).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Shape = tuple[int, ...]


class Architecture(StrEnum):
    """The value of `general.architecture`."""

    LLAMA = "llama"
    QWEN2 = "qwen2"
    GEMMA3 = "gemma3"
    GPT2 = "gpt2"


class Norm(StrEnum):
    """How a row is normalised."""

    ROOT_MEAN_SQUARE = "rms"
    LAYER = "layer"  # centred, and with a bias


class Rotation(StrEnum):
    """Which dimensions of a head are rotated together by a position."""

    NONE = "none"
    PAIRS = "pairs"  # (0, 1), (2, 3), ...
    HALVES = "halves"  # (0, D/2), (1, D/2 + 1), ...


class Activation(StrEnum):
    """What stands between the two matrices of a feed-forward network (arXiv:2002.05202)."""

    SWIGLU = "swiglu"
    GEGLU = "geglu"
    GELU = "gelu"  # without a gate

    @property
    def gated(self) -> bool:
        """Whether a second matrix of the same shape makes a gate."""
        return self is not Activation.GELU


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the layers of an architecture are made of."""

    norm: Norm = Norm.ROOT_MEAN_SQUARE
    rotation: Rotation = Rotation.PAIRS
    activation: Activation = Activation.SWIGLU
    learned_positions: bool = False  # a vector for each position, added to the embedding
    fused: bool = False  # queries, keys and values are one tensor
    query_key_value_bias: bool = False
    output_bias: bool = False  # of the attention's output and the feed-forward network
    query_key_norm: bool = False  # of each head, before it is rotated
    post_norms: bool = False  # of what attention and feed-forward network add
    embedding_scaled: bool = False  # by the square root of its width
    frequency_factors: bool = False  # a tensor may stretch the rotations, as Llama 3.1 does
    window_period: int | None = None  # of so many layers only the last looks back without limit
    odd_depth: int | None = None  # a model of so many layers scales attention by E / H, not by D


RECIPES: Final[Mapping[Architecture, Recipe]] = {
    Architecture.LLAMA: Recipe(frequency_factors=True),
    Architecture.QWEN2: Recipe(rotation=Rotation.HALVES, query_key_value_bias=True),
    Architecture.GEMMA3: Recipe(
        rotation=Rotation.HALVES,
        activation=Activation.GEGLU,
        query_key_norm=True,
        post_norms=True,
        embedding_scaled=True,
        window_period=6,
        odd_depth=62,  # the largest; no key says so, llama.cpp goes by the layers too
    ),
    Architecture.GPT2: Recipe(
        norm=Norm.LAYER,
        rotation=Rotation.NONE,
        activation=Activation.GELU,
        learned_positions=True,
        fused=True,
        query_key_value_bias=True,
        output_bias=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """How a layer sees positions. A row sees `window` of them, its own included; None: all."""

    window: int | None
    rope_base: float
    rope_scale: float = 1.0  # positions are multiplied by it before they become angles


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """The shape of a transformer. Widths are counted in floats; `reaches` has one for each layer.

    Products of queries and keys are multiplied by `attention_scale`.
    """

    architecture: Architecture
    layers: int
    embedding_width: int
    feed_forward_width: int
    heads: int
    kv_heads: int
    head_width: int
    vocabulary_size: int
    context_length: int
    norm_epsilon: float
    attention_scale: float
    reaches: tuple[Reach, ...]

    @property
    def recipe(self) -> Recipe:
        """What its layers are made of."""
        return RECIPES[self.architecture]


def tensor_shapes(model: Hyperparameters) -> Iterator[tuple[str, Shape]]:
    """Yield name and shape (outputs, inputs) of every tensor that a model must have."""
    width, recipe = model.embedding_width, model.recipe
    yield "token_embd.weight", (model.vocabulary_size, width)
    if recipe.learned_positions:
        yield "position_embd.weight", (model.context_length, width)
    yield from _norm("output_norm", width, recipe)
    for layer in range(model.layers):
        for name, shape in _layer_shapes(model):
            yield f"blk.{layer}.{name}", shape


def optional_shapes(model: Hyperparameters) -> Iterator[tuple[str, Shape]]:
    """Yield name and shape of every tensor that a model may have."""
    yield "output.weight", (model.vocabulary_size, model.embedding_width)  # else the embedding
    if model.recipe.frequency_factors:
        yield "rope_freqs.weight", (model.head_width // 2,)


def _layer_shapes(model: Hyperparameters) -> Iterator[tuple[str, Shape]]:
    yield from _attention_shapes(model)
    yield from _feed_forward_shapes(model)


def _attention_shapes(model: Hyperparameters) -> Iterator[tuple[str, Shape]]:
    width, recipe = model.embedding_width, model.recipe
    queries, keys = model.heads * model.head_width, model.kv_heads * model.head_width
    yield from _norm("attn_norm", width, recipe)
    parts = {"qkv": queries + 2 * keys} if recipe.fused else {"q": queries, "k": keys, "v": keys}
    for part, rows in parts.items():
        yield from _linear(f"attn_{part}", (rows, width), bias=recipe.query_key_value_bias)
    if recipe.query_key_norm:
        yield "attn_q_norm.weight", (model.head_width,)
        yield "attn_k_norm.weight", (model.head_width,)
    yield from _linear("attn_output", (width, queries), bias=recipe.output_bias)
    if recipe.post_norms:
        yield "post_attention_norm.weight", (width,)


def _feed_forward_shapes(model: Hyperparameters) -> Iterator[tuple[str, Shape]]:
    width, inner, recipe = model.embedding_width, model.feed_forward_width, model.recipe
    yield from _norm("ffn_norm", width, recipe)
    if recipe.activation.gated:
        yield "ffn_gate.weight", (inner, width)
    yield from _linear("ffn_up", (inner, width), bias=recipe.output_bias)
    yield from _linear("ffn_down", (width, inner), bias=recipe.output_bias)
    if recipe.post_norms:
        yield "post_ffw_norm.weight", (width,)


def _norm(name: str, width: int, recipe: Recipe) -> Iterator[tuple[str, Shape]]:
    yield f"{name}.weight", (width,)
    if recipe.norm is Norm.LAYER:
        yield f"{name}.bias", (width,)


def _linear(name: str, shape: tuple[int, int], *, bias: bool) -> Iterator[tuple[str, Shape]]:
    yield f"{name}.weight", shape
    if bias:
        yield f"{name}.bias", (shape[0],)
