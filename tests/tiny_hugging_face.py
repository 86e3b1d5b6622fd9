"""Models of a few thousand random weights in Hugging Face's layouts, written by the tests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import gguf
import numpy as np
from tokenizers import pre_tokenizers

from sse_steps.models.stored_model import FloatArray

WIDTH, INNER, HEADS, KV_HEADS, HEAD_WIDTH, CONTEXT = 64, 96, 4, 2, 16, 128
LETTERS: Final = tuple(sorted(pre_tokenizers.ByteLevel.alphabet()))
MERGES: Final = (("h", "e"), ("Ġ", "t"), ("t", "he"), ("Ġt", "he"), ("i", "n"), ("d", "e"))
SPECIAL: Final = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
PIECES: Final = ("▁", "a", "b", "c", "n", "▁a", "ab", "▁ab", "an", "▁an")
# Every way to put a piece together, in the order of the pieces, as SentencePiece leaves them.
PIECE_MERGES: Final = (
    *(("▁", "a"), ("a", "b"), ("▁", "ab"), ("▁a", "b"), ("a", "n"), ("▁", "an"), ("▁a", "n")),
)
TEMPLATE: Final = "{% for m in messages %}<|im_start|>{{ m['content'] }}<|im_end|>{% endfor %}"
LLAMA3_ROPE: Final = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}


@dataclass(frozen=True, slots=True)
class TinyHuggingFace:
    """What goes into the folder; tests replace what they want wrong."""

    layout: str
    dtype: str = "F32"
    tied: bool = True
    shards: int = 1
    layers: int = 2
    seed: int = 0
    config: Mapping[str, Any] = field(default_factory=dict)  # overrides
    tokenizer: Mapping[str, Any] = field(default_factory=dict)  # overrides
    without: frozenset[str] = frozenset()
    extra: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # more tensors

    @property
    def vocabulary_size(self) -> int:
        """The rows of the embedding, two more than the tokenizer has."""
        return len(self._tokens()) + 2

    def write(self, folder: Path) -> Path:
        """Write all files, and return the weights' own or the index of their shards."""
        folder.mkdir(parents=True, exist_ok=True)
        self._dump(folder / "config.json", {**self._config(), **self.config})
        self._dump(folder / "tokenizer.json", {**self._tokenizer(), **self.tokenizer})
        ends = {"eos_token": "<|im_end|>", "bos_token": "<|endoftext|>"}
        ends = {"eos_token": "<eos>", "bos_token": "<bos>"} if self._pieces else ends
        self._dump(folder / "tokenizer_config.json", {**ends, "chat_template": TEMPLATE})
        return self._write_weights(folder)

    def tensors(self) -> dict[str, FloatArray]:
        """Return random weights under Hugging Face's names that keep activations near one."""
        random = np.random.default_rng(self.seed)
        shapes = {**dict(self._shapes()), **self.extra}
        return {
            name: self._random(random, name, shape)
            for name, shape in shapes.items()
            if name not in self.without
        }

    @property
    def _pieces(self) -> bool:
        return self.layout == "gemma3_text"

    def _random(self, random: np.random.Generator, name: str, shape: tuple[int, ...]) -> FloatArray:
        values = random.standard_normal(shape, dtype=np.float32)
        if len(shape) == 1:
            centre = 1 if "norm" in name or "ln_" in name else 0
            centre = 0 if self._pieces or name.endswith("bias") else centre
            return centre + np.float32(0.1) * values
        inputs = shape[0] if ".c_" in name else shape[1]
        return values * np.float32(2 / np.sqrt(inputs))

    def _shapes(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        if self.layout == "gpt2":
            yield from self._gpt2_shapes()
            return
        yield "model.embed_tokens.weight", (self.vocabulary_size, WIDTH)
        yield "model.norm.weight", (WIDTH,)
        if not self.tied:
            yield "lm_head.weight", (self.vocabulary_size, WIDTH)
        for layer in range(self.layers):
            for name, shape in self._layer_shapes():
                yield f"model.layers.{layer}.{name}", shape

    def _layer_shapes(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        queries, keys = HEADS * HEAD_WIDTH, KV_HEADS * HEAD_WIDTH
        yield "input_layernorm.weight", (WIDTH,)
        yield "post_attention_layernorm.weight", (WIDTH,)
        for part, rows in (("q", queries), ("k", keys), ("v", keys)):
            yield f"self_attn.{part}_proj.weight", (rows, WIDTH)
            if self.layout == "qwen2":
                yield f"self_attn.{part}_proj.bias", (rows,)
        yield "self_attn.o_proj.weight", (WIDTH, queries)
        yield "mlp.gate_proj.weight", (INNER, WIDTH)
        yield "mlp.up_proj.weight", (INNER, WIDTH)
        yield "mlp.down_proj.weight", (WIDTH, INNER)
        if self._pieces:
            yield "self_attn.q_norm.weight", (HEAD_WIDTH,)
            yield "self_attn.k_norm.weight", (HEAD_WIDTH,)
            yield "pre_feedforward_layernorm.weight", (WIDTH,)
            yield "post_feedforward_layernorm.weight", (WIDTH,)

    def _gpt2_shapes(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield "wte.weight", (self.vocabulary_size, WIDTH)
        yield "wpe.weight", (CONTEXT, WIDTH)
        for layer in range(self.layers):
            name = f"h.{layer}"
            for norm in ("ln_1", "ln_2"):
                yield f"{name}.{norm}.weight", (WIDTH,)
                yield f"{name}.{norm}.bias", (WIDTH,)
            yield f"{name}.attn.bias", (1, 1, CONTEXT, CONTEXT)  # a buffer, not a weight
            matrices = (
                *(("attn.c_attn", WIDTH, 3 * WIDTH), ("attn.c_proj", WIDTH, WIDTH)),
                *(("mlp.c_fc", WIDTH, 4 * WIDTH), ("mlp.c_proj", 4 * WIDTH, WIDTH)),
            )
            for matrix, inputs, outputs in matrices:
                yield f"{name}.{matrix}.weight", (inputs, outputs)
                yield f"{name}.{matrix}.bias", (outputs,)
        yield "ln_f.weight", (WIDTH,)
        yield "ln_f.bias", (WIDTH,)

    def _config(self) -> dict[str, Any]:
        common = {
            "model_type": self.layout,
            "architectures": [_CLASSES[self.layout]],
            "vocab_size": self.vocabulary_size,
            "tie_word_embeddings": self.tied,
            "bos_token_id": 0,
            "eos_token_id": 2,
        }
        if self.layout == "gpt2":
            sizes = {"n_embd": WIDTH, "n_layer": self.layers, "n_head": HEADS}
            return {**common, **sizes, "n_positions": CONTEXT}
        common |= {
            "hidden_size": WIDTH,
            "intermediate_size": INNER,
            "num_hidden_layers": self.layers,
            "num_attention_heads": HEADS,
            "num_key_value_heads": KV_HEADS,
            "head_dim": HEAD_WIDTH,
            "max_position_embeddings": CONTEXT,
            "rms_norm_eps": 1e-6,
            "rope_theta": 50_000.0,
        }
        if self._pieces:
            return {**common, "sliding_window": 4, "query_pre_attn_scalar": HEAD_WIDTH}
        return common

    def _tokens(self) -> tuple[str, ...]:
        if self._pieces:
            numbers = tuple(f"<0x{byte:02X}>" for byte in range(256))
            return ("<pad>", "<eos>", "<bos>", "<unk>", *numbers, *PIECES, "  ")
        return (*SPECIAL, *LETTERS, *(left + right for left, right in MERGES))

    def _tokenizer(self) -> dict[str, Any]:
        tokens = self._tokens()
        special = tokens[:4] if self._pieces else SPECIAL
        added: list[dict[str, Any]] = [
            {"id": index, "content": text, "special": True} for index, text in enumerate(special)
        ]
        merges = PIECE_MERGES if self._pieces else MERGES
        model: dict[str, Any] = {"type": "BPE", "merges": [list(merge) for merge in merges]}
        model["vocab"] = {text: index for index, text in enumerate(tokens)}
        if self._pieces:
            added.append({"id": len(tokens) - 1, "content": "▁▁", "special": False})
            del model["vocab"]["  "]
            model |= {"byte_fallback": True, "unk_token": "<unk>", "fuse_unk": True}
        return {
            "added_tokens": [{**_ADDED, **token} for token in added],
            "normalizer": _TO_MARKS if self._pieces else None,
            "pre_tokenizer": None if self._pieces else _PRE_TOKENIZERS[self.layout],
            "post_processor": _BEGUN if self._pieces else None,
            "model": model,
        }

    def _write_weights(self, folder: Path) -> Path:
        tensors = self.tensors()
        if self.shards == 1:
            self._write_file(tensors, folder / "model.safetensors")
            return folder / "model.safetensors"
        files = {name: self._shard(index) for index, name in enumerate(tensors)}
        for file in set(files.values()):
            part = {name: tensor for name, tensor in tensors.items() if files[name] == file}
            self._write_file(part, folder / file)
        index = folder / "model.safetensors.index.json"
        self._dump(index, {"metadata": {}, "weight_map": files})
        return index

    def _shard(self, index: int) -> str:
        return f"model-{index % self.shards + 1:05}-of-{self.shards:05}.safetensors"

    def _write_file(self, tensors: Mapping[str, FloatArray], path: Path) -> None:
        """Write the container by hand: the safetensors package has no BF16 without a framework."""
        kind = gguf.GGMLQuantizationType[self.dtype]
        header: dict[str, Any] = {}
        data = b""
        for name, tensor in tensors.items():
            raw = np.ascontiguousarray(gguf.quants.quantize(tensor, kind)).tobytes()
            place = [len(data), len(data) + len(raw)]
            header[name] = {"dtype": self.dtype, "shape": tensor.shape, "data_offsets": place}
            data += raw
        text = json.dumps(header).encode()
        path.write_bytes(len(text).to_bytes(8, "little") + text + data)

    @staticmethod
    def _dump(path: Path, content: object) -> None:
        path.write_text(json.dumps(content), encoding="utf-8")


_CLASSES: Final = {
    "llama": "LlamaForCausalLM",
    "qwen2": "Qwen2ForCausalLM",
    "gemma3_text": "Gemma3ForCausalLM",
    "gpt2": "GPT2LMHeadModel",
}
_ADDED: Final = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
_TO_MARKS: Final = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
_BEGUN: Final = {
    "type": "TemplateProcessing",
    "single": [
        {"SpecialToken": {"id": "<bos>", "type_id": 0}},
        {"Sequence": {"id": "A", "type_id": 0}},
    ],
    "pair": [],
    "special_tokens": {"<bos>": {"id": "<bos>", "ids": [2], "tokens": ["<bos>"]}},
}
_BYTES: Final = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
_QWEN2_WORDS: Final = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_PRE_TOKENIZERS: Final[Mapping[str, Any]] = {
    "gpt2": {**_BYTES, "use_regex": True},
    "llama": {
        "type": "Sequence",
        "pretokenizers": [
            {"type": "Digits", "individual_digits": True},
            {**_BYTES, "use_regex": True},
        ],
    },
    "qwen2": {
        "type": "Sequence",
        "pretokenizers": [
            {
                "type": "Split",
                "pattern": {"Regex": _QWEN2_WORDS},
                "behavior": "Isolated",
                "invert": False,
            },
            {**_BYTES, "use_regex": False},
        ],
    },
}

LAYOUTS: Final[Mapping[str, TinyHuggingFace]] = {
    "llama": TinyHuggingFace("llama"),
    "llama_sharded_bf16": TinyHuggingFace(
        "llama", "BF16", tied=False, shards=3, config={"rope_scaling": LLAMA3_ROPE}
    ),
    "llama_linear": TinyHuggingFace(
        "llama", config={"rope_scaling": {"type": "linear", "factor": 2.0}}
    ),
    "qwen2_f16": TinyHuggingFace("qwen2", "F16", tied=False),
    "gemma3": TinyHuggingFace("gemma3_text", layers=7),
    "gpt2": TinyHuggingFace("gpt2"),
}
TOKENS: Final = (5, 17, 40, 80, 99, 101, 7, 33, 64, 12, 250, 3, 77, 140, 28, 9)
