"""Batched decoding that deals in token ids alone: prompts in, continuations out.

A batch is static: it starts whole, sequences leave it as they finish, none joins. What is written
is therefore a function of the batch and not of the clock, unless a time limit strikes. For what
the make-up of a batch does to the last bits of the logits see `transformer`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from sse_steps.infer.attention import Block, Cache
from sse_steps.infer.decoding import Continuation, Draft, Prompt, unheard
from sse_steps.infer.transformer import forward, logits
from sse_steps.infer.weights import Weights
from sse_steps.models.stored_model import FloatArray
from sse_steps.records import FinishReason

Span = tuple[int, range]  # a slot, and some neighbouring positions of its text


@dataclass(frozen=True, slots=True)
class Generator:
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

    def generate(
        self, prompts: Sequence[Prompt], on_finish: Callable[[int], None] = unheard
    ) -> list[Continuation]:
        """Continue one batch of prompts; the answers keep their order.

        `on_finish` is called with the number of sequences that became whole, step by step.

        Raises:
            ValueError: a prompt is empty or leaves no room in the context.

        """
        drafts = [Draft.begin(prompt, self.context_length) for prompt in prompts]
        if drafts:
            self._write(drafts, on_finish)
        return [draft.continuation() for draft in drafts]

    def scores(self, tokens: Sequence[int]) -> FloatArray:
        """Return the logits [V] of the token that follows `tokens`.

        Raises:
            ValueError: there are no tokens, or more than the context has.
        """
        after: FloatArray = self.last_scores(tokens, 1)[0]
        return after

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

    def _write(self, drafts: Sequence[Draft], on_finish: Callable[[int], None]) -> None:
        start = now = self.clock()
        deadline = start + sum(draft.prompt.timeout_s for draft in drafts)
        shared = shared_length([draft.prompt.tokens for draft in drafts])
        shares = prompt_shares(drafts, shared)
        cache, hidden = self._read_prompts(drafts, shared, deadline)
        active = list(drafts)  # the one at index i has its keys and values in slot i
        while active:
            self._advance(active, hidden)
            before, now = now, self.clock()
            for draft, share in zip(active, shares, strict=True):
                draft.charge((now - before) * share, now - start)
            on_finish(self._drop_finished(active, cache))
            hidden = self._step(active, cache) if active else None
            shares = [1 / len(active) for _ in active]

    def _advance(self, active: Sequence[Draft], hidden: FloatArray | None) -> None:
        """Take each next token; without hidden states [n, E] the time was over before it."""
        if hidden is None:
            for draft in active:
                draft.reason = FinishReason.TIMEOUT
            return
        for draft, scores in zip(active, logits(self.weights, hidden), strict=True):
            draft.advance(scores, self.stop_ids)

    def _read_prompts(
        self, drafts: Sequence[Draft], shared: int, deadline: float
    ) -> tuple[Cache, FloatArray | None]:
        model = self.weights.model
        own = [draft.prompt.tokens[shared:] for draft in drafts]
        capacity = max(len(text) + draft.room for text, draft in zip(own, drafts, strict=True))
        prefix = Cache.empty(model, slots=1, capacity=shared)
        cache = Cache.empty(model, slots=len(drafts), capacity=capacity, prefix=prefix.as_prefix())
        self._read(prefix, [drafts[0].prompt.tokens[:shared]], deadline)
        return cache, self._read(cache, own, deadline)

    def _read(
        self, cache: Cache, texts: Sequence[tuple[int, ...]], deadline: float
    ) -> FloatArray | None:
        """Return [S, E] hidden states of every text's last token, None once the time is over."""
        last = np.zeros((len(texts), self.weights.model.embedding_width), np.float32)  # [S, E]
        for spans in chunks([len(text) for text in texts], self.chunk):
            if self.clock() > deadline:
                return None
            tokens = [texts[slot][position] for slot, span in spans for position in span]
            blocks = list(span_blocks(spans))
            hidden = forward(self.weights, cache, np.array(tokens), blocks)  # [N, E]
            for (slot, _), block in zip(spans, blocks, strict=True):
                last[slot] = hidden[block.rows.stop - 1]  # later chunks overwrite it
        return last

    def _step(self, active: Sequence[Draft], cache: Cache) -> FloatArray:
        """Run each sequence's newest token, for [n, E]."""
        count = len(active)
        tokens = np.array([draft.tokens[-1] for draft in active])  # [n]
        positions = np.array([[draft.length - 1 - cache.shared] for draft in active])  # [n, 1]
        block = Block(rows=slice(0, count), slots=slice(0, count), positions=positions)
        return forward(self.weights, cache, tokens, [block])

    def _drop_finished(self, active: list[Draft], cache: Cache) -> int:
        """Move the last sequences into the places of finished ones, so that slots stay dense.

        Returns how many there were.
        """
        before = len(active)
        for slot in reversed(range(before)):
            if active[slot].reason is None:
                continue
            last = active.pop()
            if slot < len(active):
                active[slot] = last
                cache.copy_slot(len(active), slot, length=last.length - cache.shared)
        return before - len(active)


def shared_length(prompts: Sequence[Sequence[int]]) -> int:
    """Return how many tokens all prompts begin with, leaving one of its own to each of them."""
    limit = min(len(prompt) for prompt in prompts) - 1
    columns = zip(*(prompt[:limit] for prompt in prompts), strict=True)
    return next((i for i, tokens in enumerate(columns) if len(set(tokens)) > 1), limit)


def prompt_shares(drafts: Sequence[Draft], shared: int) -> list[float]:
    """Return each prompt's part, summing to one, of the work of reading them all."""
    rows = [len(draft.prompt.tokens) - shared + shared / len(drafts) for draft in drafts]
    return [count / sum(rows) for count in rows]


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
