"""What every engine offers: requests in, replies out, one batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Protocol

from sse_steps.records import Example, LabelledExample, Reply


@dataclass(frozen=True, slots=True)
class Sampling:
    """How an engine writes. At temperature 0 the seed has no say."""

    temperature: float
    max_tokens: int
    timeout_s: float  # of the machine's time, the request's own share of it
    seed: int = 0
    top_k: int = 0  # draw from the k likeliest tokens; 0: from all
    top_p: float = 1.0  # draw from the fewest tokens whose probabilities reach p
    stop: tuple[str, ...] = ()  # a reply ends before the first of these texts
    stop_repetition: bool = True  # end a reply that only repeats itself any more


@dataclass(frozen=True, slots=True)
class Request:
    """One example with the prompt that a language model is to see.

    `user` is the prompt as one text. Where the model has replied before, `dialogue` is the same
    message by message: the user's, the model's and so on, the user's at its end.
    """

    example: Example | LabelledExample
    system: str
    user: str
    dialogue: tuple[str, ...] = ()

    @property
    def messages(self) -> tuple[tuple[str, str], ...]:
        """Each message as (role, text): system, where it says something, user and assistant."""
        system = (("system", self.system),) if self.system else ()
        said = self.dialogue or (self.user,)
        return (*system, *zip(cycle(("user", "assistant")), said, strict=False))


OnFinish = Callable[[int], None]


class Engine(Protocol):
    """Something that answers requests: a language model, a transpiler, a control."""

    @property
    def version(self) -> str:
        """Name and version of what executes the model; part of a completion's identity."""

    def inputs(self, request: Request, sampling: Sampling) -> tuple[object, ...]:
        """Return all of a request and its sampling that the reply depends on, as plain data."""

    def complete(
        self, requests: Sequence[Request], sampling: Sampling, *, on_finish: OnFinish
    ) -> Iterator[Sequence[Reply]]:
        """Yield the replies batch by batch, in the order of the requests.

        A caller that keeps whole batches and asks for the rest later gets the same batches again.
        `on_finish` is called with the number of replies that became whole, as they do.
        """


def before_first(stop: Sequence[str], text: str) -> str:
    """Return a text up to where the first of some other texts begins in it."""
    places = [place for place in map(text.find, stop) if place >= 0]
    return text[: min(places, default=len(text))]
