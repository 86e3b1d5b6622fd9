"""llama.cpp's own quantiser, for encodings that nothing else writes.

It runs in a process of its own: llama.cpp answers what it does not expect by ending the process it
is in. llama-cpp-python is an optional extra.
"""

from __future__ import annotations

import ctypes
import importlib.util
import multiprocessing
import re
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from sse_steps.errors import EngineMissingError
from sse_steps.models.stored_model import unusable

_TENSOR: Final = re.compile(rb"\[ *(\d+)/ *(\d+)\]")  # in the log, as each tensor is begun
_BUFFER_BYTES: Final = 256 << 20  # of rows at once; llama.cpp's own default is 8 GiB
_THREADS: Final = 2
_WORDS_KEPT: Final = 8
_LEVEL_INFO: Final = 1  # ggml.h, enum ggml_log_level


def check_installed() -> None:
    """Check that llama.cpp is there, before work is spent.

    Raises:
        EngineMissingError: it is not.
    """
    if importlib.util.find_spec("llama_cpp") is None:
        raise EngineMissingError(
            "The quantisation q4_k_m is llama.cpp's, which is not installed.",
            "Install it with pip install 'single-shot-eval[llama]', or choose q4_0.",
        )


def quantize_q4_k_m(
    source: Path, target: Path, report: Callable[[int, int], None] = lambda *_: None
) -> None:
    """Write a GGUF file's weights as Q4_K_M to another.

    Args:
        source: a GGUF file, quantised or not.
        target: the file to write.
        report: called with how many tensors are begun, and how many there are.

    Raises:
        EngineMissingError: llama.cpp is not installed.
        ModelFormatError: llama.cpp refuses the model.
    """
    check_installed()
    spawn = multiprocessing.get_context("spawn")  # a fork would inherit the threads' locks
    ours, theirs = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_quantize, args=(source, target, theirs), daemon=True)
    process.start()
    theirs.close()
    last: deque[str] = deque(maxlen=_WORDS_KEPT)
    try:
        _follow(ours, report, last)
        process.join()
    finally:
        process.kill()
        process.join()
        ours.close()
    if process.exitcode != 0:
        words = " ".join("".join(last).split())[-400:]
        wrong = f"llama.cpp's quantiser ended with {process.exitcode}: {words}"
        raise unusable(source, wrong)


def _follow(pipe: Connection, report: Callable[[int, int], None], last: deque[str]) -> None:
    """Pass progress on, and keep the last words, until the process closes its end."""
    while True:
        try:
            message = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        if found := _TENSOR.search(message):
            report(int(found[1]), int(found[2]))
        else:
            last.append(message.decode("utf-8", "replace"))


def _quantize(source: Path, target: Path, pipe: Connection) -> None:
    """Run in the other process: its exit code says how it went."""
    import llama_cpp  # noqa: PLC0415 - optional, and only in this process

    @llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]  # ctypes' own
    def log(level: int, text: bytes, _: object) -> None:
        if level >= _LEVEL_INFO:
            pipe.send_bytes(text[:1000])

    llama_cpp.llama_log_set(log, ctypes.c_void_p(0))
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_K_M
    parameters.nthread = _THREADS
    parameters.allow_requantize = True
    parameters.max_buf_size = _BUFFER_BYTES
    status = llama_cpp.llama_model_quantize(bytes(source), bytes(target), ctypes.byref(parameters))
    raise SystemExit(1 if status else 0)
