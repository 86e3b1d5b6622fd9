"""What a model's YAML says about an installed tool that writes its replies."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from sse_steps.validation import STRICT_KEYS

Words = Annotated[tuple[str, ...], Field(min_length=1)]


@dataclass(frozen=True, config=STRICT_KEYS)
class JsonPaths:
    """Where a tool's JSON says what: keys and positions joined by dots, `*` for every one.

    Where several places are named, or found by a `*`, their numbers are added up.
    """

    text: str
    prompt_tokens: tuple[str, ...] = ()
    completion_tokens: tuple[str, ...] = ()
    cost_usd: tuple[str, ...] = ()
    failed: str | None = None  # a boolean: the text is a message of the tool, not a reply


@dataclass(frozen=True, config=STRICT_KEYS)
class Tool:
    """An installed tool; its command line is the model's `command`."""

    version: Words  # the command that prints the tool's version
    model: str = ""  # what `{model}` stands for in the command
    hosted: bool = True  # whether another machine does the work, whose price is not ours to say
    json: JsonPaths | None = None  # None: all that the tool prints is the reply
