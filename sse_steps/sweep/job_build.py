"""The program that a job's build is: doit, which ends when whoever waits for it is gone.

`python -m sse_steps.sweep.job_build PARENT [doit's arguments]`. A launcher whose workers are
killed, as by Ctrl-C, by Ray or by Slurm, would otherwise leave builds behind.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1  # man 2 prctl


def main(parent: int, arguments: list[str]) -> None:
    """Run doit with `arguments`; it is asked to stop, as by SIGTERM, when `parent` has died."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit("The parent is gone.")
    sys.argv[1:] = arguments
    runpy.run_module("doit", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
