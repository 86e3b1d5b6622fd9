"""Models of a few thousand random weights, written to GGUF files by the tests themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import gguf
import numpy as np
from tokenizers import pre_tokenizers

from sse_steps.models.architectures import (
    RECIPES,
    Architecture,
    Hyperparameters,
    Norm,
    Reach,
    Rotation,
    optional_shapes,
    tensor_shapes,
)
from sse_steps.models.stored_model import FloatArray

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<unused>")
MERGES = ("h e", "Ġ t", "t he", "Ġt he", "i n", "Ġ Ġ", "ĠĠ ĠĠ", "d e", "de f", "Ġ =", "< |", "| >")
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content']"
    " + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LETTERS = tuple(sorted(pre_tokenizers.ByteLevel.alphabet()))
UNREACHED = "whole"  # a token that no merges lead to
TOKENS = (*SPECIAL, *LETTERS, *(merge.replace(" ", "") for merge in MERGES), UNREACHED)
END = SPECIAL.index("<|im_end|>")

# A SentencePiece vocabulary; what makes the same token twice over, and equal scores, are in it.
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
PIECES: Mapping[str, float] = {
    **{"▁t": -1.0, "he": -2.0, "th": -2.0, "▁the": -3.0, "the": -4.0, "er": -2.0, "▁▁": -1.0},
    **{"▁▁▁▁": -2.0, "ab": -5.0, "bc": -5.0, "abc": -6.0, "aa": -7.0, "aaa": -7.0, "日本": -8.0},
    **{"def": -9.0, "de": -9.5, "▁def": -0.5, "==": -3.0, "'s": -4.0, "10": -6.0, "\n\n": -1.0},
    **{letter: -20.0 - place for place, letter in enumerate("▁etaoinshrdlucmfwyp=:01'日\n")},
}
SPELLED = ("<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>")
USER_DEFINED = ("\t\t", "<table>", "\t\t\t")
PIECE_TOKENS = (*SPELLED, *BYTES, *USER_DEFINED, *PIECES)

WIDTH, HEADS, FEED_FORWARD = 64, 4, 96
WINDOW = 5
NEAR = Reach(WINDOW, rope_base=10_000.0)
FAR = Reach(window=None, rope_base=500_000.0, rope_scale=0.125)
REACHES: Mapping[Architecture, tuple[Reach, ...]] = {
    Architecture.LLAMA: (Reach(None, 10_000.0),),
    Architecture.QWEN2: (Reach(None, 1_000_000.0),),
    Architecture.GEMMA3: (NEAR, NEAR, NEAR, NEAR, NEAR, FAR),
    Architecture.GPT2: (Reach(None, 10_000.0),),
}
HEAD_WIDTHS = {Architecture.GEMMA3: 32}  # wider than the embedding divided by the heads
KV_HEADS = {Architecture.GPT2: HEADS}


@dataclass(frozen=True, slots=True)
class TinyModel:
    """What goes into the file; tests replace what they want wrong. `extra` overrides fields."""

    architecture: str = "llama"
    context_length: int = 256
    layers: int = 2
    seed: int = 0
    tied: bool = True
    stretched: bool = False  # with a tensor of frequency factors
    chat_template: str | None = CHAT_TEMPLATE
    quantisation: gguf.GGMLQuantizationType = gguf.GGMLQuantizationType.F32
    pieces: bool = False  # with the SentencePiece vocabulary
    tokens: tuple[str, ...] = TOKENS
    merges: tuple[str, ...] = MERGES
    without: frozenset[str] = frozenset()
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def hyperparameters(self) -> Hyperparameters:
        """The shape of the model."""
        architecture = self._known
        pattern = REACHES[architecture]
        head_width = HEAD_WIDTHS.get(architecture, WIDTH // HEADS)
        return Hyperparameters(
            architecture=architecture,
            layers=self.layers,
            embedding_width=WIDTH,
            feed_forward_width=FEED_FORWARD,
            heads=HEADS,
            kv_heads=KV_HEADS.get(architecture, 2),
            head_width=head_width,
            vocabulary_size=len(PIECE_TOKENS if self.pieces else self.tokens),
            context_length=self.context_length,
            norm_epsilon=1e-5,
            attention_scale=1 / math.sqrt(head_width),
            reaches=tuple(pattern[index % len(pattern)] for index in range(self.layers)),
        )

    @property
    def _known(self) -> Architecture:
        known = self.architecture in set(Architecture)
        return Architecture(self.architecture) if known else Architecture.LLAMA

    def tensors(self) -> dict[str, FloatArray]:
        """Return random weights that keep activations near one."""
        random = np.random.default_rng(self.seed)
        shapes = dict(tensor_shapes(self.hyperparameters))
        optional = dict(optional_shapes(self.hyperparameters))
        shapes |= {} if self.tied else {"output.weight": optional["output.weight"]}
        shapes |= {"rope_freqs.weight": optional["rope_freqs.weight"]} if self.stretched else {}
        return {name: _random_tensor(random, name, shape) for name, shape in shapes.items()}

    def write(self, path: Path) -> Path:
        """Write the GGUF file and return its path."""
        writer = gguf.GGUFWriter(path, self.architecture)
        self._write_hyperparameters(writer)
        if self.pieces:
            _write_pieces(writer)
        else:
            self._write_bpe(writer)
        if self.chat_template is not None:
            writer.add_chat_template(self.chat_template)
        for key, value in self.extra.items():
            _write_value(writer, key, value)
        for name, tensor in self.tensors().items():
            if name not in self.without:
                kind = self.quantisation if _is_matrix(name) else gguf.GGMLQuantizationType.F32
                writer.add_tensor(name, gguf.quants.quantize(tensor, kind), raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path

    def _write_hyperparameters(self, writer: gguf.GGUFWriter) -> None:
        model, recipe = self.hyperparameters, RECIPES[self._known]
        writer.add_block_count(model.layers)
        writer.add_context_length(model.context_length)
        writer.add_embedding_length(model.embedding_width)
        writer.add_feed_forward_length(model.feed_forward_width)
        writer.add_head_count(model.heads)
        writer.add_head_count_kv(model.kv_heads)
        if recipe.norm is Norm.LAYER:
            writer.add_layer_norm_eps(model.norm_epsilon)
        else:
            writer.add_layer_norm_rms_eps(model.norm_epsilon)
        if recipe.rotation is not Rotation.NONE:
            writer.add_rope_freq_base(REACHES[self._known][-1].rope_base)
        if recipe.window_period:
            writer.add_key_length(model.head_width)
            writer.add_value_length(model.head_width)
            writer.add_sliding_window(WINDOW)
            writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
            writer.add_rope_scaling_factor(1 / FAR.rope_scale)

    def _write_bpe(self, writer: gguf.GGUFWriter) -> None:
        control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("smollm")
        writer.add_token_list(list(self.tokens))
        writer.add_token_types([control if text in SPECIAL else normal for text in self.tokens])
        writer.add_token_merges(list(self.merges))
        writer.add_eos_token_id(END)
        writer.add_add_bos_token(value=False)


def _write_pieces(writer: gguf.GGUFWriter) -> None:
    writer.add_tokenizer_model("llama")
    writer.add_token_list(list(PIECE_TOKENS))
    writer.add_token_scores([PIECES.get(text, 0.0) for text in PIECE_TOKENS])
    writer.add_token_types([_piece_type(text) for text in PIECE_TOKENS])


def _piece_type(text: str) -> gguf.TokenType:
    if text == "<unk>":
        return gguf.TokenType.UNKNOWN
    named = {"CONTROL": SPELLED, "BYTE": BYTES, "USER_DEFINED": USER_DEFINED}
    return gguf.TokenType[next((name for name in named if text in named[name]), "NORMAL")]


def _is_matrix(name: str) -> bool:
    """Return whether a tensor is one that files quantise; llama.cpp adds positions as floats."""
    return name.endswith(".weight") and "norm" not in name and "position" not in name


def _random_tensor(random: np.random.Generator, name: str, shape: tuple[int, ...]) -> FloatArray:
    values = random.standard_normal(shape, dtype=np.float32)
    if name.endswith(".bias"):
        return np.float32(0.3) * values
    if name == "rope_freqs.weight":
        return 1 + np.abs(values)
    if len(shape) == 1:
        return 1 + np.float32(0.1) * values
    return values * np.float32(2 / np.sqrt(shape[1]))


def _write_value(writer: gguf.GGUFWriter, key: str, value: object) -> None:
    kinds: dict[type, str] = {bool: "add_bool", int: "add_uint32", float: "add_float32"}
    kinds |= {str: "add_string", list: "add_array"}
    writer.kv_data[0].pop(key, None)
    getattr(writer, kinds[type(value)])(key, value)
