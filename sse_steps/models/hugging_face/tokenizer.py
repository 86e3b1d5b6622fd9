"""tokenizer.json and its companions as GGUF's tokenizer keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import gguf

from sse_steps.models.hugging_face.config import Config
from sse_steps.models.hugging_face.pre_tokenizer import Scheme, recognised_scheme
from sse_steps.models.hugging_face.sentence_piece import BYTE, piece_scores
from sse_steps.models.hugging_face.special_tokens import special_token_keys
from sse_steps.models.hugging_face.tokenizer_json import AddedToken, TokenizerJson
from sse_steps.models.hugging_face.typed_json import read_json
from sse_steps.models.stored_model import KeyValue, unusable

Kinds = gguf.GGUFValueType
Types = gguf.TokenType
_SPECIAL_BY_LOOK: Final = re.compile(r"<\|.*\|>|<\uff5c.*\uff5c>|<unused.*>|<pad>|<mask>")
_SPACE: Final = "▁"  # SentencePiece's stand-in for a space


def tokenizer_keys(folder: Path, config: Config, *, vocabulary_size: int) -> Mapping[str, KeyValue]:
    """Return GGUF's tokenizer keys, the chat template among them.

    Args:
        folder: where tokenizer.json lies.
        config: the model's config.json.
        vocabulary_size: the rows of the embedding; ids beyond the tokenizer's get unused tokens,
            and added tokens beyond the rows are left out, as by llama.cpp's converter.

    Raises:
        ModelFormatError: a file is missing or damaged, or the scheme is none that is known here.
    """
    path = folder / "tokenizer.json"
    data = read_json(path, TokenizerJson)
    scheme = recognised_scheme(path, data)
    tokens, types = _vocabulary(path, data, scheme, vocabulary_size)
    return {
        "tokenizer.ggml.model": KeyValue(scheme.model, Kinds.STRING),
        "tokenizer.ggml.pre": KeyValue(scheme.pre, Kinds.STRING),
        "tokenizer.ggml.tokens": KeyValue(tokens, Kinds.ARRAY, Kinds.STRING),
        "tokenizer.ggml.token_type": KeyValue(types, Kinds.ARRAY, Kinds.INT32),
        **_how_to_join(path, data, scheme, tokens, types),
        **special_token_keys(folder, config, data, tokens),
    }


def _how_to_join(
    path: Path, data: TokenizerJson, scheme: Scheme, tokens: list[str], types: list[int]
) -> Mapping[str, KeyValue]:
    """Return the merges of a byte-level BPE, or the scores of a SentencePiece vocabulary."""
    pairs = data.model.pairs()
    if scheme.pieces:
        scores = piece_scores(path, tokens, types, pairs)
        return {
            "tokenizer.ggml.scores": KeyValue(scores, Kinds.ARRAY, Kinds.FLOAT32),
            "tokenizer.ggml.add_space_prefix": KeyValue(scheme.space_prefix, Kinds.BOOL),
        }
    merges = [f"{left} {right}" for left, right in pairs]
    return {"tokenizer.ggml.merges": KeyValue(merges, Kinds.ARRAY, Kinds.STRING)}


def _vocabulary(
    path: Path, data: TokenizerJson, scheme: Scheme, size: int
) -> tuple[list[str], list[int]]:
    """Return text and type of every id; ids that nothing names get unused tokens."""
    tokens = [f"[PAD{index}]" for index in range(size)]
    types = [int(Types.UNUSED)] * size
    for text, index in data.model.vocab.items():
        _check_id(path, text, index, size)
        if types[index] != Types.UNUSED:
            raise unusable(
                path, f"the tokens {tokens[index][:40]!r} and {text[:40]!r} are both {index}"
            )
        tokens[index], types[index] = text, int(Types.NORMAL)
        if scheme.pieces and BYTE.fullmatch(text):
            types[index] = int(Types.BYTE)
    for token in data.added_tokens:
        if token.id < size:  # a token without a row can be neither read nor written by the model
            tokens[token.id], types[token.id] = _added(token, scheme)
    if scheme.pieces and data.model.unk_token in data.model.vocab:
        types[data.model.vocab[data.model.unk_token]] = int(Types.UNKNOWN)
    return tokens, types


def _check_id(path: Path, text: str, index: int, size: int) -> None:
    if index >= size:
        raise unusable(
            path, f"token {text[:40]!r} has the id {index}, and the embedding {size} rows"
        )


def _added(token: AddedToken, scheme: Scheme) -> tuple[str, int]:
    """Return text and type of an added token.

    Text of a user can become a token that is not special. One that only looks so is not marked in
    many files, and is here, as in llama.cpp's converter: no program's text is to end a turn.
    """
    if token.special or _SPECIAL_BY_LOOK.fullmatch(token.content):
        return token.content, int(Types.CONTROL)
    text = token.content.replace(_SPACE, " ") if scheme.pieces else token.content
    return text, int(Types.USER_DEFINED)
