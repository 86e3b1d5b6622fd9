"""Text to token ids and back, from a model file's own vocabulary, special tokens kept apart.

A special token such as `<|im_end|>` ends a turn. It counts as one where the chat template wrote it;
the same characters inside a Python program are ordinary text, or a program could end its own turn
and speak as the system. So contents are shielded before the template sees them, and the shield is
taken off after the special tokens are found. The text between special tokens is encoded in one
piece, template and contents together, as it was when the model was trained.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import gguf

from sse_steps.infer.byte_level_bpe import ByteLevelBpe
from sse_steps.infer.sentence_piece import SentencePiece
from sse_steps.models.tokenizer_data import TokenizerData, TokenizerKind

SPECIAL: Final = (gguf.TokenType.CONTROL, gguf.TokenType.UNKNOWN)
Fragment = str | int  # text that is not encoded yet, or an id


class Vocabulary(Protocol):
    """A scheme that cuts plain text into tokens."""

    def encode(self, text: str, *, first: bool) -> list[int]:
        """Return the ids of a text; first: nothing but a token that stands alone is before it."""

    def piece(self, index: int) -> bytes:
        """Return the bytes that a token stands for."""


VOCABULARIES: Final[Mapping[TokenizerKind, Callable[[TokenizerData], Vocabulary]]] = {
    TokenizerKind.BYTE_LEVEL_BPE: ByteLevelBpe,
    TokenizerKind.SENTENCE_PIECE: SentencePiece,
}


class Tokenizer:
    """Text to token ids and back.

    Raises:
        ModelFormatError: the vocabulary does not hold together.

    """

    def __init__(self, data: TokenizerData) -> None:
        self._vocabulary = VOCABULARIES[data.kind](data)
        self._special = _longest_first(data, SPECIAL)
        self._special_ids = frozenset(self._special.values())
        self._user_defined = _longest_first(data, (gguf.TokenType.USER_DEFINED,))
        self._user_defined_pieces = {
            index: text.encode() for text, index in self._user_defined.items()
        }
        self._begin = data.bos_id if data.add_bos else None

    def encode(self, text: str) -> list[int]:
        """Return the ids of ordinary text, in which special tokens are mere characters."""
        return self._encode([text])

    def encode_chat(
        self, contents: Sequence[str], render: Callable[[Sequence[str]], str]
    ) -> list[int]:
        """Return the ids of a conversation.

        It begins with the token that the model wants there, once, whether the template has written
        it or not.

        Args:
            contents: the untrusted texts.
            render: puts texts into the chat template; special tokens that it adds are special.

        """
        shield = Shield.against(self._special, contents)
        text = render([content.translate(shield.cover) for content in contents])
        ids = self._encode(
            fragment.translate(shield.uncover) if isinstance(fragment, str) else fragment
            for fragment in cut_out([text], self._special)
        )
        begun = self._begin is None or ids[:1] == [self._begin]
        return ids if begun or self._begin is None else [self._begin, *ids]

    def piece(self, index: int) -> bytes:
        """Return the bytes that a token adds to a text; special tokens add none."""
        if index in self._special_ids:
            return b""
        found = self._user_defined_pieces.get(index)
        return self._vocabulary.piece(index) if found is None else found

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids without special tokens; bytes that are not UTF-8 become U+FFFD."""
        return b"".join(map(self.piece, ids)).decode("utf-8", "replace")

    def _encode(self, fragments: Iterator[Fragment] | Sequence[Fragment]) -> list[int]:
        """Return the ids of fragments, which have no special tokens any more, only their ids.

        Tokens that the model's authors added for ordinary text count wherever they stand.
        """
        ids: list[int] = []
        first = True
        for fragment in cut_out(fragments, self._user_defined):
            if isinstance(fragment, int):
                ids.append(fragment)
            else:
                valid = fragment.encode("utf-8", "replace").decode()  # no lone surrogates
                ids += self._vocabulary.encode(valid, first=first)
            first = isinstance(fragment, int)
        return ids


def _longest_first(data: TokenizerData, kinds: Collection[int]) -> dict[str, int]:
    found = {
        text: index
        for index, (text, kind) in enumerate(zip(data.tokens, data.token_types, strict=True))
        if text and kind in kinds
    }
    return {text: found[text] for text in sorted(found, key=len, reverse=True)}


def cut_out(
    fragments: Iterator[Fragment] | Sequence[Fragment], tokens: Mapping[str, int]
) -> list[Fragment]:
    """Cut tokens out of the texts among fragments, each token everywhere before the next one.

    So does llama.cpp (src/llama-vocab.cpp, tokenizer_st_partition), the longest token first.
    """
    cut = list(fragments)
    for token, index in tokens.items():
        if any(isinstance(fragment, str) and token in fragment for fragment in cut):
            cut = [part for fragment in cut for part in _cut_one(fragment, token, index)]
    return [fragment for fragment in cut if fragment != ""]


def _cut_one(fragment: Fragment, token: str, index: int) -> Iterator[Fragment]:
    if isinstance(fragment, int):
        yield fragment
        return
    first, *others = fragment.split(token)
    yield first
    for text in others:
        yield index
        yield text


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
