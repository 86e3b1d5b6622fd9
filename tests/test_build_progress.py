"""The tally of a build: what it counts, what it does not know yet, and how it says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Thread

from hypothesis import given
from hypothesis import strategies as st

from sse_steps.build_progress import (
    REPLIES,
    VERDICTS,
    BuildProgress,
    Planned,
    Snapshot,
    in_words,
)
from sse_steps.slices import Origin

A, B = Origin("rust", "a", 1), Origin("rust", "b", 1)
CANDIDATES = frozenset({"a", "b"})


@dataclass
class Clock:
    """A clock that a test sets."""

    now: float = 0.0

    def __call__(self) -> float:
        """Return the seconds it shows."""
        return self.now


def begun(plan: Planned, clock: Clock | None = None) -> BuildProgress:
    """Return a tally at the beginning of a build whose corpora are there."""
    tally = BuildProgress(clock or Clock())
    tally.begin(plan)
    for origin in plan.origins:
        tally.corpus_ends(origin.task)
    return tally


def shown(tally: BuildProgress) -> Snapshot:
    """Return a tally's snapshot, which there has to be."""
    found = tally.snapshot()
    assert found is not None
    return found


def test_a_process_without_a_build_has_nothing_to_show() -> None:
    """Where nothing is planned there is no snapshot."""
    assert BuildProgress().snapshot() is None


def test_the_examples_are_unknown_before_the_corpus() -> None:
    """How many attempts there are is said once the corpus is there, not from an older build."""
    tally = BuildProgress()
    tally.begin(Planned((A,), examples=lambda _: 7))
    assert shown(tally).attempts == (0, None)
    tally.corpus_ends("rust")
    assert shown(tally).attempts == (0, 7)


def test_verdicts_of_controls_do_not_count_as_passed() -> None:
    """The pass rate is that of candidates, whoever else is judged."""
    control = Origin("rust", "control", 1)
    tally = begun(Planned((A, control), candidates=frozenset({"a"}), examples=lambda _: 4))
    tally.judged(control, 4, 4)
    tally.judged(A, 1, 2)
    found = shown(tally)
    assert (found.passed, found.judged, found.attempts) == (1, 2, (6, 8))


def test_a_later_turn_is_no_attempt_of_its_own() -> None:
    """The pass rate stays that of one shot."""
    second = replace(A, turn=2)
    tally = begun(Planned((A, second), candidates=CANDIDATES, examples=lambda _: 4))
    tally.judged(A, 1, 4)
    tally.judged(second, 3, 3)
    found = shown(tally)
    assert (found.passed, found.judged, found.attempts) == (1, 4, (4, 4))


def test_what_is_up_to_date_is_done_and_read_only_when_somebody_looks() -> None:
    """Verdicts of an earlier build count, and cost nothing while nobody looks."""
    read = []

    def outcomes(origin: Origin) -> tuple[int, int]:
        read.append(origin)
        return 3, 5

    plan = Planned((A, B), candidates=CANDIDATES, examples=lambda _: 5, outcomes=outcomes)
    tally = begun(plan)
    tally.ends(VERDICTS, A, was_up_to_date=True)
    assert read == []
    for _ in range(2):
        found = shown(tally)
        assert (found.models, found.attempts, found.passed, found.judged) == ((1, 2), (5, 10), 3, 5)
    assert read == [A]


def test_a_model_that_took_no_part_leaves_no_attempts_open() -> None:
    """A run that ended without a verdict counts as none, so that the build can come to its end."""
    tally = begun(Planned((A, B), candidates=CANDIDATES, examples=lambda _: 5))
    tally.ends(VERDICTS, B)
    assert shown(tally).attempts == (0, 5)


def test_dollars_are_those_of_replies_that_were_asked_for() -> None:
    """A reply that was kept is free now; one without a price makes the sum unknown."""
    tally = begun(Planned((A,)))
    tally.replied(A, 10, 0.0)
    tally.replied(A, 1, 0.25)
    tally.replied(A, 1, 0.5)
    assert shown(tally).dollars == 0.75
    tally.replied(A, 1, None)
    assert shown(tally).dollars is None


def test_the_time_left_follows_from_live_work_and_is_unknown_before_it() -> None:
    """Nothing is said before both kinds of work have been seen; then pieces times their speed."""
    clock = Clock()
    tally = begun(Planned((A,), examples=lambda _: 10), clock)
    with tally.live(REPLIES, A, 10) as finished:
        assert shown(tally).left_s is None
        clock.now = 20.0
        finished(4)
        assert shown(tally).left_s is None  # nobody knows how long a verdict takes
        clock.now = 50.0
        finished(6)
    tally.ends(REPLIES, A)
    with tally.live(VERDICTS, A, 10) as finished:
        clock.now = 52.0
        finished(2)
        assert shown(tally).left_s == 8.0
        clock.now = 60.0
        finished(8)
    tally.ends(VERDICTS, A)
    assert shown(tally).left_s == 0.0


def test_a_slow_model_that_has_not_replied_yet_leaves_the_time_unknown() -> None:
    """The speed of one model says nothing about another; runs that repeat a run take no time."""
    clock, again = Clock(), replace(A, run=2)
    plan = Planned((A, again, B), repeats=frozenset({again}), judged=False, examples=lambda _: 2)
    tally = begun(plan, clock)
    with tally.live(REPLIES, A, 2) as finished:
        clock.now = 1.0
        finished(1)
        assert shown(tally).left_s is None
        tally.ends(REPLIES, B)
        assert shown(tally).left_s == 1.0


def test_threads_lose_nothing() -> None:
    """Counts of several threads add up."""
    tally = begun(Planned((A,), candidates=CANDIDATES, examples=lambda _: 4000))

    def work() -> None:
        for _ in range(1000):
            tally.judged(A, 1, 1)
            tally.replied(A, 1, 1.0)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = shown(tally)
    assert (found.passed, found.judged, found.dollars) == (4000, 4000, 4000.0)


steps = st.lists(
    st.tuples(st.sampled_from([A, B, replace(A, turn=2)]), st.integers(0, 5), st.integers(0, 5))
)


@given(steps=steps)
def test_whatever_happens_the_figures_fit_together(steps: list[tuple[Origin, int, int]]) -> None:
    """No more pass than are judged, none is negative, and the line can always be said."""
    origins = (A, B, replace(A, turn=2))
    tally = begun(Planned(origins, candidates=CANDIDATES, examples=lambda _: 9))
    for origin, passed, more in steps:
        tally.judged(origin, passed, passed + more)
        tally.replied(origin, passed, 0.01 * more)
        found = shown(tally)
        assert 0 <= found.passed <= found.judged
        assert found.models[0] <= found.models[1] == 2
        assert in_words(found).startswith(f"models {found.models[0]}/2")
    for origin in origins:
        tally.ends(REPLIES, origin)
        tally.ends(VERDICTS, origin)
    done = shown(tally)
    assert done.models == (2, 2)
    assert done.attempts[0] == done.attempts[1]
    assert done.left_s == 0.0


def test_a_snapshot_in_words() -> None:
    """The line names each figure that is known; a price that is not known is one, too."""
    known = Snapshot((1, 4), (1200, 3840), 100, 1200, 0.00123, 3725.0)
    assert in_words(known) == (
        "models 1/4, attempts 1,200/3,840, 8.3 % of 1,200 judged pass, "
        "$0.0012 for live replies, 1:02:05 left"
    )
    nothing = Snapshot((0, 4), (0, None), 0, 0, 0.0, None)
    assert in_words(nothing) == "models 0/4"
    unknown = Snapshot((0, 4), (3, None), 0, 0, None, None)
    assert in_words(unknown) == "models 0/4, attempts 3, $? for live replies"
    assert "$0.000063 for" in in_words(replace(known, dollars=6.3e-5))
    assert "$12.35 for" in in_words(replace(known, dollars=12.345))
