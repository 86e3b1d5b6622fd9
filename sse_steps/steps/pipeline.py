"""Command: whether a model came to the end of its line."""

from __future__ import annotations

import sys
from pathlib import Path

from sse_steps.models.line import read_stage
from sse_steps.printable import printable


def run(model: str, record: Path) -> bool:
    """Say that a model may take part in evaluations, or that it was skipped and why.

    Args:
        model: its name.
        record: what the last stage of its line left.

    Returns:
        Whether it may take part.
    """
    skip = read_stage(record).skip
    if skip is None:
        sys.stdout.write(f"{printable(model)} is ready.\n")
        return True
    gate = f" by gate {skip.gate}" if skip.gate else ""
    text = f"'{model}' was skipped{gate}: {skip.wrong}\n{skip.remedy}\n"
    sys.stderr.write(printable(text, keep="\n"))
    return False
