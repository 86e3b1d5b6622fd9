"""Shards: pieces of work that are done, written and tried again as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sse_steps.store import content_key

Record = dict[str, Any]
Items = Mapping[str, Any]  # what is to be worked on, by the address of what it comes to


@dataclass(frozen=True, slots=True)
class Done:
    """What work on some items came to, by their keys.

    `kept` is final. `passing` is what may come out otherwise the next time, such as what the clock
    on the wall decided: it counts for this build, and nobody keeps it.
    """

    kept: dict[str, Record]
    passing: dict[str, Record] = field(default_factory=dict)

    @property
    def all(self) -> dict[str, Record]:
        """Both."""
        return {**self.kept, **self.passing}


# Does the work on a worker, given the items and a folder of the worker's own machine. It travels
# there, so it is an instance of a frozen dataclass of plain data. It raises UserError where this
# machine cannot do the work as the machine of the build would.
Work = Callable[[Items, Any], Done]


Accepts = Callable[[Record], bool]  # whether a record that others may have written is one


def holding(name: str, kind: type[Any]) -> Accepts:
    """Return what accepts a record of one instance of the dataclass `kind` under `name`."""
    adapter, names = TypeAdapter(kind), {each.name for each in fields(kind)}

    def accepts(record: Record) -> bool:
        found = record.get(name)
        if record.keys() != {name} or not isinstance(found, dict) or found.keys() != names:
            return False
        try:
            adapter.validate_json(json.dumps(found), strict=True)
        except ValidationError:
            return False
        return True

    return accepts


@dataclass(frozen=True, slots=True)
class Shard:
    """Items that one worker works on together.

    Args:
        title: what people call it.
        items: by their keys.
    """

    title: str
    items: Items

    @property
    def key(self) -> str:
        """The address of the shard, which follows from the keys of its items."""
        return content_key("shard", *self.items)


def cut(items: Items, size: int, title: str) -> Iterator[Shard]:
    """Yield shards of `size` items in the items' order; the last may be smaller."""
    keys = list(items)
    count = -(-len(keys) // size)
    for number, start in enumerate(range(0, len(keys), size), start=1):
        chosen = {key: items[key] for key in keys[start : start + size]}
        yield Shard(f"{title}, shard {number} of {count}", chosen)
