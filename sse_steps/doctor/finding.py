"""What a check finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sse_steps.doctor.surroundings import Surroundings


class State(StrEnum):
    """How something stands."""

    OK = "ok"
    ABSENT = "absent"  # not there, and as things are set nothing needs it
    WARNING = "warning"  # evaluations run, less well or less safely
    MISSING = "missing"  # needed, and not there or not usable


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table. `remedy` says what to do, where there is something to do."""

    name: str
    state: State
    found: str
    remedy: str = ""


Check = Callable[[Surroundings], Iterator[Finding]]
