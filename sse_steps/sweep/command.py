"""`python -m sse_steps`: a build, or with --multirun a sweep and one report over all its jobs."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from sse_steps.errors import ConfigError, UserError
from sse_steps.printable import printable
from sse_steps.sweep.build import build_in_sight, locked
from sse_steps.sweep.command_line import CommandLine, of_the_report, read_arguments
from sse_steps.sweep.launch import Asked, read_sweep, run_once, run_sweep
from sse_steps.sweep.names import listed, quoted
from sse_steps.sweep.records import JobRecord, launched
from sse_steps.sweep.watch import best_of, has_failed, summary

_FAULT = 2
_INTERRUPTED = 130  # the exit code, by the custom of shells


def main(arguments: Sequence[str], root: Path) -> int:
    """Run what a command line asks for and return the exit code.

    0: all is well. 1: a job or the report failed. 2: the command line does not fit. Without
    --multirun it is doit's. 130: it was interrupted.

    Args:
        arguments: what follows `python -m sse_steps`.
        root: the project's folder, with dodo.py, conf and tasks.
    """
    try:
        return _run(read_arguments(arguments), root)
    except UserError as fault:
        sys.stderr.write(printable(f"{fault}\n", keep="\n"))
        return _FAULT
    except KeyboardInterrupt:
        sys.stderr.write("The sweep is interrupted.\nRun it again to go on: finished is kept.\n")
        return _INTERRUPTED


def _run(line: CommandLine, root: Path) -> int:
    if not (root / "dodo.py").is_file() or not (root / "conf" / "sweep.yaml").is_file():
        raise ConfigError(
            f"'{root}' is no project: it has no dodo.py and conf/sweep.yaml.",
            "Change to the project's folder and type the command there.",
        )
    if line.is_sweep:
        return _sweep(line, root)
    run_once(line, root)
    return 0


def _sweep(line: CommandLine, root: Path) -> int:
    asked = read_sweep(line, root)
    try:
        run_sweep(asked)
        return _finished(asked, line, list(launched(asked.sweep)))
    finally:
        shutil.rmtree(asked.sweep.launch, ignore_errors=True)


def _finished(asked: Asked, line: CommandLine, records: Sequence[JobRecord]) -> int:
    """Build the report, say what became of every job, and return the exit code."""
    failed = any(map(has_failed, records))
    reported = _report(asked, line, records)
    console = Console(file=sys.stdout)
    console.print(summary(records))
    if reported == 0:
        console.print(f"The report: {asked.sweep.folder / 'report.html'}", soft_wrap=True)
    else:
        console.print("There is no report over all jobs: see above.")
    if best := best_of(records, asked.sweep):
        console.print(best, soft_wrap=True, markup=False)
    return 1 if failed or reported else 0


def _report(asked: Asked, line: CommandLine, records: Sequence[JobRecord]) -> int:
    """Build the report over the jobs that have rows, with controls of its own."""
    sweep = asked.sweep
    joined = list(_folders(asked, records))
    if not joined:
        return 1
    measured = {each.name for each in records if each.has_rows}
    baselines = [name for name in asked.baselines if name not in measured]
    own = [
        *of_the_report(line.overrides, sweep.varied, baselines),
        "models=[]",
        listed("baselines", baselines),
        listed("join", joined),
        f"paths.results={quoted(_named(sweep.folder, sweep.root))}",
    ]
    with locked(sweep.folder / ".report.lock"):  # another sweep may end at the same time
        return build_in_sight(sweep.root, own, sweep.folder / ".doit.db")


def _folders(asked: Asked, records: Sequence[JobRecord]) -> Iterator[str]:
    folders = {asked.sweep.job_folder(each.name) for each in records if each.has_rows}
    for folder in sorted(folders):
        yield _named(folder, asked.sweep.root)


def _named(folder: Path, root: Path) -> str:
    """Return a folder as a person would type it in the project's folder."""
    return str(folder.relative_to(root) if folder.is_relative_to(root) else folder)
