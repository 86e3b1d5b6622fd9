"""Prompts with a place for any key of a record: `{review}`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sse_steps.errors import CorpusError

_PLACE = re.compile(r"\{([\w.-]+)\}")


def placeholders(*templates: str) -> tuple[str, ...]:
    """Return the keys that templates ask for, each once, in their order."""
    return tuple(dict.fromkeys(key for text in templates for key in _PLACE.findall(text)))


def filled(template: str, fields: Mapping[str, str], origin: str) -> str:
    """Return a template with the fields of a record in their places.

    A field is put in as it is: braces in it are no places.

    Raises:
        CorpusError: the record, which `origin` names, lacks a key that the template asks for.
    """

    def value(place: re.Match[str]) -> str:
        if place[1] not in fields:
            raise lacking(place[1], origin)
        return fields[place[1]]

    return _PLACE.sub(value, template)


def lacking(key: str, origin: str) -> CorpusError:
    """Return the error about a record without a key that the prompt asks for."""
    return CorpusError(
        f"{origin} has no '{key}', which the task's prompt asks for.",
        f"Give that record a text under '{key}', or take {{{key}}} out of the task's `prompts`.",
    )
