"""Options of commands, in doit's terms."""

from __future__ import annotations

from typing import Any


def option(name: str, help_text: str, *, default: str | bool = "") -> dict[str, Any]:
    """Return an option `--name` of a command, in doit's terms."""
    return {
        "name": name.replace("-", "_"),
        "long": name,
        "type": type(default),
        "default": default,
        "help": help_text,
    }
