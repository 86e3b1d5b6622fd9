"""Render the chat template that comes with a model. It is a program from a stranger: we bound it.

Jinja's sandbox closes the ways out to Python, but leaves a template free to eat time and memory: a
string doubled forty times, loops in loops, a list that holds itself twice and so on. So beyond the
sandbox only a part of the language is let in, chosen so that no step can make more than it pays
for from a budget: loops pay by the round, texts by the character, and every value that a template
makes is a text, a number, or a piece of the conversation. The templates of current chat models
need no more than that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer

from sse_steps.errors import ModelFormatError

Message = Mapping[str, str]  # role and content


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """A model's chat template with the texts of its special tokens that a template may name."""

    source: str
    bos_token: str = ""
    eos_token: str = ""


def render_chat(template: ChatTemplate, messages: Sequence[Message]) -> str:
    """Return the conversation as the model was taught to read it, up to where its answer begins.

    Raises:
        ModelFormatError: the template is broken, asks for more than it may have, or refuses the
            conversation.

    """
    if len(template.source) > MAX_SOURCE:
        raise refused(f"has {len(template.source)} characters, more than {MAX_SOURCE}")
    budget = Budget(MAX_WORK + 16 * sum(len(message["content"]) for message in messages))
    try:
        environment = BoundedEnvironment(budget)
        compiled = environment.from_string(admit(environment, template.source))
        return compiled.render(
            messages=[dict(message) for message in messages],
            add_generation_prompt=True,
            bos_token=template.bos_token,
            eos_token=template.eos_token,
            raise_exception=_raise_exception,
        )
    except (jinja2.TemplateError, *FAULTS) as error:
        raise refused(f"failed: {type(error).__name__}: {error}") from error
