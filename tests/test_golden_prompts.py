"""The golden prompts, as they are in this repository and as they may be broken."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from sse_steps.errors import ConfigError
from sse_steps.models.golden_prompts import Category, read_golden_prompts

OURS = Path(__file__).parents[1] / "tasks/golden_prompts.yaml"
ONE = "{id: a, category: sanity, prompt: Hello, expect: hi}"


def broken(folder: Path, *prompts: str) -> str:
    """Return what is wrong with a file that holds these prompts."""
    path = folder / "golden.yaml"
    path.write_text(f"version: 1\nprompts: [{', '.join(prompts)}]\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_golden_prompts(path)
    return caught.value.wrong


def test_there_are_enough_of_every_category() -> None:
    """At least 18 prompts, and at least three of each of the five categories."""
    counts = Counter(prompt.category for prompt in read_golden_prompts(OURS).prompts)
    assert counts.total() >= 18
    assert set(counts) == set(Category)
    assert min(counts.values()) >= 3


def test_no_prompt_answers_itself() -> None:
    """A model that repeats the prompt meets no sanity or knowledge prompt."""
    for prompt in read_golden_prompts(OURS).prompts:
        if prompt.category in (Category.KNOWLEDGE, Category.SANITY) and "hello" not in prompt.id:
            echoed = prompt.is_met_by(prompt.prompt)
            assert not echoed or prompt.id == "sanity-greeting", prompt.id


def test_two_prompts_with_one_id_are_refused(tmp_path: Path) -> None:
    """An id names one prompt."""
    assert "two prompts 'a'" in broken(tmp_path, ONE, ONE)


def test_what_is_no_regular_expression_is_refused(tmp_path: Path) -> None:
    """The message names the prompt."""
    assert "'expect' of 'b'" in broken(
        tmp_path, ONE, "{id: b, category: code, prompt: x, expect: '('}"
    )


def test_a_set_without_sanity_prompts_is_refused(tmp_path: Path) -> None:
    """Gate T4 would have nothing to look at."""
    assert "no prompt of the category 'sanity'" in broken(
        tmp_path, "{id: b, category: code, prompt: x, expect: y}"
    )


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    """A misspelt key is named."""
    assert "unknown key" in broken(tmp_path, ONE.replace("expect:", "hope: x, expect:"))
