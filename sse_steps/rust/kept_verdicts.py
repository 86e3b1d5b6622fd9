"""Verdicts that are reached once and then kept, under the address of all that they follow from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from sse_steps.corpus.examples_file import cases_to_json
from sse_steps.records import Case, Method, Outcome, ProgramCase, Verdict
from sse_steps.rust.judge import Judge
from sse_steps.rust.toolchain import cpu_count
from sse_steps.store import RecordStore, content_key

Cases = tuple[Case, ...] | tuple[ProgramCase, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """A program and the cases to put to it."""

    rust: str
    cases: Cases


@dataclass(frozen=True, slots=True)
class Kept:
    """A verdict, and what was being judged when it was reached."""

    verdict: Verdict
    origin: object = None


@dataclass(frozen=True, slots=True)
class KeptVerdicts:
    """One judge's verdicts. Without a store every verdict is reached afresh.

    A verdict that the clock on the wall decided, which a busy machine can bring about, is reached
    once more, alone. A fault of the machine's is not kept: it may be gone next time.
    """

    judge: Judge
    store: RecordStore | None

    def key(self, sample: Sample) -> str:
        """Return the address of the verdict on a sample."""
        cases = cases_to_json(sample.cases)
        return content_key("verdict", self.judge.identity, sample.rust, cases)

    def find(self, keys: Iterable[str]) -> dict[str, Kept]:
        """Return the verdicts that are there, by key."""
        found = self.store.get_many(keys) if self.store else {}
        return {
            key: Kept(_verdict(record["verdict"]), record["origin"])
            for key, record in found.items()
        }

    def keep(self, key: str, kept: Kept) -> None:
        """Keep a verdict."""
        if self.store and kept.verdict.outcome is not Outcome.INFRASTRUCTURE_ERROR:
            record = {"verdict": asdict(kept.verdict), "origin": kept.origin}
            self.store.put_many({key: record})

    def reach(
        self,
        samples: Mapping[str, Sample],
        *,
        origins: Mapping[str, object] | None = None,
        on_finish: Callable[[], None] = lambda: None,
    ) -> dict[str, Kept]:
        """Judge samples by key, and keep each verdict as soon as it is reached.

        Args:
            samples: what is to be judged.
            origins: what each verdict is kept with.
            on_finish: called once for each sample.
        """
        keys, reached = list(samples), dict[str, Kept]()

        def settle(key: str, verdict: Verdict) -> None:
            reached[key] = Kept(verdict, (origins or {}).get(key))
            self.keep(key, reached[key])

        def finish(index: int, verdict: Verdict) -> None:
            if not self.judge.ended_by_the_clock(verdict):
                settle(keys[index], verdict)  # at once, whatever takes longer beside it
            on_finish()

        _judge_many(self.judge, list(samples.values()), on_finish=finish)
        for key in keys:
            if key not in reached:
                settle(key, self.judge.judge(samples[key].rust, samples[key].cases))
        return reached


def _judge_many(
    judge: Judge, samples: Sequence[Sample], *, on_finish: Callable[[int, Verdict], None]
) -> None:
    """Judge samples side by side, each alone; `Judge.judge_many` is to take this place."""

    def judge_one(index: int) -> None:
        on_finish(index, judge.judge(samples[index].rust, samples[index].cases))

    with ThreadPoolExecutor(cpu_count()) as pool:
        for _ in pool.map(judge_one, range(len(samples))):
            pass  # an error in a thread is raised here


def _verdict(fields: dict[str, Any]) -> Verdict:
    named = {"outcome": Outcome(fields["outcome"]), "method": Method(fields["method"])}
    return Verdict(**{**fields, **named})
