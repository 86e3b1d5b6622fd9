"""A folder of a model in Hugging Face's layout, put together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import gguf

from sse_steps.models.hugging_face.config import Config, Kind
from sse_steps.models.hugging_face.gemma3 import Gemma3Config
from sse_steps.models.hugging_face.gpt2 import GPT2Config
from sse_steps.models.hugging_face.llama import LlamaConfig, Qwen2Config
from sse_steps.models.hugging_face.tokenizer import tokenizer_keys
from sse_steps.models.hugging_face.typed_json import read_json
from sse_steps.models.safetensors_file import read_safetensors
from sse_steps.models.source_model import SourceModel, SourceTensor
from sse_steps.models.stored_model import KeyValue, unusable

_LAYOUTS: Final[Mapping[str, type[Config]]] = {
    "llama": LlamaConfig,
    "qwen2": Qwen2Config,
    "gemma3_text": Gemma3Config,
    "gpt2": GPT2Config,
}
_MODELS: Final = {
    "llama": gguf.MODEL_ARCH.LLAMA,
    "qwen2": gguf.MODEL_ARCH.QWEN2,
    "gemma3": gguf.MODEL_ARCH.GEMMA3,
    "gpt2": gguf.MODEL_ARCH.GPT2,
}
_MOST_LAYERS: Final = 512
_MOST_TOKENS: Final = 1 << 20  # four times the largest vocabulary in use
_HEAD: Final = "output.weight"
_FILE_TYPES: Final = {
    gguf.GGMLQuantizationType.F32: gguf.LlamaFileType.ALL_F32,
    gguf.GGMLQuantizationType.F16: gguf.LlamaFileType.MOSTLY_F16,
    gguf.GGMLQuantizationType.BF16: gguf.LlamaFileType.MOSTLY_BF16,
}


def read_hugging_face(weights: Path) -> SourceModel:
    """Return a model in GGUF's terms; its tensors load when they are asked for.

    Args:
        weights: the safetensors file, or the index of its shards. Its companions lie
            beside it; see `sse_steps.models.companions`.

    Raises:
        ModelFormatError: a file is missing or damaged, or the model is of a kind that no engine
            here runs.
    """
    folder = weights.parent
    config = read_config(folder / "config.json")
    tensors = _tensors(weights, config)
    keys = {
        **config.keys(),
        "general.file_type": KeyValue(_file_type(tensors), gguf.GGUFValueType.UINT32),
        **tokenizer_keys(folder, config, vocabulary_size=_vocabulary_size(weights, tensors)),
    }
    return SourceModel(weights, keys, tensors)


def read_config(path: Path) -> Config:
    """Return a config.json by the layout that it names.

    Raises:
        ModelFormatError: it is damaged, of an unknown layout, or asks for what is not computed.
    """
    kind = read_json(path, Kind)
    layout = _LAYOUTS.get(kind.model_type)
    if layout is None:
        known = ", ".join(_LAYOUTS)
        raise unusable(path, f"model_type is {kind.model_type[:80]!r}, not one of {known}")
    if kind.quantization_config is not None:
        raise unusable(path, "the weights are quantised already (quantization_config)")
    config = read_json(path, layout)
    if config.layers > _MOST_LAYERS:
        raise unusable(path, f"the model claims {config.layers} layers")
    config.check(path)
    return config


def _tensors(weights: Path, config: Config) -> tuple[SourceTensor, ...]:
    names = gguf.get_tensor_name_map(_MODELS[config.architecture], config.layers)
    tensors: dict[str, SourceTensor] = {}
    for name, tensor in read_safetensors(weights).tensors.items():
        if name.endswith(config.buffers):
            continue
        new = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if new is None or not new.endswith((".weight", ".bias")) or new in tensors:
            wrong = f"is a second {new}" if new in tensors else "is none that its layout has"
            raise unusable(weights, f"tensor {name[:80]} {wrong}")
        if new != _HEAD or not config.tied:  # a tied head is the embedding, whatever lies there
            tensors[new] = config.tensor(new, tensor)
    if _HEAD not in tensors and not config.tied:
        raise unusable(weights, "the head is not tied to the embedding, and lm_head is missing")
    return (*tensors.values(), *config.more_tensors())


def _vocabulary_size(weights: Path, tensors: tuple[SourceTensor, ...]) -> int:
    """Return the rows of the embedding: padding beyond the tokenizer's own is common.

    Every row gets a token. A matrix of no columns has any number of rows in a file of no size.
    """
    for tensor in tensors:
        if tensor.name == "token_embd.weight" and len(tensor.shape) == 2:
            if tensor.shape[0] > _MOST_TOKENS:
                raise unusable(weights, f"the embedding claims {tensor.shape[0]} tokens")
            return tensor.shape[0]
    raise unusable(weights, "there is no embedding of tokens")


def _file_type(tensors: tuple[SourceTensor, ...]) -> int:
    """Return GGUF's name for what most weights are."""
    sizes = dict.fromkeys(_FILE_TYPES, 0)
    for tensor in tensors:
        sizes[tensor.encoding] += tensor.values
    return int(_FILE_TYPES[max(sizes, key=lambda encoding: sizes[encoding])])
