"""Byte-level BPE from a model file's own metadata, with special tokens kept apart from user text.

A special token such as `<|im_end|>` ends a turn. It counts as one where the chat template wrote it;
the same characters inside a Python program are ordinary text, or a program could end its own turn
and speak as the system. So contents are shielded before the template sees them, and the shield is
taken off after the special tokens are found. The text between special tokens is encoded in one
piece, template and contents together, as it was when the model was trained.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

import gguf
import tokenizers
from tokenizers import decoders, models, pre_tokenizers

from sse_steps.errors import ModelFormatError
from sse_steps.models.tokenizer_data import TokenizerData

# What is cut off before the text is split as GPT-2 does, by GGUF's name for the whole scheme:
# https://github.com/ggml-org/llama.cpp/blob/master/src/llama-vocab.cpp
CUT_FIRST: Final = {"gpt-2": r"(?!)", "smollm": r"\p{N}"}


class Tokenizer:
    """Text to token ids and back.

    Raises:
        ModelFormatError: the vocabulary does not hold together.

    """

    def __init__(self, data: TokenizerData) -> None:
        self._size = len(data.tokens)
        self._bpe = byte_level_bpe(data)
        self._special = {
            text: index
            for index, (text, kind) in enumerate(zip(data.tokens, data.token_types, strict=True))
            if text and kind in (gguf.TokenType.CONTROL, gguf.TokenType.UNKNOWN)
        }
        self._special_ids = frozenset(self._special.values())
        # The longest first, so that no special token is taken for the beginning of another.
        longest_first = sorted(self._special, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def encode(self, text: str) -> list[int]:
        """Return the ids of ordinary text, in which special tokens are mere characters."""
        valid = text.encode("utf-8", "replace").decode()  # no lone surrogates
        ids = self._bpe.encode(valid, add_special_tokens=False).ids
        return [index for index in ids if index < self._size]

    def encode_chat(
        self, contents: Sequence[str], render: Callable[[Sequence[str]], str]
    ) -> list[int]:
        """Return the ids of a conversation.

        Args:
            contents: the untrusted texts.
            render: puts texts into the chat template; special tokens that it adds are special.

        """
        shield = Shield.against(self._special, contents)
        text = render([content.translate(shield.cover) for content in contents])
        ids: list[int] = []
        end = 0
        for match in self._pattern.finditer(text):
            ids += self.encode(text[end : match.start()].translate(shield.uncover))
            ids.append(self._special[match.group()])
            end = match.end()
        return ids + self.encode(text[end:].translate(shield.uncover))

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids without special tokens; bytes that are not UTF-8 become U+FFFD."""
        ordinary = [index for index in ids if index not in self._special_ids]
        return str(self._bpe.decode(ordinary, skip_special_tokens=False))


@dataclass(frozen=True, slots=True)
class Shield:
    """Stand-ins, for `str.translate`, for the characters that special tokens begin with."""

    cover: dict[int, str]
    uncover: dict[int, str]

    @classmethod
    def against(cls, special: Collection[str], contents: Sequence[str]) -> Shield:
        """Return a shield of private-use characters that occur in none of the contents."""
        taken = set().union(*contents)
        unused = (chr(code) for code in range(0xF0000, 0xFFFFE) if chr(code) not in taken)
        stand_ins = dict(zip(sorted({text[0] for text in special}), unused, strict=False))
        return cls(
            cover={ord(first): stand_in for first, stand_in in stand_ins.items()},
            uncover={ord(stand_in): first for first, stand_in in stand_ins.items()},
        )


def byte_level_bpe(data: TokenizerData) -> tokenizers.Tokenizer:
    """Return the library's tokenizer for a vocabulary and merges (arXiv:1508.07909; GPT-2).

    Bytes that have no token are dropped from the text. They get ids beyond the vocabulary here, to
    be dropped by the caller: the library would drop them first and merge what stood on both sides.
    """
    if data.pre_tokenizer not in CUT_FIRST:
        known = ", ".join(sorted(CUT_FIRST))
        raise _unusable(f"pre-tokenizer '{data.pre_tokenizer[:80]}' is not one of {known}")
    vocabulary = {text: index for index, text in enumerate(data.tokens)}
    for letter in pre_tokenizers.ByteLevel.alphabet():
        vocabulary.setdefault(letter, len(data.tokens) + ord(letter))
    try:
        merges = [_merge(text) for text in data.merges]
        bpe = tokenizers.Tokenizer(models.BPE(vocabulary, merges))
    except Exception as error:  # the library raises nothing more special
        raise _unusable(f"its merges do not fit its tokens: {error}") from error
    cut = pre_tokenizers.Split(tokenizers.Regex(CUT_FIRST[data.pre_tokenizer]), "isolated")
    split = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    bpe.pre_tokenizer = pre_tokenizers.Sequence([cut, split])
    bpe.decoder = decoders.ByteLevel()
    user_defined = [
        tokenizers.AddedToken(text, normalized=False)
        for text, kind in zip(data.tokens, data.token_types, strict=True)
        if text and kind == gguf.TokenType.USER_DEFINED
    ]
    bpe.add_tokens(user_defined)
    return bpe


def _merge(text: str) -> tuple[str, str]:
    left, _, right = text.partition(" ")
    return left, right


def _unusable(wrong: str) -> ModelFormatError:
    remedy = "Use a model with a byte-level BPE tokenizer, or download the file again."
    return ModelFormatError(f"The model's tokenizer cannot be used: {wrong}.", remedy)
