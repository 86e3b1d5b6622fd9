"""Whether the corpus's cases bite: how many mutants of the reference solutions the judge catches.

Usage: python benchmarks/bench_mutants.py [MUTANTS_PER_EXAMPLE [SEED]]       (8 and 0 unless told)

Mutants that do not compile are not counted. One that differs in nothing that can be observed counts
as missed.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from mutants import mutants
from samples import LIMITS, ROOT, read_examples

from sse_steps.console import progress
from sse_steps.corpus.interpreter import Python
from sse_steps.records import Example, Verdict
from sse_steps.rust.judge import Judge
from sse_steps.rust.probe import strongest_sandbox
from sse_steps.rust.toolchain import cpu_count, find_toolchain


def main() -> None:
    """Print how many mutants were caught, by kind, and those that were not."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    toolchain = find_toolchain(ROOT / "cache")
    sandbox = strongest_sandbox(toolchain.launcher)
    judge = Judge(toolchain, sandbox, LIMITS)
    chosen: list[tuple[Example, str, str]] = []
    for example in read_examples(Python(sandbox, LIMITS)):
        found = mutants(example.reference or "")
        draw = random.Random(f"{seed} {example.id}")  # noqa: S311 - a sample, not a secret
        picked = draw.sample(found, min(count, len(found)))
        chosen += [(example, text, kind) for text, kind in picked]
    with progress("mutants", len(chosen)) as advance, ThreadPoolExecutor(cpu_count()) as pool:

        def judged(item: tuple[Example, str, str]) -> Verdict:
            verdict = judge.judge(item[1], item[0].cases)
            advance(1)
            return verdict

        verdicts = list(pool.map(judged, chosen))
    print_table(chosen, verdicts)


def print_table(chosen: list[tuple[Example, str, str]], verdicts: list[Verdict]) -> None:
    """Print a line a kind, the total, and the mutants that passed."""
    compiled, missed = Counter[str](), Counter[str]()
    for (example, text, kind), verdict in zip(chosen, verdicts, strict=True):
        compiled[kind] += verdict.compiles
        if verdict.passes():
            missed[kind] += 1
            print(f"missed: {example.id} ({kind}): {difference(example.reference or '', text)}")
    print(f"{'kind':12}{'compile':>9}{'caught':>9}{'share':>9}")
    for kind in sorted(compiled):
        print_row(kind, compiled[kind], missed[kind])
    print_row("all", compiled.total(), missed.total())


def print_row(kind: str, compiled: int, missed: int) -> None:
    """Print one line of the table."""
    caught = compiled - missed
    print(f"{kind:12}{compiled:9}{caught:9}{caught / max(compiled, 1):9.1%}")


def difference(before: str, after: str) -> str:
    """Return the first line that differs."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    return next((f"{old.strip()} -> {new.strip()}" for old, new in pairs if old != new), "the end")


if __name__ == "__main__":
    main()
