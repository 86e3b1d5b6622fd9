"""tokenizer.json by declared types: https://github.com/huggingface/tokenizers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sse_steps.models.hugging_face.typed_json import Document, TokenId

Merge = str | Annotated[list[str], Field(min_length=2, max_length=2)]


class AddedToken(Document):
    """A token that is found in the text before anything else is."""

    id: TokenId
    content: str
    special: bool = False


class BytePairs(Document):
    """The model of a tokenizer: merges of pairs."""

    type: Literal["BPE"] = "BPE"  # old files leave it out
    vocab: dict[str, TokenId]
    merges: list[Merge]
    unk_token: str | None = None
    byte_fallback: bool = False
    ignore_merges: bool = False
    dropout: float | None = None
    continuing_subword_prefix: str | None = None
    end_of_word_suffix: str | None = None

    def pairs(self) -> list[tuple[str, str]]:
        """Return the merges in order; old files put a space between the two halves."""
        return [_pair(merge) for merge in self.merges]


def _pair(merge: Merge) -> tuple[str, str]:
    if isinstance(merge, list):
        return merge[0], merge[1]
    left, _, right = merge.partition(" ")
    return left, right


class TokenizerJson(Document):
    """The whole file. Its free-form parts are compared as they stand, never interpreted."""

    added_tokens: list[AddedToken] = Field(default_factory=list)
    normalizer: dict[str, Any] | None = None
    pre_tokenizer: dict[str, Any] | None = None
    post_processor: dict[str, Any] | None = None
    model: BytePairs
