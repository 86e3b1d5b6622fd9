"""How far a build has come: attempts, pass rate, dollars, time left.

Steps tell what happened, from any thread. What is up to date counts as done; its verdicts are read
only when somebody looks.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from math import floor, log10
from threading import RLock

from sse_steps.slices import Origin

REPLIES, VERDICTS = "transpile", "check"  # the steps that an attempt goes through


@dataclass(frozen=True, slots=True)
class Planned:
    """The turns of runs that a build is about, and what is known of them before it."""

    origins: tuple[Origin, ...] = ()
    repeats: frozenset[Origin] = frozenset()  # same seed, same model: nothing is asked again
    candidates: frozenset[str] = frozenset()  # whose verdicts make the pass rate
    judged: bool = True  # False: the build ends with the replies
    examples: Callable[[str], int] = lambda _task: 0  # of a task whose corpus is there
    outcomes: Callable[[Origin], tuple[int, int]] = lambda _origin: (0, 0)  # passed, all


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What can be said at one moment. None: not known yet."""

    models: tuple[int, int]  # done, all
    attempts: tuple[int, int | None]  # task, model, run and example; done, all
    passed: int
    judged: int  # of candidates, at their first turn
    dollars: float | None  # for replies that this build asked for; None: one has no price
    left_s: float | None


@dataclass(slots=True)
class _Work:
    """Live work of one kind: seconds that it took, and pieces that were finished in them."""

    seconds: float = 0.0
    pieces: int = 0

    def speed_s(self) -> float | None:
        """Return seconds a piece, None before the first is finished."""
        return self.seconds / self.pieces if self.pieces else None


@dataclass(slots=True)
class Running:
    """A piece of work that has begun: live pieces in all, and how many are done."""

    kind: tuple[str, str]  # the step, and the model where the speed depends on it
    total: int
    began: float
    done: int = 0


@dataclass(slots=True)
class _State:
    ended: set[tuple[str, Origin]] = field(default_factory=set)
    corpora: dict[str, int | None] = field(default_factory=dict)  # examples; None: not read yet
    found: dict[Origin, tuple[int, int] | None] = field(default_factory=dict)  # as above
    judged: Counter[Origin] = field(default_factory=Counter)
    passed: Counter[Origin] = field(default_factory=Counter)
    replies: Counter[Origin] = field(default_factory=Counter)
    dollars: float | None = 0.0
    spent: dict[tuple[str, str], _Work] = field(default_factory=dict)
    running: dict[tuple[str, Origin], Running] = field(default_factory=dict)


class BuildProgress:
    """The tally of one build. Safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = RLock()
        self._plan = Planned()
        self._state = _State()

    def begin(self, plan: Planned) -> None:
        """Start anew."""
        with self._lock:
            self._plan, self._state = plan, _State()

    def corpus_ends(self, task: str) -> None:
        """Note that a task's examples are there."""
        with self._lock:
            self._state.corpora[task] = None

    def ends(self, step: str, origin: Origin, *, was_up_to_date: bool = False) -> None:
        """Note that a task of doit's is done, or was."""
        with self._lock:
            self._state.ended.add((step, origin))
            if was_up_to_date and step == VERDICTS:
                self._state.found[origin] = None

    @contextmanager
    def live(self, step: str, origin: Origin, total: int) -> Iterator[Callable[[int], None]]:
        """Take the time of live work; yields what counts its finished pieces."""
        kind = (step, origin.model if step == REPLIES else "")
        running = Running(kind, total, self._clock())
        with self._lock:
            self._state.running[step, origin] = running

        def finished(count: int) -> None:
            with self._lock:
                running.done += count

        try:
            yield finished
        finally:
            with self._lock:
                work = self._state.spent.setdefault(kind, _Work())
                work.seconds += self._clock() - running.began
                work.pieces += running.done
                del self._state.running[step, origin]

    def replied(self, origin: Origin, count: int, dollars: float | None) -> None:
        """Count replies, and what those cost that were asked for just now."""
        with self._lock:
            self._state.replies[origin] += count
            if self._state.dollars is not None:
                total = None if dollars is None else self._state.dollars + dollars
                self._state.dollars = total

    def judged(self, origin: Origin, passed: int, count: int) -> None:
        """Count verdicts, and how many of them passed."""
        with self._lock:
            self._state.judged[origin] += count
            self._state.passed[origin] += passed

    def snapshot(self) -> Snapshot | None:
        """Return how far the build is, None where nothing is planned."""
        with self._lock:
            if not self._plan.origins:
                return None
            self._read()
            passed, judged = self._verdicts()
            return Snapshot(
                self._models(),
                self._attempts(),
                passed,
                judged,
                self._state.dollars,
                self._left_s(),
            )

    def _read(self) -> None:
        """Read what was found finished, once somebody looks."""
        for origin in [each for each, known in self._state.found.items() if known is None]:
            self._state.found[origin] = self._plan.outcomes(origin)
        for task in [each for each, known in self._state.corpora.items() if known is None]:
            self._state.corpora[task] = self._plan.examples(task)

    def _last_step(self) -> str:
        return VERDICTS if self._plan.judged else REPLIES

    def _models(self) -> tuple[int, int]:
        origins, last = self._plan.origins, self._last_step()
        models = {origin.model for origin in origins}
        missing = {origin.model for origin in origins if not self._is_done(last, origin)}
        return len(models - missing), len(models)

    def _is_done(self, step: str, origin: Origin) -> bool:
        return (step, origin) in self._state.ended

    def _attempts(self) -> tuple[int, int | None]:
        sizes = [self._size(origin) for origin in self._firsts()]
        known = [size for size in sizes if size is not None]
        done = sum(map(self._done, self._firsts()))
        return done, sum(known) if len(known) == len(sizes) else None

    def _firsts(self) -> Iterator[Origin]:
        return (origin for origin in self._plan.origins if origin.turn == 1)

    def _size(self, origin: Origin) -> int | None:
        """Return how many attempts there are; one that is done has as many as it came to."""
        if self._is_done(self._last_step(), origin):
            return self._done(origin)
        return self._state.corpora.get(origin.task)

    def _done(self, origin: Origin) -> int:
        found = self._state.found.get(origin)
        if found is not None:
            return found[1]
        counted = self._state.judged if self._plan.judged else self._state.replies
        return counted[origin]

    def _verdicts(self) -> tuple[int, int]:
        firsts = [each for each in self._firsts() if each.model in self._plan.candidates]
        found = [self._state.found.get(each) or (0, 0) for each in firsts]
        passed = sum(self._state.passed[each] for each in firsts)
        judged = sum(self._state.judged[each] for each in firsts)
        return passed + sum(each[0] for each in found), judged + sum(each[1] for each in found)

    def _left_s(self) -> float | None:
        steps = (REPLIES, VERDICTS) if self._plan.judged else (REPLIES,)
        left = [self._left_of(step, origin) for step in steps for origin in self._plan.origins]
        known = [each for each in left if each is not None]
        return sum(known) if len(known) == len(left) else None

    def _left_of(self, step: str, origin: Origin) -> float | None:
        """Return the seconds that a task still takes at the speed of live work of its kind."""
        if self._is_done(step, origin):
            return 0.0
        running = self._state.running.get((step, origin))
        missing: float | None
        if running is not None:
            missing = running.total - running.done
        elif origin in self._plan.repeats:
            missing = 0
        else:
            missing = self._expected(origin)
        speed_s = self._speed_s(step, origin)
        if missing == 0:
            return 0.0
        return None if missing is None or speed_s is None else missing * speed_s

    def _expected(self, origin: Origin) -> float | None:
        """Return how many attempts are to be expected: at a later turn, what failed so far."""
        size = self._state.corpora.get(origin.task)
        if size is None or origin.turn == 1:
            return size
        passed, judged = self._verdicts()
        return size * (1 - passed / judged) if judged else None

    def _speed_s(self, step: str, origin: Origin) -> float | None:
        kind = (step, origin.model if step == REPLIES else "")
        work = self._state.spent.get(kind, _Work())
        now = [each for each in self._state.running.values() if each.kind == kind]
        seconds = sum(self._clock() - each.began for each in now)
        pieces = sum(each.done for each in now)
        return _Work(work.seconds + seconds, work.pieces + pieces).speed_s()


def in_words(snapshot: Snapshot) -> str:
    """Return a snapshot as one line, without what is not known yet."""
    return ", ".join(_phrases(snapshot))


def _phrases(snapshot: Snapshot) -> Iterator[str]:
    (models, all_models), (done, all_attempts) = snapshot.models, snapshot.attempts
    yield f"models {models}/{all_models}"
    if all_attempts is not None:
        yield f"attempts {done:,}/{all_attempts:,}"
    elif done:
        yield f"attempts {done:,}"
    if snapshot.judged:
        share = 100 * snapshot.passed / snapshot.judged
        yield f"{share:.1f} % of {snapshot.judged:,} judged pass"
    if snapshot.dollars != 0:
        yield f"{_dollars(snapshot.dollars)} for live replies"
    if snapshot.left_s is not None:
        yield f"{_duration(snapshot.left_s)} left"


def _dollars(amount: float | None) -> str:
    if amount is None:
        return "$?"
    digits = 2 if amount >= 1 else 1 - floor(log10(amount))
    return f"${amount:.{digits}f}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@cache
def build_progress() -> BuildProgress:
    """Return the tally of this process's build."""
    return BuildProgress()
