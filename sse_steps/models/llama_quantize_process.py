"""The program that quantises with llama.cpp, run by `llama_quantizer.py`: IN.gguf OUT.gguf PARENT.

llama.cpp's log goes to standard error, as it does by itself. The program ends with the process
PARENT, however that ends: nobody would wait for it, and the next conversion uses the same folder.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1  # man 2 prctl
_BUFFER_BYTES: Final = 256 << 20  # of rows at once; llama.cpp's own default is 8 GiB
_THREADS: Final = 2


def end_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies; end now if that is dead already."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the parent is gone")


def main(source: str, target: str, parent: str) -> int:
    """Quantise, and return the exit code."""
    end_with(int(parent))
    import llama_cpp  # noqa: PLC0415 - takes a second, in which the parent may die

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
