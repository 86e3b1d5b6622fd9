"""Milliseconds a sample that a verdict costs, beside a fresh cargo project and `rustc --test`.

Usage: python benchmarks/bench_judge.py [SIZE...] [--rivals COUNT] [--seed SEED]
                                                             (20 100 1000, --rivals 20)

The judge runs with the sandbox on, on all processors; the median of three times. Samples are
reference solutions, then distinct mutants of them; mutants that do not compile or run out of time
are left out. Real model output, most of which does not compile, is measured apart.

A rival judges each sample by itself, in a fresh folder with the same cases as Rust tests: `cargo
build` then `cargo test` (debug profile, offline, nothing shared but the toolchain), or `rustc
--test` and its binary (a program is compiled by itself and run once a case). Since samples have
nothing in common there, a rival's cost a sample is that of COUNT samples: one at a time, and with
as many workers as there are processors, which is what the judge has. Reference solutions are ours,
so rivals run them bare; mutants and model output run in the judge's sandbox with rivals as well.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from rivals import Machine, passes_with_cargo, passes_with_rustc
from samples import (
    Candidate,
    distinct,
    find_judge,
    model_output,
    read_examples,
    references,
    shuffled_mutants,
    spread,
)

from sse_steps.build_files import CheckFiles
from sse_steps.corpus.examples_file import write_examples
from sse_steps.corpus.interpreter import Python
from sse_steps.records import Completion, Example, FinishReason, Outcome
from sse_steps.rust.isolation import Isolation
from sse_steps.rust.judge import Judge
from sse_steps.rust.toolchain import cpu_count
from sse_steps.settings import LimitSettings
from sse_steps.slices import CheckSlice
from sse_steps.steps import check
from sse_steps.store import write_parquet

Rival = Callable[[Machine, Candidate, Path], bool]
RIVALS: dict[str, Rival] = {
    "cargo build, cargo test": passes_with_cargo,
    "rustc --test": passes_with_rustc,
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds a sample that a rival needs, and how many samples passed."""

    serial: float
    parallel: float
    passed: int


def milliseconds(count: int, work: Callable[[], object]) -> float:
    """Return the milliseconds of wall clock for each of `count` samples."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000 / count


def judged(judge: Judge, candidates: Sequence[Candidate]) -> float:
    """Return the milliseconds a sample that the judge needs for all of them at once."""
    samples = [each.sample for each in candidates]
    rounds = [milliseconds(len(samples), lambda: judge.judge_many(samples)) for _ in range(3)]
    return statistics.median(rounds)


def judged_alone(judge: Judge, candidates: Sequence[Candidate]) -> float:
    """Return the median of milliseconds that one sample needs when it comes alone."""
    return statistics.median(
        milliseconds(1, lambda: judge.judge(each.rust, each.example.cases))  # noqa: B023 - called at once
        for each in candidates
    )


def usable(judge: Judge, candidates: Sequence[Candidate], count: int) -> list[Candidate]:
    """Return the first `count` that compile and come to an end."""
    found: list[Candidate] = []
    left = iter(candidates)
    while part := list(islice(left, max(0, count - len(found)) * 3 // 2)):
        verdicts = judge.judge_many([each.sample for each in part])
        found += [
            each
            for each, verdict in zip(part, verdicts, strict=True)
            if verdict.compiles and verdict.outcome is not Outcome.TIMEOUT
        ]
    return found[:count]


def rival_cost(rival: Rival, machine: Machine, candidates: Sequence[Candidate]) -> Cost:
    """Measure a rival, one sample at a time and on all processors."""

    def judge_one(candidate: Candidate) -> bool:
        with tempfile.TemporaryDirectory(prefix="rival-") as name:
            return rival(machine, candidate, Path(name))

    passed: list[bool] = []

    def judge_all() -> None:
        with ThreadPoolExecutor(cpu_count()) as pool:
            passed.extend(pool.map(judge_one, candidates))

    count = len(candidates)
    serial = milliseconds(count, lambda: [judge_one(each) for each in candidates])
    return Cost(serial, milliseconds(count, judge_all), sum(passed))


def compare(title: str, ours: dict[str, float], machine: Machine, few: list[Candidate]) -> None:
    """Print what rivals need for a few samples, and how many times that is what we need."""
    heads = "".join(f"{'at ' + size:>12}" for size in ours)
    print(f"\n{title}\n{'':42}{'ms a sample':>12}{heads}")
    print(f"{'the judge':54}" + "".join(f"{each:9.1f} ms" for each in ours.values()))
    for name, rival in RIVALS.items():
        cost = rival_cost(rival, machine, few)
        for way, each in (("one at a time", cost.serial), ("all processors", cost.parallel)):
            ratios = "".join(f"{each / own:11.1f}x" for own in ours.values())
            print(f"{f'{name}, {way}':42}{each:12.1f}{ratios}")
        print(f"  {cost.passed} of {len(few)} passed")


def isolation_costs(judge: Judge, candidates: Sequence[Candidate]) -> None:
    """Print what the same samples cost at each level of isolation."""
    print(f"\nisolation, {len(candidates)} samples; ms a sample, median of 3 rounds")
    for level in Isolation:
        sandbox = replace(judge.sandbox, level=level)
        print(f"{level:42}{judged(replace(judge, sandbox=sandbox), candidates):12.1f}")


def cached_cost(candidates: Sequence[Candidate], cache: Path) -> tuple[float, float]:
    """Return the milliseconds a sample of the check step, the first time and when all is known."""
    settings = CheckSlice(LimitSettings(), allow_weak_isolation=False)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names = ("completions", "verdicts", "judgements")
        paths = (folder / f"{name}.parquet" for name in names)
        files = CheckFiles(folder / "examples.jsonl", *paths)
        by_id: dict[str, Example] = {each.example.id: each.example for each in candidates}
        write_examples(by_id.values(), files.examples)
        rows = [_completion(number, each) for number, each in enumerate(candidates)]
        write_parquet(rows, Completion, files.completions)
        (folder / "judge").symlink_to(cache / "judge")

        def run() -> None:
            check.run(settings, files, folder, folder)

        first = milliseconds(len(candidates), run)
        return first, statistics.median(milliseconds(len(candidates), run) for _ in range(5))


def _completion(number: int, candidate: Candidate) -> Completion:
    return Completion(
        task="bench",
        model="bench",
        run=number,
        example=candidate.example.id,
        level=candidate.example.level,
        rust=candidate.rust,
        reply=candidate.rust,
        finish_reason=FinishReason.STOP,
        prompt_tokens=None,
        completion_tokens=None,
        latency_s=0.0,
        machine_s=0.0,
        batch_size=1,
        cold=False,
        cost_usd=0.0,
        cached=False,
        engine="bench",
        error=None,
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sizes", type=int, nargs="*", default=[20, 100, 1000])
    parser.add_argument("--rivals", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    judge = find_judge()
    examples = read_examples(Python(judge.sandbox, judge.limits))
    solutions, written = references(examples), list(distinct(model_output(examples)))
    few = spread(solutions, options.rivals)
    chosen = {each.example.id for each in few}
    rest = [each for each in solutions if each.example.id not in chosen]
    mutants = list(distinct(shuffled_mutants(examples, options.seed)))
    samples = few + rest + usable(judge, mutants, max(options.sizes) - len(solutions))
    print(f"{cpu_count()} processors, isolation {judge.sandbox.level}, {len(samples)} samples")
    ours = {str(size): judged(judge, samples[:size]) for size in options.sizes}
    bare, isolated = Machine(judge.toolchain, None), Machine(judge.toolchain, judge.sandbox)
    compare(f"references and mutants (rivals: {len(few)} references, bare)", ours, bare, few)
    some = spread(samples[len(solutions) :] or samples, options.rivals)
    compare(f"the same (rivals: {len(some)} mutants, in the sandbox)", ours, isolated, some)
    real = {str(len(written)): judged(judge, written)}
    some = spread(written, options.rivals)
    compare(f"model output (rivals: {len(some)} of it, in the sandbox)", real, isolated, some)
    alone = judged_alone(judge, few)
    print(f"\none sample that comes alone, median of {len(few)}: {alone:.1f} ms")
    isolation_costs(judge, samples[:100])
    first, known = cached_cost(samples, judge.toolchain.folder.parents[1])
    print(f"\nthe check step on {len(samples)} samples; ms a sample")
    print(f"{'all new':42}{first:12.2f}\n{'all known':42}{known:12.3f}")


if __name__ == "__main__":
    main()
