"""What reading a corpus gives, before any of its Python is run."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic.dataclasses import dataclass as checked_dataclass

from sse_steps.records import Failure
from sse_steps.validation import STRICT_KEYS


@dataclass(frozen=True, slots=True)
class Claim:
    """What a corpus says that a call returns; believed only where the Python says the same."""

    value: object


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose answer is not known yet."""

    function: str
    args: tuple[object, ...]
    keywords: tuple[tuple[str, object], ...] = ()
    claim: Claim | None = None


@checked_dataclass(frozen=True, config=STRICT_KEYS)
class Run:
    """A run of a program whose output is not known yet."""

    arguments: tuple[str, ...] = ()
    stdin: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Python with a function `check(candidate)`, whose calls of the candidate become cases."""

    function: str
    test: str
    calls_found: int  # places in the text; a loop makes more calls of one place


@dataclass(frozen=True, slots=True)
class Unusable:
    """An entry or a case that cannot be used, where it stands, and why."""

    origin: str
    why: str


@dataclass(frozen=True, slots=True)
class Source:
    """An example as its author left it: a program and inputs, without expected values.

    No inputs: nothing was found that could be asked of it, which leaves it untested. `left_out`
    holds the inputs that were found and cannot be used.
    """

    id: str
    python: str
    inputs: tuple[Call, ...] | tuple[Run, ...] | tuple[Check, ...]
    reference: str | None
    origin: str  # where it comes from, for messages
    failure: Failure = Failure.ERR
    tolerance: float = 1e-9
    left_out: tuple[Unusable, ...] = ()

    @property
    def cases_found(self) -> int:
        """How many cases were found by reading; none of them was tried."""
        return sum(each.calls_found if isinstance(each, Check) else 1 for each in self.inputs)


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus as it was read: every entry is either a source or unusable."""

    format: str
    sources: tuple[Source, ...]
    unusable: tuple[Unusable, ...] = ()

    @property
    def entries(self) -> int:
        """How many entries there are."""
        return len(self.sources) + len(self.unusable)
