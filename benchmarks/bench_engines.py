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
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np

from sse_steps.config import load_settings
from sse_steps.infer.decoding import Prompt, Writer
from sse_steps.infer.llama_cpp_engine import load_llama_cpp
from sse_steps.infer.numpy_engine import load_numpy
from sse_steps.infer.text_engine import Load
from sse_steps.models.model_file import interpret, read_stored
from sse_steps.steps import download
from sse_steps.steps.plan import Plan

ROOT = Path(__file__).parents[1]
SHARED, OWN = 350, 50
STEPS = 32  # tokens that are written to each
CELLS = 512  # of a sequence

Measure = Callable[[list[list[int]], int], tuple[float, float]]  # seconds to first token, and all


def ours(load: Load, path: Path) -> Measure:
    """Return how long one of our engines takes."""
    stored = read_stored(path)
    file = interpret(stored)
    file = replace(file, tokenizer=replace(file.tokenizer, stop_ids=frozenset()))
    writer: Writer = load(stored, file)

    def measure(texts: list[list[int]], steps: int) -> tuple[float, float]:
        prompts = [
            Prompt(tuple(text), max_tokens=steps, timeout_s=1e6, stop_repetition=False)
            for text in texts
        ]
        written = writer.generate(prompts)
        assert {len(one.tokens) for one in written} == {steps}
        return written[0].first_token_s, written[0].latency_s

    return measure


def high_level(path: Path) -> Measure:
    """Return how long llama-cpp-python's own class takes."""
    import llama_cpp  # noqa: PLC0415 (the other contenders' memory is to be theirs alone)

    threads = len(os.sched_getaffinity(0))
    llama: Any = llama_cpp.Llama(
        str(path), n_ctx=CELLS, n_threads=threads, n_threads_batch=threads, verbose=False
    )

    def measure(texts: list[list[int]], steps: int) -> tuple[float, float]:
        [text] = texts
        llama.reset()
        start = time.perf_counter()
        stream = llama.generate(text, temp=0.0, repeat_penalty=1.0)
        next(stream)
        first = time.perf_counter() - start
        for _ in range(steps - 1):
            next(stream)
        return first, time.perf_counter() - start

    return measure


def bare(path: Path) -> Measure:
    """Return how long llama.cpp takes in the shortest loop, a context for each batch."""
    from llama_cpp import llama_cpp as native  # noqa: PLC0415 (as above)

    silent = native.llama_log_callback(lambda *_: None)
    native.llama_log_set(silent, None)
    native.llama_backend_init()
    model = native.llama_model_load_from_file(
        str(path).encode(), native.llama_model_default_params()
    )
    size = native.llama_vocab_n_tokens(native.llama_model_get_vocab(model))

    def measure(texts: list[list[int]], steps: int, keep: object = silent) -> tuple[float, float]:
        del keep
        start = time.perf_counter()
        count = len(texts)
        context = bare_context(native, model, count)
        memory, batch = native.llama_get_memory(context), native.llama_batch_init(512, 0, 1)

        def decode(rows: Sequence[tuple[int, int, int, bool]]) -> None:
            batch.n_tokens = len(rows)
            for i, (sequence, position, token, wanted) in enumerate(rows):
                batch.token[i], batch.pos[i], batch.n_seq_id[i] = token, position, 1
                batch.seq_id[i][0], batch.logits[i] = sequence, wanted
            assert native.llama_decode(context, batch) == 0

        def likeliest(rows: int) -> list[int]:
            scores = np.ctypeslib.as_array(native.llama_get_logits(context), (rows, size))
            return [int(token) for token in scores.argmax(axis=1)]

        prefix = SHARED if count > 1 else 0
        if prefix:
            decode([(0, i, token, False) for i, token in enumerate(texts[0][:prefix])])
        for sequence in range(1, count):
            native.llama_memory_seq_cp(memory, 0, sequence, -1, -1)
        tokens = []
        for sequence, text in enumerate(texts):
            last = len(text) - 1
            decode([(sequence, i, text[i], i == last) for i in range(prefix, len(text))])
            tokens += likeliest(1)
        first = time.perf_counter() - start
        for position in range(SHARED + OWN, SHARED + OWN + steps - 1):
            decode([(sequence, position, token, True) for sequence, token in enumerate(tokens)])
            tokens = likeliest(count)
        native.llama_batch_free(batch)
        native.llama_free(context)
        return first, time.perf_counter() - start

    return measure


def bare_context(native: Any, model: Any, sequences: int) -> Any:  # noqa: ANN401 (C pointers)
    """Return a context with what llama.cpp has by default, apart from its size and threads."""
    parameters = native.llama_context_default_params()
    parameters.n_ctx = sequences * CELLS
    parameters.n_seq_max = sequences
    parameters.n_threads = parameters.n_threads_batch = len(os.sched_getaffinity(0))
    parameters.kv_unified = False
    return native.llama_init_from_model(model, parameters)


CONTENDERS: dict[str, Callable[[Path], Measure]] = {
    "numpy": lambda path: ours(load_numpy, path),
    "llama_cpp": lambda path: ours(load_llama_cpp, path),
    "bare": bare,
    "Llama": high_level,
}


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
