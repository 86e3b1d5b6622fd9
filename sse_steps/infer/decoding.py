"""What every model that writes token by token shares: the next token, and when to stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from sse_steps.models.stored_model import FloatArray
from sse_steps.records import FinishReason


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


@dataclass(frozen=True, slots=True)
class Continuation:
    """What was written, without the stop token. Times are seconds of wall clock.

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
        """Take the next token from its scores, [V], and finish where it is the last."""
        token = choose(scores, self.prompt, self.random)
        if token in stop_ids:
            self.reason = FinishReason.STOP
            return
        self.tokens.append(token)
        if len(self.tokens) >= self.room:
            self.reason = FinishReason.LENGTH
        elif self.prompt.stop_repetition and only_repeats(self.tokens):
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


def choose(scores: FloatArray, prompt: Prompt, random: np.random.Generator) -> int:
    """Return the likeliest token of scores [V]; above temperature 0 draw one from their softmax.

    Of equally likely tokens the first wins. The draw is cut to the `top_k` likeliest, then to the
    fewest of these whose probabilities reach `top_p` (nucleus sampling, arXiv:1904.09751).
    """
    if prompt.temperature <= 0:
        return int(scores.argmax())
    order = np.argsort(-scores, kind="stable")  # [V]
    order = order[: prompt.top_k] if prompt.top_k else order
    kept = scores[order].astype(np.float64) / prompt.temperature
    weights = np.exp(kept - kept[0])
    weights /= weights.sum()
    needed = int(np.searchsorted(np.cumsum(weights), prompt.top_p)) + 1
    weights = weights[:needed]
    return int(order[random.choice(len(weights), p=weights / weights.sum())])


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

    def scores(self, tokens: Sequence[int]) -> FloatArray:
        """Return the logits [V] of the token that follows `tokens`."""
