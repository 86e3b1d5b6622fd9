"""A model's vocabulary, read from the keys of its file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import gguf

from sse_steps.models.metadata import Metadata
from sse_steps.models.stored_model import unusable

# Some files name only one of several ends: llama.cpp, src/llama-vocab.cpp, goes by these texts too.
CUSTOMARY_ENDS: Final = (
    *("<|im_end|>", "<|endoftext|>", "<|end|>", "<|eot_id|>", "<|eom_id|>"),
    *("<|end_of_text|>", "<end_of_turn>"),
)
# Schemes whose files may leave out that a conversation begins with a token of its own (as above).
BEGUN_UNASKED: Final = ("llama3", "llama-v3", "llama-bpe")


class TokenizerKind(StrEnum):
    """The value of `tokenizer.ggml.model`."""

    BYTE_LEVEL_BPE = "gpt2"  # merges in the order of a list
    SENTENCE_PIECE = "llama"  # merges by the scores of what they make, bytes for the rest


@dataclass(frozen=True, slots=True)
class TokenizerData:
    """A vocabulary as GGUF holds it; an id is a position in `tokens`.

    `token_types` holds `gguf.TokenType` values. A merge is two tokens with one space between.
    Byte-level BPE has merges and a pre-tokenizer, SentencePiece has scores and a space prefix.
    """

    kind: TokenizerKind
    pre_tokenizer: str
    tokens: tuple[str, ...]
    token_types: tuple[int, ...]
    merges: tuple[str, ...]
    bos_id: int | None
    eos_id: int | None
    stop_ids: frozenset[int]  # end of sequence, end of turn
    scores: tuple[float, ...] = ()
    add_bos: bool = False  # a conversation begins with `bos_id`
    space_prefix: bool = False  # a text that follows no other text gets a space before it


def read_tokenizer(metadata: Metadata) -> TokenizerData:
    """Return the vocabulary.

    Raises:
        ModelFormatError: it does not hold together, or is of a kind that is not known here.
    """
    kind = _kind(metadata)
    tokens = metadata.items("tokenizer.ggml.tokens", str)
    types = metadata.items("tokenizer.ggml.token_type", int)
    if not tokens or len(types) != len(tokens):
        raise unusable(metadata.path, f"{len(tokens)} tokens have {len(types)} types")
    pieces = kind is TokenizerKind.SENTENCE_PIECE
    scores = metadata.items("tokenizer.ggml.scores", float) if pieces else ()
    if pieces and len(scores) != len(tokens):
        raise unusable(metadata.path, f"{len(tokens)} tokens have {len(scores)} scores")
    # A SentencePiece file that names no ends means Llama's own (llama.cpp, as above).
    bos = metadata.token_id("tokenizer.ggml.bos_token_id", len(tokens), 1 if pieces else None)
    eos = metadata.token_id("tokenizer.ggml.eos_token_id", len(tokens), 2 if pieces else None)
    pre_tokenizer = metadata.text("tokenizer.ggml.pre", "default")
    data = TokenizerData(
        kind=kind,
        pre_tokenizer=pre_tokenizer,
        tokens=tokens,
        token_types=types,
        merges=() if pieces else metadata.items("tokenizer.ggml.merges", str),
        bos_id=bos,
        eos_id=eos,
        stop_ids=frozenset(_stop_ids(metadata, tokens, types, eos)),
        scores=scores,
        add_bos=metadata.flag(
            "tokenizer.ggml.add_bos_token", default=pieces or pre_tokenizer in BEGUN_UNASKED
        ),
        space_prefix=metadata.flag("tokenizer.ggml.add_space_prefix", default=pieces),
    )
    _check_specials(metadata, data)
    return data


def _kind(metadata: Metadata) -> TokenizerKind:
    kind = metadata.text("tokenizer.ggml.model")
    if kind not in set(TokenizerKind):
        wrong = f"the tokenizer is '{kind[:80]}', neither byte-level BPE nor SentencePiece"
        raise unusable(metadata.path, wrong)
    return TokenizerKind(kind)


def _stop_ids(
    metadata: Metadata, tokens: tuple[str, ...], types: tuple[int, ...], eos: int | None
) -> Iterator[int]:
    """Yield the ids that the header names as ends, and special tokens that are ends by custom."""
    for end in (
        eos,
        metadata.token_id("tokenizer.ggml.eot_token_id", len(tokens)),
        metadata.token_id("tokenizer.ggml.eom_token_id", len(tokens)),
    ):
        if end is not None:
            yield end
    for index, (text, kind) in enumerate(zip(tokens, types, strict=True)):
        if kind == gguf.TokenType.CONTROL and text in CUSTOMARY_ENDS:
            yield index


def _check_specials(metadata: Metadata, data: TokenizerData) -> None:
    """Refuse what would change every prompt with nothing to show for it."""
    if data.add_bos and data.bos_id is None:
        wrong = "prompts are to begin with a token, and tokenizer.ggml.bos_token_id is missing"
        raise unusable(metadata.path, wrong)
    if data.space_prefix and data.kind is TokenizerKind.BYTE_LEVEL_BPE:
        raise unusable(metadata.path, "a byte-level BPE with tokenizer.ggml.add_space_prefix")
    if metadata.flag("tokenizer.ggml.remove_extra_whitespaces", default=False):
        raise unusable(metadata.path, "the tokenizer is to remove white space")
