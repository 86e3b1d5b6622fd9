"""The search for the smallest input on which something holds, the same every time."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import Phase, assume, find, settings
from hypothesis.errors import NoSuchExample, Unsatisfiable
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.strategies import SearchStrategy

_MOST_SHRINKING_CALLS = 1000
_SHRINKING_S = 5.0
_DRAWS = 4  # for each input that is wanted, since some are drawn twice
_BACKEND = "without_local_constants"

Input = tuple[Any, ...]
Finding = bool | None  # whether it diverges; None where the input is outside the domain


class WithoutLocalConstants(HypothesisProvider):
    """Hypothesis's own source of choices without the constants of the modules that are loaded.

    Hypothesis mixes literals of the caller's source into what it draws. Inputs would then depend
    on which of our modules happen to be imported, and on every edit of them.
    """

    def _maybe_draw_constant(self, *_: object, **__: object) -> None:
        """Draw no constant."""


class _Enough(BaseException):
    """Ends a search that has compared all its inputs. Hypothesis lets it through as it is."""


class Search:
    """One search of at most `count` inputs. `compared` and `skipped` count distinct ones."""

    def __init__(self, diverges: Callable[[Input], Finding], count: int) -> None:
        self._diverges = diverges
        self._count = count
        self._known: dict[str, Finding] = {}
        self._calls_left = _MOST_SHRINKING_CALLS
        self._deadline: float | None = None  # of shrinking, once there is something to shrink
        self.compared = 0
        self.skipped = 0

    def smallest(self, inputs: SearchStrategy[Input]) -> Input | None:
        """Return the smallest input that was found to diverge, or None.

        Smallest in Hypothesis's sense: shorter first, then simpler. Inputs outside the domain do
        not count, but their number is bounded as well.
        """
        AVAILABLE_PROVIDERS.setdefault(_BACKEND, WithoutLocalConstants)
        chosen = settings(
            max_examples=_DRAWS * self._count,
            database=None,
            deadline=None,
            derandomize=True,
            backend=_BACKEND,
            phases=[Phase.generate, Phase.shrink],
        )
        try:
            return find(inputs, self._holds, settings=chosen, random=Random(0))  # noqa: S311 - the same inputs every time
        except (NoSuchExample, Unsatisfiable, _Enough):
            return None

    def stop_shrinking(self) -> None:
        """Try no more inputs: what was found stands."""
        self._calls_left = 0

    def _holds(self, values: Input) -> bool:
        """Whether an input diverges; one answer an input, so that Hypothesis sees no flaky one."""
        key = repr(values)
        if key not in self._known:
            if self._deadline is None and self.compared == self._count:
                raise _Enough
            if self._may_not_shrink():
                return False
            self._known[key] = found = self._diverges(values)
            self._note(found)
        verdict = self._known[key]
        assume(verdict is not None)
        return bool(verdict)

    def _may_not_shrink(self) -> bool:
        if self._deadline is None:
            return False
        self._calls_left -= 1
        return self._calls_left < 0 or time.monotonic() > self._deadline

    def _note(self, found: Finding) -> None:
        if self._deadline is not None:
            return  # inputs of shrinking are not the check's
        self.compared += found is not None
        self.skipped += found is None
        if found:
            self._deadline = time.monotonic() + _SHRINKING_S
