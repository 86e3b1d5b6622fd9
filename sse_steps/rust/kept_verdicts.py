"""Verdicts that are reached once and then kept, under the address of all that they follow from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sse_steps.corpus.examples_file import cases_to_json
from sse_steps.records import EquivalenceStatus, Method, Outcome, Verdict
from sse_steps.rust.judge import Judge, Sample
from sse_steps.store import RecordStore, content_key


@dataclass(frozen=True, slots=True)
class Kept:
    """A verdict, and what was being judged when it was reached."""

    verdict: Verdict
    origin: object = None


@dataclass(frozen=True, slots=True)
class KeptVerdicts:
    """One judge's verdicts. Without a store every verdict is reached afresh.

    What the clock on the wall decided, and a fault of the machine's, is not kept: it may be another
    next time.
    """

    judge: Judge
    store: RecordStore | None
    # By identity, and with the sample, so that no other one comes to have it.
    _keys: dict[int, tuple[Sample, str]] = field(default_factory=dict, init=False, compare=False)

    def key(self, sample: Sample) -> str:
        """Return the address of the verdict on a sample, found out once for each."""
        if id(sample) not in self._keys:
            self._keys[id(sample)] = (sample, self._key(sample))
        return self._keys[id(sample)][1]

    def _key(self, sample: Sample) -> str:
        cases = cases_to_json(sample.cases)
        probed = sample.probe.identity if sample.probe else None
        return content_key("verdict", self.judge.identity, sample.rust, cases, probed)

    def find(self, keys: Iterable[str]) -> dict[str, Kept]:
        """Return the verdicts that are there, by key."""
        found = self.store.get_many(keys) if self.store else {}
        return {
            key: Kept(verdict_of(record["verdict"]), record["origin"])
            for key, record in found.items()
        }

    def keep(self, key: str, kept: Kept) -> None:
        """Keep a verdict."""
        self.keep_many({key: kept})

    def keep_many(self, found: Mapping[str, Kept]) -> None:
        """Keep verdicts, all of them or none."""
        records = {
            key: {"verdict": asdict(kept.verdict), "origin": kept.origin}
            for key, kept in found.items()
            if kept.verdict.outcome is not Outcome.INFRASTRUCTURE_ERROR
        }
        if self.store and records:
            self.store.put_many(records)

    def reach(
        self,
        samples: Mapping[str, Sample],
        *,
        origins: Mapping[str, object] | None = None,
        on_finish: Callable[[str, Kept], None] = lambda _key, _kept: None,
    ) -> dict[str, Kept]:
        """Judge samples by key, and keep each verdict as soon as it is reached.

        Args:
            samples: what is to be judged.
            origins: what each verdict is kept with.
            on_finish: called once for each sample, with its key and its verdict.
        """
        keys, reached = list(samples), dict[str, Kept]()

        def finish(index: int, verdict: Verdict) -> None:
            key = keys[index]
            reached[key] = Kept(verdict, (origins or {}).get(key))
            if not self.judge.ended_by_the_clock(verdict):
                self.keep(key, reached[key])  # at once, whatever takes longer beside it
            on_finish(key, reached[key])

        self.judge.judge_many(list(samples.values()), on_finish=finish)
        return reached


def verdict_of(fields: dict[str, Any]) -> Verdict:
    """Return the verdict that a record holds."""
    compared = fields["equivalence"]
    named = {
        "outcome": Outcome(fields["outcome"]),
        "method": Method(fields["method"]),
        "equivalence": None if compared is None else EquivalenceStatus(compared),
    }
    return Verdict(**{**fields, **named})
