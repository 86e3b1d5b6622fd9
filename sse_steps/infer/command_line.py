"""Command-line baselines: an installed tool that answers a prompt, such as one from a vendor."""

from __future__ import annotations

import errno
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sse_steps.errors import EngineMissingError
from sse_steps.infer.engine import OnFinish, Request, Sampling, before_first
from sse_steps.infer.tool import Tool
from sse_steps.infer.tool_output import (
    Said,
    ToolOutputError,
    last_words,
    plain_text,
    read_output,
)
from sse_steps.infer.tool_process import Cut, Ended, call_tool
from sse_steps.printable import printable
from sse_steps.records import FinishReason, Reply

_PLACEHOLDER = re.compile(r"\{(prompt|system|model|temperature|top_k|top_p|seed|max_tokens)\}")
_SAMPLED = ("temperature", "top_k", "top_p", "seed", "max_tokens")
_VERSION_TIMEOUT_S = 60.0
_LONGEST_VERSION = 200


class CallError(ValueError):
    """A request that cannot be put to a tool in the way that its command says."""


@dataclass(frozen=True, slots=True)
class Call:
    """One command line, and what the tool reads. None: nothing."""

    command: tuple[bytes, ...]
    stdin: bytes | None


@dataclass(frozen=True, slots=True)
class CommandLineEngine:
    """Runs an installed tool, one process a request, one at a time, without a shell.

    Each call has an empty folder of its own to work in: a tool that looks around finds neither the
    corpus nor its solutions. It has the user's environment and home, where its accounts are.

    Args:
        command: the command line. `{model}`, `{system}`, `{prompt}` and what `Sampling` holds are
            replaced inside its words. Without `{prompt}` the prompt goes to standard input; without
            `{system}` the system's text goes before it.
        tool: what else the model's file says about the tool.
    """

    command: tuple[str, ...]
    tool: Tool

    @property
    def version(self) -> str:
        """The tool and the first line of what its version command prints.

        Raises:
            EngineMissingError: the tool is not installed, or does not work.
        """
        return tool_version(self.tool.version)

    def inputs(self, request: Request, sampling: Sampling) -> tuple[object, ...]:
        """Return the prompt, how it is put to the tool, and how the output is read.

        The time limit is none of it: what ran into it is not kept, and the rest did not need it.
        """
        paths = asdict(self.tool.json) if self.tool.json else None
        how = (*self.command, self.tool.model, paths)
        sampled = {name: getattr(sampling, name) for name in _SAMPLED}
        if sampling.stop:
            sampled["stop"] = sampling.stop
        return (request.system, request.user, how, sampled)

    def complete(
        self, requests: Sequence[Request], sampling: Sampling, *, on_finish: OnFinish
    ) -> Iterator[Sequence[Reply]]:
        """Yield the replies one by one, in batches of one; the first call is the cold one.

        Raises:
            EngineMissingError: the tool is not installed, or not any more.
        """
        program = find_program(self.command[0])
        for number, request in enumerate(requests):
            reply = self._ask(program, request, sampling)
            on_finish(1)
            yield [replace(reply, cold=number == 0)]

    def _ask(self, program: str, request: Request, sampling: Sampling) -> Reply:
        asked_at = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            call = build_call(self.command, program, self.tool.model, request, sampling)
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                done = call_tool(
                    call.command,
                    stdin=call.stdin,
                    folder=Path(folder),
                    timeout_s=sampling.timeout_s,
                )
            reply = self._reply(done, sampling.stop)
        except CallError as fault:
            reply = _failure(str(fault))
        except OSError as fault:
            reply = _failure(_not_started(fault, call))
        return replace(reply, asked_at=asked_at)

    def _reply(self, done: Ended, stop: Sequence[str]) -> Reply:
        words = last_words(done.stderr, done.stdout)
        if done.cut is Cut.TIMEOUT:
            return _failure(words, done.wall_s, FinishReason.TIMEOUT)
        if done.cut is Cut.FLOOD:
            return _failure(f"it wrote without end: {words}", done.wall_s)
        if done.exit_code != 0:
            return _failure(f"{_how_it_ended(done.exit_code)}: {words}", done.wall_s)
        try:
            said = read_output(done.stdout, self.tool.json)
        except ToolOutputError as fault:
            return _failure(str(fault), done.wall_s)
        return _answer(replace(said, text=before_first(stop, said.text)), done.wall_s)


def build_call(
    command: Sequence[str], program: str, model: str, request: Request, sampling: Sampling
) -> Call:
    """Fill a command line's placeholders, once each, with no shell in between.

    Raises:
        CallError: a text cannot be an argument: it holds a NUL, or would be read as an option.
    """
    shows = {name for word in command for name in _PLACEHOLDER.findall(word)}
    whole = f"{request.system}\n\n{request.user}" if request.system else request.user
    prompt = request.user if "system" in shows else whole
    values = {
        "prompt": prompt,
        "system": request.system,
        "model": model,
        **{name: str(getattr(sampling, name)) for name in _SAMPLED},
    }
    words = [_PLACEHOLDER.sub(lambda found: values[found[1]], word) for word in command]
    for place, (template, word) in enumerate(zip(command, words, strict=True)):
        if "\0" in word:
            raise CallError("the prompt holds a NUL, which no argument of a command can hold")
        if word.startswith("-") and not template.startswith("-") and "--" not in command[:place]:
            raise CallError(
                f"the text for '{template}' begins with '-', so the tool would take it for an "
                "option; write --option={...}, put '--' before it, or use standard input"
            )
    encoded = tuple(word.encode(errors="replace") for word in [program, *words[1:]])
    return Call(encoded, None if "prompt" in shows else prompt.encode(errors="replace"))


def find_program(name: str) -> str:
    """Return the full path of an installed program.

    Raises:
        EngineMissingError: there is none that can be run.
    """
    found = shutil.which(name)
    if found is None:
        raise EngineMissingError(
            f"The command '{name}' is not installed, or not on PATH.",
            "Install it, leave its models out of `models`, or replay a recording of it "
            "(docs/baselines.md).",
        )
    return str(Path(found).absolute())  # each call runs in a folder of its own


@cache
def tool_version(command: tuple[str, ...]) -> str:
    """Return a tool's name and the first line that its version command prints, asked once.

    Raises:
        EngineMissingError: the tool is not installed, or does not tell.
    """
    program = find_program(command[0])
    words = tuple(word.encode() for word in (program, *command[1:]))
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            done = call_tool(words, stdin=None, folder=Path(folder), timeout_s=_VERSION_TIMEOUT_S)
    except OSError as fault:
        raise _mute(command, str(fault)) from fault
    if done.exit_code != 0 or done.cut is not None or not plain_text(done.stdout).strip():
        raise _mute(command, last_words(done.stderr, done.stdout))
    first_line = printable(plain_text(done.stdout).strip().splitlines()[0])
    return f"{Path(command[0]).name}: {first_line[:_LONGEST_VERSION]}"


def _mute(command: Sequence[str], words: str) -> EngineMissingError:
    return EngineMissingError(
        f"'{' '.join(command)}' does not tell the tool's version: {' '.join(words.split())}",
        "Mend the tool or `tool.version` in the model's YAML, or leave the model out of `models`.",
    )


def _answer(said: Said, wall_s: float) -> Reply:
    return Reply(
        said.text,
        FinishReason.STOP,
        wall_s,
        wall_s,
        prompt_tokens=said.prompt_tokens,
        completion_tokens=said.completion_tokens,
        cost_usd=said.cost_usd,
        error=said.unusable,
    )


def _failure(error: str, wall_s: float = 0.0, reason: FinishReason = FinishReason.ERROR) -> Reply:
    """Return a reply that failed; a network or an account may do better another time."""
    return Reply("", reason, wall_s, wall_s, error=error, is_transient=True)


def _how_it_ended(exit_code: int) -> str:
    return f"killed by signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"


def _not_started(fault: OSError, call: Call) -> str:
    """Say why a command could not be started. E2BIG: all arguments together, or one alone."""
    if fault.errno == errno.E2BIG:
        size = sum(len(word) + 1 for word in call.command)
        return (
            f"a command line of {size} bytes is longer than this system allows; take {{prompt}} "
            "out of the command, so that the prompt goes to standard input"
        )
    return f"it could not be started: {fault}"
