"""Tests of what a reply costs by declared prices."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sse_steps.config import load_settings
from sse_steps.infer.tool import Tool
from sse_steps.prices import Price, PriceSettings, TokenPrice, price_of
from sse_steps.records import FinishReason, Reply

ROOT = Path(__file__).parents[1]
TOKENS = TokenPrice("large", 0.30, 2.50, "2026-03", "a list")
PRICES = PriceSettings(
    date="2026-01-01",
    machine="two processors",
    usd_per_hour=0.36,
    source="a page",
    tokens=(TOKENS,),
)
REPLY = Reply("", FinishReason.STOP, latency_s=9.0, machine_s=2.0)
COUNTS = st.integers(0, 10**9)


def counted(prompt: int | None, completion: int | None) -> Reply:
    """Return a reply with these tokens."""
    return replace(REPLY, prompt_tokens=prompt, completion_tokens=completion)


def test_tokens_in_and_out_are_priced_apart() -> None:
    """A million tokens in at 0.30 $ and 200,000 out at 2.50 $ are 0.30 $ and 0.50 $."""
    cost = Price(TOKENS, None, "").cost(counted(1_000_000, 200_000))
    assert cost.prompt == pytest.approx(0.30)
    assert cost.completion == pytest.approx(0.50)
    assert cost.total == pytest.approx(0.80)


@given(COUNTS, COUNTS)
def test_the_parts_of_a_cost_are_the_whole(prompt: int, completion: int) -> None:
    """What tokens in and out cost adds up to what the reply cost."""
    cost = Price(TOKENS, None, "").cost(counted(prompt, completion))
    assert cost.prompt is not None
    assert cost.completion is not None
    assert cost.total == cost.prompt + cost.completion


@pytest.mark.parametrize(("prompt", "completion"), [(None, 5), (5, None), (None, None)])
def test_unknown_tokens_have_no_cost(prompt: int | None, completion: int | None) -> None:
    """An unknown count makes the cost unknown, not smaller."""
    assert Price(TOKENS, None, "").cost(counted(prompt, completion)).total is None


def test_energy_is_added_to_the_hour() -> None:
    """65 W at 0.20 $/kWh are 0.013 $ an hour, on top of the machine's own price."""
    with_energy = replace(PRICES, watts=65.0, usd_per_kwh=0.20)
    assert 3600 * PRICES.usd_per_second == pytest.approx(0.36)
    assert 3600 * with_energy.usd_per_second == pytest.approx(0.373)
    assert "65 W at 0.2 $/kWh" in with_energy.of_machine()
    assert " W " not in PRICES.of_machine()


def test_an_engine_of_ours_costs_its_seconds() -> None:
    """A model on this machine costs its share of the machine's time, not its wait."""
    assert price_of(None, PRICES).cost(REPLY).total == pytest.approx(2.0 * 0.36 / 3600)


def test_a_hosted_tool_without_a_price_has_an_unknown_cost() -> None:
    """Another machine's work is neither free nor charged at our price."""
    tool = Tool(("x",), model="unheard of")
    assert price_of(tool, PRICES).cost(counted(10, 10)).total is None


@pytest.mark.parametrize("tool", [None, Tool(("x",)), Tool(("x",), model="large")])
def test_what_a_tool_says_goes_before_every_price(tool: Tool | None) -> None:
    """Dollars that were told are neither multiplied nor split."""
    cost = price_of(tool, PRICES).cost(replace(counted(10, 10), cost_usd=0.5))
    assert (cost.total, cost.prompt, cost.completion) == (0.5, None, None)


def test_a_replayed_reply_is_not_priced_again() -> None:
    """A recording that knows no cost gets none from today's prices."""
    assert price_of(None, PRICES).cost(replace(REPLY, replayed=True)).total is None


@pytest.mark.parametrize("change", ["prices.watts=1", "prices.date=now", "prices=own_machine"])
def test_the_hash_covers_what_is_overridden(change: str) -> None:
    """Two evaluations at different prices have different hashes, whatever the files say."""
    declared = load_settings([], root=ROOT).prices
    assert load_settings([], root=ROOT).prices.sha256 == declared.sha256
    assert load_settings([change], root=ROOT).prices.sha256 != declared.sha256


@pytest.mark.parametrize("name", [path.stem for path in (ROOT / "conf/prices").glob("*.yaml")])
def test_every_shipped_price_is_dated_and_has_a_source(name: str) -> None:
    """A figure without a date and a page is no price."""
    prices = load_settings([f"prices={name}"], root=ROOT).prices
    assert prices.date.startswith("20")
    assert prices.source
    assert all(each.date.startswith("20") and "://" in each.source for each in prices.tokens)
    assert not prices.watts or "://" in prices.energy_source


def test_a_hosted_model_of_ours_that_tells_no_dollars_has_a_price() -> None:
    """Every shipped hosted tool either tells dollars or stands in the list of prices."""
    names = ["claude", "gemini", "ollama", "llm"]
    settings = load_settings([f"models=[{','.join(names)}]"], root=ROOT)
    for name in names:
        tool = settings.models[name].tool
        assert tool is not None
        told = tool.json is not None and tool.json.cost_usd
        price = price_of(tool, settings.prices)
        assert told or price.tokens is not None or price.usd_per_second is not None, name
