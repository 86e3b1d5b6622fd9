"""The .sql files of this package: found by folder, ordered by what they select from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Script:
    """One select. Its name is the relation that it defines, or the check that it is."""

    name: str
    text: str

    def note(self, label: str) -> str:
        """Return what the comment line `-- label: ...` says, or nothing."""
        found = re.search(rf"^-- {label}: (.*)$", self.text, flags=re.MULTILINE)
        return found.group(1) if found else ""


def scripts_in(folder: str) -> tuple[Script, ...]:
    """Return the scripts of `staging`, `marts`, `checks` or `page`, by name."""
    entries = sorted((files("sse_steps.sql") / folder).iterdir(), key=lambda entry: entry.name)
    return tuple(
        Script(entry.name.removesuffix(".sql"), entry.read_text(encoding="utf-8"))
        for entry in entries
        if entry.name.endswith(".sql")
    )


def in_order(scripts: Iterable[Script]) -> tuple[Script, ...]:
    """Return `scripts` so that each comes after those it selects from.

    Raises:
        graphlib.CycleError: where two scripts select from each other.
    """
    by_name = {script.name: script for script in scripts}
    graph = {
        name: [used for used in _selected_from(script) if used in by_name and used != name]
        for name, script in by_name.items()
    }
    return tuple(by_name[name] for name in TopologicalSorter(graph).static_order())


def _selected_from(script: Script) -> list[str]:
    """Names after `from`, sorted so that the order does not hang on the hash seed."""
    return sorted(set(re.findall(r"\bselect \* from (\w+)", script.text)))
