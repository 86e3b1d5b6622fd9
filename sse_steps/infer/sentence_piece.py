"""SentencePiece tokens with scores, as Llama 2 and Gemma 3 have them: the best merge goes first.

The order of merges is llama.cpp's (src/llama-vocab.cpp, llm_tokenizer_spm_session): of all
neighbours that make a token, those whose token has the highest score are joined, the leftmost of
several. The `tokenizers` library has no such order: its BPE ranks pairs, so that two pairs which
make the same token do not tie, and its Unigram maximises a sum of scores, which is another search.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import gguf

from sse_steps.errors import ModelFormatError
from sse_steps.models.tokenizer_data import TokenizerData

SPACE = "\u2581"  # what stands for a space inside tokens


class SentencePiece:
    """A vocabulary with scores; what no token covers is spelled in bytes.

    Raises:
        ModelFormatError: the vocabulary lacks bytes.

    """

    def __init__(self, data: TokenizerData) -> None:
        self._prefix = SPACE if data.space_prefix else ""
        kinds = data.token_types
        by_text = {text: index for index, text in enumerate(data.tokens)}
        names = [f"<0x{byte:02X}>" for byte in range(256)]
        missing = [name for name in names if name not in by_text]
        if missing:
            raise _unusable(f"it has no token for the byte {missing[0]}")
        self._byte_ids = [by_text[name] for name in names]
        self._bytes = {index: byte for byte, index in enumerate(self._byte_ids)}
        # Only plain tokens may come out of a text: a special token or a byte spelled out is text.
        plain = (gguf.TokenType.NORMAL, gguf.TokenType.USER_DEFINED, gguf.TokenType.UNUSED)
        self._ids = {text: index for text, index in by_text.items() if kinds[index] in plain}
        self._pieces = {
            index: text.replace(SPACE, " ").encode("utf-8", "replace")
            for index, text in enumerate(data.tokens)
            if kinds[index] == gguf.TokenType.NORMAL
        }
        self._scores = data.scores

    def encode(self, text: str, *, first: bool) -> list[int]:
        """Return the ids of a text; the first has a space put before it, where the model asks."""
        spaced = (self._prefix if first else "") + text.replace(" ", SPACE)
        ids: list[int] = []
        for part in self._merged(spaced):
            known = self._ids.get(part)
            ids += [self._byte_ids[byte] for byte in part.encode()] if known is None else [known]
        return ids

    def piece(self, index: int) -> bytes:
        """Return the bytes that a token stands for; unused tokens stand for none."""
        byte = self._bytes.get(index)
        return self._pieces.get(index, b"") if byte is None else bytes([byte])

    def _merged(self, text: str) -> list[str]:
        """Return the parts that remain when no two neighbours make a token any more."""
        chain = Chain.of(text)
        possible = (self._offer(chain, left) for left in range(len(text) - 1))
        offers = [offer for offer in possible if offer is not None]
        heapq.heapify(offers)
        while offers:
            _, left, joined = heapq.heappop(offers)
            if chain.joined(left) != joined:
                continue  # one of the two has become part of something else
            chain.join(left)
            for place in (chain.before[left], left):
                offer = self._offer(chain, place)
                if offer is not None:
                    heapq.heappush(offers, offer)
        return [part for part in chain.parts if part]

    def _offer(self, chain: Chain, left: int) -> tuple[float, int, str] | None:
        """Return what joining a part with the next is worth, the best first; None: no token."""
        joined = chain.joined(left)
        index = self._ids.get(joined) if joined else None
        return None if index is None else (-self._scores[index], left, joined)


@dataclass(slots=True)
class Chain:
    """The parts of a text, at the places of their first characters, linked to their neighbours."""

    parts: list[str]  # empty: become part of an earlier one
    before: list[int] = field(default_factory=list)  # -1: none
    after: list[int] = field(default_factory=list)  # the length of the text: none

    @classmethod
    def of(cls, text: str) -> Chain:
        """Return one part for each character."""
        places = range(len(text))
        return cls(list(text), [place - 1 for place in places], [place + 1 for place in places])

    def joined(self, left: int) -> str:
        """Return a part together with the next one, nothing where there are no two."""
        if left < 0 or not self.parts[left] or self.after[left] >= len(self.parts):
            return ""
        return self.parts[left] + self.parts[self.after[left]]

    def join(self, left: int) -> None:
        """Make one part of two neighbours."""
        right = self.after[left]
        self.parts[left] += self.parts[right]
        self.parts[right] = ""
        self.after[left] = self.after[right]
        if self.after[right] < len(self.parts):
            self.before[self.after[right]] = left


def _unusable(wrong: str) -> ModelFormatError:
    remedy = "Use another build of the model, or download the file again."
    return ModelFormatError(f"The model's tokenizer cannot be used: {wrong}.", remedy)
