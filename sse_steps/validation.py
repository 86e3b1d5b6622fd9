"""Untrusted YAML into frozen dataclasses; what does not fit becomes an error of two lines."""

from __future__ import annotations

import dataclasses
import reprlib
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from sse_steps.errors import UserError, nearest

Model = TypeVar("Model")

# PyYAML's constructors let what int(), float() and datetime() raise pass through.
_YAML_FAULTS = (yaml.YAMLError, ValueError, KeyError, AttributeError, TypeError, RecursionError)

STRICT_KEYS = ConfigDict(extra="forbid")


def read_yaml(path: Path, fault: type[UserError]) -> Any:  # noqa: ANN401 - YAML holds anything
    """Return what a YAML file holds, without constructing anything but plain data.

    Raises:
        UserError: of the class `fault`, when the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise fault(f"'{path}' cannot be read: {error}.", "Mend or remove the file.") from error
    return parse_yaml(text, f"'{path}'", fault)


def parse_yaml(text: str, where: str, fault: type[UserError]) -> Any:  # noqa: ANN401 - YAML holds anything
    """Return what a YAML text holds, as `read_yaml` does; `where` names it in the message."""
    try:
        return yaml.safe_load(text)
    except _YAML_FAULTS as error:
        problem = " ".join(str(error).split())
        raise fault(f"{where} is no YAML: {problem}.", "Mend the file there.") from error


def validated(model: type[Model], data: object, where: str, fault: type[UserError]) -> Model:
    """Return `data` as an instance of the dataclass `model`.

    Args:
        model: a dataclass of pydantic's that forbids unknown keys.
        data: nested mappings and lists.
        where: what the data is, for the message.
        fault: the class of the error.

    Raises:
        UserError: of the class `fault`, naming the first key that does not fit and its value.
    """
    try:
        return TypeAdapter(model).validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        path = [str(part) for part in first["loc"]]
        name = ".".join(path) or "the whole"
        if first["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
            remedy = nearest(path[-1], _keys_at(model, path[:-1]))
            raise fault(f"{where} has the unknown key '{name}'.", remedy) from error
        found = "" if first["type"] == "missing" else f" (found {reprlib.repr(first['input'])})"
        raise fault(
            f"{where} does not fit at '{name}': {first['msg']}{found}.",
            f"Give '{name}' a value that fits.",
        ) from error


def _keys_at(kind: Any, path: list[str]) -> list[str]:  # noqa: ANN401 - any annotation
    """Return the keys of the dataclass at a path inside `kind`, through containers and unions."""
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        if not path:
            return [field.name for field in dataclasses.fields(kind)]
        return _keys_at(get_type_hints(kind).get(path[0]), path[1:])
    for argument in get_args(kind):
        # A union leaves the path as it is, a container takes the index or the key.
        if found := _keys_at(argument, path) or (path and _keys_at(argument, path[1:])):
            return found
    return []
