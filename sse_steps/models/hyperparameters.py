"""The shape of a model, read from the keys of its file.

A key that asks for a computation which is not done here is refused, and so is every key of the
architecture that is not known: a model that runs wrongly shows no fault, only bad answers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from sse_steps.models.architectures import (
    RECIPES,
    Architecture,
    Hyperparameters,
    Norm,
    Reach,
    Rotation,
)
from sse_steps.models.metadata import Metadata
from sse_steps.models.stored_model import unusable

EPSILON_KEYS: Final[Mapping[Norm, str]] = {
    Norm.ROOT_MEAN_SQUARE: "attention.layer_norm_rms_epsilon",
    Norm.LAYER: "attention.layer_norm_epsilon",
}
READ: Final = (
    *("block_count", "context_length", "embedding_length", "feed_forward_length"),
    *("attention.head_count", "attention.head_count_kv", "attention.key_length"),
    *("attention.value_length", "rope.dimension_count", "rope.freq_base"),
    *("rope.scaling.type", "rope.scaling.factor", "rope.scale_linear"),
)
READ_WITH_WINDOWS: Final = (
    *("attention.sliding_window", "attention.sliding_window_pattern", "rope.freq_base_swa"),
)
WITHOUT_EFFECT: Final = (
    *("vocab_size", "tensor_data_layout"),
    *("rope.scaling.original_context_length", "rope.scaling.finetuned"),
)
# Keys that are known, and the value at which they change nothing.
NEUTRAL: Final[Mapping[str, object]] = {
    "attention.causal": True,
    "attention.clamp_kqv": 0.0,
    "attention.max_alibi_bias": 0.0,
    "attn_logit_softcapping": 0.0,
    "expert_count": 0,
    "expert_used_count": 0,
    "final_logit_softcapping": 0.0,
    "logit_scale": 1.0,
    "rope.scaling.attn_factor": 1.0,
}
MOST_LAYERS: Final = 10_000  # no file has them: memory for a list of them is not to be wasted
LOCAL_ROPE_BASE: Final = 10_000.0  # arXiv:2503.19786, section 2


def read_hyperparameters(metadata: Metadata, vocabulary_size: int) -> Hyperparameters:
    """Return the shape of the model.

    Raises:
        ModelFormatError: a key is missing, does not fit, or asks for what is not computed here.
    """
    architecture = _architecture(metadata)
    recipe, name = RECIPES[architecture], architecture.value
    _refuse_unknown_keys(metadata, architecture)
    heads = metadata.integer(f"{name}.attention.head_count")
    width = metadata.integer(f"{name}.embedding_length")
    head_width = metadata.integer(f"{name}.attention.key_length", max(width // heads, 1))
    layers = metadata.integer(f"{name}.block_count")
    if layers > MOST_LAYERS:
        raise unusable(metadata.path, f"the model claims {layers} layers")
    scaled_by = width / heads if layers == recipe.odd_depth else head_width
    model = Hyperparameters(
        architecture=architecture,
        layers=layers,
        embedding_width=width,
        feed_forward_width=metadata.integer(f"{name}.feed_forward_length"),
        heads=heads,
        kv_heads=metadata.integer(f"{name}.attention.head_count_kv", heads),
        head_width=head_width,
        vocabulary_size=vocabulary_size,
        context_length=metadata.integer(f"{name}.context_length"),
        norm_epsilon=metadata.number(f"{name}.{EPSILON_KEYS[recipe.norm]}"),
        attention_scale=1 / math.sqrt(scaled_by),
        reaches=_reaches(metadata, architecture, layers),
    )
    _check_heads(metadata, model)
    return model


def _architecture(metadata: Metadata) -> Architecture:
    name = metadata.text("general.architecture")
    if name not in set(Architecture):
        known = ", ".join(Architecture)
        raise unusable(metadata.path, f"the architecture is '{name[:80]}', not one of {known}")
    return Architecture(name)


def _refuse_unknown_keys(metadata: Metadata, architecture: Architecture) -> None:
    recipe, prefix = RECIPES[architecture], f"{architecture}."
    known = {*READ, *WITHOUT_EFFECT, EPSILON_KEYS[recipe.norm]}
    known.update(READ_WITH_WINDOWS if recipe.window_period else ())
    for key in metadata:
        name = key.removeprefix(prefix)
        if name == key or name in known:
            continue
        value = metadata.value(key)
        if name not in NEUTRAL:
            raise unusable(metadata.path, f"{key[:80]} is a key that nothing here heeds")
        if value != NEUTRAL[name]:
            raise unusable(metadata.path, f"{key} is {str(value)[:80]}, not {NEUTRAL[name]}")


def _reaches(metadata: Metadata, architecture: Architecture, layers: int) -> tuple[Reach, ...]:
    """Return one reach for each layer: far, except where windows alternate with it."""
    name = architecture.value
    far = Reach(
        window=None,
        rope_base=metadata.number(f"{name}.rope.freq_base", 10_000.0),
        rope_scale=_rope_scale(metadata, name),
    )
    period = RECIPES[architecture].window_period
    if period is None or not metadata.value(f"{name}.attention.sliding_window"):
        return (far,) * layers
    period = metadata.integer(f"{name}.attention.sliding_window_pattern", period)
    near = Reach(
        window=metadata.integer(f"{name}.attention.sliding_window"),
        rope_base=metadata.number(f"{name}.rope.freq_base_swa", LOCAL_ROPE_BASE),
    )
    if period > layers:
        return (near,) * layers
    return tuple(far if index % period == period - 1 else near for index in range(layers))


def _rope_scale(metadata: Metadata, name: str) -> float:
    """Return what positions are multiplied by (arXiv:2306.15595); other scalings are refused."""
    kind = metadata.value(f"{name}.rope.scaling.type", "linear")
    if kind not in ("none", "linear"):
        wrong = f"{name}.rope.scaling.type is {str(kind)[:80]}, not none or linear"
        raise unusable(metadata.path, wrong)
    old = metadata.number(f"{name}.rope.scale_linear", 1.0)
    factor = metadata.number(f"{name}.rope.scaling.factor", old)
    if not 1e-6 < factor < 1e6:
        raise unusable(metadata.path, f"positions are scaled by a factor of {factor}")
    return 1.0 if kind == "none" else 1 / factor


def _check_heads(metadata: Metadata, model: Hyperparameters) -> None:
    """Refuse heads that do not fit one another, and rotations of a part of a head."""
    name, width = model.architecture.value, model.head_width
    if model.heads % model.kv_heads:
        wrong = f"{model.heads} heads cannot share {model.kv_heads} key-value heads"
        raise unusable(metadata.path, wrong)
    values = metadata.integer(f"{name}.attention.value_length", width)
    if values != width:
        raise unusable(metadata.path, f"keys of width {width} have values of width {values}")
    if model.recipe.rotation is Rotation.NONE:
        return
    rotated = metadata.integer(f"{name}.rope.dimension_count", width)
    if rotated != width or width % 2:
        raise unusable(metadata.path, f"{rotated} of {width} dimensions of a head are rotated")
