"""Send lines through filters: text_filters.py rotate=13 unique head=2 < text."""

import sys
from typing import Protocol


class Filter(Protocol):
    """Changes one line, or drops it by returning None."""

    def apply(self, line: str) -> str | None: ...


class Rotate:
    """Moves every character to the left, around the end of the line."""

    def __init__(self, by: str) -> None:
        self.by = int(by)

    def apply(self, line: str) -> str | None:
        cut = self.by % len(line) if line else 0
        return line[cut:] + line[:cut]


class Unique:
    """Drops every line that has come by before."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def apply(self, line: str) -> str | None:
        known = line in self.seen
        self.seen.add(line)
        return None if known else line


class Head:
    """Passes on the first lines only."""

    def __init__(self, count: str) -> None:
        self.left = int(count)

    def apply(self, line: str) -> str | None:
        self.left -= 1
        return line if self.left >= 0 else None


KINDS = {"rotate": Rotate, "unique": Unique, "head": Head}
chain: list[Filter] = []
for argument in sys.argv[1:]:
    name, *options = argument.split("=")
    chain.append(KINDS[name](*options))
for text in sys.stdin.read().splitlines():
    result: str | None = text
    for step in chain:
        if result is not None:
            result = step.apply(result)
    print("-" if result is None else f"[{result}]")
