"""Calls functions of a corpus program, inside the sandbox, and prints what they came to.

Standard input is a request, standard output a JSON line for each call.

{"source": Python, "function": name, "calls": [arguments, ...]}: the function is called with each.
    {"value": ..., "after": arguments}, {"raises": "ValueError"} or {"unusable": why}. `after`
    is there only where the call changed an argument.
{"source": Python, "function": name, "test": Python, "most": n}: `check(function)` of the test is
    run, and the first n different calls that it makes of the function are printed.
    {"args": ..., "keywords": ..., "value": ...}, without a value where the call raised; at the end
    {"check": null}, or what it raised.
{"questions": [request of the first kind, ...], "apart": whether each has a process of its own}
    {"answers": the lines that came of it, as one text}, for each.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import random
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from values import canonical, from_json, to_json  # type: ignore[import-not-found]  # beside this script

_LONGEST_CALL = 1 << 16  # characters of JSON
_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def call(function: Callable[..., object], data: Any) -> dict[str, object]:  # noqa: ANN401 - JSON
    """Return what one call came to."""
    arguments = from_json(data)
    try:
        value = function(*arguments)
    except SystemExit:
        return {"unusable": "it ends the program"}
    except Exception as error:  # whatever the program raises is its answer
        return {"raises": type(error).__name__}
    try:
        answer = {"value": to_json(value)}
    except TypeError:
        return {"unusable": f"it returned a {type(value).__name__}, which is no plain data"}
    try:
        after = to_json(arguments)
    except TypeError:
        return {"unusable": "it put something into an argument that is no plain data"}
    return answer if canonical(after) == canonical(data) else answer | {"after": after}


def record(request: dict[str, Any], module: dict[str, Any], answers: IO[str]) -> None:
    """Run the test's `check` on the function and print the calls that it makes."""
    function = module[request["function"]]
    seen: set[str] = set()

    def candidate(*args: object, **keywords: object) -> object:
        try:
            line = {"args": to_json(args), "keywords": to_json(keywords)}
            known = json.dumps(line)
        except TypeError:
            return function(*args, **keywords)
        value = function(*args, **keywords)
        is_new = known not in seen and len(known) < _LONGEST_CALL and len(seen) < request["most"]
        if is_new:
            seen.add(known)
            answers.write(json.dumps(line | _told(value)) + "\n")
        return value

    random.seed(0)  # a test that draws its inputs draws the same ones every time
    module[request["function"]] = candidate
    exec(compile(request["test"], "test.py", "exec"), module)  # noqa: S102 - sandboxed
    try:
        module["check"](candidate)
        answers.write(json.dumps({"check": None}) + "\n")
    except Exception as error:  # the test says that the function is wrong, or cannot be run here
        answers.write(json.dumps({"check": f"{type(error).__name__} {error}"[:200]}) + "\n")


def _told(value: object) -> dict[str, object]:
    try:
        return {"value": to_json(value)}
    except TypeError:
        return {}


def answer(request: dict[str, Any], answers: IO[str]) -> None:
    """Run the program and print what comes of each call."""
    module: dict[str, Any] = {"__name__": "example"}
    exec(compile(request["source"], "example.py", "exec"), module)  # noqa: S102 - sandboxed
    if "test" in request:
        record(request, module, answers)
        return
    for arguments in request["calls"]:
        answers.write(json.dumps(call(module[request["function"]], arguments)) + "\n")
        answers.flush()  # what is answered stays, whatever the next call does


def answer_alone(request: dict[str, Any], answers: int) -> None:
    """Answer the only request, as far as it goes; why it goes no further is said at the end."""
    complaints = os.dup(2)
    os.dup2(1, 2)
    try:
        with os.fdopen(answers, "w", encoding="utf-8") as file:
            answer(request, file)
    finally:
        os.dup2(complaints, 2)


def answer_apart(request: dict[str, Any], answers: int) -> str:
    """Answer in a copy of this process; return what it wrote, however it ended.

    The copy has no way to where the answers to other questions go.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(answers)
        os.close(reading)
        try:
            with os.fdopen(writing, "w", encoding="utf-8") as own:
                answer(request, own)
        finally:
            os._exit(0)  # whatever it has started
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8", errors="replace") as said:
        text = said.read()
    os.waitpid(child, 0)
    return text


def answer_here(request: dict[str, Any]) -> str:
    """Answer in this process; return what was written, whatever stopped it."""
    answers = io.StringIO()
    with suppress(BaseException):
        answer(request, answers)
    return answers.getvalue()


def adopt_orphans() -> None:
    """Become the parent of processes whose own one ends, so that `has_company` sees them."""
    if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError("no orphans can be adopted")


def has_company() -> bool:
    """Return whether a process that a program has started is still there."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return False
    return True


def close_streams() -> int:
    """Leave nothing that is read, filled or moved by one program and so by the next.

    Returns the descriptor that answers go to: what a program prints is not an answer.
    """
    answers = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return answers


def main() -> None:
    """Answer the request on standard input.

    Of several questions none is answered behind a program that has left a process running: they are
    to be asked where it cannot be in their way.
    """
    request = json.load(sys.stdin)
    answers = close_streams()
    if "questions" not in request:
        answer_alone(request, answers)
        return
    os.dup2(1, 2)
    adopt_orphans()
    for each in request["questions"]:
        if request["apart"] and has_company():
            return
        # All three ways are equally deep, since a program may be near its limit of recursion.
        text = answer_apart(each, answers) if request["apart"] else answer_here(each)
        os.write(answers, f"{json.dumps({'answers': text})}\n".encode())


if __name__ == "__main__":
    main()
