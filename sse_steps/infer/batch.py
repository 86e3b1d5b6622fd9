"""Writing one batch token by token: who pays for what, who is done, whoever runs the model.

A batch is static: it starts whole, sequences leave it as they finish, none joins. What is written
is therefore a function of the batch and not of the clock, unless a time limit strikes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sse_steps.infer.decoding import Continuation, Draft, Prompt, unheard
from sse_steps.models.stored_model import FloatArray
from sse_steps.records import FinishReason


class Slots(Protocol):
    """A batch inside a model: slot i holds the text of the i-th sequence that is still written.

    Scores are valid until the next call.
    """

    def read(
        self, drafts: Sequence[Draft], shared: int, late: Callable[[], bool]
    ) -> FloatArray | None:
        """Read the prompts, whose first `shared` tokens are the same, for scores [S, V].

        None: `late` was true. It is to be asked before each piece of work of some length.
        """

    def step(self, active: Sequence[Draft]) -> FloatArray:
        """Run each sequence's newest token, for scores [n, V]."""

    def copy_slot(self, source: int, target: int, *, length: int) -> None:
        """Overwrite a finished slot with the text, `length` tokens, of another."""


@dataclass(frozen=True, slots=True)
class Course:
    """What the course of a batch depends on, beside the model and the prompts."""

    context_length: int
    stop_ids: frozenset[int]
    clock: Callable[[], float]

    def write(
        self,
        prompts: Sequence[Prompt],
        slots: Slots,
        on_finish: Callable[[int], None] = unheard,
    ) -> list[Continuation]:
        """Continue one batch of prompts; the answers keep their order.

        `on_finish` is called with the number of sequences that became whole, step by step.

        Raises:
            ValueError: a prompt is empty or leaves no room in the context.
        """
        drafts = [Draft.begin(prompt, self.context_length) for prompt in prompts]
        if drafts:
            self._write(drafts, slots, on_finish)
        return [draft.continuation() for draft in drafts]

    def _write(
        self, drafts: Sequence[Draft], slots: Slots, on_finish: Callable[[int], None]
    ) -> None:
        start = now = self.clock()
        deadline = start + sum(draft.prompt.timeout_s for draft in drafts)
        shared = shared_length([draft.prompt.tokens for draft in drafts])
        shares = prompt_shares(drafts, shared)
        scores = slots.read(drafts, shared, lambda: self.clock() > deadline)
        active = list(drafts)
        while active:
            self._advance(active, scores)
            before, now = now, self.clock()
            for draft, share in zip(active, shares, strict=True):
                draft.charge((now - before) * share, now - start)
            on_finish(drop_finished(active, slots))
            scores = slots.step(active) if active else None
            shares = [1 / len(active) for _ in active]

    def _advance(self, active: Sequence[Draft], scores: FloatArray | None) -> None:
        """Take each next token; without scores [n, V] the time was over before it."""
        if scores is None:
            for draft in active:
                draft.reason = FinishReason.TIMEOUT
            return
        for draft, row in zip(active, scores, strict=True):
            draft.advance(row, self.stop_ids)


def drop_finished(active: list[Draft], slots: Slots) -> int:
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
            slots.copy_slot(len(active), slot, length=last.length)
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
