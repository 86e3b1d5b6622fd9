"""Command: what the gates of the line found about the models of a demonstration."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from sse_steps.printable import printable
from sse_steps.sql.query import read_existing


@dataclass(frozen=True, slots=True)
class _Gate:
    model: str
    gate: str
    question: str
    severity: str
    passed: bool
    found: str


def run(database: Path, page: Path) -> bool:
    """Print every gate with what it found, and where the report is.

    Raises:
        QueryError: there is no database, or another version built it.
    """
    gates = read_existing(database, "gates", _Gate)
    lines = [f"{'passed' if each.passed else each.severity:>7}  {_said(each)}" for each in gates]
    sys.stdout.write("\nThe gates that a model passes before it is let in:\n")
    sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))
    sys.stdout.write(f"The report: {page}\nThe same for all examples: doit\n")
    return True


def _said(gate: _Gate) -> str:
    return f"{gate.model} {gate.gate}: {gate.question} {gate.found}"
