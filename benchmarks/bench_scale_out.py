"""The same check work by this process alone and by Ray workers: what shards and workers cost.

Usage: python benchmarks/bench_scale_out.py [PROGRAMS] [WORKERS]      (512 and 2 unless told)

Distinct small functions, half of them wrong, are judged with equal settings in both ways; the
verdicts have to be equal. Workers are started and warm before anything is timed, and each way has
an empty store. On one machine both use all processors, so that the difference is the overhead: to
send programs, to write and read shards, and a second Python process.
"""

from __future__ import annotations

import dataclasses
import statistics
import sys
import tempfile
import time
from pathlib import Path

from sse_steps.console import progress
from sse_steps.records import Case, Verdict
from sse_steps.rust.judge import Judge, Sample
from sse_steps.rust.kept_verdicts import Kept, KeptVerdicts
from sse_steps.scale.judging import judging_job, reach_in_shards
from sse_steps.scale.ray_cluster import connect
from sse_steps.scale.scale_out import ScaleOut
from sse_steps.settings import LimitSettings, ScaleEngine, ScaleSettings
from sse_steps.slices import CheckSlice
from sse_steps.steps import machine
from sse_steps.store import RecordStore

ROUNDS = 3
SETTINGS = CheckSlice(LimitSettings(), allow_weak_isolation=False)


def samples(count: int, round_number: int) -> list[Sample]:
    """Return programs that no other round has."""
    return [
        Sample(
            f"pub fn f(n: i64) -> i64 {{ n + {number} + {number % 2} // round {round_number}\n}}",
            (Case("f", (1,), 1 + number), Case("f", (7,), 7 + number)),
        )
        for number in range(count)
    ]


def plain(found: dict[str, Kept]) -> dict[str, Verdict]:
    """Return verdicts without the seconds that they took."""
    return {
        key: dataclasses.replace(each.verdict, compile_s=0.0, run_s=0.0)
        for key, each in found.items()
    }


def main(count: int, workers: int) -> None:
    """Print the median seconds of both ways."""
    with tempfile.TemporaryDirectory() as name:
        cache = Path(name)
        judge = Judge(
            machine.toolchain(cache),
            machine.sandbox(cache, allow_weak=False),
            machine.limits(SETTINGS.limits),
        )
        settings = ScaleSettings(ScaleEngine.RAY, workers=workers)
        started = time.perf_counter()
        connect(settings)
        print(f"workers started in {time.perf_counter() - started:.1f} s")
        taken: dict[str, list[float]] = {"this process": [], f"{workers} Ray workers": []}
        for number in range(ROUNDS + 1):
            found = [
                seconds(way, judge, samples(count, number), ScaleOut(settings, cache), cache)
                for way in range(2)
            ]
            assert plain(found[0][1]) == plain(found[1][1])
            if number:  # the first round warms up
                for way, (elapsed, _) in zip(taken, found, strict=True):
                    taken[way].append(elapsed)
    print(f"{count} programs, median of {ROUNDS}:")
    for way, each in taken.items():
        middle = statistics.median(each)
        print(f"  {way:16} {middle:6.2f} s  {1000 * middle / count:6.2f} ms a program")


def seconds(
    way: int, judge: Judge, asked: list[Sample], scale_out: ScaleOut, cache: Path
) -> tuple[float, dict[str, Kept]]:
    """Judge in one of the two ways, into an empty store; return seconds and verdicts."""
    with tempfile.TemporaryDirectory() as folder:
        kept = KeptVerdicts(judge, RecordStore(Path(folder) / "records.sqlite"))
        missing = {kept.key(sample): sample for sample in asked}
        started = time.perf_counter()
        with progress("judge", len(missing)) as advance:

            def finish(_key: str, _reached: Kept) -> None:
                advance(1)

            if way == 0:
                found = kept.reach(missing, on_finish=finish)
            else:
                job = judging_job("judge", judge, SETTINGS, cache, missing)
                found = reach_in_shards(kept, scale_out, job, missing, {}, finish)
        return time.perf_counter() - started, found


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*[*given, *(512, 2)[len(given) :]])
