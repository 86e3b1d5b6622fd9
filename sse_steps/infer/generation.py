"""Batched decoding in numpy that deals in token ids alone: prompts in, continuations out.

For what the make-up of a batch does to the last bits of the logits see `transformer`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from sse_steps.infer.attention import Block, Cache
from sse_steps.infer.batch import Course
from sse_steps.infer.decoding import Continuation, Draft, Prompt, Writer, unheard
from sse_steps.infer.transformer import forward, logits
from sse_steps.infer.weights import Weights
from sse_steps.models.stored_model import FloatArray

Span = tuple[int, range]  # a slot, and some neighbouring positions of its text


@dataclass(frozen=True, slots=True)
class Generator(Writer):
    """Writes continuations, one batch at a call.

    Prompts are read `chunk` rows at a time: more are no faster, and time limits are looked at in
    between.
    """

    weights: Weights
    stop_ids: frozenset[int]
    clock: Callable[[], float] = time.perf_counter
    chunk: int = 256

    @property
    def context_length(self) -> int:
        """How many tokens a prompt and its continuation may have together."""
        return self.weights.model.context_length

    def close(self) -> None:
        """Leave the weights to Python, which frees them with the last reference."""

    def generate(
        self, prompts: Sequence[Prompt], on_finish: Callable[[int], None] = unheard
    ) -> list[Continuation]:
        """Continue one batch of prompts; the answers keep their order.

        `on_finish` is called with the number of sequences that became whole, step by step.

        Raises:
            ValueError: a prompt is empty or leaves no room in the context.

        """
        course = Course(self.context_length, self.stop_ids, self.clock)
        return course.write(prompts, CachedSlots(self.weights, self.chunk), on_finish)

    def last_scores(self, tokens: Sequence[int], count: int) -> FloatArray:
        """Return the logits [count, V] after each of the last `count` tokens, in one reading.

        Raises:
            ValueError: there are no tokens, or more than the context has.
        """
        if not 0 < len(tokens) <= self.context_length:
            raise ValueError(f"{len(tokens)} tokens, not 1 to {self.context_length}")
        cache = Cache.empty(self.weights.model, slots=1, capacity=len(tokens))
        text = np.array(tokens)
        read = [
            forward(self.weights, cache, text[span.start : span.stop], list(span_blocks(spans)))
            for spans in chunks([len(text)], self.chunk)
            for _, span in spans
        ]
        return logits(self.weights, np.concatenate(read)[-count:])


class CachedSlots:
    """The sequences of one batch, their keys and values in a cache of numpy arrays."""

    def __init__(self, weights: Weights, chunk: int) -> None:
        self._weights = weights
        self._chunk = chunk
        self._cache = Cache.empty(weights.model, slots=0, capacity=0)

    def read(
        self, drafts: Sequence[Draft], shared: int, late: Callable[[], bool]
    ) -> FloatArray | None:
        """Return scores [S, V] after each prompt, None once the time is over."""
        model = self._weights.model
        own = [draft.prompt.tokens[shared:] for draft in drafts]
        capacity = max(len(text) + draft.room for text, draft in zip(own, drafts, strict=True))
        prefix = Cache.empty(model, slots=1, capacity=shared)
        cache = Cache.empty(model, slots=len(drafts), capacity=capacity, prefix=prefix.as_prefix())
        first = drafts[0].prompt.tokens[:shared]
        read_texts(self._weights, prefix, [first], self._chunk, late)
        hidden = read_texts(self._weights, cache, own, self._chunk, late)
        self._cache = cache
        return None if hidden is None else logits(self._weights, hidden)

    def step(self, active: Sequence[Draft]) -> FloatArray:
        """Run each sequence's newest token, for scores [n, V]."""
        count = len(active)
        tokens = np.array([draft.tokens[-1] for draft in active])  # [n]
        shared = self._cache.shared
        positions = np.array([[draft.length - 1 - shared] for draft in active])  # [n, 1]
        block = Block(rows=slice(0, count), slots=slice(0, count), positions=positions)
        return logits(self._weights, forward(self._weights, self._cache, tokens, [block]))

    def copy_slot(self, source: int, target: int, *, length: int) -> None:
        """Overwrite a finished slot with the text, `length` tokens, of another."""
        self._cache.copy_slot(source, target, length=length - self._cache.shared)


def read_texts(
    weights: Weights,
    cache: Cache,
    texts: Sequence[tuple[int, ...]],
    chunk: int,
    late: Callable[[], bool],
) -> FloatArray | None:
    """Return [S, E] hidden states of every text's last token, None where it became late."""
    last = np.zeros((len(texts), weights.model.embedding_width), np.float32)  # [S, E]
    for spans in chunks([len(text) for text in texts], chunk):
        if late():
            return None
        tokens = [texts[slot][position] for slot, span in spans for position in span]
        blocks = list(span_blocks(spans))
        hidden = forward(weights, cache, np.array(tokens), blocks)  # [N, E]
        for (slot, _), block in zip(spans, blocks, strict=True):
            last[slot] = hidden[block.rows.stop - 1]  # later chunks overwrite it
    return last


def chunks(lengths: Sequence[int], size: int) -> Iterator[list[Span]]:
    """Cut texts laid end to end into passes of at most `size` rows, in order."""
    spans: list[Span] = []
    free = size
    for slot, length in enumerate(lengths):
        start = 0
        while start < length:
            stop = min(length, start + free)
            spans.append((slot, range(start, stop)))
            free -= stop - start
            start = stop
            if free == 0:
                yield spans
                spans, free = [], size
    if spans:
        yield spans


def span_blocks(spans: Sequence[Span]) -> Iterator[Block]:
    """Yield one block for each span of a pass."""
    stops = accumulate(len(span) for _, span in spans)
    for (slot, span), stop in zip(spans, stops, strict=True):
        rows = slice(stop - len(span), stop)
        yield Block(rows=rows, slots=slice(slot, slot + 1), positions=np.array(span)[None])
