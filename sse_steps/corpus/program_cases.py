"""Cases of programs: what the Python prints for the arguments and the input that it is given."""

from __future__ import annotations

from dataclasses import replace

from sse_steps.corpus.interpreter import Python, last_line
from sse_steps.corpus.source import Run
from sse_steps.records import Example, ProgramCase
from sse_steps.rust.sandbox import Finished


def program_example(
    bare: Example, runs: tuple[Run, ...], python: Python
) -> tuple[Example, tuple[str, ...]]:
    """Return the example with a case for each run that ended well, and why others are left out.

    Every run is made twice: what differs from one time to the next is no expected value.
    """
    found = [_case(bare.python, run, python) for run in runs]
    cases = tuple(each for each in found if isinstance(each, ProgramCase))
    left_out = [each for each in found if isinstance(each, str)]
    if cases and not any(case.stdout for case in cases):
        left_out.append("no run of it prints anything, so a program that does nothing would pass")
        cases = ()
    return replace(bare, cases=cases), tuple(left_out)


def _case(text: str, run: Run, python: Python) -> ProgramCase | str:
    """Return the case, or why there is none."""
    if not all(map(_is_text, (*run.arguments, run.stdin.replace("\0", "")))):
        return f"no process can be given the run {run!r:.120}"
    named = f"arguments {list(run.arguments)!r:.200}"
    done = python.run_program(text, run)
    if fault := _fault(done):
        return f"{named} {fault}"
    again = python.run_program(text, run)
    if (done.stdout, done.exit_code) != (again.stdout, again.exit_code):
        return f"{named} print something else each time"
    stdout = done.stdout.decode(errors="replace")
    if "example.py" in stdout:
        return f"{named} print the name of the script's file, which its text does not say"
    return ProgramCase(tuple(run.arguments), run.stdin, stdout, done.exit_code)


def _fault(done: Finished) -> str:
    if done.timed_out or done.signal_number is not None:
        return f"did not end well: {done.stderr!r:.200}"
    if b"Traceback (most recent call last)" in done.stderr:
        return f"end in a traceback: {last_line(done.stderr)}"
    return ""


def _is_text(text: str) -> bool:
    """Whether a process can be given a text: no NUL, no lone surrogate."""
    return not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)
