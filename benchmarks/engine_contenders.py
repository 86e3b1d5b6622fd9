"""What `bench_engines` lets run against each other: each puts a model into memory and measures."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sse_steps.infer.decoding import Prompt, Writer
from sse_steps.infer.llama_cpp_engine import load_llama_cpp
from sse_steps.infer.numpy_engine import load_numpy
from sse_steps.infer.text_engine import Load
from sse_steps.models.model_file import interpret, read_stored

SHARED, OWN = 350, 50
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
