"""Begin, end, unknown and padding tokens, and the chat template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import gguf
from pydantic import Field, ValidationError

from sse_steps.models.hugging_face.config import Config
from sse_steps.models.hugging_face.tokenizer_json import TokenizerJson
from sse_steps.models.hugging_face.typed_json import Document, TokenId, read_json_if_there
from sse_steps.models.stored_model import KeyValue, unusable

Kinds = gguf.GGUFValueType
_ENDS: Final = ("eos", "eot", "eom")  # as many ends as GGUF has names for
_LONGEST_TEMPLATE: Final = 1 << 20


class NamedToken(Document):
    """A token by its text."""

    content: str


class NamedTemplate(Document):
    """One of several chat templates."""

    name: str
    template: str


class TokenizerConfig(Document):
    """tokenizer_config.json."""

    bos_token: str | NamedToken | None = None
    eos_token: str | NamedToken | None = None
    unk_token: str | NamedToken | None = None
    pad_token: str | NamedToken | None = None
    add_bos_token: bool | None = None
    add_eos_token: bool | None = None
    chat_template: str | list[NamedTemplate] | None = None


class GenerationConfig(Document):
    """generation_config.json."""

    eos_token_id: TokenId | list[TokenId] | None = None


class Piece(Document):
    """A part of a template for a single text: a special token, or the text."""

    SpecialToken: dict[str, Any] | None = None


class Template(Document):
    """A TemplateProcessing, which puts special tokens around a text."""

    single: list[Piece] = Field(default_factory=list)


def special_token_keys(
    folder: Path, config: Config, data: TokenizerJson, tokens: Sequence[str]
) -> Mapping[str, KeyValue]:
    """Return GGUF's keys of the special tokens and the chat template.

    Raises:
        ModelFormatError: they do not fit the vocabulary, or a file is damaged.
    """
    path = folder / "tokenizer_config.json"
    named = read_json_if_there(path, TokenizerConfig)
    ids = {text: index for index, text in enumerate(tokens)}
    keys = {}
    for name, index in _ids(folder, config, named, ids):
        if index >= len(tokens):
            raise unusable(path, f"{name} is {index}, beyond the {len(tokens)} tokens")
        keys[f"tokenizer.ggml.{name}_token_id"] = KeyValue(index, Kinds.UINT32)
    for end, added in zip(("bos", "eos"), _added_ends(data, named), strict=True):
        keys[f"tokenizer.ggml.add_{end}_token"] = KeyValue(added, Kinds.BOOL)
    template = _chat_template(folder, named)
    if template is not None:
        keys["tokenizer.chat_template"] = KeyValue(template, Kinds.STRING)
    return keys


def _ids(
    folder: Path, config: Config, named: TokenizerConfig, ids: Mapping[str, int]
) -> Iterator[tuple[str, int]]:
    """Yield name and id of each special token: the tokenizer's own word before the model's."""
    pairs = (
        ("bos", named.bos_token, config.bos_token_id),
        ("padding", named.pad_token, config.pad_token_id),
        ("unknown", named.unk_token, None),
    )
    for name, token, fallback in pairs:
        found = [*_by_text(token, ids), *_listed(fallback)]
        yield from ((name, index) for index in found[:1])
    generation = read_json_if_there(folder / "generation_config.json", GenerationConfig)
    ends = dict.fromkeys(
        (
            *_by_text(named.eos_token, ids),
            *_listed(generation.eos_token_id),
            *_listed(config.eos_token_id),
        )
    )
    if len(ends) > len(_ENDS):
        wrong = f"the model has {len(ends)} tokens that end a text, more than {len(_ENDS)}"
        raise unusable(folder / "generation_config.json", wrong)
    yield from zip(_ENDS, ends, strict=False)


def _by_text(token: str | NamedToken | None, ids: Mapping[str, int]) -> Iterator[int]:
    text = token.content if isinstance(token, NamedToken) else token
    if text is not None and text in ids:
        yield ids[text]


def _listed(value: int | list[int] | None) -> list[int]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _added_ends(data: TokenizerJson, named: TokenizerConfig) -> tuple[bool, bool]:
    """Return whether a text gets a begin and an end: the post-processor is what is run."""
    template = _template(data)
    if template is None:
        return bool(named.add_bos_token), bool(named.add_eos_token)
    parts = [piece.SpecialToken is not None for piece in template.single]
    return bool(parts and parts[0]), bool(parts and parts[-1])


def _template(data: TokenizerJson) -> Template | None:
    part = data.post_processor or {}
    inner = part.get("processors") if part.get("type") == "Sequence" else [part]
    for step in inner if isinstance(inner, list) else []:
        if isinstance(step, dict) and step.get("type") == "TemplateProcessing":
            try:
                return Template.model_validate(step)
            except ValidationError:
                return None
    return None


def _chat_template(folder: Path, named: TokenizerConfig) -> str | None:
    """Return the template: a file of its own before the one in the tokenizer's configuration."""
    path = folder / "chat_template.jinja"
    if path.is_file():
        try:
            with path.open(encoding="utf-8") as file:
                text = file.read(_LONGEST_TEMPLATE + 1)
        except (OSError, UnicodeDecodeError) as error:
            raise unusable(path, f"cannot be read: {error}") from error
        if len(text) > _LONGEST_TEMPLATE:
            raise unusable(path, f"the template is longer than {_LONGEST_TEMPLATE} characters")
        return text
    if isinstance(named.chat_template, list):
        templates = {each.name: each.template for each in named.chat_template}
        return templates.get("default")
    return named.chat_template
