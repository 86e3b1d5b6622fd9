"""Command: where the report of an evaluation lies, and a copy of it where one is asked for."""

from __future__ import annotations

import sys
from pathlib import Path

from sse_steps.build_files import ReportFiles
from sse_steps.printable import printable
from sse_steps.report_copy import hand_over


def run(files: ReportFiles, copy: Path | None, **options: str) -> bool:  # noqa: ARG001 - they became settings
    """Say where the report is.

    Args:
        files: the report of the build.
        copy: a file that one of its formats is copied to.
        options: what was asked for; the settings of the build follow from it.
    """
    written = files.json if copy is None else hand_over(files, copy)
    sys.stdout.write(f"{printable(str(written))}\n")
    return True
