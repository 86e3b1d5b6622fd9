"""Whether a verdict is the same in a batch, alone, from plain cargo, and on a busy machine.

Usage: python benchmarks/bench_agreement.py [SAMPLES] [--seed SEED] [--busy]      (400 and 0)

The samples are all reference solutions, all model output kept in tests/data, and mutants drawn up
to the number. Plain cargo is a fresh project a sample, with the cases as Rust tests in the types of
the header that was asked for: cargo build, cargo test. All three run in the sandbox, because a
model wrote some of it. A candidate that gives its function other types cannot be called by such
tests, while the judge finds out the types: the tests are then written once more with their types
left to rustc, and where that is not enough, the candidate is counted and named apart. So is one
whose own answer is not always the same: where two verdicts differ, both are asked for again.

With --busy it is the verdicts of an idle and of a busy machine that are compared, on references and
mutants: twice as many processes as there are processors do nothing but spin meanwhile.

The exit code is 1 if there is a disagreement.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypeVar

from rivals import Machine, PlainVerdict, with_cargo
from samples import (
    Candidate,
    distinct,
    find_judge,
    model_output,
    read_examples,
    references,
    shuffled_mutants,
)

from sse_steps.console import progress
from sse_steps.corpus.interpreter import Python
from sse_steps.records import Example, Verdict
from sse_steps.rust.judge import Judge
from sse_steps.rust.toolchain import cpu_count

_TIMES = 8  # that a doubtful candidate is asked again
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Difference:
    """Two verdicts on one candidate that are not the same."""

    candidate: Candidate
    between: str
    verdicts: tuple[str, str]
    said: tuple[str, str]


def chosen(
    examples: Sequence[Example], count: int, seed: int, *, with_models: bool
) -> list[Candidate]:
    """Return references and model output, and mutants up to `count`."""
    written = model_output(examples) if with_models else []
    every = chain(references(examples), written, shuffled_mutants(examples, seed))
    return list(islice(distinct(every), count))


def facts(verdict: Verdict) -> tuple[object, ...]:
    """Return what must be the same whenever a candidate is judged."""
    ran = (verdict.tests_run, verdict.tests_passed)
    return (str(verdict.outcome), verdict.compiles, *ran, verdict.error_code)


def in_batches(judge: Judge, candidates: Sequence[Candidate], seed: int) -> list[Verdict]:
    """Judge all at once in a drawn order."""
    order = list(range(len(candidates)))
    random.Random(seed).shuffle(order)  # noqa: S311 - a sample, not a secret
    with progress("judged in batches", len(order)) as advance:
        samples = [candidates[index].sample for index in order]
        found = judge.judge_many(samples, on_finish=lambda *_: advance(1))
    by_index = dict(zip(order, found, strict=True))
    return [by_index[index] for index in range(len(candidates))]


def one_by_one(
    title: str, verdict: Callable[[Candidate], Found], candidates: Sequence[Candidate]
) -> list[Found]:
    """Return a verdict on each candidate, reached alone; as many at once as there are cores."""
    with progress(title, len(candidates)) as advance, ThreadPoolExecutor(cpu_count()) as pool:

        def counted(candidate: Candidate) -> Found:
            found = verdict(candidate)
            advance(1)
            return found

        return list(pool.map(counted, candidates))


def differences(
    between: str,
    candidates: Sequence[Candidate],
    first: Sequence[Verdict],
    second: Sequence[Verdict],
) -> list[Difference]:
    """Return where two verdicts on a candidate differ."""
    return [
        Difference(
            candidate,
            between,
            (str(facts(one)), str(facts(other))),
            (one.diagnostics, other.diagnostics),
        )
        for candidate, one, other in zip(candidates, first, second, strict=True)
        if facts(one) != facts(other)
    ]


def differences_from_cargo(
    candidates: Sequence[Candidate],
    judged: Sequence[Verdict],
    plain: Sequence[PlainVerdict],
) -> tuple[list[Difference], list[Difference]]:
    """Return where judge and cargo differ: in earnest, and because of another signature."""
    earnest: list[Difference] = []
    signature: list[Difference] = []
    for candidate, ours, theirs in zip(candidates, judged, plain, strict=True):
        verdicts = ((ours.compiles, ours.passes()), (theirs.compiles, theirs.passes))
        if verdicts[0] == verdicts[1]:
            continue
        words = tuple(f"compiles {compiles}, passes {passes}" for compiles, passes in verdicts)
        found = Difference(
            candidate, "alone and cargo", (words[0], words[1]), (ours.diagnostics, theirs.said)
        )
        is_header = ours.compiles and theirs.builds and not theirs.compiles
        (signature if is_header else earnest).append(found)
    return earnest, signature


def varies(judge: Judge, machine: Machine, candidate: Candidate) -> bool:
    """Return whether the same verdict asked for again and again is not always the same."""
    again = [judge.judge(candidate.rust, candidate.example.cases) for _ in range(_TIMES)]
    plain = with_cargo(machine, candidate, times=_TIMES)
    return len(set(map(facts, again))) > 1 or len({each.passes for each in plain}) > 1


@contextmanager
def busy_processors(count: int) -> Iterator[None]:
    """Keep the machine busy with `count` processes that spin."""
    spin = [sys.executable, "-c", "while True: pass"]
    spinning = [subprocess.Popen(spin) for _ in range(count)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def compare_idle_and_busy(
    judge: Judge, candidates: Sequence[Candidate], seed: int
) -> list[Difference]:
    """Return where a busy machine changes a verdict."""
    idle = in_batches(judge, candidates, seed)
    with busy_processors(2 * cpu_count()):
        busy = in_batches(judge, candidates, seed)
    return differences("idle and busy", candidates, idle, busy)


def compare_all(
    judge: Judge, candidates: Sequence[Candidate], seed: int
) -> tuple[list[Difference], list[Difference]]:
    """Compare batch, alone and cargo; return differences in earnest and those of signature."""
    machine = Machine(judge.toolchain, judge.sandbox)
    batch = in_batches(judge, candidates, seed)
    alone = one_by_one(
        "judged alone", lambda each: judge.judge(each.rust, each.example.cases), candidates
    )
    plain = one_by_one("with cargo", lambda each: with_cargo(machine, each)[0], candidates)
    print_counts(candidates, alone, plain)
    earnest, signature = differences_from_cargo(candidates, alone, plain)
    return differences("batch and alone", candidates, batch, alone) + earnest, signature


def print_counts(
    candidates: Sequence[Candidate], alone: Sequence[Verdict], plain: Sequence[PlainVerdict]
) -> None:
    """Print what the candidates were, and what judge and cargo found."""
    counts: dict[str, Counter[str]] = {}
    for candidate, ours, theirs in zip(candidates, alone, plain, strict=True):
        row = counts.setdefault(candidate.origin, Counter())
        row += Counter(
            samples=1,
            compile=ours.compiles,
            passed=ours.passes(),
            cargo=theirs.passes,
            inferred=theirs.inferred,
        )
    total = sum(counts.values(), Counter())
    heads = {"compile": 9, "passed": 9, "cargo": 15, "inferred": 27}
    titles = {"cargo": "passed, cargo", "inferred": "with types left to rustc"}
    print(f"{'':14}{'samples':>9}" + "".join(f"{titles.get(k, k):>{w}}" for k, w in heads.items()))
    for origin, row in [*counts.items(), ("all", total)]:
        cells = "".join(f"{row[key]:{width}}" for key, width in heads.items())
        print(f"{origin:14}{row['samples']:9}{cells}")


def print_difference(difference: Difference) -> None:
    """Print two verdicts and what was said with them."""
    one, other = difference.verdicts
    print(f"\n{difference.candidate.name}: {difference.between}: {one} / {other}")
    print(difference.candidate.rust)
    for said in difference.said:
        print(f"--- {said[:1500]}")


def first_error(said: str) -> str:
    """Return the first error of rustc's in a text."""
    return next((line for line in said.splitlines() if line.startswith("error")), said[:100])


def main() -> int:
    """Print a table and every disagreement; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("samples", type=int, nargs="?", default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--busy", action="store_true")
    options = parser.parse_args()
    judge = find_judge()
    examples = read_examples(Python(judge.sandbox, judge.limits))
    candidates = chosen(examples, options.samples, options.seed, with_models=not options.busy)
    signature: list[Difference] = []
    if options.busy:
        found = compare_idle_and_busy(judge, candidates, options.seed)
    else:
        found, signature = compare_all(judge, candidates, options.seed)
    return report(judge, found, signature, len(candidates))


def report(judge: Judge, found: list[Difference], signature: list[Difference], samples: int) -> int:
    """Print what differs and why; return how many times it does in earnest, at most 1."""
    machine = Machine(judge.toolchain, judge.sandbox)
    unsteady = [varies(judge, machine, each.candidate) for each in found]
    for each in signature:
        print(f"another signature: {each.candidate.name}: {first_error(each.said[1])}")
    for each, by_itself in zip(found, unsteady, strict=True):
        if by_itself:
            print(f"varies by itself: {each.candidate.name}: {' / '.join(each.verdicts)}")
        else:
            print_difference(each)
    earnest = unsteady.count(False)
    print(
        f"{samples} samples: {earnest} disagreements, "
        f"{len(signature)} with another signature, {sum(unsteady)} vary by themselves"
    )
    return min(earnest, 1)


if __name__ == "__main__":
    sys.exit(main())
