"""Calls a function of a corpus program, inside the sandbox, and prints what it returned or raised.

Standard input: {"source": Python, "function": name, "calls": [arguments, ...]}.
Standard output: a JSON line a call: {"value": ...}, {"raises": "ValueError"} or {"strange": type}.
"""

from __future__ import annotations

import json
import os
import sys

from values import from_json, to_json  # type: ignore[import-not-found]  # beside this script


def call(function: object, arguments: object) -> dict[str, object]:
    """Return what one call came to."""
    try:
        value = function(*from_json(arguments))  # type: ignore[operator]  # a wrong name is a TypeError below
    except Exception as error:  # whatever the program raises is its answer
        return {"raises": type(error).__name__}
    try:
        return {"value": to_json(value)}
    except TypeError:
        return {"strange": type(value).__name__}


def main() -> None:
    """Answer the calls on standard input."""
    request = json.load(sys.stdin)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # what the program prints is not an answer
        module: dict[str, object] = {"__name__": "example"}
        exec(compile(request["source"], "example.py", "exec"), module)  # noqa: S102 - sandboxed
        for arguments in request["calls"]:
            answers.write(json.dumps(call(module[request["function"]], arguments)) + "\n")


if __name__ == "__main__":
    main()
