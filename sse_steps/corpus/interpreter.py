"""The Python interpreter in the sandbox: the only place where a corpus's Python runs."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sse_steps.corpus.source import Check, Run
from sse_steps.corpus.values import to_json
from sse_steps.errors import SandboxError
from sse_steps.rust.sandbox import Access, Finished, Limits, Sandbox

_RUNNER = Path(__file__).with_name("runner.py")
_MOST_RECORDED = 50
_MOST_RESTARTS = 3

# glibc reserves 64 MiB of addresses for each of the first threads, and addresses are limited: from
# Python 3.12 on twenty threads would run into a limit of 1 GiB, or not, as they happen to meet.
_ONE_HEAP = (("MALLOC_ARENA_MAX", "1"),)


class NoAnswerError(ValueError):
    """Python that gave no answer, and why."""


@dataclass(frozen=True, slots=True)
class Python:
    """The interpreter that answers for the examples, and where it may run."""

    sandbox: Sandbox
    limits: Limits

    @property
    def identity(self) -> str:
        """What an expected value depends on beside the example."""
        return f"python {sys.version}\n{self.limits}"

    def run(self, arguments: list[str], folder: Path, stdin: str) -> Finished:
        """Run the interpreter with `folder` as its only place beside its own files.

        Raises:
            SandboxError: the sandbox could not start it.
        """
        readable = (Path(sys.base_prefix), _RUNNER.parent)
        command = [sys.executable, "-B", *arguments]
        if sys.prefix != sys.base_prefix:
            command[0] = str(Path(sys.executable).resolve())
        access = Access(
            folder, readable=readable, system=True, processes=True, environment=_ONE_HEAP
        )
        done = self.sandbox.run(command, access, self.limits, stdin=stdin.encode())
        if not done.launched and not done.timed_out:
            raise SandboxError(
                f"The sandbox could not start Python: {last_line(done.stderr)}.",
                "Run the same command again; finished answers are kept.",
            )
        return done

    def run_program(self, python: str, run: Run) -> Finished:
        """Run a program once, in a folder of its own."""
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "example.py").write_text(python, encoding="utf-8")
            return self.run(["example.py", *run.arguments], Path(name), run.stdin)

    def call(
        self, python: str, function: str, calls: Sequence[tuple[object, ...]]
    ) -> list[dict[str, object] | NoAnswerError]:
        """Call a function with each tuple of arguments, in one process where that goes well.

        A call that ends the process or does not end costs its own answer and no other. After some
        of them the rest is given up.
        """
        answers: list[dict[str, object] | NoAnswerError] = []
        for _ in range(_MOST_RESTARTS):
            rest = [to_json(each) for each in calls[len(answers) :]]
            lines, fault = self._ask({"source": python, "function": function, "calls": rest})
            answers += lines[: len(rest)]
            if len(answers) == len(calls):
                return answers
            answers.append(NoAnswerError(fault))
        gone = [NoAnswerError("too many calls before it gave no answer")]
        return answers + gone * (len(calls) - len(answers))

    def recorded_calls(self, python: str, check: Check) -> list[dict[str, object]]:
        """Return the calls that a check makes of a function that passes it.

        Raises:
            NoAnswerError: the function does not pass, or nothing can be recorded.
        """
        request = {
            "source": python,
            "function": check.function,
            "test": check.test,
            "most": _MOST_RECORDED,
        }
        lines, fault = self._ask(request)
        if not lines or "check" not in lines[-1]:
            raise NoAnswerError(fault)
        if lines[-1]["check"] is not None:
            raise NoAnswerError(f"its own solution fails its check: {lines[-1]['check']}")
        return lines[:-1]

    def _ask(self, request: dict[str, object]) -> tuple[list[dict[str, object]], str]:
        """Return the answers of the runner, and why there are no more of them."""
        with tempfile.TemporaryDirectory() as folder:
            done = self.run([str(_RUNNER)], Path(folder), json.dumps(request))
        lines = [_answer(line) for line in done.stdout.decode(errors="replace").splitlines()]
        good = lines[: lines.index(None)] if None in lines else lines
        return [line for line in good if line is not None], self._ending(done)

    def _ending(self, done: Finished) -> str:
        if done.timed_out:
            return f"running it took more than {self.limits.wall_s} s"
        return f"running it ended with {done.exit_code}: {last_line(done.stderr)}"


def _answer(line: str) -> dict[str, object] | None:
    """Return an answer of the runner; a program can write to where they go."""
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def last_line(stderr: bytes) -> str:
    """Return the last line of what was said, cut to a bearable length."""
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "nothing was said"
