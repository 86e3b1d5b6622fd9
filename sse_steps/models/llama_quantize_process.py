"""The program that quantises with llama.cpp, run by `llama_quantizer.py`: IN.gguf OUT.gguf.

llama.cpp's log goes to standard error, as it does by itself.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Final

import llama_cpp

_BUFFER_BYTES: Final = 256 << 20  # of rows at once; llama.cpp's own default is 8 GiB
_THREADS: Final = 2


def main(source: str, target: str) -> int:
    """Quantise, and return the exit code."""
    llama_cpp.llama_log_set(llama_cpp.llama_log_callback(), None)  # its own
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_K_M
    parameters.nthread = _THREADS
    parameters.allow_requantize = True
    parameters.max_buf_size = _BUFFER_BYTES
    files = (os.fsencode(source), os.fsencode(target))
    return 1 if llama_cpp.llama_model_quantize(*files, ctypes.byref(parameters)) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
