"""Tokens per second of the numpy engine beside llama.cpp: same file, same threads, same run.

Usage: python benchmarks/bench_numpy_engine.py MODEL.gguf [BATCH ...]

Each sequence has a context of 500 random tokens, of which 350 are shared by all. Both engines read
the prompts once, which is timed as a whole, and then take turns of a few decoding steps, each ended
by the argmax of every sequence; the figure is the median step. llama.cpp computes with the 4-bit
weights as they are, numpy with the same weights in float32.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import llama_cpp
import numpy as np

from sse_steps.infer.attention import Block, Cache, IntArray
from sse_steps.infer.generation import chunks, span_blocks
from sse_steps.infer.transformer import forward, logits
from sse_steps.infer.weights import Weights, load_weights
from sse_steps.models.model_file import read_model

SHARED, OWN, ROUNDS, STEPS = 350, 150, 5, 6
ROOM = OWN + ROUNDS * STEPS


class Rival(Protocol):
    """One engine with one batch of sequences."""

    def read(self, shared: IntArray, own: IntArray) -> None:
        """Read a shared prefix [P] and each sequence's own tokens [S, n]."""

    def step(self) -> None:
        """Write one token to every sequence."""


class NumpyRival:
    """Our forward pass."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def read(self, shared: IntArray, own: IntArray) -> None:
        """Read the prefix once, then all sequences in passes of 256 rows."""
        model = self._weights.model
        prefix = Cache.empty(model, slots=1, capacity=len(shared))
        self._cache = Cache.empty(model, slots=len(own), capacity=ROOM, prefix=prefix.as_prefix())
        for cache, texts in ((prefix, shared[None]), (self._cache, own)):
            for spans in chunks([len(text) for text in texts], 256):
                tokens = np.concatenate(
                    [texts[slot][span.start : span.stop] for slot, span in spans]
                )
                forward(self._weights, cache, tokens, list(span_blocks(spans)))
        self._tokens, self._position = own[:, -1], own.shape[1]

    def step(self) -> None:
        """Run the newest token of every sequence and take the likeliest next."""
        count = len(self._tokens)
        block = Block(
            slice(0, count), slice(0, count), np.full((count, 1), self._position, np.int64)
        )
        hidden = forward(self._weights, self._cache, self._tokens, [block])
        self._tokens = logits(self._weights, hidden).argmax(axis=1)
        self._position += 1


class LlamaRival:
    """llama.cpp through its C interface, several sequences to a batch."""

    def __init__(self, model: Any, size: int, sequences: int, threads: int) -> None:  # noqa: ANN401 (a C pointer)
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_ctx = sequences * (SHARED + ROOM)
        parameters.n_batch = parameters.n_ubatch = 512
        parameters.n_seq_max = sequences
        parameters.n_threads = parameters.n_threads_batch = threads
        self._context = llama_cpp.llama_init_from_model(model, parameters)
        self._memory = llama_cpp.llama_get_memory(self._context)
        self._batch = llama_cpp.llama_batch_init(512, 0, 1)
        self._size = size

    def read(self, shared: IntArray, own: IntArray) -> None:
        """Read the prefix once, copy it to all sequences, then read these."""
        self._decode([(0, i, token) for i, token in enumerate(shared)])
        for sequence in range(1, len(own)):
            llama_cpp.llama_memory_seq_cp(self._memory, 0, sequence, -1, -1)
        rows = [
            (sequence, SHARED + i, token)
            for sequence, text in enumerate(own)
            for i, token in enumerate(text)
        ]
        for start in range(0, len(rows), 512):
            self._decode(rows[start : start + 512])
        self._tokens, self._position = own[:, -1], SHARED + own.shape[1]

    def step(self) -> None:
        """Run the newest token of every sequence and take the likeliest next."""
        rows = [(i, self._position, token) for i, token in enumerate(self._tokens)]
        self._decode(rows, scores=True)
        pointer = llama_cpp.llama_get_logits(self._context)
        self._tokens = np.ctypeslib.as_array(pointer, (len(rows), self._size)).argmax(axis=1)
        self._position += 1

    def close(self) -> None:
        """Free the context and the batch."""
        llama_cpp.llama_batch_free(self._batch)
        llama_cpp.llama_free(self._context)

    def _decode(self, rows: Sequence[tuple[int, int, int]], *, scores: bool = False) -> None:
        batch = self._batch
        batch.n_tokens = len(rows)
        for i, (sequence, position, token) in enumerate(rows):
            batch.token[i], batch.pos[i], batch.n_seq_id[i] = int(token), position, 1
            batch.seq_id[i][0], batch.logits[i] = sequence, scores
        assert llama_cpp.llama_decode(self._context, batch) == 0


@dataclass(frozen=True, slots=True)
class Speed:
    """Tokens per second."""

    reading: float
    writing: float


def race(rivals: Sequence[Rival], sequences: int) -> list[Speed]:
    """Let the rivals read the same prompts and take turns at writing."""
    random = np.random.default_rng(0)
    shared, own = (
        random.integers(100, 40_000, SHARED),
        random.integers(100, 40_000, (sequences, OWN)),
    )
    rows = SHARED + sequences * OWN
    reading = [timed(partial(rival.read, shared, own)) for rival in rivals]
    steps: list[list[float]] = [[] for _ in rivals]
    for _ in range(ROUNDS):
        for rival, times in zip(rivals, steps, strict=True):
            times.extend(timed(rival.step) for _ in range(STEPS))
    return [
        Speed(rows / seconds, sequences / statistics.median(times))
        for seconds, times in zip(reading, steps, strict=True)
    ]


def timed(action: Callable[[], None]) -> float:
    """Return how many seconds something took."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    path, *sizes = sys.argv[1:]
    threads = os.cpu_count() or 1
    file = read_model(Path(path))
    weights = load_weights(file.hyperparameters, file.tensors)
    silent = llama_cpp.llama_log_callback(lambda *_: None)
    llama_cpp.llama_log_set(silent, None)
    model = llama_cpp.llama_model_load_from_file(
        path.encode(), llama_cpp.llama_model_default_params()
    )
    print(f"{Path(path).name}, {threads} threads, {SHARED} + {OWN} tokens of context")
    print(llama_cpp.llama_print_system_info().decode())
    print("batch | numpy read | numpy write | llama.cpp read | llama.cpp write   (tokens/s)")
    for sequences in [int(size) for size in sizes] or [1, 8, 32]:
        llama = LlamaRival(model, file.hyperparameters.vocabulary_size, sequences, threads)
        ours, theirs = race([NumpyRival(weights), llama], sequences)
        llama.close()
        print(
            f"{sequences:5} | {ours.reading:10.0f} | {ours.writing:11.0f} |"
            f" {theirs.reading:14.0f} | {theirs.writing:15.0f}"
        )


if __name__ == "__main__":
    main()
