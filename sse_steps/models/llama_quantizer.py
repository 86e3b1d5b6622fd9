"""llama.cpp's own quantiser, for encodings that nothing else writes.

It runs in a process of its own: llama.cpp answers what it does not expect by ending the process it
is in. llama-cpp-python is an optional extra.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sse_steps.errors import EngineMissingError
from sse_steps.models.stored_model import unusable

_PROGRAM: Final = Path(__file__).with_name("llama_quantize_process.py")
_TENSOR: Final = re.compile(r"\[ *(\d+)/ *(\d+)\]")  # in the log, as each tensor is begun
_LINES_KEPT: Final = 4


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
    last: deque[str] = deque(maxlen=_LINES_KEPT)
    files = str(source), str(target)
    command = [sys.executable, "-P", str(_PROGRAM), *files, str(os.getpid())]
    with subprocess.Popen(  # noqa: S603 - our own program, without a shell
        command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, errors="replace"
    ) as process:
        try:
            for line in process.stderr or ():
                last.append(line)
                if found := _TENSOR.search(line):
                    report(int(found[1]), int(found[2]))
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        words = " ".join("".join(last).split())[-400:]
        raise unusable(source, f"llama.cpp's quantiser ended with {process.returncode}: {words}")
