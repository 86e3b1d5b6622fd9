"""What every model that writes token by token shares: prompts, drafts, and when to stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from sse_steps.infer.sampling import choose
from sse_steps.models.stored_model import FloatArray
from sse_steps.records import FinishReason


@dataclass(frozen=True, slots=True)
class StopTexts:
    """Texts before the first of which a reply ends, looked for in the bytes of its tokens.

    Texts and the bytes of tokens are both UTF-8, in which no character begins inside another, so
    that a text found in the bytes is found in the decoded reply as well.
    """

    texts: tuple[bytes, ...]  # none is empty
    piece: Callable[[int], bytes]  # the bytes that a token adds to a reply

    def reached(self, tokens: Sequence[int]) -> bool:
        """Return whether the newest token completes one of the texts; only the end is decoded."""
        if not self.texts or not tokens:
            return False
        tail = self.piece(tokens[-1])
        enough = len(tail) + max(map(len, self.texts)) - 1
        for token in reversed(tokens[:-1]):
            if len(tail) >= enough:
                break
            tail = self.piece(token) + tail
        return any(text in tail for text in self.texts)


@dataclass(frozen=True, slots=True)
class Prompt:
    """Token ids to continue, and how. At temperature 0 the likeliest token is taken, always.

    `timeout_s` is held against the request's own share of the machine's time, so that neither the
    size of the batch nor its place in it decides. The random draws depend on `seed` and `tokens`
    alone, not on batch mates.
    """

    tokens: tuple[int, ...]
    max_tokens: int
    timeout_s: float
    temperature: float = 0.0
    seed: int = 0
    top_k: int = 0
    top_p: float = 1.0
    stop_repetition: bool = True
    stop: StopTexts | None = None


@dataclass(frozen=True, slots=True)
class Continuation:
    """What was written, without the stop token, but with a stop text. Times are seconds.

    `first_token_s` and `latency_s` run from the start of the batch until this sequence had its
    first token, and until it was whole. `machine_s` is its
    share: a step is split evenly among the sequences still being written, the reading of the
    prompts by their numbers of tokens, where a shared prefix counts once and is split evenly.
    """

    tokens: tuple[int, ...]
    finish_reason: FinishReason
    latency_s: float
    machine_s: float
    first_token_s: float


@dataclass(slots=True)
class Draft:
    """A sequence while it is being written; `room` is how many tokens it may have."""

    prompt: Prompt
    room: int
    random: np.random.Generator
    tokens: list[int] = field(default_factory=list)
    reason: FinishReason | None = None
    latency_s: float = 0.0
    machine_s: float = 0.0
    first_token_s: float | None = None

    @classmethod
    def begin(cls, prompt: Prompt, context_length: int) -> Draft:
        """Return a draft with nothing written yet.

        Raises:
            ValueError: the prompt is empty or leaves no room in the context.
        """
        count = len(prompt.tokens)
        if not 0 < count < context_length:
            raise ValueError(f"a prompt of {count} tokens, not 1 to {context_length - 1}")
        room = max(1, min(prompt.max_tokens, context_length - count))
        return cls(prompt, room, np.random.default_rng([prompt.seed, *prompt.tokens]))

    def continuation(self) -> Continuation:
        """Return what was written."""
        return Continuation(
            tokens=tuple(self.tokens),
            finish_reason=self.reason or FinishReason.ERROR,
            latency_s=self.latency_s,
            machine_s=self.machine_s,
            first_token_s=self.latency_s if self.first_token_s is None else self.first_token_s,
        )

    @property
    def length(self) -> int:
        """The number of tokens of the prompt and of what is written after it."""
        return len(self.prompt.tokens) + len(self.tokens)

    def advance(self, scores: FloatArray, stop_ids: frozenset[int]) -> None:
        """Take the next token from its scores, [V], and finish where it is the last.

        Raises:
            EngineError: the scores are not numbers.
        """
        asked = self.prompt
        token = choose(scores, asked.temperature, asked.top_k, asked.top_p, self.random)
        if token in stop_ids:
            self.reason = FinishReason.STOP
            return
        self.tokens.append(token)
        if asked.stop is not None and asked.stop.reached(self.tokens):
            self.reason = FinishReason.STOP
        elif len(self.tokens) >= self.room:
            self.reason = FinishReason.LENGTH
        elif asked.stop_repetition and only_repeats(self.tokens):
            self.reason = FinishReason.REPETITION

    def charge(self, share_s: float, elapsed_s: float) -> None:
        """Book a share of the machine's time, and finish where the sequence's own time is over."""
        self.machine_s += share_s
        self.latency_s = elapsed_s
        if self.first_token_s is None:
            self.first_token_s = elapsed_s
        if self.reason is None and self.machine_s > self.prompt.timeout_s:
            self.reason = FinishReason.TIMEOUT


def unheard(count: int) -> None:
    """Tell nobody that `count` sequences became whole."""


def only_repeats(tokens: Sequence[int], *, span: int = 128, longest: int = 42) -> bool:
    """Return whether the last `span` tokens are one pattern of at most `longest`, over and over.

    A small model that decodes greedily falls into such loops and does not come out again; three
    rounds of 42 tokens are far beyond what a program repeats.
    """
    if len(tokens) < span:
        return False
    tail = tokens[-span:]
    return any(
        tail[-1] == tail[-1 - period] and tail[period:] == tail[:-period]  # mostly settled by one
        for period in range(1, longest + 1)
    )


class Writer(Protocol):
    """Something that continues token ids: a model in memory, whatever executes it."""

    @property
    def context_length(self) -> int:
        """How many tokens a prompt and its continuation may have together."""

    def generate(
        self, prompts: Sequence[Prompt], on_finish: Callable[[int], None] = unheard
    ) -> list[Continuation]:
        """Continue one batch of prompts; the answers keep their order.

        `on_finish` is called with the number of sequences that became whole, as they do.

        Raises:
            ValueError: a prompt is empty or leaves no room in the context.
        """

    def last_scores(self, tokens: Sequence[int], count: int) -> FloatArray:
        """Return the logits [count, V] after each of the last `count` tokens, in one reading.

        Raises:
            ValueError: there are no tokens, or more than the context has.
        """

    def scores(self, tokens: Sequence[int]) -> FloatArray:
        """Return the logits [V] of the token that follows `tokens`, as `last_scores` does."""
        after: FloatArray = self.last_scores(tokens, 1)[0]
        return after

    def close(self) -> None:
        """Free the weights."""
