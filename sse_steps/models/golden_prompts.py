"""Golden prompts: the small fixed set that every model is asked before it is let in."""

from __future__ import annotations

import re
from dataclasses import field
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from sse_steps.errors import ConfigError
from sse_steps.validation import STRICT_KEYS, read_yaml, validated


class Category(StrEnum):
    """What a golden prompt tries."""

    SANITY = "sanity"
    KNOWLEDGE = "knowledge"
    CODE = "code"
    TRANSPILE = "transpile"
    FORMAT = "format"


@dataclass(frozen=True, config=STRICT_KEYS)
class GoldenPrompt:
    """One prompt; a reply is as expected where the regular expression `expect` occurs in it."""

    id: str
    category: Category
    prompt: str
    expect: str

    def is_met_by(self, reply: str) -> bool:
        """Return whether a reply is as expected."""
        return re.search(self.expect, reply) is not None


@dataclass(frozen=True, config=STRICT_KEYS)
class GoldenPrompts:
    """The whole set."""

    version: Annotated[int, Field(ge=1)]
    prompts: Annotated[tuple[GoldenPrompt, ...], Field(min_length=1)] = field(default=())


def is_golden_prompts(path: Path) -> bool:
    """Return whether a YAML file, beside the tasks, holds golden prompts and no task."""
    data = read_yaml(path, ConfigError)
    return isinstance(data, dict) and data.keys() == {"version", "prompts"}


def read_golden_prompts(path: Path) -> GoldenPrompts:
    """Return the golden prompts of a file.

    Raises:
        ConfigError: the file does not fit: an unknown key, two prompts with one id, an `expect`
            that is no regular expression, or no sanity prompt.
    """
    golden = validated(GoldenPrompts, read_yaml(path, ConfigError), f"'{path}'", ConfigError)
    ids = [prompt.id for prompt in golden.prompts]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise ConfigError(f"'{path}' has two prompts '{twice[0]}'.", "Give each an id of its own.")
    for prompt in golden.prompts:
        _check_expression(prompt, path)
    if not any(prompt.category is Category.SANITY for prompt in golden.prompts):
        raise ConfigError(f"'{path}' has no prompt of the category 'sanity'.", "Add one.")
    return golden


def _check_expression(prompt: GoldenPrompt, path: Path) -> None:
    try:
        re.compile(prompt.expect)
    except re.error as fault:
        raise ConfigError(
            f"'{path}': 'expect' of '{prompt.id}' is no regular expression: {fault}.", "Mend it."
        ) from fault
