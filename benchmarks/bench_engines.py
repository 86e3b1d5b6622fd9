"""Tokens per second, time to first token and memory: both engines beside llama.cpp used directly.

Usage: python benchmarks/bench_engines.py [--model FILE ...] [--rounds N] [--sizes 1 8 32]

Without a model: the one of conf/model/smollm2_135m.yaml, downloaded if it is not there. Each
contender is a process of its own that loads the model once. In every round each of them in turn is
given the same prompts, for each size of a batch: 350 random tokens that all share and 50 of their
own, continued greedily by 32 tokens. The contenders:

numpy      our engine, weights dequantised to float32
llama_cpp  our engine over llama.cpp's C interface
bare       llama.cpp's C interface in the shortest loop that writes the same, argmax in numpy
Llama      llama-cpp-python's own class, one sequence at a time

`first` is the time until a batch's first tokens, `reading` the tokens of its prompts by that time,
`writing` the tokens after it, `job` all tokens written by the time of all; medians of the rounds
with the best round in brackets. Memory is the process's peak; `own` is what no file backs.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from engine_contenders import CONTENDERS, OWN, SHARED

from sse_steps.config import load_settings
from sse_steps.steps import download
from sse_steps.steps.plan import Plan

ROOT = Path(__file__).parents[1]
STEPS = 32  # tokens that are written to each


def random_texts(size: int) -> list[list[int]]:
    """Return the prompts of a batch, the same in every process."""
    random = np.random.default_rng(0)
    shared = random.integers(100, 40_000, SHARED).tolist()
    return [[*shared, *random.integers(100, 40_000, OWN).tolist()] for _ in range(size)]


def contend(name: str, path: Path) -> None:
    """Load a model, then answer each size of a batch on standard input with figures."""
    measure = CONTENDERS[name](path)
    print("ready", flush=True)
    for line in sys.stdin:
        size = int(line)
        first, whole = measure(random_texts(size), STEPS)
        status = dict(line.split(":", 1) for line in open("/proc/self/status"))  # noqa: PTH123, SIM115
        memory = [int(status[key].split()[0]) / 1024 for key in ("VmHWM", "RssAnon")]
        print(json.dumps([first, whole, *memory]), flush=True)


@dataclass(frozen=True, slots=True)
class Contender:
    """A process that has a model loaded."""

    name: str
    process: subprocess.Popen[str]

    @classmethod
    @contextmanager
    def started(cls, name: str, path: Path) -> Iterator[Contender | None]:
        """Yield a contender, None where it cannot run the model."""
        command = [sys.executable, __file__, "--contender", name, "--model", str(path)]
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            contender = cls(name, process)
            if pipe(process.stdout).readline() == "ready\n":
                yield contender
                pipe(process.stdin).close()
            else:
                reason = pipe(process.stderr).read().strip().splitlines() or ["no reason"]
                print(f"{name}: cannot run it: {reason[-1][:150]}", flush=True)
                yield None

    def run(self, size: int) -> list[float]:
        """Return seconds to the first tokens, seconds to the last, and MiB: peak, own."""
        stdin = pipe(self.process.stdin)
        stdin.write(f"{size}\n")
        stdin.flush()
        figures: list[float] = json.loads(pipe(self.process.stdout).readline())
        return figures


def pipe(stream: IO[str] | None) -> IO[str]:
    """Return a pipe that was asked for."""
    assert stream is not None
    return stream


Results = dict[tuple[str, int], list[list[float]]]


def race(path: Path, sizes: Sequence[int], rounds: int) -> None:
    """Let the contenders take turns, and print what came of it."""
    load = os.getloadavg()[0]
    print(f"\n{path.name}, {len(os.sched_getaffinity(0))} threads, load before: {load:.1f}")
    results: Results = {}
    with ExitStack() as stack:
        asked = [stack.enter_context(Contender.started(name, path)) for name in CONTENDERS]
        running = [contender for contender in asked if contender is not None]
        for number in range(rounds):
            for size in sizes:
                for contender in (
                    running[number % len(running) :] + running[: number % len(running)]
                ):
                    if size == 1 or contender.name != "Llama":
                        figures = contender.run(size)
                        results.setdefault((contender.name, size), []).append(figures)
                        print_row(contender.name, size, [figures])
    print(f"\nmedian (best) of {rounds} rounds")
    for (name, size), runs in sorted(results.items(), key=lambda item: item[0][1]):
        print_row(name, size, runs)
    print_ratios(results, sizes)


def print_row(name: str, size: int, runs: Sequence[Sequence[float]]) -> None:
    """Print one contender at one size of a batch."""
    firsts = [run[0] for run in runs]
    writing = [writing_speed(run, size) for run in runs]
    jobs = [job_speed(run, size) for run in runs]
    rows = SHARED + size * OWN
    print(
        f"{name:>9} x{size:<3}"
        f" first {statistics.median(firsts):7.3f} s ({min(firsts):7.3f})"
        f" | reading {rows / statistics.median(firsts):5.0f} ({rows / min(firsts):5.0f}) tokens/s"
        f" | writing {statistics.median(writing):6.1f} ({max(writing):6.1f}) tokens/s"
        f" | job {statistics.median(jobs):6.1f} ({max(jobs):6.1f}) tokens/s"
        f" | peak {max(run[2] for run in runs):5.0f} MiB, own {max(run[3] for run in runs):5.0f}",
        flush=True,
    )


def writing_speed(run: Sequence[float], size: int) -> float:
    """Return tokens per second after the first ones."""
    return size * (STEPS - 1) / (run[1] - run[0])


def job_speed(run: Sequence[float], size: int) -> float:
    """Return tokens written per second of the whole batch, the reading included."""
    return size * STEPS / run[1]


def print_ratios(results: Results, sizes: Sequence[int]) -> None:
    """Print what is aimed at: medians, and the best rounds in brackets."""
    wanted = [(("llama_cpp", size), ("bare", size)) for size in sizes]
    wanted += [(("llama_cpp", 1), ("Llama", 1))]
    wanted += [((name, size), (name, 1)) for name in ("llama_cpp", "numpy") for size in sizes[1:]]
    for pair in wanted:
        if not all(key in results for key in pair):
            continue
        for what, speed in (("writing", writing_speed), ("job", job_speed)):
            one, other = ([speed(run, key[1]) for run in results[key]] for key in pair)
            middle = statistics.median(one) / statistics.median(other)
            names = " : ".join(f"{name} x{size}" for name, size in pair)
            print(f"{what}, {names} = {middle:.2f} ({max(one) / max(other):.2f})")


def default_model() -> Path:
    """Return the file of the project's first language model."""
    line = Plan(load_settings(["models=[smollm2_135m]"], root=ROOT), ROOT).line
    ((model, files),) = line.downloads().items()
    stage = line.stage(model, "download", files.downloaded)
    download.run(line.download_slice(model), stage, files, line.storage)
    return files.source


def main() -> None:
    """Race, or be one of the contenders."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1, 8, 32])
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    models = options.model or [default_model()]
    if options.contender:
        contend(options.contender, models[0])
        return
    for path in models:
        race(path, options.sizes, options.rounds)


if __name__ == "__main__":
    main()
