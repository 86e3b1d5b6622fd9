"""A llama of a few thousand random weights, written to a GGUF file by the tests themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import gguf
import numpy as np
from tokenizers import pre_tokenizers

from sse_steps.models.model_file import Hyperparameters, tensor_shapes
from sse_steps.models.stored_model import FloatArray

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<unused>")
MERGES = ("h e", "Ġ t", "t he", "Ġt he", "i n", "Ġ Ġ", "ĠĠ ĠĠ", "d e", "de f", "Ġ =", "< |", "| >")
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content']"
    " + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LETTERS = tuple(sorted(pre_tokenizers.ByteLevel.alphabet()))
TOKENS = (*SPECIAL, *LETTERS, *(merge.replace(" ", "") for merge in MERGES))
END = SPECIAL.index("<|im_end|>")


@dataclass(frozen=True, slots=True)
class TinyModel:
    """What goes into the file; tests replace what they want wrong. `extra` overrides fields."""

    context_length: int = 256
    layers: int = 2
    seed: int = 0
    tied: bool = True
    chat_template: str | None = CHAT_TEMPLATE
    quantisation: gguf.GGMLQuantizationType = gguf.GGMLQuantizationType.F32
    tokens: tuple[str, ...] = TOKENS
    merges: tuple[str, ...] = MERGES
    architecture: str = "llama"
    without: frozenset[str] = frozenset()
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def hyperparameters(self) -> Hyperparameters:
        """The shape of the model."""
        return Hyperparameters(
            layers=self.layers,
            embedding_width=64,
            feed_forward_width=96,
            heads=4,
            kv_heads=2,
            head_width=16,
            vocabulary_size=len(self.tokens),
            context_length=self.context_length,
            rope_base=10_000.0,
            norm_epsilon=1e-5,
        )

    def tensors(self) -> dict[str, FloatArray]:
        """Return random weights that keep activations near one."""
        random = np.random.default_rng(self.seed)
        return {
            name: _random_tensor(random, shape)
            for name, shape in tensor_shapes(self.hyperparameters, tied=self.tied)
        }

    def write(self, path: Path) -> Path:
        """Write the GGUF file and return its path."""
        writer = gguf.GGUFWriter(path, self.architecture)
        self._write_hyperparameters(writer)
        self._write_tokenizer(writer)
        for key, value in self.extra.items():
            _write_value(writer, key, value)
        for name, tensor in self.tensors().items():
            if name not in self.without:
                kind = self.quantisation if tensor.ndim == 2 else gguf.GGMLQuantizationType.F32
                writer.add_tensor(name, gguf.quants.quantize(tensor, kind), raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path

    def _write_hyperparameters(self, writer: gguf.GGUFWriter) -> None:
        model = self.hyperparameters
        writer.add_block_count(model.layers)
        writer.add_context_length(model.context_length)
        writer.add_embedding_length(model.embedding_width)
        writer.add_feed_forward_length(model.feed_forward_width)
        writer.add_head_count(model.heads)
        writer.add_head_count_kv(model.kv_heads)
        writer.add_rope_freq_base(model.rope_base)
        writer.add_layer_norm_rms_eps(model.norm_epsilon)

    def _write_tokenizer(self, writer: gguf.GGUFWriter) -> None:
        control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("smollm")
        writer.add_token_list(list(self.tokens))
        writer.add_token_types([control if text in SPECIAL else normal for text in self.tokens])
        writer.add_token_merges(list(self.merges))
        writer.add_eos_token_id(END)
        writer.add_add_bos_token(value=False)
        if self.chat_template is not None:
            writer.add_chat_template(self.chat_template)


def _random_tensor(random: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    values = random.standard_normal(shape, dtype=np.float32)
    if len(shape) == 1:
        return 1 + np.float32(0.1) * values
    return values * np.float32(2 / np.sqrt(shape[1]))


def _write_value(writer: gguf.GGUFWriter, key: str, value: object) -> None:
    kinds = {int: "add_uint32", float: "add_float32", str: "add_string", list: "add_array"}
    writer.kv_data[0].pop(key, None)
    getattr(writer, kinds[type(value)])(key, value)
