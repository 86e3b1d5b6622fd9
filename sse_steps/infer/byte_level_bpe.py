"""Byte-level BPE, as GPT-2 introduced it: words are bytes, merged in the order of a list.

How a text is cut into words first differs from model to model. GGUF gives each scheme a name, and
the patterns behind the names are llama.cpp's, where they say what the original tokenizers do:
https://github.com/ggml-org/llama.cpp/blob/master/src/llama-vocab.cpp (llm_tokenizer_bpe).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import tokenizers
from tokenizers import models, pre_tokenizers

from sse_steps.errors import ModelFormatError
from sse_steps.models.tokenizer_data import TokenizerData

DIGIT: Final = r"\p{N}"
GPT2: Final = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
SHORT_FORMS: Final = r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
WORDS: Final = r"[^\r\n\p{L}\p{N}]?\p{L}+"
REST: Final = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3: Final = rf"{SHORT_FORMS}|{WORDS}|\p{{N}}{{1,3}}|{REST}"
QWEN2: Final = rf"{SHORT_FORMS}|{WORDS}|\p{{N}}|{REST}"

# GGUF's name for a scheme, and what cuts the text, one pattern after another.
CUTS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion", "exaone4"), (GPT2,)),
    **dict.fromkeys(("smollm", "starcoder", "refact", "command-r"), (DIGIT, GPT2)),
    **dict.fromkeys(("codeshell", "exaone", "minerva-7b"), (DIGIT, GPT2)),
    **dict.fromkeys(("qwen2", "deepseek-r1-qwen", "stablelm2", "megrez", "hunyuan"), (QWEN2,)),
    **dict.fromkeys(("llama3", "llama-v3", "llama-bpe", "falcon3", "pixtral"), (LLAMA3,)),
    **dict.fromkeys(("dbrx", "smaug-bpe"), (LLAMA3,)),
}
# Schemes in which a word that is a token stays whole, whatever the merges say.
WHOLE_WORDS: Final = ("llama3", "llama-v3", "llama-bpe", "falcon3", "pixtral")


class ByteLevelBpe:
    """A vocabulary with merges (arXiv:1508.07909), run by the library that models are trained with.

    Raises:
        ModelFormatError: the vocabulary does not hold together, or its scheme is not known here.

    """

    def __init__(self, data: TokenizerData) -> None:
        self._tokens = data.tokens
        self._bpe = _library_bpe(data)
        self._bytes = {letter: value for value, letter in enumerate(byte_letters())}

    def encode(self, text: str, *, first: bool) -> list[int]:
        """Return the ids of a text, wherever it stands."""
        del first
        ids = self._bpe.encode(text, add_special_tokens=False).ids
        return [index for index in ids if index < len(self._tokens)]

    def piece(self, index: int) -> bytes:
        """Return the bytes that a token's letters stand for."""
        text = self._tokens[index]
        try:
            return bytes(self._bytes[letter] for letter in text)
        except KeyError:  # no byte-level token: somebody put a text there
            return text.encode("utf-8", "replace")


def byte_letters() -> list[str]:
    """Return the letter that stands for each byte: itself where it prints, else one from U+0100."""
    printed = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(0x100, 0x200))
    return [chr(byte) if byte in printed else chr(next(others)) for byte in range(256)]


def _library_bpe(data: TokenizerData) -> tokenizers.Tokenizer:
    """Return the library's tokenizer for a vocabulary and merges.

    Bytes that have no token are dropped from the text. They get ids beyond the vocabulary here, to
    be dropped by the caller: the library would drop them first and merge what stood on both sides.
    """
    if data.pre_tokenizer not in CUTS:
        known = ", ".join(sorted(CUTS))
        raise _unusable(f"pre-tokenizer '{data.pre_tokenizer[:80]}' is not one of {known}")
    vocabulary = {text: index for index, text in enumerate(data.tokens)}
    for letter in byte_letters():
        vocabulary.setdefault(letter, len(data.tokens) + ord(letter))
    whole_words = data.pre_tokenizer in WHOLE_WORDS
    try:
        merges = [_merge(text) for text in data.merges]
        bpe = tokenizers.Tokenizer(models.BPE(vocabulary, merges, ignore_merges=whole_words))
    except Exception as error:  # the library raises nothing more special
        raise _unusable(f"its merges do not fit its tokens: {error}") from error
    cuts = [
        pre_tokenizers.Split(tokenizers.Regex(pattern), "isolated")
        for pattern in CUTS[data.pre_tokenizer]
    ]
    as_letters = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    bpe.pre_tokenizer = pre_tokenizers.Sequence([*cuts, as_letters])
    return bpe


def _merge(text: str) -> tuple[str, str]:
    left, _, right = text.partition(" ")
    return left, right


def _unusable(wrong: str) -> ModelFormatError:
    remedy = "Use a model with a byte-level BPE tokenizer, or download the file again."
    return ModelFormatError(f"The model's tokenizer cannot be used: {wrong}.", remedy)
