"""Declared prices: of tokens, and of a machine's time and energy. What a reply costs by them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from sse_steps.infer.tool import Tool
from sse_steps.records import Reply
from sse_steps.validation import STRICT_KEYS

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, config=STRICT_KEYS)
class TokenPrice:
    """What a million tokens of a hosted model cost, and who said so when."""

    model: Text  # as the tool calls it: `tool.model` of the model's file
    prompt_usd_per_1m: Amount
    completion_usd_per_1m: Amount
    date: Text
    source: Text


@dataclass(frozen=True, config=STRICT_KEYS)
class PriceSettings:
    """One file of conf/prices/: what this machine costs, and the tokens of other machines."""

    date: Text
    machine: Text
    usd_per_hour: Amount
    source: Text
    watts: Amount = 0.0  # drawn while it works, where the price of an hour leaves energy out
    usd_per_kwh: Amount = 0.0
    energy_source: str = ""
    tokens: tuple[TokenPrice, ...] = ()

    @property
    def usd_per_second(self) -> float:
        """Return the dollars of a second of this machine, its energy included."""
        return self.usd_per_hour / 3600 + self.watts * self.usd_per_kwh / 3.6e6

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of all these prices as JSON, overrides included."""
        text = json.dumps(dataclasses.asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def of_machine(self) -> str:
        """Say what the machine costs, since when, and who says so."""
        text = f"{self.usd_per_hour:g} $/h, {self.machine}, {self.date}, {self.source}"
        if not self.watts:
            return text
        source = f", {self.energy_source}" if self.energy_source else ""
        return f"{text}; energy: {self.watts:g} W at {self.usd_per_kwh:g} $/kWh{source}"


@dataclasses.dataclass(frozen=True, slots=True)
class Cost:
    """The dollars of one reply; None is not known. The parts are there for tokens with a price."""

    total: float | None
    prompt: float | None = None
    completion: float | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Price:
    """What one model's replies cost: tokens where they have a price, else seconds.

    Neither: another machine does the work, and nobody declared what it takes for it.
    """

    tokens: TokenPrice | None
    usd_per_second: float | None
    note: str  # what is declared, since when, and who says so

    def cost(self, reply: Reply) -> Cost:
        """Return what a reply cost: as its tool or its recording says, else as declared."""
        if reply.cost_usd is not None or reply.replayed:
            return Cost(reply.cost_usd)
        if self.tokens is not None:
            return _cost_of_tokens(self.tokens, reply.prompt_tokens, reply.completion_tokens)
        return Cost(None if self.usd_per_second is None else reply.machine_s * self.usd_per_second)


def price_of(tool: Tool | None, prices: PriceSettings) -> Price:
    """Return what the replies of a model cost that an installed tool runs, or an engine of ours."""
    known = [each for each in prices.tokens if tool is not None and each.model == tool.model]
    if known:
        price = known[0]
        note = (
            f"{price.prompt_usd_per_1m:g} $ and {price.completion_usd_per_1m:g} $ per 1M tokens in "
            f"and out, unless the tool says what it cost; {price.date}, {price.source}"
        )
        return Price(price, None, note)
    if tool is not None and tool.hosted:
        return Price(None, None, "what the tool says that it cost; no price is declared")
    return Price(None, prices.usd_per_second, prices.of_machine())


def _cost_of_tokens(price: TokenPrice, prompt: int | None, completion: int | None) -> Cost:
    if prompt is None or completion is None:
        return Cost(None)
    parts = (
        prompt * price.prompt_usd_per_1m / 1e6,
        completion * price.completion_usd_per_1m / 1e6,
    )
    return Cost(sum(parts), *parts)
