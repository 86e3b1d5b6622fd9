"""Hydra's entry: `python -m sse_steps [--multirun] [key=value ...]`, in the project's folder."""

import sys
from pathlib import Path

from sse_steps.sweep.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path.cwd()))
