"""Calls one function of a corpus program, inside the sandbox, call by call.

Standard input: a line {"source": Python, "function": name, "changed": [positions]}, then a line of
arguments a call. Standard output: {"ready": true}, then a JSON line a call: {"value": .., "after":
[..]} with what the arguments at those positions hold, {"raises": "ValueError"} or
{"strange": "int"} for what is no plain data or cannot be written.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from types import CodeType
from typing import TextIO

from values import from_json, to_json  # type: ignore[import-not-found]  # beside this script

CALL_CPU_S = 1.0


def call(code: CodeType, request: dict[str, object], line: str) -> str:
    """Return what one call came to. The program is run anew, so that no call sees another."""
    module: dict[str, object] = {"__name__": "example"}
    exec(code, module)  # noqa: S102 - sandboxed
    arguments = from_json(json.loads(line))
    function = module[str(request["function"])]
    try:
        value = function(*arguments)  # type: ignore[operator]  # the host has seen it in the source
    except Exception as error:  # whatever the program raises is its answer
        return json.dumps({"raises": type(error).__name__})
    try:
        after = [to_json(arguments[position]) for position in request["changed"]]  # type: ignore[attr-defined]  # a list of int
        return json.dumps({"value": to_json(value), "after": after})
    except Exception:  # too deep, too large, of a class of its own
        return json.dumps({"strange": type(value).__name__})


def serve(calls: TextIO, answers: TextIO) -> None:
    """Answer call after call. One that needs too many CPU seconds ends the process."""
    request = json.loads(calls.readline())
    code = compile(request["source"], "example.py", "exec")
    exec(code, {"__name__": "example"})  # noqa: S102 - sandboxed; what it imports is loaded now
    answers.write(json.dumps({"ready": True}) + "\n")
    answers.flush()
    for line in calls:
        signal.setitimer(signal.ITIMER_PROF, CALL_CPU_S)
        answer = call(code, request, line)
        signal.setitimer(signal.ITIMER_PROF, 0)
        answers.write(answer + "\n")
        answers.flush()


def main() -> None:
    """Keep the pipes for the host: the program reads nothing and prints to nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    with (
        os.fdopen(os.dup(0), encoding="utf-8") as calls,
        os.fdopen(os.dup(1), "w", encoding="utf-8") as answers,
    ):
        os.dup2(nowhere, 0)
        os.dup2(nowhere, 1)
        sys.set_int_max_str_digits(0)
        serve(calls, answers)


if __name__ == "__main__":
    main()
