"""Typed access to the key-value pairs of a model file, which anyone may have written."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from sse_steps.errors import ModelFormatError
from sse_steps.models.stored_model import KeyValue, unusable

Item = TypeVar("Item")


class Metadata:
    """The keys of a file. A value of the wrong kind is a ModelFormatError that names it."""

    def __init__(self, path: Path, keys: Mapping[str, KeyValue]) -> None:
        self.path = path
        self._keys = keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def value(self, key: str, default: object = None) -> object:
        """Return what is stored under `key`."""
        found = self._keys.get(key)
        return default if found is None else found.value

    def text(self, key: str, default: str | None = None) -> str:
        """Return a string."""
        value = self.value(key, default)
        if not isinstance(value, str):
            raise self.refusal(key, value, "a string")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.value(key, default)
        if not isinstance(value, bool):
            raise self.refusal(key, value, "true or false")
        return value

    def integer(self, key: str, default: int | None = None) -> int:
        """Return an integer above zero."""
        value = self.value(key, default)
        if type(value) is not int or value <= 0:  # true is no number
            raise self.refusal(key, value, "an integer above zero")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """Return a finite number above zero."""
        value = self.value(key, default)
        if not isinstance(value, int | float) or not 0 < value < math.inf:
            raise self.refusal(key, value, "a number above zero")
        return float(value)

    def items(self, key: str, kind: type[Item]) -> tuple[Item, ...]:
        """Return a list whose items are all of one kind."""
        value = self.value(key)
        if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
            raise self.refusal(key, value, f"a list of {kind.__name__}")
        return tuple(value)

    def token_id(self, key: str, vocabulary_size: int, default: int | None = None) -> int | None:
        """Return the id of a token, None where there is none."""
        value = self.value(key, default)
        if value is not None and not (isinstance(value, int) and 0 <= value < vocabulary_size):
            raise self.refusal(key, value, f"a token id below {vocabulary_size}")
        return value

    def refusal(self, key: str, value: object, wanted: str) -> ModelFormatError:
        """Return the fault of a key that is missing or holds something else."""
        found = "missing" if value is None else f"{str(value)[:80]!r}, not {wanted}"
        return unusable(self.path, f"{key} is {found}")
